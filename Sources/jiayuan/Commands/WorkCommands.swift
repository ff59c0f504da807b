import ArgumentParser
import Daemon
import District
import Foundation

struct WorkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work", abstract: "What needs a person at this aggregator, and settling it (待办).",
        discussion: """
            The same list as the page /work: two machines with one identity, households that two compounds have, units that \
            are not on time, restore receipts, more reported than registered, changed rules. An item goes when its cause \
            has gone. `jiayuan work settle KEY note` says who has it in hand.
            """,
        subcommands: [List.self, Settle.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List what is to be settled.")
        @OptionGroup var options: AggregatorOptions
        @Option(help: "Round; the latest open one unless given.") var campaign: String?
        @Option(help: "Division; everything unless given.") var division: String?
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            var query: [String: String] = [:]
            query["campaign"] = campaign
            query["division"] = division
            let reply = try await options.daemon().send("GET", "/v1/work", query: query).orExit()
            if json { return Console.out(reply.text) }
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let document = try decoder.decode(WorkDocument.self, from: Data(reply.body))
            for item in document.items { Console.out(WorkCommand.text(item)) }
            let open = document.items.count { $0.note == nil }
            Console.out("\(open) in nobody's hands, \(document.items.count - open) in hand")
        }
    }

    struct Settle: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Settle an item, or say who has it in hand; kept with reason and name.",
            discussion: """
                  jiayuan work settle unheard/421303587002-001/2022-04-06-survey note --reason 已电话，线路抢修中 --officer 李四
                  jiayuan work settle dispute/421303587002-001 adopt 3f… --reason 旧主机已停 --officer 李四
                """)
        @OptionGroup var options: AggregatorOptions
        @Argument(help: "Item, as `jiayuan work` names it.") var key: String
        @Argument(help: "note, adopt, retire or count.") var act: String
        @Argument(help: "The incarnation or the unit that the act names; none for a note.") var choice: String?
        @Option(help: "Round; the latest open one unless given.") var campaign: String?
        @Option(help: "Why; kept with the decision.") var reason: String
        @Option(help: "Who decides.") var officer: String

        func run() async throws {
            var query = ["key": key, "act": choice.map { "\(act) \($0)" } ?? act]
            query["reason"] = reason
            query["officer"] = officer
            query["campaign"] = campaign
            let reply = try await options.daemon().send("POST", "/admin/work", query: query)
            Console.out(try reply.orExit().text.trimmingCharacters(in: .newlines))
        }
    }

    private static func text(_ item: WorkDocument.Item) -> String {
        let since = item.since.map { "  since \(Moment(seconds: $0).description)" } ?? ""
        var lines = [
            "\(item.key)\(since)", "    " + ([item.name] + item.text).filter { !$0.isEmpty }.joined(separator: " / "),
        ]
        lines += item.choices.sorted { $0.key < $1.key }.map { "    \($0.key): \($0.value.joined(separator: " "))" }
        if let note = item.note { lines.append("    in hand: \(note.officer), \(note.reason)") }
        return lines.joined(separator: "\n")
    }
}
