import District
import Federation
import Sync
import Wire

/// What an aggregator publishes: the product's store on a simulated disk.
final class SQLiteUpward: LinkStoring, @unchecked Sendable {
    // One simulated world runs on one thread.
    private let store: UpwardStore
    private let moments: Moments
    private let lives: Lives
    private unowned let machine: RelayMachine

    init(_ disk: SimulatedDisk, _ machine: RelayMachine, _ lives: Lives, _ moments: Moments) throws {
        (self.machine, self.lives, self.moments) = (machine, lives, moments)
        let box = Box(machine, moments)
        store = try UpwardStore(
            folder: disk.prefix, sidecar: disk.path("sidecar"), unit: machine.unit, parentURL: "city",
            pace: World.pace,
            surroundings: Surroundings(
                clock: { max(0, box.moments.wall()) }, draw: { box.moments.draw() },
                readFile: { try SimulatedDisk.read($0) }, replaceFile: { try SimulatedDisk.write($0, to: $1) }),
            source: UpwardStore.Source(
                ledger: { box.machine.district.ledger }, clock: { box.machine.district.clockNow },
                wall: { box.machine.district.wallNow }, adopt: { box.machine.adopt(UpwardStore.campaigns($0)) }))
        try noteLives()
    }

    /// Never leaves the world's thread.
    private final class Box: @unchecked Sendable {
        unowned let machine: RelayMachine
        let moments: Moments
        init(_ machine: RelayMachine, _ moments: Moments) { (self.machine, self.moments) = (machine, moments) }
    }

    /// Tells of the lives that began since the disk was last looked at.
    private func noteLives() throws {
        for life in try store.lives() where lives.told.insert(life.incarnation).inserted { moments.minted(life.reason) }
    }

    /// Lives that were told of.
    final class Lives { var told: Set<Incarnation> = [] }

    var position: Position { (try? store.standingPosition()) ?? .origin }
    var incarnation: Incarnation? { try? store.incarnation() }
    var rows: [RowKey: RowBody] {
        guard let all = try? store.changes(after: 0, limit: 1_000_000).changes else { return [:] }
        return Dictionary(uniqueKeysWithValues: all.compactMap { one in one.body.map { (one.key, $0) } })
    }

    func prepare() throws -> Readiness { machine.looked(try store.prepare()) }
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
    func report(_ standing: LinkStanding) {}
}
