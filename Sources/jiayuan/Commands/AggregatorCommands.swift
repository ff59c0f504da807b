import ArgumentParser
import Daemon
import District
import Federation
import Foundation

struct AggregatorOptions: ParsableArguments {
    static let place = "/etc/jiayuan/aggregator.yaml"

    @Option(name: .long, help: "Configuration of the aggregator.")
    var config = place

    func settings() throws -> AggregatorSettings { try AggregatorOptions.settings(config) }

    func daemon() throws -> LocalDaemon { try AggregatorOptions.daemon(config) }

    private static func settings(_ config: String) throws -> AggregatorSettings {
        try configured { try AggregatorSettings(file: config) }
    }

    static func daemon(_ config: String) throws -> LocalDaemon {
        let settings = try settings(config)
        return LocalDaemon(
            socket: settings.socket, state: settings.state,
            offline: { try AggregatorDaemon.offline(settings, log: JournalLog.logger("ingest")) },
            aside: { try AggregatorDaemon.aside(settings, log: JournalLog.logger("ingest")) })
    }
}

struct AggregatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aggregator", abstract: "Run the aggregator of a district or city.")
    @OptionGroup var options: AggregatorOptions

    func run() async throws {
        let settings = try options.settings()
        try await started { try await AggregatorDaemon.run(settings, log: JournalLog.logger("ingest")) }
    }
}

struct DivisionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "divisions", abstract: "The division tree.", subcommands: [Import.self])

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import a division table: CSV with code,name,level,parent_code.",
            discussion: "Levels: province, city, district, street, community. A street may stand directly under a city."
        )
        @OptionGroup var options: AggregatorOptions
        @Argument(help: "The CSV file; - for standard input.") var file: String
        @Option(help: "Name of the edition, such as 2023.") var edition = "2023"
        @Option(help: "First day on which the edition is valid, such as 2023-01-01.") var validFrom = "2000-01-01"
        @Option(help: "First day on which it is no longer in force, if one is known.") var validUntil: String?

        func run() async throws {
            var query = ["edition": edition, "valid_from": validFrom]
            query["valid_until"] = validUntil
            let reply = try await options.daemon().send("POST", "/admin/divisions", query: query, body: readInput(file))
            Console.out(try reply.orExit().text.trimmingCharacters(in: .newlines))
        }
    }
}

struct UnitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unit", abstract: "The units that are expected to report.",
        subcommands: [
            Add.self, Split.self, Merge.self, Move.self, Close.self, Changes.self, Settle.self, Adopt.self, Retire.self,
        ])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register units at once and print one A4 slip for each.",
            discussion: """
                CSV with code,name,expected_households,expected_residents,duty_telephone. A unit that never connects \
                is expected all the same. The token stands on the slip and nowhere else; only its hash is kept here.
                """)
        @OptionGroup var options: AggregatorOptions
        @Option(help: "The CSV file; - for standard input.") var from: String
        @Option(help: "Print for the slips: where the aggregator is reached.") var parentURL = "http://127.0.0.1:8470"
        @Option(help: "Ceiling of a silent unit in percent of what is expected.") var ceilingPercent = 120
        @Option(
            help: "Code of a relay: these units are counted through it, and get no slips here.")
        var through: String?
        @Flag(help: "Give units that are registered already a new token; the old one ends.") var reissue = false
        @Flag(help: "Print JSON instead of slips.") var json = false

        func run() async throws {
            var query = ["ceiling_percent": "\(ceilingPercent)", "reissue": reissue ? "1" : "0"]
            query["through"] = through
            let reply = try await options.daemon().send("POST", "/admin/units", query: query, body: readInput(from))
                .orExit()
            if json { return Console.out(reply.text) }
            let slips = try JSONDecoder().decode([AdminRoutes.SlipLine].self, from: Data(reply.body))
            if let through { return Console.out("\(slips.count) units are counted through \(through)") }
            Slip.warnOfLoopback(parentURL)
            for slip in slips { Console.out(Slip.text(slip, parentURL: parentURL)) }
        }
    }
}

