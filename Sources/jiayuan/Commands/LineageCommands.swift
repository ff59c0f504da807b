import ArgumentParser
import Daemon
import District
import Foundation

/// Units that split, merge, move and close, each on a day.
extension UnitCommand {
    struct Change: ParsableArguments {
        @Option(name: .customLong("on"), help: "First day on which it holds, such as 2022-04-07; today without it.")
        var day: String?
        @Option(help: "Why; kept with the change.") var reason: String
        @Option(help: "Who decides.") var officer: String
        @Flag(help: "Print JSON.") var json = false

        func send(
            _ kind: String, _ units: [String], _ options: AggregatorOptions, more: [String: String] = [:],
            body: [UInt8] = []
        ) async throws -> AdminRoutes.LineageSlip {
            var query = ["kind": kind, "units": units.joined(separator: ","), "reason": reason, "officer": officer]
            query["on"] = day
            query.merge(more) { _, new in new }
            let reply = try await options.daemon().send("POST", "/admin/lineage", query: query, body: body).orExit()
            if json { Console.out(reply.text) }
            return try JSONDecoder().decode(AdminRoutes.LineageSlip.self, from: Data(reply.body))
        }

        /// The slips of the units that begin, and what is done next.
        func tell(_ done: AdminRoutes.LineageSlip, _ parentURL: String) {
            if json { return }
            for slip in done.slips where slip.token != nil { Console.out(Slip.text(slip, parentURL: parentURL)) }
            Console.out(
                "change \(done.change): the rows of before stand until every unit that follows has delivered its own; "
                    + "see `jiayuan unit changes`")
        }
    }

    struct Split: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A compound becomes two or more; prints a slip for each.",
            discussion: """
                CSV as for `unit add`; together the new units must be expected to have what the old one had. Each new \
                node takes its buildings over: `jiayuan adopt journal.sqlite --from OLD --buildings 1,2,3`. Until all of \
                them have delivered, the old unit's rows stand and age; then all change places at once.
                """)
        @OptionGroup var options: AggregatorOptions
        @Argument(help: "The unit that ends.") var unit: String
        @Option(help: "The CSV file of the units that begin; - for standard input.") var into: String
        @Option(help: "Print for the slips: where the aggregator is reached.") var parentURL = "http://127.0.0.1:8470"
        @OptionGroup var change: Change

        func run() async throws {
            change.tell(try await change.send("split", [unit], options, body: readInput(into)), parentURL)
        }
    }

    struct Merge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Two compounds or more become one; prints its slip.",
            discussion: """
                CSV as for `unit add`, with one line under a code of its own: codes are never used again. Its node \
                takes the journals over, each under a letter where buildings have the same numbers: \
                `jiayuan adopt journal.sqlite --from OLD --prefix A`.
                """)
        @OptionGroup var options: AggregatorOptions
        @Argument(help: "The units that end.") var units: [String]
        @Option(help: "The CSV file of the unit that begins; - for standard input.") var into: String
        @Option(help: "Code of the relay that it is counted through, where the old ones differ.") var through: String?
        @Option(help: "Print for the slip: where the aggregator is reached.") var parentURL = "http://127.0.0.1:8470"
        @OptionGroup var change: Change

        func run() async throws {
            let more = through.map { ["through": $0] } ?? [:]
            change.tell(try await change.send("merge", units, options, more: more, body: readInput(into)), parentURL)
        }
    }

    struct Move: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A unit stands in another community from a day on; its code and token stay.",
            discussion: """
                Also for a community that has another code in a new edition. Rounds that were closed before stay where \
                they were counted. A unit that goes to another district is moved at the city, registered there with \
                `unit add`, and closed here.
                """)
        @OptionGroup var options: AggregatorOptions
        @Argument(help: "The unit.") var unit: String
        @Option(help: "Code of the community or street.") var to: String
        @Option(help: "Code of the relay that it is counted through from then on.") var through: String?
        @OptionGroup var change: Change

        func run() async throws {
            var more = ["to": to]
            more["through"] = through
            let done = try await change.send("move", [unit], options, more: more)
            if !change.json { Console.out("change \(done.change): \(unit) stands in \(to)") }
        }
    }

    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A unit is no longer expected from a day on; what it sends later is kept and not counted.")
        @OptionGroup var options: AggregatorOptions
        @Argument(help: "The unit.") var unit: String
        @OptionGroup var change: Change

        func run() async throws {
            let done = try await change.send("close", [unit], options)
            if !change.json { Console.out("change \(done.change): \(unit) is not expected any more") }
        }
    }

    struct Settle: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide that the units that follow are complete as they are, whatever is still waited for.")
        @OptionGroup var options: AggregatorOptions
        @Argument(help: "Number of the change; see `jiayuan unit changes`.") var change: Int64
        @Option(help: "Why; kept with the decision.") var reason: String
        @Option(help: "Who decides.") var officer: String

        func run() async throws {
            let query = ["change": "\(change)", "reason": reason, "officer": officer]
            let reply = try await options.daemon().send("POST", "/admin/lineage/settle", query: query)
            Console.out(try reply.orExit().text.trimmingCharacters(in: .newlines))
        }
    }

    struct Changes: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What became of units, what a change waits for, and who still reports though it ended.")
        @OptionGroup var options: AggregatorOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let reply = try await options.daemon().send("GET", "/admin/lineage").orExit()
            if json { return Console.out(reply.text) }
            let changes = try JSONDecoder().decode([ChangeLine].self, from: Data(reply.body))
            if changes.isEmpty { Console.out("no unit has changed") }
            for change in changes { Console.out(text(change)) }
        }

        private func text(_ change: ChangeLine) -> String {
            let units = change.before.joined(separator: " + ")
            let after = change.to ?? change.after.joined(separator: " + ")
            let state = change.settledAt.map { "since \(Moment(seconds: $0))" } ?? "waiting"
            return
                ([
                    "\(change.change)  \(change.day)  \(change.kind)  \(units)\(after.isEmpty ? "" : " → \(after)")  \(state)",
                    "  \(change.officer): \(change.reason)",
                ] + change.waitsFor.map { "  \($0)" }
                + change.stillSpeaking.map {
                    "  " + Messages.zhHans("lineage.speaking", ["unit": $0]) + " / "
                        + Messages.english("lineage.speaking", ["unit": $0])
                }).joined(separator: "\n")
        }
    }
}
