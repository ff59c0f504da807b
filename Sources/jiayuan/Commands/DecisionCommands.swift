import ArgumentParser
import Daemon
import Foundation

extension UnitCommand {
    struct Word: ParsableArguments {
        @Argument(help: "Unit code.") var unit: String
        @Argument(help: "Incarnation, 32 hexadecimal digits; see `jiayuan why`.") var incarnation: String
        @Option(help: "Why; kept with the decision.") var reason: String
        @Option(help: "Who decides.") var officer: String

        func decide(_ path: String, _ options: AggregatorOptions) async throws {
            let query = ["unit": unit, "incarnation": incarnation, "reason": reason, "officer": officer]
            let reply = try await options.daemon().send("POST", path, query: query)
            Console.out(try reply.orExit().text.trimmingCharacters(in: .newlines))
        }
    }

    struct Adopt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide that one incarnation of a unit counts and that all others are retired.",
            discussion: """
                Ends a dispute. What the other copies recorded is not lost if `jiayuan adopt` was run at the node before: \
                then their facts are in its journal already. What the change takes back stands in `jiayuan receipts`.
                """)
        @OptionGroup var options: AggregatorOptions
        @OptionGroup var word: Word

        func run() async throws { try await word.decide("/admin/adopt", options) }
    }

    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide that one incarnation of a unit is not to be counted.")
        @OptionGroup var options: AggregatorOptions
        @OptionGroup var word: Word

        func run() async throws { try await word.decide("/admin/retire", options) }
    }
}

struct ReceiptsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipts",
        abstract: "What restored or replaced nodes took back of what was acknowledged, and what may be missing besides."
    )
    @OptionGroup var options: AggregatorOptions
    @Argument(help: "Unit code; all units without one.") var unit: String?
    @Flag(help: "Row by row, count by count.") var rows = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let reply = try await options.daemon().send("GET", "/v1/receipts", query: unit.map { ["unit": $0] } ?? [:])
            .orExit()
        if json { return Console.out(reply.text) }
        let receipts = try JSONDecoder().decode([Receipt].self, from: Data(reply.body))
        if receipts.isEmpty { Console.out("no restore took anything back") }
        for receipt in receipts {
            Console.out(receipt.head)
            if rows { for row in receipt.rows ?? [] { Console.out(row.text) } }
        }
    }

    private struct Receipt: Decodable {
        struct Row: Decodable {
            struct Difference: Decodable {
                var indicator: String
                var old: Int64?
                /// Null for unknown, absent where the heir has no such row.
                var new: String

                enum Keys: String, CodingKey { case indicator, old, new }
                init(from decoder: any Decoder) throws {
                    let members = try decoder.container(keyedBy: Keys.self)
                    indicator = try members.decode(String.self, forKey: .indicator)
                    old = try members.decodeIfPresent(Int64.self, forKey: .old)
                    let known = try members.decodeIfPresent(Int64.self, forKey: .new).map { "\($0)" }
                    new = members.contains(.new) ? known ?? "unknown" : "absent"
                }
            }
            var dataset: String
            var period: String
            var subject: String
            var counts: [Difference]

            var text: String {
                let changes = counts.map { "\($0.indicator) \($0.old.map { "\($0)" } ?? "unknown") → \($0.new)" }
                return "    \(dataset) \(period) \(subject): \(changes.joined(separator: ", "))"
            }
        }
        var unit: String
        var deposed: String
        var heir: String
        var at: Int64
        var rows: [Row]?
        var text: [String]

        var head: String {
            let when = Moment(seconds: Int64(at)).description
            return "\(unit)  \(when)  \(deposed) → \(heir)\n  " + text.joined(separator: "\n  ")
        }
    }
}

struct PhoneInCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phone-in",
        abstract: "Write down counts that somebody rang up for a silent compound (电话代报).",
        discussion: """
            They stand as last known, marked with who and when, and never in a bound. A later call replaces an earlier one; \
            as soon as the compound's node reports again its own rows count and the difference is kept.
              jiayuan phone-in 421303587002-001 2022-04-06-survey --done 310 --due 402 --caller 王主任 --officer 李四
            """)
    @OptionGroup var options: AggregatorOptions
    @Argument(help: "Unit code.") var unit: String
    @Argument(help: "Campaign code.") var campaign: String
    @Option(help: "Households with a final result.") var done: Int64
    @Option(help: "Households that are due.") var due: Int64
    @Option(help: "Residents tested; together with --residents.") var tested: Int64?
    @Option(help: "Residents who are due.") var residents: Int64?
    @Option(help: "Who rang.") var caller: String
    @Option(help: "Who writes it down.") var officer: String
    @Option(help: "Why the node doesn't say it itself, such as a power cut.") var reason: String?

    func run() async throws {
        var query = [
            "unit": unit, "campaign": campaign, "done": "\(done)", "due": "\(due)", "caller": caller,
            "officer": officer,
        ]
        query["tested"] = tested.map { "\($0)" }
        query["residents"] = residents.map { "\($0)" }
        query["reason"] = reason
        let reply = try await options.daemon().send("POST", "/admin/phone-in", query: query)
        Console.out(try reply.orExit().text.trimmingCharacters(in: .newlines))
    }
}

struct PhoneInsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phone-ins", abstract: "Counts that were phoned in, and what the nodes said when they came back.")
    @OptionGroup var options: AggregatorOptions
    @Argument(help: "Unit code; all units without one.") var unit: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let reply = try await options.daemon().send("GET", "/v1/phone-ins", query: unit.map { ["unit": $0] } ?? [:])
            .orExit()
        if json { return Console.out(reply.text) }
        for call in try JSONDecoder().decode([Line].self, from: Data(reply.body)) { Console.out(call.text) }
    }

    private struct Line: Decodable {
        struct Counts: Decodable {
            var done: Int64
            var due: Int64
        }
        struct Returned: Decodable {
            var node: Counts
            var difference: Counts
        }
        var unit: String
        var campaign: String
        var at: Int64
        var counts: Counts
        var caller: String
        var officer: String
        var superseded: Returned?

        var text: String {
            let when = Moment(seconds: Int64(at)).description
            let end = superseded.map {
                "  superseded by the node's \($0.node.done)/\($0.node.due), difference \($0.difference.done)/\($0.difference.due)"
            }
            return
                "\(unit)  \(campaign)  \(when)  \(counts.done)/\(counts.due)  caller \(caller), officer \(officer)\(end ?? "  open")"
        }
    }
}