struct CampaignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "campaign", abstract: "Rounds that every unit owes.", subcommands: [Add.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Publish a round, or change one.")
        @OptionGroup var options: AggregatorOptions
        @Argument(help: "Code, such as 2022-04-06-survey.") var code: String
        @Option(help: "Name for people.") var name: String
        @Option(help: "When it begins, such as 2022-04-06T20:00+08:00 (without a zone China's), or seconds since 1970.")
        var opens: Moment
        @Option(help: "When it is to be finished, in the same form.") var deadline: Moment
        @Option(help: "Order number; as it was unless given.") var order: String?
        @Option(
            help:
                "How far it should be by when, such as \"12:00 50%, 16:00 100%\"; as it was unless given, \"\" for none."
        )
        var targets: String?
        @Flag(help: "The round is over: the key under which households were claimed is deleted everywhere.")
        var closed = false
        @Flag(
            inversion: .prefixedNo,
            help: "Look for households that two units have registered (`jiayuan claims`), so that each is counted once."
        )
        var claims = true
        @Option(help: "Why; needed where a round is changed, closed or opened again, or its claims are.") var reason:
            String?
        @Option(help: "Who decides; needed where a round is changed, closed or opened again, or its claims are.")
        var officer: String?

        func validate() throws {
            guard Code(code) != nil else {
                throw ValidationError("\"\(code)\" is no code: 1 to 64 of A–Z, a–z, 0–9 and . _ : -")
            }
        }

        func run() async throws {
            var form: [String: Any] = [
                "code": code, "name": name, "opens": opens.seconds, "deadline": deadline.seconds,
                "closed": closed,
                "claims": claims,
            ]
            form["order"] = order
            form["targets"] = targets
            form["reason"] = reason
            form["officer"] = officer
            let body = Array(try JSONSerialization.data(withJSONObject: form))
            let reply = try await options.daemon().send("POST", "/admin/campaigns", body: body)
            Console.out(try reply.orExit().text.trimmingCharacters(in: .newlines))
        }
    }
}

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Why a unit counts or doesn't: last heard, position, state, reason.")
    @OptionGroup var options: AggregatorOptions
    @Argument(help: "Unit code; all units without one.") var unit: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let path = unit.map { "/v1/units/\($0)/why" } ?? "/v1/units"
        let (reply, isRunning) = try await options.daemon().look(path)
        try show(try reply.orExit())
        if !isRunning { throw Exit.unavailable }
    }

    private func show(_ reply: Reply) throws {
        if json { return Console.out(reply.text) }
        let lines: [WhyLine] =
            unit == nil
            ? try JSONDecoder().decode([WhyLine].self, from: Data(reply.body))
            : [try JSONDecoder().decode(WhyLine.self, from: Data(reply.body))]
        for line in lines { Console.out(line.text) }
    }

    private struct WhyLine: Decodable {
        struct Place: Decodable { var seq: UInt64 }
        struct Shadow: Decodable {
            var incarnation: String
            var seq: UInt64
        }
        var unit: String
        var name: String
        var state: String
        var reason: String
        var heard_at: Int64?
        var position: Place?
        var incarnation: String?
        var shadows: [Shadow]
        var duty_telephone: String

        var text: String {
            let heard = heard_at.map { Moment(seconds: $0).description } ?? "never"
            var line =
                "\(unit)  \(state)  heard \(heard)  seq \(position.map { "\($0.seq)" } ?? "-")  tel \(duty_telephone.isEmpty ? "-" : duty_telephone)  \(name): \(reason)"
            if let incarnation, !shadows.isEmpty { line += "\n    counted \(incarnation)" }
            for shadow in shadows { line += "\n    shadow  \(shadow.incarnation) seq \(shadow.seq), not counted" }
            return line
        }
    }
}

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the aggregator's registry while it runs; the rows come back from the children.")
    @OptionGroup var options: AggregatorOptions
    @Option(help: "File to write; must not exist.") var to: String

    func run() async throws {
        let path = to.hasPrefix("/") ? to : FileManager.default.currentDirectoryPath + "/" + to
        let reply = try await options.daemon().send("POST", "/admin/backup", query: ["to": path])
        Console.out(try reply.orExit().text.trimmingCharacters(in: .newlines))
    }
}

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup of the aggregator's registry in its place.",
        discussion: """
            The backup is checked first; the registry that is there is kept under another name. Stop the aggregator before, \
            unless it says that its registry is lost: then it goes on by itself. Rows are not restored: the children send them.
            """)
    @OptionGroup var options: AggregatorOptions
    @Argument(help: "The backup, as `jiayuan backup` wrote it.") var file: String

    func run() async throws {
        let settings = try options.settings()
        try readable(file)
        do {
            let kept = try AggregatorDaemon.restore(file, settings)
            Console.out("\(file) is the registry of \(settings.state) now")
            if let kept { Console.out("the one before is \(kept)") }
        } catch let error as LockFile.Failure {
            Console.error("\(error)")
            throw Exit.unavailable
        } catch {
            Console.error("\(error)")
            throw Exit.refused
        }
    }
}

/// Runs a daemon and ends with a code that the unit file understands.
func started(_ body: () async throws -> Void) async throws {
    do { try await body() } catch let error as PlaceError {
        Console.error("\(error)")
        throw error.isDisk ? Exit.disk : Exit.configuration
    } catch let error as StoreError {
        Console.error("\(error)")
        throw error.exit
    } catch let error as LockFile.Failure {
        Console.error("\(error)")
        throw Exit.configuration
    } catch {
        Console.error("stopped: \(error).")
        throw Exit.refused
    }
}
