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

    /// - Parameters:
    ///   - form: a word for the form of the answer, part of its tag.
    ///   - make: the answer's bytes.
    func answer(
        _ call: Call, _ selection: StatsSelection, form: String, type: String,
        headers: [(name: String, value: String)] = [],
        _ make: @escaping @Sendable (Asked) throws -> [UInt8]
    ) async throws -> Reply {
        let isZipped = Encoding.takesGzip(call.headers["accept-encoding"])
        let words = form + (isZipped ? "-gzip" : "")
        var now = try current(selection, words)
        if selection.wait > 0, ETag.names(call.headers["if-none-match"], now.tag) {
            guard waiters.enter(call.peer) else { throw StatsProblem.tooManyWait }
            defer { waiters.leave(call.peer) }
            try await wait(selection) { try current(selection, words).tag != now.tag }
            now = try current(selection, words)
        }
        let common =
            headers + [
                (name: "etag", value: "W/" + now.tag), (name: "cache-control", value: "private, no-cache"),
                (name: "vary", value: "accept-encoding"),
            ]
        if ETag.names(call.headers["if-none-match"], now.tag) {
            return Reply(status: 304, type: type, body: [], headers: common)
        }
        let body = try await shelf.bytes(now.tag, of: now.picture.number) { [now] in
            let asked = try asked(selection, now)
            let whole = try make(asked)
            return isZipped ? Gzip.compress(whole) : whole
        }
        return Reply(
            status: 200, type: type, body: body,
            headers: common + (isZipped ? [(name: "content-encoding", value: "gzip")] : []))
    }

    /// For one answer that nobody asks for twice.
    func asked(_ selection: StatsSelection) throws -> Asked {
        try asked(selection, try current(selection, ""))
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

/// Answers made of the latest picture, by their tags: each is made once, and ten thousand readers of one page cost as much
/// as one. Of a later picture they are made anew, although the tag may be the same: they say as of when they are.
actor AnswerShelf {
    /// The number of the picture.
    private var number: UInt64 = 0
    private var answers: [String: [UInt8]] = [:]
    private var bytes = 0
    private var making: [String: Task<[UInt8], any Error>] = [:]

    private static let most = 16 * 1024 * 1024

    func bytes(_ tag: String, of number: UInt64, _ make: @escaping @Sendable () throws -> [UInt8]) async throws
        -> [UInt8]
    {
        if number <= self.number, let kept = answers[tag] { return kept }
        // Begun for a picture that was the latest a moment ago: the figures are those of the tag.
        if let task = making[tag] { return try await task.value }
        let task = Task.detached { try make() }
        making[tag] = task
        defer { making[tag] = nil }
        let made = try await task.value
        keep(made, tag, of: number)
        return made
    }

    private func keep(_ made: [UInt8], _ tag: String, of number: UInt64) {
        if number > self.number { (self.number, answers, bytes) = (number, [:], 0) }
        guard number == self.number, bytes + made.count <= AnswerShelf.most, answers[tag] == nil else { return }
        answers[tag] = made
        bytes += made.count
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
