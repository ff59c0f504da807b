import Daemon
import Federation
import Foundation
import Logging
import Testing

@testable import District

/// An aggregator over real files with two communities, asked by its own routes: what a port and a socket would answer.
struct ServedDistrict {
    /// Under `street`: two compounds, and one.
    static let (street, community, other) = ("421303003000", "421303003003", "421303003006")
    static let units = ["421303003003-001", "421303003003-002", "421303003006-001"].map { Code($0)! }
    static let campaign = Code(literal: "2022-04-06-survey")
    static let token = "a-read-token-of-the-district"

    let aggregator: Aggregator
    let series: Series
    let open: [Route]
    let local: [Route]

    /// - Parameter round: whether one is going on.
    static func with(round: Bool = true, _ body: (ServedDistrict) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/served-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let district = try ServedDistrict(folder)
        district.aggregator.start()
        defer { district.aggregator.shutDown() }
        try await district.register(round: round)
        try await body(district)
    }

    private init(_ folder: String) throws {
        let settings = try AggregatorSettings(
            text: "state: \(folder)\nsocket: \(folder)/a.sock\nlisten: 127.0.0.1:1\nread_token: \(Self.token)\n",
            file: "a.yaml")
        aggregator = try Aggregator(folder: folder, pace: settings.pace, log: Logger(label: "test"))
        series = Series(folder: folder, stepSeconds: 300, log: Logger(label: "test"))
        let edge = try PublicEdge(
            settings.releaseTimes, aggregator.registry, series, wall: 0, log: Logger(label: "test"))
        open = AggregatorDaemon.publicRoutes(aggregator, settings, series, edge)
        local = AggregatorDaemon.localRoutes(aggregator)
    }

    private func register(round: Bool) async throws {
        try await admin(
            "/admin/divisions",
            body: """
                code,name,level,parent_code
                421300000000,city,city,420000000000
                421303000000,district,district,421300000000
                421303003000,street,street,421303000000
                421303003003,north,community,421303003000
                421303003006,south,community,421303003000
                421303003009,empty,community,421303003000
                """)
        try await admin(
            "/admin/units",
            body: "code,name,expected_households,expected_residents,duty_telephone\n"
                + Self.units.map { "\($0),\($0),100,300,0722-555-0100" }.joined(separator: "\n"))
        guard round else { return }
        try await admin(
            "/admin/campaigns",
            body: #"{"code":"2022-04-06-survey","name":"r","opens":1649239200,"deadline":1649260800}"#)
    }

    // MARK: Asking

    @discardableResult
    func admin(_ path: String, _ query: [String: String] = [:], method: String = "POST", body: String = "") async throws
        -> Reply
    {
        let reply = try await ask(
            local, Call(method: method, path: path, query: query, body: Array(body.utf8)))
        #expect(reply.status == 200, "\(path): \(String(decoding: reply.body, as: UTF8.self))")
        return reply
    }

    /// A token of one place.
    func token(_ query: [String: String]) async throws -> ReadTokenRoutes.Line {
        let query = query.merging(["name": "somebody"]) { said, _ in said }
        return try JSONDecoder().decode(
            ReadTokenRoutes.Line.self, from: Data(try await admin("/admin/tokens", query).body))
    }

    /// From another machine.
    func get(_ path: String, _ query: [String: String] = [:], token: String?) async throws -> Reply {
        try await ask(open, call("GET", path, query, token: token))
    }

    func post(_ path: String, _ form: String, token: String?) async throws -> Reply {
        try await ask(open, call("POST", path, [:], token: token, body: form))
    }

    func call(_ method: String, _ path: String, _ query: [String: String], token: String?, body: String = "") -> Call {
        Call(
            method: method, path: path, query: query,
            headers: token.map { ["cookie": "jiayuan_read=\($0)"] } ?? [:], body: Array(body.utf8), peer: "10.0.0.2")
    }

    func ask(_ routes: [Route], _ call: Call) async throws -> Reply {
        for route in routes where route.method == call.method {
            var call = call
            guard let captures = route.captures(call.path) else { continue }
            call.captures = captures
            return try await Self.answer(route, call)
        }
        return Reply(status: 404, type: "text/plain", body: [])
    }

    static func answer(_ route: Route, _ call: Call) async throws -> Reply {
        let reply: Reply
        do { reply = try await route.handler(call) } catch let error as any Answerable {
            #expect(route.ready?(call) == nil, "whoever is refused has no answer lying ready")
            return error.reply(to: call)
        }
        if let ready = route.ready?(call), ready.tag == reply.tag {
            #expect(ready.status == reply.status && ready.body == reply.body)
            #expect(ready.headers.map { "\($0)" } == reply.headers.map { "\($0)" })
        }
        return reply
    }

    // MARK: Counting

    /// A push with nothing new in it, and the picture that follows.
    func beat(_ node: inout CaseNode, of unit: Code) async {
        let before = aggregator.look().number
        _ = await aggregator.receive(node.push(from: node.position), unit: unit)
        await follows { $0.number != before }
    }

    /// What a unit's node sends.
    func hear(_ node: inout CaseNode, of unit: Code, from: Position? = nil) async {
        var push = node.push(from: from)
        push.catalogues = [CaseDistrict.catalogue]
        _ = await aggregator.receive(push, unit: unit)
        await follows { [node] in $0.speakers.contains { $0.active?.parent.position == node.position } }
    }

    /// A minute is far longer than any machine takes.
    private func follows(_ isThere: (Picture) -> Bool) async {
        let patience = ContinuousClock.now + .seconds(60)
        while !isThere(aggregator.look()) {
            guard ContinuousClock.now < patience else {
                Issue.record("no picture follows a push")
                return
            }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}

extension Reply {
    var words: String { String(decoding: body, as: UTF8.self) }
    var tag: String? { headers.first { $0.name == "etag" }?.value }
}
