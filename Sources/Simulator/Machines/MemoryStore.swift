import Compound
import Federation
import Sync
import Wire

/// A node's store over a disk in memory: each call that changes something is one transaction, durable when
/// it returns. The rules are those of the product (`Sidecar.showsRestore`, `ChildLink`, the digest); only the
/// file format is missing.
final class MemoryStore: CompoundStoring, @unchecked Sendable {
    // One simulated world runs on one thread.
    let disk: MemoryDisk
    let frame: Frame
    private let catalogue: Catalogue
    private let moments: Moments

    /// - Parameter version: which catalogue this program counts under.
    init(_ disk: MemoryDisk, _ frame: Frame, version: Int, moments: Moments) throws {
        (self.disk, self.frame, self.moments) = (disk, frame, moments)
        catalogue = Rounds.catalogues[min(version, Rounds.catalogues.count - 1)]
        if disk.database.incarnation == nil {
            _ = try mint(.firstStart)
            derive(rounds: disk.database.opened)
        } else if let beside = disk.sidecar,
            beside.showsRestore(
                of: disk.database.incarnation, session: disk.database.session, seq: disk.database.position.seq,
                lives: disk.database.lives)
        {
            _ = try mint(.olderThanSidecar)
        }
        derive(rounds: disk.database.opened)
    }

    var position: Position { disk.database.position }
    var incarnation: Incarnation? { disk.database.incarnation }
    var rows: [RowKey: RowBody] { disk.database.rows }
    var addressed: [Int] { disk.database.addresses.keys.sorted() }
    func told() -> Told { disk.database.told(frame) }
    func holdsKey(_ round: Int) -> Bool { disk.database.keys[round] != nil }
    func hasUnknown(_ round: Int) -> Bool {
        disk.database.rows.contains { $0.key.period == Rounds.all[round] && $0.value.counts.contains(.unknown) }
    }

    var journaled: Set<String> { Set(disk.database.facts.keys.map(SQLiteStore.name)) }

    // MARK: People

    func record(_ fact: Fact) throws {
        guard disk.database.facts.updateValue(fact, forKey: fact.id) == nil else { return }
        guard disk.database.opened.insert(fact.round).inserted else {
            return derive(building: fact.building, round: fact.round)
        }
        derive(rounds: [fact.round])
    }

    func register(_ naming: Naming) throws {
        guard disk.database.namings.updateValue(naming, forKey: naming.id) == nil else { return }
        for round in disk.database.keys.keys.sorted() { settle(round) }
    }

    func open(_ round: Int) throws {
        guard disk.database.opened.insert(round).inserted else { return }
        derive(rounds: [round])
    }

    func setAbsurd(_ building: Int, _ absurd: Bool) throws {
        if absurd { disk.database.absurd.insert(building) } else { disk.database.absurd.remove(building) }
        for round in disk.database.opened.sorted() { derive(building: building, round: round) }
    }

    func takeOver(_ journal: JournalImage) throws {
        guard let other = journal.content as? MemoryDisk.Database else { return }
        disk.database.facts.merge(other.facts) { mine, _ in mine }
        disk.database.namings.merge(other.namings) { mine, _ in mine }
        disk.database.opened.formUnion(other.opened)
        derive(rounds: disk.database.opened)
        for round in disk.database.keys.keys.sorted() { settle(round) }
    }

    // MARK: Rows

    private func derive(rounds: Set<Int>) {
        for round in rounds.sorted() {
            for building in frame.doors.indices { derive(building: building, round: round) }
        }
    }

    private func derive(building: Int, round: Int) {
        guard let subject = Rounds.building(building) else { return }
        let key = RowKey(dataset: Rounds.dataset, period: Rounds.all[round], subject: subject)
        var classes = disk.database.classes(building, doors: frame.doors[building], round).map(Int64.init)
        if disk.database.absurd.contains(building) { classes[1] += 3 * Count.ceiling }
        while classes.count < catalogue.indicators.count { classes.append(0) }
        let counts = classes.map { Count(unchecked: $0) }
        let old = disk.database.rows[key]
        // A refused row stays unknown until what it says has changed.
        if disk.database.refused.contains(key), disk.database.absurd.contains(building) { return }
        if old?.counts == counts, old?.catalogue == catalogue.hash { return }
        disk.database.refused.remove(key)
        disk.database.write(key, RowBody(catalogue: catalogue.hash, counts: counts, asOf: max(0, moments.wall())))
    }

    // MARK: Claims

    /// Leaves out the doors that another unit counts, and says what this one claims.
    private func settle(_ round: Int) {
        let before = disk.database.elsewhere[round, default: []]
        var claims: [Code: (claimed: Int64, counted: Int64)] = [:]
        if let key = disk.database.keys[round] {
            var elsewhere: Set<Int> = []
            for (place, address) in disk.database.addresses {
                guard let token = ClaimToken.of(address, key: key) else { continue }
                let isLost = disk.database.notYours[round, default: []].contains(token)
                if isLost { elsewhere.insert(place) }
                claims[token, default: (0, 0)].claimed += 1
                claims[token, default: (0, 0)].counted += isLost ? 0 : 1
            }
            disk.database.elsewhere[round] = elsewhere
        }
        write(claims, round)
        let changed = before.symmetricDifference(disk.database.elsewhere[round, default: []])
        for building in Set(changed.map { $0 / 1000 }).sorted() { derive(building: building, round: round) }
    }

