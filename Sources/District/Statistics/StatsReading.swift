import Daemon
import Federation
import ServiceLifecycle
import Synchronization
import Wire

/// How everything that is made of figures is read: one tag for what was asked, bytes made once for all who ask the
/// same, a call that waits for news without a thread, gzip.
struct StatsReading: Sendable {
    private let aggregator: Aggregator
    private let series: Series?
    private let shelf = AnswerShelf()
    private let waiters = Waiters()

    /// - Parameter series: nil where no daemon runs that keeps one.
    init(_ aggregator: Aggregator, _ series: Series?) { (self.aggregator, self.series) = (aggregator, series) }

    /// How an answer is written.
    struct Form: Sendable {
        /// Part of its tag.
        var word: String
        var type: String
        var headers: [(name: String, value: String)]

        init(_ word: String, _ type: String, headers: [(name: String, value: String)] = []) {
            (self.word, self.type, self.headers) = (word, type, headers)
        }
    }

    /// The answer where it lies ready: that nothing has changed, or what was made for another reader.
    ///
    /// - Returns: nil where it has to be made or waited for, or is a long one.
    func ready(_ call: Call, _ selection: StatsSelection, _ form: Form) throws -> Reply? {
        let letter = Letter(call, form)
        let now = try current(selection, letter.words)
        if ETag.names(letter.held, now.tag) { return selection.wait > 0 ? nil : letter.unchanged(now.tag) }
        return shelf.shortBytes(now.tag, of: now.picture.number).map { letter.reply($0, now.tag) }
    }

    /// - Parameter make: the answer's bytes.
    func answer(
        _ call: Call, _ selection: StatsSelection, _ form: Form, _ make: @escaping @Sendable (Asked) throws -> [UInt8]
    ) async throws -> Reply {
        let letter = Letter(call, form)
        var now = try current(selection, letter.words)
        if selection.wait > 0, ETag.names(letter.held, now.tag) {
            guard waiters.enter(call.peer) else { throw StatsProblem.tooManyWait }
            defer { waiters.leave(call.peer) }
            try await wait(selection) { try current(selection, letter.words).tag != now.tag }
            now = try current(selection, letter.words)
        }
        if ETag.names(letter.held, now.tag) { return letter.unchanged(now.tag) }
        let body = try await shelf.bytes(now.tag, of: now.picture.number) { [now] in
            try letter.packed(make(asked(selection, now)))
        }
        return letter.reply(body, now.tag)
    }

    /// What an answer to one call looks like, whatever it says.
    private struct Letter: Sendable {
        let form: Form
        let isZipped: Bool
        /// The tag of what the caller has.
        let held: String?

        init(_ call: Call, _ form: Form) {
            self.form = form
            isZipped = Encoding.takesGzip(call.headers["accept-encoding"])
            held = call.headers["if-none-match"]
        }

        var words: String { form.word + (isZipped ? "-gzip" : "") }

        func packed(_ whole: [UInt8]) -> [UInt8] { isZipped ? Gzip.compress(whole) : whole }

        func unchanged(_ tag: String) -> Reply {
            Reply(status: 304, type: form.type, body: [], headers: headers(tag))
        }

        func reply(_ body: [UInt8], _ tag: String) -> Reply {
            Reply(
                status: 200, type: form.type, body: body,
                headers: headers(tag) + (isZipped ? [(name: "content-encoding", value: "gzip")] : []))
        }

        private func headers(_ tag: String) -> [(name: String, value: String)] {
            form.headers + [
                (name: "etag", value: "W/" + tag), (name: "cache-control", value: "private, no-cache"),
                (name: "vary", value: "accept-encoding"),
            ]
        }
    }

    /// For one answer that nobody asks for twice.
    func asked(_ selection: StatsSelection) throws -> Asked {
        try asked(selection, current(selection, ""))
    }

    private func asked(_ selection: StatsSelection, _ now: Current) throws -> Asked {
        var asked = try Asked(selection, now.picture, now.campaign) { try aggregator.look(on: $0) }
        if now.passed > 0 { asked.course = series?.log(now.campaign, now.picture) }
        return asked
    }

