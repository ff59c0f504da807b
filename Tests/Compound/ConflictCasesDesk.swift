import Daemon
import Federation
import Foundation
import Sync
import Testing

@testable import Compound

/// A compound as people and phones see it: the real pages and the real API over the real store.
struct CaseDesk: Sendable {
    let fixture: Fixture
    let store: CompoundStore
    private let queue = SerialQueue("cases")
    /// What the browser sends with each request.
    private(set) var cookie = ""

    static func with(_ body: (CaseDesk) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/cases-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let fixture = Fixture(folder: folder)
        let store = try fixture.open()
        _ = try store.memory()
        try await body(CaseDesk(fixture: fixture, store: store))
    }

    // MARK: What people see

    func page(
        _ path: String, _ language: Language, query: [String: String] = [:], status: Int = 200
    ) async throws -> String {
        let routes = NodePages(store: store, queue: queue, gate: PinGate(pin: nil)).routes
        let reply = try await answer("GET", path, routes, query: query.merging(["lang": language.rawValue]) { $1 })
        #expect(reply.status == status, "\(path)")
        return String(decoding: reply.body, as: UTF8.self)
    }

    /// Presses a button of a page: the fields of the form whose button says `label`.
    /// - Parameter why: the reason that is tapped, where the form asks for one.
    func press(_ label: String, on path: String, why: Settlement.Reason? = nil) async throws {
        try await press(label, in: try await page(path, .zhHans), why: why)
    }

    func press(_ label: String, in page: String, why: Settlement.Reason? = nil) async throws {
        let button = try #require(page.range(of: ">\(label)</button>"), "no button \(label)")
        let opening = try #require(page[..<button.lowerBound].range(of: "<form", options: .backwards))
        let form = String(page[opening.lowerBound..<button.upperBound])
        let action = try #require(form.firstMatch(of: /action="([^"]+)"/)).output.1
        let last = try #require(form.range(of: "<button", options: .backwards))
        let tapped = why.map { "name=\"\(Settlement.member)\" value=\"\($0.rawValue)\"" }
        if let tapped { #expect(form.contains(tapped), "no such reason at \(label)") }
        let inputs = form.matches(of: /<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"/).filter {
            !$0.output.0.contains("type=\"radio\"") || tapped.map($0.output.0.contains) ?? false
        }.map { "\($0.output.1)=\($0.output.2)" }
        let chosen = form[last.lowerBound...].firstMatch(of: /name="([^"]+)" value="([^"]*)"/).map {
            "\($0.output.1)=\($0.output.2)"
        }
        try await send(
            form: (inputs + [chosen].compactMap { $0 }).joined(separator: "&"),
            to: String(action).replacing("&amp;", with: "&"))
    }

    /// - Returns: where the answer leads.
    @discardableResult func send(form: String, to path: String) async throws -> String {
        let routes = NodePages(store: store, queue: queue, gate: PinGate(pin: nil)).routes
        let reply = try await answer("POST", path, routes, body: form)
        #expect(reply.status == 303, "\(form): \(String(decoding: reply.body, as: UTF8.self))")
        return reply.headers.first { $0.name == "location" }?.value ?? ""
    }

    /// The page that answers a form.
    func post(form: String, to path: String) async throws -> String {
        let routes = NodePages(store: store, queue: queue, gate: PinGate(pin: nil)).routes
        let reply = try await answer("POST", path, routes, body: form)
        guard reply.status == 303, let next = reply.headers.first(where: { $0.name == "location" })?.value else {
            return String(decoding: reply.body, as: UTF8.self)
        }
        // As a browser does: what is shown has an address of its own.
        return String(decoding: try await answer("GET", next, routes).body, as: UTF8.self)
    }

    /// Another browser of the desk, in which somebody has said who she is; one without a name where she hasn't.
    func browser(of name: String) async throws -> CaseDesk {
        let routes = NodePages(store: store, queue: queue, gate: PinGate(pin: nil)).routes
        let reply = try await answer("POST", "/clerk", routes, body: "clerk=\(name)")
        let said = try #require(reply.headers.first { $0.name == "set-cookie" }?.value)
        var other = self
        other.cookie = String(said.prefix { $0 != ";" })
        return other
    }

    // MARK: What programs see

    func get(_ path: String, _ language: Language) async throws -> Any {
        let routes = CompoundAPI(store, queue: queue).routes
        return try Self.json(try await answer("GET", path, routes, query: ["lang": language.rawValue]))
    }

    func send(records: String, _ language: Language = .zhHans) async throws -> (status: Int, body: [String: Any]) {
        let routes = CompoundAPI(store, queue: queue).routes
        let reply = try await answer(
            "POST", "/api/v1/records", routes, query: ["lang": language.rawValue], body: records)
        return (reply.status, try #require(try Self.json(reply) as? [String: Any]))
    }

    private static func json(_ reply: Reply) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(reply.body), options: [.fragmentsAllowed])
    }

