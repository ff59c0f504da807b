import ArgumentParser
import Daemon
import District
import Foundation

struct ClaimsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "claims", abstract: "Households that two units have registered and that are not settled yet.",
        discussion: """
            Each unit names its households by tokens, made from their addresses under a key of the round. A token that \
            two units have is counted at one of them: the one an officer names, else the one with the smallest code. \
            The others are told, take the household out of their counts and stop appearing here. Until then the \
            figures say so and their bounds are wider.
            """,
        subcommands: [List.self, Decide.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List what is not settled.")
        @OptionGroup var options: AggregatorOptions
        @Option(help: "Round; the latest open one unless given.") var campaign: String?
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let query = campaign.map { ["campaign": $0] } ?? [:]
            let reply = try await options.daemon().send("GET", "/admin/claims", query: query).orExit()
            if json { return Console.out(reply.text) }
            let open = try JSONDecoder().decode([OpenClaim].self, from: Data(reply.body))
            for claim in open { Console.out(ClaimsCommand.text(claim)) }
            Console.out("\(open.count) not settled")
        }
    }

    struct Decide: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say which unit a household belongs to; kept with reason and name.")
        @OptionGroup var options: AggregatorOptions
        @Argument(help: "Token, 16 hexadecimal digits; see `jiayuan claims` or the door's page at the compound.")
        var token: String
        @Argument(help: "Code of the unit that counts the household from now on.") var unit: String
        @Option(help: "Round; the latest open one unless given.") var campaign: String?
        @Option(help: "Why; kept with the decision.") var reason: String
        @Option(help: "Who decides.") var officer: String

        func run() async throws {
            var query = ["token": token, "unit": unit, "reason": reason, "officer": officer]
            query["campaign"] = campaign
            let reply = try await options.daemon().send("POST", "/admin/claims/decide", query: query)
            Console.out(try reply.orExit().text.trimmingCharacters(in: .newlines))
        }
    }

    private static func text(_ claim: OpenClaim) -> String {
        let since = Date(timeIntervalSince1970: Double(claim.since)).formatted(.iso8601)
        let owner = "\(claim.owner)\(claim.decided ? " by decision" : "")"
        return claim.claimants.reduce("\(claim.token)  counted at \(owner)  since \(since)") { text, claimant in
            text + "\n    \(claimant.unit)  \(claimant.counts ? "counts it" : "does not count it")  "
                + "tel \(claimant.telephone)  \(claimant.name)"
        }
    }
}