    /// The latest picture, the round that is asked for in it, and the tag of the answer.
    private struct Current {
        var picture: Picture
        var campaign: Code
        /// How many of the round's targets and its deadline have come, and what stood then is kept.
        var passed: Int
        /// Sent as a weak one: under one tag figures are the same, and `as_of` may be a later one.
        var tag: String
    }

    private func current(_ selection: StatsSelection, _ words: String) throws(StatsProblem) -> Current {
        let picture = aggregator.look()
        guard picture.rollup.tree.root != nil else { throw .noUnits }
        guard let campaign = picture.campaign(selection.campaign) else {
            throw .absent("campaign_unknown", "campaign", "no such campaign; see campaign=")
        }
        let moments = picture.campaigns.first { $0.code == campaign }.map { $0.targets.map(\.at) + [$0.deadline] } ?? []
        let keptAt = series?.keptAt ?? 0
        let passed = moments.count { $0 <= keptAt }
        return Current(
            picture: picture, campaign: campaign, passed: passed,
            tag: aggregator.tag(
                figures: picture, of: campaign, selection.words(campaign),
                words + (passed > 0 ? "-passed\(passed)" : "")))
    }

    /// Returns once there is news, or when the time that was asked for is over. Whoever waits again and again is
    /// answered once a second at most, however fast pushes come in.
    private func wait(_ selection: StatsSelection, until isNew: () throws -> Bool) async throws {
        guard let signs = aggregator.readers.listen(pause: .seconds(selection.wait)) else {
            throw StatsProblem.tooManyWait
        }
        let soonest = ContinuousClock.now + .seconds(1)
        for await sign in signs.cancelOnGracefulShutdown() {
            if sign == .beat { return }
            if try isNew() { break }
        }
        if !Task.isShuttingDownGracefully { try await Task.sleep(until: soonest) }
    }
}

/// How many calls wait from each address. One that has hung up is noticed when its time is over, so that a client which
/// comes again and again must not take the places of all others.
private final class Waiters: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    private static let most = 64

    func enter(_ peer: String) -> Bool {
        counts.withLock { counts in
            guard counts[peer, default: 0] < Waiters.most else { return false }
            counts[peer, default: 0] += 1
            return true
        }
    }

    func leave(_ peer: String) {
        counts.withLock { counts in
            counts[peer, default: 1] -= 1
            if counts[peer] == 0 { counts[peer] = nil }
        }
    }
}

enum ETag {
    /// Whether `If-None-Match` names the tag. `*` names none: whoever knows nothing yet is told.
    static func names(_ header: String?, _ tag: String) -> Bool {
        guard let header else { return false }
        return header.split(separator: ",").contains { said in
            let said = said.trimming { $0 == " " || $0 == "\t" }
            return said == tag || said == "W/" + tag
        }
    }
}

enum Encoding {
    /// Whether `Accept-Encoding` allows gzip.
    static func takesGzip(_ header: String?) -> Bool {
        (header ?? "").lowercased().split(separator: ",").contains { said in
            let parts = said.split(separator: ";").map { $0.trimming { $0 == " " } }
            guard let name = parts.first, name == "gzip" || name == "*" else { return false }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }?.dropFirst(2)
            return quality.map { (Double($0) ?? 0) > 0 } ?? true
        }
    }
}

extension Reply {
    /// Compressed for whoever takes that; the tag of a page, where it has one, has to tell the two apart.
    func packed(for call: Call) -> Reply {
        guard Encoding.takesGzip(call.headers["accept-encoding"]), !body.isEmpty else { return self }
        var packed = self
        packed.body = Gzip.compress(body)
        packed.headers.append((name: "content-encoding", value: "gzip"))
        return packed
    }
}

extension Substring {
    fileprivate func trimming(_ isBlank: (Character) -> Bool) -> Substring {
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return ""
        }
        return self[first...last]
    }
}
