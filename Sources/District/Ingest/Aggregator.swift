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
    private let merge: Merge
    private let log: Logger
    private let queue = GroupCommit<Job>()
    private let picture: Mutex<Picture>

    private var units: [UnitCopies] = []  // writer:
    private var staged: [Int: StagedPush] = [:]  // writer:
    private var rollup: Rollup  // writer:
    private var shelf: CatalogueShelf  // writer:
    private var fresh: [Bool] = []  // writer: whether a unit's appointment was kept at the last sweep
    private var documents: [Int: String] = [:]  // writer: digests of registry documents, made when asked for
    private var registered: Registered  // writer:
    private var revision: UInt64 = 0  // writer:
    private var unpublished = false  // writer:
    private var publishedAt: Int64 = 0  // writer:
    private var sweptAt: Int64 = 0  // writer:
    private var strangers: [Code: UnitCopies]  // writer: rows of units that the registry doesn't name

    /// What the registry says, read as a whole whenever it changes.
    private struct Registered {
        var tree: PlaceTree
        var campaigns: [RegistryCampaign]
        var edition: String?
        var tokens: [[UInt8]: Code]
    }

    enum Job: Sendable {
        case push(Push, unit: Code, CheckedContinuation<Answer, Never>)
        case change(@Sendable (RegistryStore) throws -> Void, CheckedContinuation<Void, any Error>)
        case retire(unit: Code, Incarnation, CheckedContinuation<Bool, Never>)
    }

    /// - Parameter folder: holds `registry.sqlite` and `rows.sqlite`; both are made if missing.
    package init(folder: String, pace: Pace, log: Logger) throws {
        self.log = log
        clock = ServingClock()
        registry = try RegistryStore(folder + "/registry.sqlite")
        identity = try registry.identity()
        store = try RowStore(folder + "/rows.sqlite")
        merge = Merge(pace: pace, startedAt: clock.now)
        let registered = try Aggregator.read(registry)
        let (shelf, held) = try store.load(startedAt: clock.now, wall: clock.wall, pace: pace)
        self.registered = registered
        self.shelf = shelf
        units = registered.tree.units.map { held[$0.code] ?? UnitCopies() }
        strangers = held.filter { registered.tree.unit($0.key) == nil }
        rollup = Rollup.recomputed(tree: registered.tree, shelf: shelf, units: units, now: clock.now)
        fresh = units.map { ($0.active?.appointment ?? -1) >= 0 }
        picture = Mutex(
            Picture(
                rollup: rollup, units: units, campaigns: registered.campaigns, edition: registered.edition,
                now: clock.now,
                wall: clock.wall, revision: 0, tokens: registered.tokens))
    }

    package func start() { queue.start { [self] in run($0) } }
    package func shutDown() { queue.shutDown() }

    /// The latest picture, with the clocks as they are now.
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
        if now - sweptAt >= 250 { sweep(now) }
        // Publishing copies what has changed since; 25 ms keep that cheap and nobody sees the difference.
        if unpublished, now - publishedAt >= 25 || jobs.isEmpty { publish(now) }
    }

    /// One batch, one transaction: every push is verified against what the ones before it left.
    private func commit(_ jobs: [Job], _ now: Int64) {
        var batch = Batch()
        let known = shelf.catalogues.count
        for job in jobs {
            switch job {
            case .push(let push, let unit, let done): answer(push, unit, done, now, &batch)
            case .change(let body, let done): batch.changes.append((body, done))
            case .retire(let unit, let incarnation, let done): retire(incarnation, unit, done, &batch)
            }
        }
        let writes = batch.touched.values.map(\.write)
        let catalogues = (known..<shelf.catalogues.count).map { (place: $0, catalogue: shelf[$0]) }
        do {
            if !writes.isEmpty || !catalogues.isEmpty { try store.commit(writes, catalogues: catalogues) }
        } catch {
            // What is on the disk is no longer known, and memory must not run ahead of it.
            log.critical("commit failed; stopping", metadata: ["error": "\(error)"])
            exit(74)
        }
        if !catalogues.isEmpty { rollup.learn(shelf) }
        for (index, touch) in batch.touched.sorted(by: { $0.key < $1.key }) {
            rollup.settle(
                index, from: units[index], to: touch.write.state, cuts: touch.everything ? nil : Array(touch.cuts),
                now: now)
            units[index] = touch.write.state
            // A kept appointment makes a stale unit known again in every cut, not only in those that changed.
            if !fresh[index], isFresh(units[index], now) {
                rollup.restate(index, units[index], now: now)
                fresh[index] = true
            }
        }
        if !batch.touched.isEmpty { (unpublished, revision) = (true, revision &+ 1) }
        for (body, done) in batch.changes { done.resume(with: Result { try reregister(body) }) }
        for reply in batch.replies { reply() }
    }

    private struct Batch {
        struct Touch {
            var write: RowStore.Write
            var cuts: Set<Cut> = []
            var everything = false
        }
        var touched: [Int: Touch] = [:]
        var changes: [(@Sendable (RegistryStore) throws -> Void, CheckedContinuation<Void, any Error>)] = []
        var replies: [() -> Void] = []
    }

    private func answer(
        _ push: Push, _ code: Code, _ done: CheckedContinuation<Answer, Never>, _ now: Int64, _ batch: inout Batch
    ) {
        guard let index = registered.tree.unit(code) else {
            batch.replies.append { [identity] in
                done.resume(returning: Answer(outcome: .unauthorized("unit_unknown"), parent: identity))
            }
            return
        }
        for catalogue in push.catalogues { shelf.add(catalogue) }
        var touch =
            batch.touched[index]
            ?? Batch.Touch(
                write: RowStore.Write(unit: code, before: units[index], state: units[index], blocks: [], dropped: []))
        let before = Set(touch.write.state.copies.map(\.parent.incarnation))
        let received = merge.receive(
            push, unit: &touch.write.state, staged: &staged[index], place: index, shelf: shelf, now: now,
            wall: clock.wall)
        boundStaged(keeping: index)
        let after = Set(touch.write.state.copies.map(\.parent.incarnation))
        touch.write.dropped += before.subtracting(after)
        for (cut, _, new) in received.changed {
            touch.write.blocks.append((push.incarnation, cut, new))
            touch.cuts.insert(cut)
        }
        if received.rolesChanged || !before.isSubset(of: after) { touch.everything = true }
        batch.touched[index] = touch
        let reply = reply(received, push, touch.write.state, index)
        batch.replies.append { done.resume(returning: reply) }
    }

    /// What is staged is memory that nobody has paid for with a verified push: it is bounded over all units.
    private func boundStaged(keeping index: Int) {
        guard staged.count > 1, staged.values.reduce(0, { $0 + $1.changes.count }) > StagedPush.totalLimit else {
            return
        }
        staged = staged.filter { $0.key == index }
    }

    private func reply(_ received: Received, _ push: Push, _ unit: UnitCopies, _ index: Int) -> Answer {
        let copy = received.incarnation.flatMap { unit.index(of: $0) }.map { unit.copies[$0] }
        // What the child has just said itself is not said back: most answers fit into one small packet.
        let epoch = unit.epoch == push.epoch ? nil : unit.epoch
        var answer = Answer(outcome: received.outcome, parent: identity, epoch: epoch)
        if case .held = received.outcome {
            answer.role = copy.map { unit.shownRole($0) }
            answer.nextAfterMilliseconds = copy?.paceMilliseconds
            answer.registry = documentDigest(index)
        }
        return answer
    }

    private func retire(
        _ incarnation: Incarnation, _ code: Code, _ done: CheckedContinuation<Bool, Never>, _ batch: inout Batch
    ) {
        guard let index = registered.tree.unit(code) else {
            return batch.replies.append { done.resume(returning: false) }
        }
        var touch =
            batch.touched[index]
            ?? Batch.Touch(
                write: RowStore.Write(unit: code, before: units[index], state: units[index], blocks: [], dropped: []))
        let found = merge.retire(incarnation, &touch.write.state)
        touch.everything = true
        batch.touched[index] = touch
        batch.replies.append { done.resume(returning: found) }
    }

    /// Appointments pass without anybody speaking.
    private func sweep(_ now: Int64) {
        sweptAt = now
        for index in units.indices where fresh[index] && !isFresh(units[index], now) {
            fresh[index] = false
            rollup.restate(index, units[index], now: now)
            (unpublished, revision) = (true, revision &+ 1)
        }
    }

    private func isFresh(_ unit: UnitCopies, _ now: Int64) -> Bool {
        unit.active.map { $0.appointment >= now } ?? false
    }

    private func publish(_ now: Int64) {
        unpublished = false
        publishedAt = now
        let fresh = Picture(
            rollup: rollup, units: units, campaigns: registered.campaigns, edition: registered.edition, now: now,
            wall: clock.wall, revision: revision, tokens: registered.tokens)
        picture.withLock { $0 = fresh }
    }

    // MARK: Registry

    private func reregister(_ body: (RegistryStore) throws -> Void) throws {
        try body(registry)
        var held = strangers
        for (index, unit) in registered.tree.units.enumerated() { held[unit.code] = units[index] }
        registered = try Aggregator.read(registry)
        units = registered.tree.units.map { held.removeValue(forKey: $0.code) ?? UnitCopies() }
        strangers = held
        staged = [:]
        documents = [:]
        let now = clock.now
        rollup = Rollup.recomputed(tree: registered.tree, shelf: shelf, units: units, now: now)
        fresh = units.map { isFresh($0, now) }
        revision &+= 1
        publish(now)
    }

    private static func read(_ registry: RegistryStore) throws -> Registered {
        var paths: [String: [RegistryDivision]] = [:]
        let tree = try PlaceTree(units: try registry.units()) { unit in
            if let known = paths[unit.community] { return known }
            let path = try registry.path(to: unit.community)
            paths[unit.community] = path
            return path
        }
        return Registered(
            tree: tree, campaigns: try registry.campaigns(), edition: try registry.edition(),
            tokens: try registry.tokens())
    }

    private func documentDigest(_ index: Int) -> String? {
        if let known = documents[index] { return known }
        let document = RegistryDocument.make(
            parent: identity, unit: index, tree: registered.tree, campaigns: registered.campaigns)
        let digest = (try? document.encoded()).map { RegistryDocument.digest(of: $0) }
        documents[index] = digest
        return digest
    }
}

extension RegistryDocument {
    static func make(parent: Incarnation, unit: Int, tree: PlaceTree, campaigns: [RegistryCampaign]) -> RegistryDocument
    {
        let entry = tree.units[unit]
        return RegistryDocument(
            v: 1, parent: "\(parent)",
            unit: Unit(
                code: entry.code.text, name: entry.name, expectedHouseholds: Int(entry.households ?? 0),
                expectedResidents: Int(entry.residents ?? 0), dutyTelephone: entry.dutyTelephone),
            path: tree.path(entry.place).map {
                Place(code: tree.places[$0].code, name: tree.places[$0].name, level: tree.places[$0].level)
            },
            campaigns: campaigns.map {
                Campaign(
                    code: $0.code.text, name: $0.name, opens: $0.opens, deadline: $0.deadline, order: $0.order,
                    closed: $0.closed)
            })
    }
}
