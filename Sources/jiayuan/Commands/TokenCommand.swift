import ArgumentParser
import Daemon
import District
import Foundation

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Who may read figures, and of what place.",
        discussion: """
            A token opens one division or unit with everything below it, and says so to whoever asks for more. Besides \
            these there is `read_token` of the configuration, which opens everything.
            """,
        subcommands: [Add.self, List.self, End.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token and show it, this once.",
            discussion: "  jiayuan token add 某社区居委会 --of 421303587002 --may phone-in --until 2022-07-01")
        @OptionGroup var options: AggregatorOptions
        @Argument(help: "Whose it is, for people.") var name: String
        @Option(help: "Code of the division or unit that it opens, with all below; everything without it.")
        var of: String?
        @Option(
            help:
                "What its holder may do besides reading: phone-in, to write down counts that were rung up; settle, the work list; publish, orders, notices and rounds. May be given more than once."
        )
        var may: [Right] = []
        @Option(help: "First day on which it opens nothing any more, such as 2022-07-01.") var until: String?
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            var query = ["name": name]
            query["scope"] = of
            if !may.isEmpty { query["may"] = may.map(\.rawValue).joined(separator: ",") }
            query["until"] = until
            let reply = try await options.daemon().send("POST", "/admin/tokens", query: query).orExit()
            if json { return Console.out(reply.text) }
            let line = try JSONDecoder().decode(ReadTokenRoutes.Line.self, from: Data(reply.body))
            Console.out(TokenCommand.text(line))
            Console.out("查看口令 read token: \(line.token ?? "")")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all that were ever made.")
        @OptionGroup var options: AggregatorOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let reply = try await options.daemon().send("GET", "/admin/tokens").orExit()
            if json { return Console.out(reply.text) }
            for line in try JSONDecoder().decode([ReadTokenRoutes.Line].self, from: Data(reply.body)) {
                Console.out(TokenCommand.text(line))
            }
        }
    }

    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a token, at once and for good.")
        @OptionGroup var options: AggregatorOptions
        @Argument(help: "Its number; see `jiayuan token list`.") var number: Int64

        func run() async throws {
            let reply = try await options.daemon().send("POST", "/admin/tokens/end", query: ["number": "\(number)"])
            Console.out(try reply.orExit().text.trimmingCharacters(in: .newlines))
        }
    }

    private static func text(_ line: ReadTokenRoutes.Line) -> String {
        var text = "\(line.number)  \(line.name)  of \(line.scope ?? "everything")"
        if !line.may.isEmpty { text += ", may " + line.may.joined(separator: ", ") }
        if let until = line.until { text += ", until \(until)" }
        return text + (line.ended ? ", ended" : "")
    }
}

extension Right: ExpressibleByArgument {}
