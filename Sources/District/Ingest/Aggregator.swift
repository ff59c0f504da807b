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
    var units: [UnitCopies]
    var campaigns: [RegistryCampaign]
    var edition: String?
    /// Milliseconds on the serving clock, and seconds since 1970, at which it was taken.
    var now: Int64
    var wall: Int64
    /// Rises with every change of a count or a standing.
    var revision: UInt64
    var tokens: [[UInt8]: Code]
}

/// The district's side: owns the writing thread and what it has in memory. Memory is published only
/// after the commit, and rebuilt from the files at start.
package final class Aggregator: @unchecked Sendable {
    // Everything marked `writer:` is touched by the writing thread only; readers have `picture`.
    let registry: RegistryStore
    let identity: Incarnation
    let clock: ServingClock
    private let store: RowStore
    private let log: Logger
    private let queue = GroupCommit<Job>()
    private let picture: Mutex<Picture>

    private var ledger: Ledger  // writer:
    private var revision: UInt64 = 0  // writer:
    private var unpublished = false  // writer:
    private var publishedAt: Int64 = 0  // writer:
    private var sweptAt: Int64 = 0  // writer:

    enum Job: Sendable {
        case push(Push, unit: Code, CheckedContinuation<Answer, Never>)
        case change(@Sendable (RegistryStore) throws -> Void, CheckedContinuation<Void, any Error>)
        case retire(unit: Code, Incarnation, CheckedContinuation<Bool, Never>)

        /// Nil for what isn't part of the rows' transaction.
        var order: Ledger.Order? {
            switch self {
            case .push(let push, let unit, _): .push(push, unit: unit)
            case .retire(let unit, let incarnation, _): .retire(incarnation, unit: unit)
            case .change: nil
            }
        }
    }

    /// - Parameter folder: holds `registry.sqlite` and `rows.sqlite`; both are made if missing.
    package init(folder: String, pace: Pace, log: Logger) throws {
        self.log = log
        clock = ServingClock()
        registry = try RegistryStore(folder + "/registry.sqlite")
        identity = try registry.identity()
        store = try RowStore(folder + "/rows.sqlite")
        ledger = try Ledger(
            identity: identity, pace: pace, registry: try RegistryContent(registry), store: store, now: clock.now,
            wall: clock.wall)
        picture = Mutex(Picture(ledger.tally, now: clock.now, wall: clock.wall, revision: 0))
    }

    package func start() { queue.start { [self] in run($0) } }
    package func shutDown() { queue.shutDown() }

    /// The latest picture, with the clocks as they were when it was taken.
    func look() -> Picture { picture.withLock { $0 } }

    package func isAnswering() -> Bool { store.isAnswering() }

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
            if !queue.submit(.change(body, done)) { done.resume(throwing: CancellationError()) }
        }
    }

    /// A person's word that this incarnation is not to be counted.
    ///
    /// - Returns: false if the unit has no such incarnation.
    func retire(_ incarnation: Incarnation, of unit: Code) async -> Bool {
        await withCheckedContinuation { done in
            if !queue.submit(.retire(unit: unit, incarnation, done)) { done.resume(returning: false) }
        }
    }

    // MARK: The writing thread

    private func run(_ jobs: [Job]) {
        let now = clock.now
        if !jobs.isEmpty { commit(jobs, now) }
        if now - sweptAt >= 250 {
            sweptAt = now
            note(changed: ledger.sweep(now: now))
        }
        // Publishing copies what has changed since; 25 ms keep that cheap and nobody sees the difference.
        if unpublished, now - publishedAt >= 25 || jobs.isEmpty { publish(now) }
    }

    private func commit(_ jobs: [Job], _ now: Int64) {
        let done: (replies: [Ledger.Reply], changed: Bool)
        do {
            done = try ledger.perform(jobs.compactMap(\.order), now: now, wall: clock.wall)
        } catch {
            // What is on the disk is no longer known, and memory must not run ahead of it.
            log.critical("commit failed; stopping", metadata: ["error": "\(error)"])
            exit(74)
        }
        note(changed: done.changed)
        var replies = done.replies.makeIterator()
        for job in jobs {
            switch job {
            case .push(_, _, let waiting):
                if case .answer(let answer) = replies.next() { waiting.resume(returning: answer) }
            case .retire(_, _, let waiting): waiting.resume(returning: replies.next() == .found(true))
            case .change(let body, let waiting): waiting.resume(with: Result { try reregister(body, now) })
            }
        }
    }

    private func reregister(_ body: (RegistryStore) throws -> Void, _ now: Int64) throws {
        try body(registry)
        ledger.reregister(try RegistryContent(registry), now: now)
        note(changed: true)
        publish(now)
    }

    private func note(changed: Bool) {
        guard changed else { return }
        unpublished = true
        revision &+= 1
    }

    private func publish(_ now: Int64) {
        unpublished = false
        publishedAt = now
        let fresh = Picture(ledger.tally, now: now, wall: clock.wall, revision: revision)
        picture.withLock { $0 = fresh }
    }
}

extension Picture {
    init(_ tally: Tally, now: Int64, wall: Int64, revision: UInt64) {
        self.init(
            rollup: tally.rollup, units: tally.units, campaigns: tally.registered.campaigns,
            edition: tally.registered.edition, now: now, wall: wall, revision: revision,
            tokens: tally.registered.tokens)
    }
}
