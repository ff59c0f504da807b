import District
import Federation
import Sync
import Wire

/// Where a district's rows for its city are durable.
protocol UpwardDisk: AnyObject {
    func open(_ machine: RelayMachine, _ moments: Moments) throws -> any LinkStoring
    func crash(_ chance: inout Chance)
    func endanger(_ chance: inout Chance)
    func backUp()
    /// Without the sidecar, which is in no backup.
    ///
    /// - Returns: false if there is no backup.
    func restore() -> Bool
    func lose(sidecar: Bool)
}

/// In memory; each call is one transaction.
final class MemoryUpwardDisk: UpwardDisk {
    fileprivate let disk = MemoryDisk()
    private var backup: MemoryDisk.Database?

    func open(_ machine: RelayMachine, _ moments: Moments) throws -> any LinkStoring {
        try MemoryUpward(disk, machine, moments)
    }
    func crash(_ chance: inout Chance) {}
    func endanger(_ chance: inout Chance) {}
    func backUp() { backup = disk.database }
    func restore() -> Bool {
        guard let backup else { return false }
        disk.database = backup
        return true
    }
    func lose(sidecar: Bool) {
        disk.database = MemoryDisk.Database()
        if sidecar { disk.sidecar = nil }
    }
}

private final class MemoryUpward: MemoryOutbox, @unchecked Sendable {
    // One simulated world runs on one thread.
    let disk: MemoryDisk
    let moments: Moments
    let unit: Code
    private unowned let machine: RelayMachine
    private var publication: Publication

    init(_ disk: MemoryDisk, _ machine: RelayMachine, _ moments: Moments) throws {
        (self.disk, self.machine, self.moments, unit) = (disk, machine, moments, machine.unit)
        publication = Publication(pace: World.pace, startedAt: 0)
        _ = try awaken()
    }

    var catalogues: [Catalogue] { Array(disk.database.catalogues.values) }

    func prepare() throws -> Readiness {
        let edition = machine.district.ledger.flatMap { ledger in
            publication.edition(
                ledger, published: rows, isAcknowledged: disk.database.acknowledged != nil,
                now: machine.district.clockNow, wall: machine.district.wallNow)
        }
        for one in edition?.catalogues ?? [] { disk.database.catalogues[one.hash] = one }
        for (key, body) in edition?.changes ?? [] { disk.database.write(key, body) }
        return machine.looked(
            edition.map { .ready($0.catalogues) } ?? .heldBack(milliseconds: publication.patience))
    }

    func adopt(_ registry: RegistryDocument, digest: String) throws {
        machine.adopt(UpwardStore.campaigns(registry))
        disk.database.registry = digest
    }
}

/// The real `upward.sqlite` on a simulated disk.
final class SQLiteUpwardDisk: UpwardDisk {
    private let disk = SQLiteDisk.mount()
    private var backup: SimulatedDisk.Snapshot?
    private let lives = SQLiteUpward.Lives()

    deinit { disk.remove() }

    func open(_ machine: RelayMachine, _ moments: Moments) throws -> any LinkStoring {
        try SQLiteUpward(disk, machine, lives, moments)
    }
    func crash(_ chance: inout Chance) { disk.crash(seed: chance.next()) }
    func endanger(_ chance: inout Chance) { disk.cutPower(afterEffects: chance.below(60)) }
    func backUp() { backup = disk.snapshot() }
    func restore() -> Bool {
        guard let backup else { return false }
        become(backup, sidecar: true)
        return true
    }
    func lose(sidecar: Bool) { become(SimulatedDisk.Snapshot(files: [:]), sidecar: !sidecar) }

    private func become(_ image: SimulatedDisk.Snapshot, sidecar: Bool) {
        var whole = image
        whole.files = whole.files.filter { !$0.key.contains("sidecar") }
        if sidecar {
            for (name, bytes) in disk.snapshot().files where name.contains("sidecar") { whole.files[name] = bytes }
        }
        disk.become(whole)
    }
}
