package import Daemon
import Federation
import Foundation
import Wire

/// What is published downward, for commands and programs.
package struct DirectiveRoutes: Sendable {
    private let aggregator: Aggregator
    private let guarding: ReadGuard

    package init(_ aggregator: Aggregator, guarding: ReadGuard) {
        self.aggregator = aggregator
        self.guarding = guarding
    }

    package var routes: [Route] {
        [guarding.route("GET", "/v1/directives", about: .everything) { call, _ in try list(call) }]
    }

    /// Without a token: the socket is readable by this user's group only.
    package var localRoutes: [Route] {
        [
            Route("GET", "/v1/directives") { try list($0) },
            Route("POST", "/admin/directives") { try await said($0) { try await $0.publish($1) } },
            Route("POST", "/admin/directives/withdraw") { try await said($0) { try await $0.withdraw($1) } },
        ]
    }

    private func said(
        _ call: Call, _ act: (Publisher, DirectiveWords) async throws -> Directive
    ) async throws -> Reply {
        guard let words = try? JSONDecoder().decode(DirectiveWords.self, from: Data(call.body)) else {
            throw AdminRoutes.Refused(problems: [
                "expected code, kind, title, text, campaign, due, to, measure, done, owed, reason and officer as JSON"
            ])
        }
        let directive = try await act(Publisher(aggregator: aggregator), words)
        let all = DirectiveReading(directive, aggregator.look()).lines.count
        let what = directive.withdrawn ? "withdrawn" : "published"
        return .text("\(directive.code) is \(what) as version \(directive.version), for \(all) compounds\n")
    }

    /// All of them with how many have it, the newest first; of one code every version and unit.
    private func list(_ call: Call) throws -> Reply {
        let picture = aggregator.look()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        func json(_ value: some Encodable) throws -> Reply {
            Reply(status: 200, type: "application/json; charset=utf-8", body: Array(try encoder.encode(value)))
        }
        guard let code = call.query["code"] else {
            return try json(picture.directives.latest.reversed().map { DirectiveJSON($0, picture, isWhole: false) })
        }
        guard let last = picture.directives.last(code) else {
            throw StatsProblem.absent(
                "directive_unknown", "code", "nothing was published under it; see GET /v1/directives")
        }
        return try json([DirectiveJSON(last, picture, isWhole: true)])
    }
}

private struct DirectiveJSON: Encodable {
    struct Version: Encodable, Equatable {
        var version: Int
        var title: String
        var text: String
        @Null var campaign: String?
        @Null var opens: Int64?
        @Null var due: Int64?
        /// Of a round: how far it should be by when.
        var targets: [RoundTarget]
        var at: Int64
        var officer: String
        var reason: String
        var withdrawn: Bool
        /// Of a round: it is over.
        var closed: Bool
        /// Of a rule by which figures are read.
        @Null var counts: Directive.Counting?

        init(_ directive: Directive) {
            (version, title, text) = (directive.version, directive.title, directive.text)
            (campaign, opens, due, at) = (directive.campaign, directive.opens, directive.due, directive.at)
            (officer, reason, withdrawn) = (directive.officer, directive.reason, directive.withdrawn)
            closed = directive.closed ?? false
            targets = directive.targets ?? []
            counts = directive.counts
        }
    }
    struct Unit: Encodable, Equatable {
        var unit: String
        var name: String
        var state: String
        @Null var since: Int64?
        var duty_telephone: String
    }
    var code: String
    var kind: String
    var issued_above: Bool
    /// Null for everybody.
    @Null var to: [String]?
    var last: Version
    var addressed: Int
    var received: Int
    var acknowledged: Int
    /// Of one that was asked for: every version, the first first, and every compound that it is for.
    var versions: [Version]?
    var units: [Unit]?

    init(_ directive: Directive, _ picture: Picture, isWhole: Bool) {
        let reading = DirectiveReading(directive, picture)
        (code, kind, to) = (directive.code, directive.kind, directive.to)
        issued_above = picture.directives.isFromAbove(directive.code)
        last = Version(directive)
        addressed = reading.lines.count
        acknowledged = reading.count(.acknowledged)
        received = reading.count(.received) + acknowledged
        guard isWhole else { return }
        versions = picture.directives.versions(of: directive.code).map(Version.init)
        units = reading.inOrder.map { line in
            let unit = picture.rollup.tree.units[line.unit]
            return Unit(
                unit: unit.code.text, name: unit.name, state: line.state.rawValue, since: line.since,
                duty_telephone: unit.dutyTelephone)
        }
    }
}
