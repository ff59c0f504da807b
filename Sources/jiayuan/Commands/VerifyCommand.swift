import ArgumentParser
import Compound
import Daemon
import District
import Foundation

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recompute what is counted from what it follows from, and name whatever differs.",
        discussion: """
            At an aggregator: all rows, on the disk and in memory, against the digests that were acknowledged, and the \
            totals against the rows. What differs is unknown in every figure from then on, and is asked for again: the \
            unit's next push brings everything.

            At a node: everything is made anew from the journal in a copy of it and compared: the desks' tables, the rows \
            that leave, the position's digest, and what must hold of any counts. Nothing is changed unless --rederive \
            says so; then the rows that change leave as any others.

            Which of the two it is, --config says; without it the aggregator of this machine is meant, or its node where \
            there is none. The daemons do the same once a day. Exit code 1 if anything differed.
            """)
    @Option(name: .long, help: "Configuration of the aggregator or node.") var config: String?
    @Flag(help: "At a node: write everything anew that differs from what the journal says.") var rederive = false

    func run() async throws {
        let place = config ?? VerifyCommand.place
        let reply = try await VerifyCommand.isNode(place) ? node(place) : aggregator(place)
        let text = reply.text.trimmingCharacters(in: .newlines)
        switch reply.status {
        case 200: Console.out(text)
        case 409:
            Console.out(text)
            throw Exit.refused
        case 503:
            Console.error(text)
            throw Exit.disk
        default: _ = try reply.orExit()
        }
    }

    private func node(_ place: String) async throws -> Reply {
        var options = NodeOptions()
        options.config = place
        return try await options.daemon().send("POST", "/admin/verify", query: rederive ? ["rederive": "1"] : [:])
    }

    private func aggregator(_ place: String) async throws -> Reply {
        guard !rederive else {
            throw ValidationError("--rederive is a node's: an aggregator asks the compound for what differs")
        }
        return try await AggregatorOptions.daemon(place).send("POST", "/admin/verify")
    }

    private static var place: String {
        [AggregatorOptions.place, NodeOptions.place].first { FileManager.default.fileExists(atPath: $0) }
            ?? AggregatorOptions.place
    }

    /// Either file may be read as the other one's where it has no option of its own: then the state folder tells.
    private static func isNode(_ place: String) -> Bool {
        guard let node = try? NodeSettings(file: place) else { return false }
        let hasJournal = FileManager.default.fileExists(atPath: node.state + "/journal.sqlite")
        return hasJournal || (try? AggregatorSettings(file: place)) == nil
    }
}