    private func answer(
        _ method: String, _ path: String, _ routes: [Route], query: [String: String] = [:], body: String = ""
    ) async throws -> Reply {
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        let asked = (parts.dropFirst().first ?? "").split(separator: "&").map {
            $0.split(separator: "=", maxSplits: 1).map(String.init)
        }
        let query = asked.reduce(into: query) { $0[$1[0]] = $1.count > 1 ? $1[1] : "" }
        for route in routes where route.method == method {
            guard let captures = Self.captures(route.pattern, parts[0]) else { continue }
            return try await route.handler(
                Call(
                    method: method, path: parts[0], captures: captures, query: query,
                    headers: cookie.isEmpty ? [:] : ["cookie": cookie], body: Array(body.utf8)))
        }
        throw NoRoute(path: path)
    }

    private struct NoRoute: Error { var path: String }

    private static func captures(_ pattern: String, _ path: String) -> [String: String]? {
        let (places, parts) = (pattern.split(separator: "/"), path.split(separator: "/"))
        guard places.count == parts.count else { return nil }
        var captures: [String: String] = [:]
        for (place, part) in zip(places, parts) {
            if place.hasPrefix("{") {
                captures[String(place.dropFirst().dropLast())] = String(part)
            } else if place != part {
                return nil
            }
        }
        return captures
    }

    // MARK: Sentences

    /// The one open conflict says this, in the listing and on the page of conflicts, in both languages; the desk's
    /// page names their number and leads there.
    func expectConflict(
        on path: String, zh: (said: String, remedy: String), en: (said: String, remedy: String),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for (language, expected) in [(Language.zhHans, zh), (.en, en)] {
            let listed = try #require(try await get("/api/v1/conflicts", language) as? [[String: Any]])
            #expect(listed.map { $0["message"] as? String } == [expected.said], sourceLocation: sourceLocation)
            #expect(listed.map { $0["hint"] as? String } == [expected.remedy], sourceLocation: sourceLocation)
            try await expect(on: "/conflicts", language, expected.said, sourceLocation: sourceLocation)
            try await expect(on: "/conflicts", language, expected.remedy, sourceLocation: sourceLocation)
            let notice = language == .en ? "◇ 1 in dispute" : "◇ 待核实 1 条"
            try await expect(on: path, language, notice, sourceLocation: sourceLocation)
        }
        let status = try #require(try await get("/api/v1/status", .en) as? [String: Any])
        #expect(status["conflicts"] as? Int == 1, sourceLocation: sourceLocation)
    }

    func expect(
        on path: String, zh: String, en: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await expect(on: path, .zhHans, zh, sourceLocation: sourceLocation)
        try await expect(on: path, .en, en, sourceLocation: sourceLocation)
    }

    func expect(
        on path: String, _ language: Language, _ sentence: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let escaped: HTML = "\(sentence)"
        let isThere = try await page(path, language).contains(escaped.source)
        #expect(isThere, "\(path) has no “\(sentence)”", sourceLocation: sourceLocation)
    }

    func expectSettled(sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try store.conflicts().isEmpty, sourceLocation: sourceLocation)
        try expectDigestOfRows(store, sourceLocation: sourceLocation)
    }
}

extension Record {
    func on(_ device: String) -> Record {
        var record = self
        record.device = Code(device)
        return record
    }
}
