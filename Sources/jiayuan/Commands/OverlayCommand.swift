import ArgumentParser
import Daemon
import District
import Foundation

struct OverlayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "overlay",
        abstract: "Sets that are counted beside the divisions: zones, paired agencies, control zones.",
        subcommands: [Import.self, List.self])

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import a table of sets; each set that it names is replaced whole.",
            discussion: """
                CSV with code,name,kind,member,from,until. Kinds: zone (功能区), paired (包保单位), lockdown (封控区), \
                control (管控区), precaution (防范区). A member is a division, with all below it, or a unit; until is the \
                first day on which it doesn't belong any more, empty where none is known. Write a set at one level only, \
                where it is issued.
                """)
        @OptionGroup var options: AggregatorOptions
        @Argument(help: "The CSV file; - for standard input.") var file: String

        func run() async throws {
            let reply = try await options.daemon().send("POST", "/admin/overlays", body: readInput(file))
            Console.out(try reply.orExit().text.trimmingCharacters(in: .newlines))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the sets and who belongs to them.")
        @OptionGroup var options: AggregatorOptions
        @Option(help: "On which day, such as 2022-04-06; today without it.") var on: String?
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let query = on.map { ["on": $0] } ?? [:]
            let reply = try await options.daemon().send("GET", "/admin/overlays", query: query).orExit()
            if json { return Console.out(reply.text) }
            for line in try JSONDecoder().decode([OverlayRoutes.Line].self, from: Data(reply.body)) {
                let unresolved =
                    line.unresolved.isEmpty ? "" : "  (not registered: \(line.unresolved.joined(separator: " ")))"
                Console.out(
                    "\(line.code)  \(line.kind)  \(line.name)  \(line.members.joined(separator: " "))\(unresolved)")
            }
        }
    }
}
