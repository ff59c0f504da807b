import Coverage
import Daemon
import Federation
import Foundation
package import Logging
import Synchronization
import Wire

/// An immutable picture of everything, for readers: dashboards never wait for ingest, ingest never
/// waits for them.
struct Picture: Sendable {
    var rollup: Rollup
    var claims = ClaimBoard()
    /// Per speaker: every unit, then the relays.
    var speakers: Paged<UnitCopies>
    var campaigns: [RegistryCampaign]
    var edition: String?
    /// Milliseconds on the serving clock, and seconds since 1970, at which it was taken.
    var now: Int64
    var wall: Int64
    /// Rises with every change of what figures of some round say; see `revision(of:)`.
    var revision: UInt64
    /// By round: how often a last contact moved that its figures name.
    var contacts: [Code: UInt64] = [:]
    /// Rises with every picture: what pages show beside figures may be all that changed.
    var number: UInt64 = 0
    var tokens: [[UInt8]: Code]
    var readTokens: [[UInt8]: ReadToken] = [:]
    var overlays: [Overlay] = []
    /// Of an overlay's figures by what they are added up; nil along the division tree.
    var overlayWords: CutWords?
    /// Nil until the first one of this process.
    var scrub: ScrubNote?
    /// What was decided, and who rang.
    var book = DecisionBook()
    var lineage = Lineage()
    /// By which rules rows are read, and were read here before.
    var rules: [RuleVersion] = []
    /// What was published downward.
    var directives = DirectiveBook()
    /// Help between compounds.
    var help = Help()
}

/// When rows were last compared with what was acknowledged, and how many differed.
struct ScrubNote: Sendable, Equatable {
    /// Seconds since 1970.
    var at: Int64
    var findings: Int
}

