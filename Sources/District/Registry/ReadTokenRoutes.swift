package import Daemon
import Federation
import Foundation

/// Read tokens are made, listed and ended over the local socket only.
package struct ReadTokenRoutes: Sendable {
    private let aggregator: Aggregator

    package init(_ aggregator: Aggregator) { self.aggregator = aggregator }

    package var routes: [Route] {
        [
            Route("POST", "/admin/tokens") { try await make($0) },
            Route("GET", "/admin/tokens") { _ in try list() },
            Route("POST", "/admin/tokens/end") { try await end($0) },
        ]
    }

    /// What a token opens; the token itself only in the answer that makes it.
    package struct Line: Codable, Sendable {
        package var number: Int64
        package var name: String
        /// Absent for everything.
        package var scope: String?
        /// What its holder may do beside reading.
        package var may: [String]
        package var madeAt: Int64
        package var until: String?
        package var endedAt: Int64?
        /// Somebody ended it, or its last day is over.
        package var ended: Bool
        package var token: String?

        init(_ held: ReadToken, now: Int64, token: String? = nil) {
            (number, name, scope, may) = (held.number, held.name, held.scope, held.rights.map(\.rawValue).sorted())
            (madeAt, until, endedAt, self.token) = (held.madeAt, held.until, held.endedAt, token)
            ended = held.hasEnded(at: now)
        }
    }

    private typealias Refused = AdminRoutes.Refused

    private func make(_ call: Call) async throws -> Reply {
        guard let name = call.query["name"], !name.allSatisfy(\.isWhitespace) else {
            throw Refused(problems: ["name: expected whose token it is, such as the community's name"])
        }
        let wall = aggregator.clock.wall
        let held = ReadToken(
            name: name, scope: try scope(call), rights: try rights(call), madeAt: wall, until: try until(call))
        let token = Token.random(of: .reader)
        try await aggregator.change { try $0.add(held, hash: Token.hash(token)) }
        guard let made = aggregator.look().readTokens[Token.hash(token)] else { throw CancellationError() }
        return try ReadTokenRoutes.json(Line(made, now: wall, token: token))
    }

    /// Words with commas between.
    private func rights(_ call: Call) throws -> Set<Right> {
        Set(
            try (call.query["may"] ?? "").split(separator: ",").map { word in
                guard let right = Right(rawValue: String(word)) else {
                    let known = Right.allCases.map(\.rawValue).joined(separator: ", ")
                    throw Refused(problems: ["may: expected some of \(known), with commas between"])
                }
                return right
            })
    }

    private func scope(_ call: Call) throws -> String? {
        guard let scope = call.query["scope"] else { return nil }
        if let unit = Code(scope), try aggregator.registry.units().contains(where: { $0.code == unit }) { return scope }
        try AdminRoutes(aggregator).requireDivision(scope)
        return scope
    }

    private func until(_ call: Call) throws -> String? {
        guard let day = call.query["until"] else { return nil }
        guard Day.isDay(day), day > aggregator.today else {
            throw Refused(problems: ["until: expected a day after today, such as 2022-04-30"])
        }
        return day
    }

    private func list() throws -> Reply {
        let now = aggregator.clock.wall
        return try ReadTokenRoutes.json(
            aggregator.look().readTokens.values.sorted { $0.number < $1.number }.map { Line($0, now: now) })
    }

    private func end(_ call: Call) async throws -> Reply {
        let tokens = aggregator.look().readTokens.values
        guard let number = call.query["number"].flatMap({ Int64($0) }),
            let token = tokens.first(where: { $0.number == number })
        else { throw Refused(problems: ["number: expected that of a token; see `jiayuan token list`"]) }
        let wall = aggregator.clock.wall
        try await aggregator.change { try $0.endReadToken(number, at: wall) }
        return .text("token \(number) of \(token.name) opens nothing any more\n")
    }

    private static func json(_ value: some Encodable) throws -> Reply {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Reply(status: 200, type: "application/json; charset=utf-8", body: Array(try encoder.encode(value)))
    }
}