    private func write(_ claims: [Code: (claimed: Int64, counted: Int64)], _ round: Int) {
        let held = disk.database.rows.keys.filter { $0.dataset == Rounds.claims && $0.period == Rounds.all[round] }
        for token in Set(held.map(\.subject)).union(claims.keys).sorted() {
            let key = RowKey(dataset: Rounds.claims, period: Rounds.all[round], subject: token)
            let body = claims[token].map { claim in
                RowBody(
                    catalogue: Rounds.claimCatalogue.hash,
                    counts: [Count(unchecked: claim.claimed), Count(unchecked: claim.counted)],
                    asOf: max(0, moments.wall()))
            }
            if body?.counts != disk.database.rows[key]?.counts { disk.database.write(key, body) }
        }
    }

    // MARK: Outbox

    func memory() throws -> LinkMemory {
        guard let incarnation = disk.database.incarnation else { throw Ended() }
        disk.database.session = max(disk.database.session, disk.sidecar?.session ?? 0) + 1
        try moments.between()
        disk.sidecar = Sidecar(
            incarnation: incarnation, session: disk.database.session,
            acknowledged: disk.database.acknowledged?.seq ?? 0)
        return LinkMemory(
            unit: frame.unit, incarnation: incarnation,
            session: Session(counter: disk.database.session, tag: moments.draw()),
            cursor: disk.database.acknowledged, floor: disk.database.floor, epoch: disk.database.epoch,
            parent: disk.database.parent, catalogues: [catalogue, Rounds.claimCatalogue],
            registry: disk.database.registry)
    }

    func changes(after seq: UInt64, limit: Int) throws -> (changes: [RowChange], reachesEnd: Bool, own: Position) {
        let all = disk.database.numbers.filter { $0.value > seq }.sorted { $0.value < $1.value }
        let few = min(limit, moments.rowsPerPart)
        let part = all.prefix(few).map { RowChange(seq: $0.value, key: $0.key, body: disk.database.rows[$0.key]) }
        let read = (changes: part, reachesEnd: all.count <= few, own: position)
        moments.afterRead()
        return read
    }

    func acknowledge(_ position: Position, epoch: Epoch?, parent: Incarnation) throws {
        try moments.between()
        disk.database.acknowledged = position
        disk.database.floor = position.seq
        disk.database.epoch = epoch
        disk.database.parent = parent
        disk.database.numbers = disk.database.numbers.filter {
            $0.value > position.seq || disk.database.rows[$0.key] != nil
        }
        try moments.between()
        guard let incarnation = disk.database.incarnation else { return }
        disk.sidecar = Sidecar(incarnation: incarnation, session: disk.database.session, acknowledged: position.seq)
    }

    func mint(_ reason: ChildLink.MintReason) throws -> Incarnation {
        moments.minted(reason)
        let fresh = Incarnation(value: UInt128(moments.draw()) << 64 | UInt128(moments.draw()) | 1)
        let live = disk.database.rows.sorted { $0.key < $1.key }
        disk.database.session = max(disk.database.session, disk.sidecar?.session ?? 0)
        disk.database.incarnation = fresh
        disk.database.lives.append(fresh)
        disk.database.position = .origin
        (disk.database.rows, disk.database.numbers) = ([:], [:])
        (disk.database.acknowledged, disk.database.floor) = (nil, 0)
        for (key, body) in live { disk.database.write(key, body) }
        try moments.between()
        disk.sidecar = Sidecar(incarnation: fresh, session: disk.database.session, acknowledged: 0)
        return fresh
    }

    func quarantine(_ keys: [RowKey], _ refusals: [RowRefusal]) throws {
        for key in keys {
            guard let old = disk.database.rows[key] else { continue }
            disk.database.refused.insert(key)
            disk.database.write(key, old.emptied())
        }
    }

    func adopt(_ registry: RegistryDocument, digest: String) throws {
        disk.database.registry = digest
        let rounds = Rounds.all.indices.filter { index in
            registry.campaigns.contains { $0.code == Rounds.all[index].text }
        }
        for round in rounds { try open(round) }
        for round in Rounds.all.indices {
            let said = registry.campaigns.first { $0.code == Rounds.all[round].text }
            let key = said?.claimKey.flatMap { Hex.uint128($0) }
            if key == nil, disk.database.keys[round] == nil { continue }
            disk.database.keys[round] = key
            let told = key == nil ? nil : registry.notYours?[Rounds.all[round].text]
            disk.database.notYours[round] = Set((told ?? []).compactMap { Code($0) })
            settle(round)
        }
    }

    func report(_ standing: LinkStanding) {}
}

/// A process ended in the middle of something.
struct Ended: Error {}