/// The district's side: owns the writing thread and what it has in memory. Memory is published only
/// after the commit, and rebuilt from the files at start.
package final class Aggregator: @unchecked Sendable {
    // Everything marked `writer:` is touched by the writing thread only; readers have `picture`.
    let registry: RegistryStore
    let identity: Incarnation
    let clock: ServingClock
    /// Names this run of the process: revisions begin anew with each, and a reader may hold one of an earlier run.
    private let run = Hex.text(UInt64.random(in: 0 ... .max))
    private let store: RowStore
    private let log: Logger
    /// What is decided about rows that are held already.
    private let merging = JournalLog.logger("merge")
    private let queue = GroupCommit<Job>()
    private let picture: Mutex<Picture>

    private var ledger: Ledger  // writer:
    private var revision: UInt64 = 0  // writer:
    private var pictures: UInt64 = 0  // writer:
    /// Rung with every new picture, for open pages.
    let bell = Bell()
    /// Rung when figures changed, for calls that wait for them.
    let readers = Bell(most: 512)
    private var unpublished = false  // writer:
    private var publishedAt: Int64 = 0  // writer:
    private var sweptAt: Int64 = 0  // writer:
    private var registeredOn: String  // writer:
    private var scrubbedAt: Int64 = 0  // writer:
    private var lastScrub: ScrubNote?  // writer:
    private let rules: [RuleVersion]
    private var unreported: [Finding] = []  // writer:
    private let pace: Pace

    enum Job: Sendable {
        case push(Push, unit: Code, CheckedContinuation<Answer, Never>)
        case change(@Sendable (RegistryStore) throws -> Void, @Sendable (Result<Void, any Error>) -> Void)
        /// What an officer decides or writes down.
        case decide(Ledger.Order, CheckedContinuation<Ledger.Reply, any Error>)
        case scrub(CheckedContinuation<Scrub, any Error>)

        /// Nil for what isn't part of the rows' transaction.
        var order: Ledger.Order? {
            switch self {
            case .push(let push, let unit, _): .push(push, unit: unit)
            case .decide(let order, _): order
            case .change, .scrub: nil
            }
        }
    }

    /// - Parameter folder: holds `registry.sqlite` and `rows.sqlite`; both are made if missing.
    package init(folder: String, pace: Pace, log: Logger) throws {
        self.log = log
        self.pace = pace
        clock = ServingClock()
        registeredOn = Day.of(clock.wall)
        registry = try RegistryStore(folder + "/registry.sqlite")
        identity = try registry.identity()
        rules = try registry.rules(Measure.all, at: clock.wall)
        store = try RowStore(folder + "/rows.sqlite")
        ledger = try Ledger(
            identity: identity, pace: pace, registry: try RegistryContent(registry, on: registeredOn), store: store,
            decisions: registry, now: clock.now, wall: clock.wall)
        var first = Picture(ledger.tally, now: clock.now, wall: clock.wall, revision: 0)
        first.rules = rules
        picture = Mutex(first)
        unreported = ledger.foundAtStart
        alarm(unreported)
    }

    package func start() { queue.start { [self] in write($0) } }
    package func shutDown() { queue.shutDown() }

    /// The latest picture, with the clocks as they were when it was taken.
    func look() -> Picture { picture.withLock { $0 } }

    /// What is held now, added up along the hierarchy of a day.
    ///
    /// - Parameter day: `YYYY-MM-DD`.
    func look(on day: String) throws -> Picture {
        // The registry is read beside the picture: it may have changed since, and then both are taken again.
        while true {
            var picture = look()
            var registered = Tally.Registered(try RegistryContent(registry, on: day))
            registered.hierarchy = Hierarchy(current: registered.tree, closed: registered.hierarchy.closed)
            let tree = registered.tree
            guard tree.units.map(\.code) == picture.rollup.tree.units.map(\.code),
                tree.relays.map(\.code) == picture.rollup.tree.relays.map(\.code)
            else { continue }
            picture.rollup = Rollup.recomputed(
                registered.hierarchy, shelf: picture.rollup.shelf, speakers: picture.speakers, now: picture.now)
            picture.claims = Claims.recomputed(registered, speakers: picture.speakers).board
            picture.edition = registered.edition
            return picture
        }
    }

    /// What rows were added up along on a day.
    ///
    /// - Parameter day: `YYYY-MM-DD`.
    func tree(on day: String) throws -> PlaceTree { Hierarchy(try RegistryContent(registry, on: day)).current }

    /// The ETag of a page, the question's own words included.
    func tag(_ picture: Picture, _ words: String...) -> String { tag(picture.number, words) }

    /// The ETag of a round's figures: it is the same for all pictures that say the same of them.
    func tag(figures picture: Picture, of round: Code, _ words: String...) -> String {
        tag(picture.revision(of: round), words)
    }

    private func tag(_ number: UInt64, _ words: [String]) -> String {
        "\"\(([identity.description, run, "\(number)"] + words).joined(separator: "-"))\""
    }

    /// `YYYY-MM-DD`.
    var today: String { Day.of(clock.wall) }

    /// What is wrong with the file of the rows; nil while it answers.
    package func fault() -> String? { store.fault() }

    // MARK: From any task

    func receive(_ push: Push, unit: Code) async -> Answer {
        await withCheckedContinuation { done in
            if !queue.submit(.push(push, unit: unit, done)) {
                done.resume(returning: Answer(outcome: .busy(retryAfterSeconds: 5), parent: identity))
            }
        }
    }

    /// Changes the registry on the writing thread, then counts everything under the new one.
    func change(_ body: @escaping @Sendable (RegistryStore) throws -> Void) async throws {
        try await withCheckedThrowingContinuation { done in
            if !queue.submit(.change(body, { done.resume(with: $0) })) { done.resume(throwing: CancellationError()) }
        }
    }

    /// The same for a thread that may block, such as the sender's.
    func changeNow(_ body: @escaping @Sendable (RegistryStore) throws -> Void) throws {
        let done = DispatchSemaphore(value: 0)
        let outcome = Mutex<Result<Void, any Error>?>(nil)
        let isTaken = queue.submit(
            .change(body) { result in
                outcome.withLock { $0 = result }
                done.signal()
            })
        guard isTaken else { throw CancellationError() }
        done.wait()
        try outcome.withLock { $0 }?.get()
    }

    /// What an officer decides or writes down; durable when this returns.
    func decide(_ order: Ledger.Order) async throws -> Ledger.Reply {
        try await withCheckedThrowingContinuation { done in
            if !queue.submit(.decide(order, done)) { done.resume(throwing: CancellationError()) }
        }
    }

    /// Compares everything that is held with the digests that were acknowledged, now.
    func scrub() async throws -> Scrub {
        try await withCheckedThrowingContinuation { done in
            if !queue.submit(.scrub(done)) { done.resume(throwing: CancellationError()) }
        }
    }

    // MARK: The writing thread

    private func write(_ jobs: [Job]) {
        let now = clock.now
        if !jobs.isEmpty { commit(jobs, now) }
        if now - sweptAt >= 250 {
            sweptAt = now
            note(ledger.sweep(now: now))
        }
        if now - scrubbedAt >= Aggregator.night { _ = try? scrub(now) }
        // Another edition of the divisions may be in force from today.
        if registeredOn != today { try? reregister({ _ in }, now) }
        settleChanges(now)
        // Publishing copies what has changed since; 25 ms keep that cheap and nobody sees the difference.
        if unpublished, now - publishedAt >= 25 || jobs.isEmpty { publish(now) }
    }

    private func commit(_ jobs: [Job], _ now: Int64) {
        let done: (replies: [Ledger.Reply], news: News, decided: Decided)
        do {
            done = try ledger.perform(jobs.compactMap(\.order), now: now, wall: clock.wall)
        } catch {
            // What is on the disk is no longer known, and memory must not run ahead of it.
            log.critical("commit failed; stopping", metadata: ["error": "\(error)"])
            exit(74)
        }
        note(done.news)
        DecisionLog(merging).tell(done.decided)
        // Whoever is told of another document, or wrote something down, has to find that one, not the one before.
        if ledger.tally.toldOfClaims || !done.decided.isEmpty { publish(now) }
        var replies = done.replies.makeIterator()
        for job in jobs {
            switch job {
            case .push(_, _, let waiting):
                if case .answer(let answer) = replies.next() { waiting.resume(returning: answer) }
            case .decide(_, let waiting):
                if let reply = replies.next() { waiting.resume(returning: reply) }
            case .change(let body, let tell): tell(Result { try reregister(body, now) })
            case .scrub(let waiting): waiting.resume(with: Result { try scrub(now) })
            }
        }
    }

    /// Units that ended give way once everybody who follows them has delivered: all of them in one step.
    private func settleChanges(_ now: Int64) {
        let changes = ledger.changesDue(on: today)
        guard !changes.isEmpty else { return }
        do {
            try reregister({ [clock] in try $0.settle(changes, at: clock.wall) }, now)
        } catch { return log.error("a change of units is not settled", metadata: ["error": "\(error)"]) }
        for change in changes {
            merging.notice(
                "the units that follow are counted from now on",
                metadata: [
                    "change": "\(change.number)", "kind": "\(change.kind.rawValue)",
                    "before": "\(change.before.map(\.text).joined(separator: " "))",
                    "after": "\(change.after.map(\.text).joined(separator: " "))",
                ])
        }
    }

    private static let night: Int64 = 24 * 3_600_000

    private func scrub(_ now: Int64) throws -> Scrub {
        scrubbedAt = now
        var scrub = try ledger.scrub(pace: pace, now: now, wall: clock.wall)
        // Whoever asks first after a start hears what the start found, and mended.
        scrub.findings = unreported + scrub.findings
        unreported = []
        lastScrub = ScrubNote(at: clock.wall, findings: scrub.findings.count)
        alarm(scrub.findings)
        merging.notice(
            "scrubbed",
            metadata: ["units": "\(scrub.units)", "rows": "\(scrub.rows)", "findings": "\(scrub.findings.count)"])
        // It looks at all appointments first, and forgets what doesn't add up.
        note(.figures)
        publish(now)
        return scrub
    }

    private func alarm(_ findings: [Finding]) {
        for finding in findings {
            merging.critical(
                "rows are not what was acknowledged; they are asked for again",
                metadata: [
                    "where": "\(finding.place.rawValue)", "unit": "\(finding.unit?.text ?? "-")",
                    "incarnation": "\(finding.incarnation.map { "\($0)" } ?? "-")",
                ])
        }
    }

    private func reregister(_ body: (RegistryStore) throws -> Void, _ now: Int64) throws {
        // What is written may depend on what is open now.
        publish(now)
        try body(registry)
        let today = today
        ledger.reregister(try RegistryContent(registry, on: today), now: now)
        registeredOn = today
        note(.figures)
        publish(now)
    }

    private func note(_ news: News) {
        if news >= .pages { unpublished = true }
        if news >= .figures { revision &+= 1 }
    }

    private func publish(_ now: Int64) {
        unpublished = false
        publishedAt = now
        var fresh = Picture(ledger.tally, now: now, wall: clock.wall, revision: revision)
        fresh.scrub = lastScrub
        fresh.rules = rules
        pictures &+= 1
        fresh.number = pictures
        let former = picture.withLock { picture in
            defer { picture = fresh }
            return picture
        }
        bell.ring()
        if former.revision != fresh.revision || former.contacts != fresh.contacts { readers.ring() }
    }
}

extension Picture {
    /// Rises with every change of what figures of a round say.
    func revision(of round: Code) -> UInt64 { revision &+ contacts[round, default: 0] }

    /// The same, along the hierarchy that a round is counted in.
    func along(_ round: Code) -> Picture {
        var picture = self
        picture.rollup = rollup.along(round)
        picture.edition = rollup.edition(round) ?? edition
        return picture
    }

    init(_ tally: Tally, now: Int64, wall: Int64, revision: UInt64) {
        self.init(
            rollup: tally.rollup, claims: tally.claims.board, speakers: tally.speakers,
            campaigns: tally.registered.campaigns,
            edition: tally.registered.edition, now: now, wall: wall, revision: revision, contacts: tally.contacts,
            tokens: tally.registered.tokens, readTokens: tally.registered.readTokens,
            overlays: tally.registered.overlays,
            book: tally.registered.book, lineage: tally.registered.lineage,
            directives: tally.registered.directives, help: tally.help)
    }
}
