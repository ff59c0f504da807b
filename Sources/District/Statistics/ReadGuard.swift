import Crypto
import Daemon
import Federation

/// What a question is about: each route of figures says it, and `ReadGuard` alone decides who may ask.
enum About: Sendable {
    /// Everything that is held here, or something that can't be told apart by place.
    case everything
    /// Wherever the reader is at home: everything, or a page of its own place.
    case home(wall: Bool)
    /// Figures, along the hierarchy of the round or day that is asked for.
    case figures(Naming)
    /// A unit's affairs, along today's hierarchy.
    case affairs(Naming)

    /// Where the place or unit stands in a question; where it stands nowhere the question is about everything.
    enum Naming: Sendable {
        case path(String)
        /// Any of these parameters.
        case query(Set<String>)
    }
}

/// The one place that decides who may read what. Figures are for signed-in staff: a read token comes as
/// `Authorization: Bearer` or, for a browser, as the cookie that `/login?token=` sets. Without one configured callers
/// on this machine are answered without.
package struct ReadGuard: Sendable {
    private let token: String?
    private let aggregator: Aggregator

    static let cookie = "jiayuan_read"

    package init(token: String?, _ aggregator: Aggregator) { (self.token, self.aggregator) = (token, aggregator) }

    /// A route that is answered only to whoever may ask it.
    ///
    /// - Parameters:
    ///   - right: beyond reading.
    ///   - refused: the form of a refusal; as programs read it unless said otherwise.
    ///   - ready: the answer where it lies ready, of a question to which nothing speaks against an answer.
    func route(
        _ method: String, _ pattern: String, about: About, needs right: Right? = nil,
        refused: @escaping @Sendable (Call, StatsProblem) -> Reply = { $1.reply(to: $0) },
        ready: (@Sendable (Call) throws -> Reply?)? = nil,
        handler: @escaping @Sendable (Call, Reader) async throws -> Reply
    ) -> Route {
        var route = Route(method, pattern) { call in
            let reader: Reader
            do {
                reader = try self.reader(call)
                if case .home(let wall) = about, let home = home(reader, wall: wall) {
                    return .seeOther(home + kept(call))
                }
                try admit(reader, call, about, right)
            } catch let problem as StatsProblem { return refused(call, problem) }
            // A cookie comes along with a form of any site.
            guard method == "GET" || call.isOfThisSite else { throw StatsProblem.otherSite }
            return try await handler(call, reader)
        }
        if let ready { route.ready = { try? lyingReady($0, about, right, ready) } }
        return route
    }

    /// Whoever is refused is told so by the handler, which has words for it.
    private func lyingReady(
        _ call: Call, _ about: About, _ right: Right?, _ ready: @Sendable (Call) throws -> Reply?
    ) throws -> Reply? {
        // The hierarchy of another day is read from the registry.
        guard call.query["on"] == nil else { return nil }
        try admit(reader(call), call, about, right)
        return try ready(call)
    }

    private func admit(_ reader: Reader, _ call: Call, _ about: About, _ right: Right?) throws {
        guard try sees(reader, call, about) else { throw StatsProblem.scoped(reader.scope ?? "") }
        guard right.map(reader.may) ?? true else { throw StatsProblem.readsOnly }
    }

    // MARK: Who asks

    func reader(_ call: Call) throws(StatsProblem) -> Reader {
        var said = call.cookie(ReadGuard.cookie) ?? ""
        if let header = call.headers["authorization"], header.lowercased().hasPrefix("bearer ") {
            said = String(header.dropFirst(7))
        }
        let tokens = aggregator.look().readTokens
        if let known = tokens[Token.hash(said)] {
            guard !known.hasEnded(at: aggregator.clock.wall) else { throw .tokenEnded }
            return Reader(known)
        }
        guard let token else {
            if ["", "127.0.0.1", "::1"].contains(call.peer) { return .everything }
            throw tokens.isEmpty ? .tokenNotConfigured : .tokenWrong
        }
        // Compared as digests, so that the time taken says nothing about how much was right.
        guard SHA256.hash(data: Array(said.utf8)) == SHA256.hash(data: Array(token.utf8)) else { throw .tokenWrong }
        return .everything
    }

    /// `/login?token=…` for a browser.
    func entered(_ call: Call) throws(StatsProblem) -> Reply {
        var asked = call
        asked.headers["authorization"] = "Bearer \(call.query["token"] ?? "")"
        _ = try reader(asked)
        let cookie = "\(ReadGuard.cookie)=\(call.query["token"] ?? ""); HttpOnly; SameSite=Strict; Path=/"
        return .seeOther("/", headers: [(name: "set-cookie", value: cookie)])
    }

    // MARK: What is asked

    private func sees(_ reader: Reader, _ call: Call, _ about: About) throws -> Bool {
        guard reader.scope != nil else { return true }
        switch about {
        case .everything, .home: return false
        case .figures(let naming): return try sees(reader, named(naming, call), try tree(call))
        case .affairs(let naming): return sees(reader, named(naming, call), aggregator.look().rollup.tree)
        }
    }

    private func sees(_ reader: Reader, _ codes: [String], _ tree: @autoclosure () throws -> PlaceTree) rethrows -> Bool
    {
        try !codes.isEmpty && codes.allSatisfy { try reader.sees($0, in: try tree()) }
    }

    private func named(_ naming: About.Naming, _ call: Call) -> [String] {
        switch naming {
        case .path(let name): [call.captures[name] ?? ""]
        case .query(let names): names.compactMap { call.query[$0] }
        }
    }

    /// What the answer will be added up along.
    private func tree(_ call: Call) throws -> PlaceTree {
        let picture = aggregator.look()
        if let day = call.query["on"], Day.isDay(day) { return try aggregator.tree(on: day) }
        return picture.campaign(call.query["campaign"]).map { picture.along($0).rollup.tree } ?? picture.rollup.tree
    }

    /// Nil for whoever is at home with everything.
    private func home(_ reader: Reader, wall: Bool) -> String? {
        guard let scope = reader.scope else { return nil }
        let isUnit = Code(scope).flatMap { aggregator.look().rollup.tree.unit($0) } != nil
        return (isUnit ? "/unit/" : wall ? "/wall/" : "/division/") + scope
    }

    /// The language, the round and the colours that were chosen; nothing else is led along.
    private func kept(_ call: Call) -> String {
        let pairs = ["campaign", "lang", "theme"].compactMap { name in
            call.query[name].flatMap { $0.wholeMatch(of: /[A-Za-z0-9._:\-]{1,64}/) == nil ? nil : "\(name)=\($0)" }
        }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }
}

extension StatsProblem {
    static let tokenNotConfigured = StatsProblem(
        status: 403, error: "read_token_not_configured", hint: said("read.not_configured"))
    static let tokenWrong = StatsProblem(status: 401, error: "read_token_wrong", hint: said("read.wrong"))
    static let tokenEnded = StatsProblem(status: 401, error: "read_token_ended", hint: said("read.ended"))
    static let otherSite = StatsProblem(
        status: 403, error: "other_site", hint: "a form is taken from this aggregator's own pages only")
    static let readsOnly = StatsProblem(status: 403, error: "read_token_reads_only", hint: said("read.reads_only"))

    /// Never that there is no such place, nor an empty answer: either would be a figure.
    static func scoped(_ scope: String) -> StatsProblem {
        StatsProblem(
            status: 403, error: "read_token_scoped", scope: scope, hint: said("read.scoped", ["scope": scope]))
    }

    private static func said(_ key: String, _ values: [String: String] = [:]) -> String {
        Messages.zhHans(key, values) + " / " + Messages.english(key, values)
    }
}
