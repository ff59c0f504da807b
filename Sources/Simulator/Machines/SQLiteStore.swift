import Compound
import Federation
import Foundation
import Sync
import Wire

/// A node's real store on a simulated disk: Intake, Journal, Summary, SQLite and the sidecar are the product's.
final class SQLiteStore: CompoundStoring, @unchecked Sendable {
    // One simulated world runs on one thread.
    private let store: CompoundStore
    private let frame: Frame
    private let moments: Moments
    private let facts: SQLiteDisk.Facts

    /// - Parameters:
    ///   - facts: every fact that was ever recorded at this unit; the journal says which of them this disk has.
    init(_ disk: SimulatedDisk, _ frame: Frame, facts: SQLiteDisk.Facts, version: Int, moments: Moments) throws {
        (self.frame, self.moments, self.facts) = (frame, moments, facts)
        store = try CompoundStore(
            folder: disk.prefix, sidecar: disk.path("sidecar"), unit: frame.unit.text, parentURL: "district",
            catalogues: version == 0 ? nil : Rounds.newerList,
            surroundings: Surroundings(
                clock: SQLiteStore.shared { max(0, moments.wall()) }, draw: SQLiteStore.shared(moments.draw),
                readFile: { try SimulatedDisk.read($0) }, replaceFile: { try SimulatedDisk.write($0, to: $1) }))
        try noteLives()
        if !frame.isHeir, try store.buildingCodes().isEmpty { try register() }
    }

    /// Tells of the lives that began since the disk was last looked at.
    private func noteLives() throws {
        for life in try store.lives() where facts.lives.insert(life.incarnation).inserted {
            moments.minted(life.reason)
        }
    }

    private static func shared<Value>(_ body: @escaping () -> Value) -> @Sendable () -> Value {
        // The closure never leaves the world's thread.
        nonisolated(unsafe) let body = body
        return { body() }
    }

    private func register() throws {
        for (building, doors) in frame.doors.enumerated() {
            guard let code = frame.building(building) else { continue }
            try put(
                "\"kind\":\"building\",\"building\":\"\(code)\",\"label\":\"\(Personal.label(building))\","
                    + "\"stair_units\":1,\"floors\":\(doors),\"doors_per_floor\":1",
                id: moments.draw(), at: moments.wall())
        }
        // Somebody answers the call and takes the first building.
        let task = "\"task\":\"\(Rounds.all[0])\",\"volunteer\":\"\(Personal.volunteer)\""
        for (kind, state) in [("fill", "filled"), ("claim", "claimed")] {
            let building = kind == "claim" ? ",\"building\":\"b0\"" : ""
            try put(
                "\"kind\":\"\(kind)\",\(task)\(building),\"state\":\"\(state)\"", id: moments.draw(),
                at: moments.wall())
        }
    }

    private func put(_ members: String, id: UInt64, at time: Int64) throws {
        let text =
            "{\(members),\"id\":\"\(SQLiteStore.name(id))\",\"recorder\":\"\(Personal.recorder)\",\"device\":\"\(Personal.device)\",\"observed_at\":\(max(0, time))}"
        let outcome = try store.record(Array(text.utf8))
        if let refused = outcome.refused.first { preconditionFailure("a good record was refused: \(refused.error)") }
    }

    static func name(_ id: UInt64) -> String { "0000000000000001" + Hex.text(id) }

    // MARK: What a world asks

    var position: Position { (try? store.standingPosition()) ?? .origin }
    var incarnation: Incarnation? { try? store.incarnation() }
    var rows: [RowKey: RowBody] {
        guard let all = try? store.changes(after: 0, limit: 1_000_000).changes else { return [:] }
        return Dictionary(uniqueKeysWithValues: all.compactMap { one in one.body.map { (one.key, $0) } })
    }

    /// A fold of its own over what the journal has: the last final result of a door, else none.
    func told() -> Told {
        var best = Rounds.all.map { _ in [Int: Fact.Finding]() }
        for id in (try? store.journalled(desk: "survey")) ?? [] {
            guard let fact = facts.byRecord[id], fact.finding != .unvisited else { continue }
            best[fact.round][fact.building * 1000 + fact.door] = fact.finding
        }
        let completions = best.map { findings in
            let vacant = findings.values.count { $0 == .vacant }
            return Completion(done: findings.count - vacant, due: frame.households - vacant)
        }
        var byAddress: [String: [Completion]] = [:]
        for (place, address) in addresses() {
            let doors = best.map { ($0[place] ?? .unvisited).completion }
            byAddress[address] = zip(byAddress[address] ?? doors.map { _ in Completion() }, doors).map(+)
        }
        return Told(completions: completions, byAddress: byAddress)
    }

