import ArgumentParser
import Daemon
import District
import Foundation
import Wire

struct DirectiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directive",
        abstract: "Orders (指令), notices (通知) and rules for the compounds: who has received them, who has read them.",
        discussion: """
            A change is a new version that takes the place of the last one; that stays readable. Rounds are published \
            with `jiayuan campaign add` and stand in the same list. A rule with --measure is one by which figures of its \
            round are read from then on, those of earlier rows too; withdrawn, the program's own holds again.
            """,
        subcommands: [Publish.self, Withdraw.self, List.self, Show.self])

    struct Word: ParsableArguments {
        @Argument(help: "Its number, such as 2022-41.") var code: String
        @Option(help: "Why; kept with the version, and shown with it.") var reason: String
        @Option(help: "Who publishes it.") var officer: String

        var words: DirectiveWords {
            var words = DirectiveWords(code: code)
            (words.reason, words.officer) = (reason, officer)
            return words
        }

        func send(_ words: DirectiveWords, to path: String, _ options: AggregatorOptions) async throws {
            let reply = try await options.daemon().send("POST", path, body: Array(try JSONEncoder().encode(words)))
            Console.out(try reply.orExit().text.trimmingCharacters(in: .newlines))
        }
    }

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Publish one, or its next version.")
        @OptionGroup var options: AggregatorOptions
        @OptionGroup var word: Word
        @Option(help: "order, notice or rule; of a new version what it was.") var kind: String?
        @Option(help: "Title; of a new version what it was.") var title: String?
        @Option(help: "What it says.") var text: String?
        @Option(help: "File with what it says; - for standard input.") var textFile: String?
        @Option(help: "Code of the round that it is about; of a new version what it was.") var campaign: String?
        @Option(help: "By when it is to be done, such as 2022-04-06T22:00 (without a zone China's).") var due: Moment?
        @Option(help: "Code of a division or unit that it is for, as often as needed; without it everybody.")
        var to: [String] = []
        @Option(
            help:
                "Of a rule by which figures of the round are read: survey.completion, survey.contact or survey.tested.")
        var measure: String?
        @Option(help: "Classes that are done, with commas between, such as p_tested,p_elsewhere_verified.")
        var done: String?
        @Option(help: "Classes that are due and not done; those in neither list count nowhere.") var open: String?

        func run() async throws {
            var words = word.words
            (words.kind, words.title, words.campaign, words.due) = (kind, title, campaign, due?.seconds)
            words.text = try textFile.map { String(decoding: try readInput($0), as: UTF8.self) } ?? text
            words.to = to
            words.measure = measure
            words.done = done.map(Publish.classes)
            words.owed = open.map { Publish.classes($0) + (words.done ?? []) }
            try await word.send(words, to: "/admin/directives", options)
        }

        func validate() throws {
            guard (done == nil) == (open == nil) else {
                throw ValidationError(
                    "--done and --open belong together: both, or neither for a rule that stays as it was")
            }
        }

        private static func classes(_ text: String) -> [String] {
            text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that one holds no more; what it said stays readable.")
        @OptionGroup var options: AggregatorOptions
        @OptionGroup var word: Word

        func run() async throws { try await word.send(word.words, to: "/admin/directives/withdraw", options) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All of them, the newest first.")
        @OptionGroup var options: AggregatorOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let reply = try await options.daemon().send("GET", "/v1/directives").orExit()
            if json { return Console.out(reply.text) }
            for line in try JSONDecoder().decode([Line].self, from: Data(reply.body)) { Console.out(line.text) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One in every version, and each compound that it is for.")
        @OptionGroup var options: AggregatorOptions
        @Argument(help: "Its number.") var code: String
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let reply = try await options.daemon().send("GET", "/v1/directives", query: ["code": code]).orExit()
            if json { return Console.out(reply.text) }
            for line in try JSONDecoder().decode([Line].self, from: Data(reply.body)) {
                Console.out(line.text)
                for version in line.versions ?? [] { Console.out(version.line) }
                for unit in line.units ?? [] { Console.out(unit.text) }
            }
        }
    }

    private struct Line: Decodable {
        struct Version: Decodable {
            var version: Int
            var title: String
            var text: String
            var at: Int64
            var due: Int64?
            var officer: String
            var reason: String
            var withdrawn: Bool
            var counts: Directive.Counting?

            var line: String {
                let until = due.map { ", due \(Moment(seconds: $0))" } ?? ""
                let state = withdrawn ? "withdrawn" : text.split(whereSeparator: \.isNewline).joined(separator: " ")
                return
                    "    version \(version)  \(Moment(seconds: at))  \(officer): \(reason)\(until)  \(title): \(state)"
                    + (counts.map { "\n        " + roles($0) } ?? "")
            }

            private func roles(_ counts: Directive.Counting) -> String {
                let open = Set(counts.due).subtracting(counts.done).sorted()
                return
                    "\(counts.measure) v\(counts.version): done \(counts.done.joined(separator: ",")); open \(open.joined(separator: ","))"
            }
        }
        struct Unit: Decodable {
            var unit: String
            var name: String
            var state: String
            var since: Int64?
            var duty_telephone: String

            var text: String {
                let when = since.map { " since \(Moment(seconds: $0))" } ?? ""
                return "    \(unit)  \(state)\(when)  tel \(duty_telephone.isEmpty ? "-" : duty_telephone)  \(name)"
            }
        }
        var code: String
        var kind: String
        var last: Version
        var addressed: Int
        var received: Int
        var acknowledged: Int
        var versions: [Version]?
        var units: [Unit]?

        var text: String {
            let state = last.withdrawn ? "  withdrawn" : ""
            return
                "\(code)  \(kind)  version \(last.version)\(state)  \(acknowledged) of \(addressed) read it, \(received) received it  \(last.title)"
        }
    }
}
