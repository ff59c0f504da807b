import ArgumentParser
import Daemon
import District
import Foundation

struct RelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay", abstract: "Aggregators below this one, which speak for units of their own.",
        subcommands: [Add.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register an aggregator below this one and print its slip.",
            discussion: """
                Its units are registered here too, with `jiayuan unit add --through CODE`: what is expected comes from
                this registry, never from what arrives. They are counted through the relay and in no other way.
                """)
        @OptionGroup var options: AggregatorOptions
        @Argument(help: "Code of the division that it stands for, such as 421303000000.") var code: String
        @Option(help: "Name for people.") var name: String
        @Option(help: "Whom to ring when it is not heard.") var dutyTelephone = ""
        @Option(help: "Print for the slip: where this aggregator is reached.") var parentURL = "http://127.0.0.1:8470"
        @Flag(help: "Give a relay that is registered already a new token; the old one ends.") var reissue = false
        @Flag(help: "Print JSON instead of a slip.") var json = false

        func run() async throws {
            let query = [
                "code": code, "name": name, "duty_telephone": dutyTelephone, "reissue": reissue ? "1" : "0",
            ]
            let reply = try await options.daemon().send("POST", "/admin/relays", query: query).orExit()
            if json { return Console.out(reply.text) }
            let slip = try JSONDecoder().decode(AdminRoutes.SlipLine.self, from: Data(reply.body))
            Slip.warnOfLoopback(parentURL)
            Console.out(Slip.text(slip, parentURL: parentURL, for: .aggregator))
        }
    }
}