    /// The last address that the journal has for each door.
    private func addresses() -> [Int: String] {
        let namings = ((try? store.journalled(desk: "registry")) ?? []).compactMap { facts.namings[$0] }
        return namings.reduce(into: [:]) { $0[$1.place] = $1.address.isEmpty ? nil : $1.address }
    }

    var addressed: [Int] { addresses().keys.sorted() }

    func holdsKey(_ round: Int) -> Bool {
        ((try? store.campaignsWithKey()) ?? []).contains(Rounds.all[round].text)
    }

    var journaled: Set<String> { Set((try? store.journalled(desk: "survey")) ?? []) }

    func hasUnknown(_ round: Int) -> Bool {
        rows.contains {
            $0.key.dataset == Rounds.dataset && $0.key.period == Rounds.all[round]
                && $0.value.counts.contains(.unknown)
        }
    }

    var hasBuildings: Bool { (try? store.buildingCodes().isEmpty) == false }

    // MARK: People

    func record(_ fact: Fact) throws {
        facts.byRecord[SQLiteStore.name(fact.id)] = fact
        let disposition =
            switch fact.finding {
            case .unvisited: "postponed"
            case .completed: "completed"
            case .refused: "refused"
            case .vacant: "vacant"
            }
        let people = fact.finding == .completed ? ",\"people\":{\"tested\":1}" : ""
        try put(
            "\"kind\":\"visit\",\"campaign\":\"\(Rounds.all[fact.round])\",\"door\":\"\(Personal.door(code(fact.building), fact.door))\","
                + "\"disposition\":\"\(disposition)\"\(people)", id: fact.id, at: moments.wall())
    }

    func register(_ naming: Naming) throws {
        facts.namings[SQLiteStore.name(naming.id)] = naming
        try put(
            "\"kind\":\"household\",\"door\":\"\(Personal.door(code(naming.building), naming.door))\",\"residents\":1,"
                + "\"state\":\"occupied\",\"address\":\"\(naming.address)\"", id: naming.id, at: moments.wall())
    }

    func open(_ round: Int) throws {}
    func setAbsurd(_ building: Int, _ absurd: Bool) throws {}
    func takeOver(_ journal: JournalImage) throws {
        if let other = journal.content as? SQLiteDisk.Journal { _ = try store.adopt(other.copy) }
    }

    private func code(_ building: Int) -> String { frame.building(building)?.text ?? "-" }

    func inherit(_ journal: JournalImage, _ part: Estate.Part) throws {
        guard let other = journal.content as? SQLiteDisk.Journal else { return }
        for (name, fact) in other.facts.byRecord {
            guard let building = part.buildings[fact.building] else { continue }
            var fact = fact
            fact.building = building
            facts.byRecord[name] = fact
        }
        let buildings = part.buildings.keys.sorted().compactMap { part.frame.building($0)?.text }
        _ = try store.take(
            over: other.copy,
            Succession(from: part.frame.unit.text, buildings: buildings, prefix: part.prefix))
    }

    // MARK: Outbox

    func memory() throws -> LinkMemory { try store.memory() }
    func changes(after seq: UInt64, limit: Int) throws -> (changes: [RowChange], reachesEnd: Bool, own: Position) {
        let read = try store.changes(after: seq, limit: min(limit, moments.rowsPerPart))
        moments.afterRead()
        return read
    }
    func acknowledge(_ position: Position, epoch: Epoch?, parent: Incarnation) throws {
        try store.acknowledge(position, epoch: epoch, parent: parent)
    }
    func mint(_ reason: ChildLink.MintReason) throws -> Incarnation {
        let fresh = try store.mint(reason)
        try noteLives()
        return fresh
    }
    func quarantine(_ keys: [RowKey], _ refusals: [RowRefusal]) throws { try store.quarantine(keys, refusals) }
    func adopt(_ registry: RegistryDocument, digest: String) throws { try store.adopt(registry, digest: digest) }
    func report(_ standing: LinkStanding) { store.report(standing) }
}
