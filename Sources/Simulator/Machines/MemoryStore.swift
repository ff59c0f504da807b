import Compound
import Federation
import Sync
import Wire

/// A node's store over a disk in memory: each call that changes something is one transaction, durable when
/// it returns. The rules are those of the product (`Sidecar.showsRestore`, `ChildLink`, the digest); only the
/// file format is missing.
final class MemoryStore: CompoundStoring, MemoryOutbox, @unchecked Sendable {
    // One simulated world runs on one thread.
    let disk: MemoryDisk
    let frame: Frame
    private let catalogue: Catalogue
    let moments: Moments

    /// - Parameter version: which catalogue this program counts under.
    init(_ disk: MemoryDisk, _ frame: Frame, version: Int, moments: Moments) throws {
        (self.disk, self.frame, self.moments) = (disk, frame, moments)
        catalogue = Rounds.catalogues[min(version, Rounds.catalogues.count - 1)]
        if try awaken() == .firstStart { derive(rounds: disk.database.opened) }
        derive(rounds: disk.database.opened)
    }

    var unit: Code { frame.unit }
    var catalogues: [Catalogue] { [catalogue, Rounds.claimCatalogue] }
    var hasBuildings: Bool { true }
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

    func inherit(_ journal: JournalImage, _ part: Estate.Part) throws {
        guard let other = journal.content as? MemoryDisk.Database else { return }
        for fact in other.facts.values {
            guard let building = part.buildings[fact.building] else { continue }
            var fact = fact
            fact.building = building
            disk.database.facts[fact.id] = fact
        }
        disk.database.opened.formUnion(other.opened)
        derive(rounds: disk.database.opened)
    }

    // MARK: Rows

    private func derive(rounds: Set<Int>) {
        for round in rounds.sorted() {
            for building in frame.doors.indices where frame.doors[building] > 0 {
                derive(building: building, round: round)
            }
        }
    }

    private func derive(building: Int, round: Int) {
        guard frame.doors[building] > 0, let subject = frame.building(building) else { return }
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
}

/// A process ended in the middle of something.
struct Ended: Error {}
