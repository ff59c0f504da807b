import District
import Federation

/// An aggregator's rows on some disk.
protocol RowsDisk: AnyObject {
    func open() throws -> any RowKeeping
    func crash(_ chance: inout Chance)
    func endanger(_ chance: inout Chance)
    func backUp()
    /// - Returns: false if there is no backup.
    func restore() -> Bool
    func empty()
}

/// Rows in memory; each commit is whole or not at all.
final class MemoryRows: RowsDisk, RowKeeping, @unchecked Sendable {
    // One simulated world runs on one thread.
    private var held = RowsHeld()
    private var backup: RowsHeld?
    #if DEBUG
        private var unsynced: (writes: [RowWrite], catalogues: [(place: Int, catalogue: Catalogue)])?
    #endif

    func open() throws -> any RowKeeping { self }
    func crash(_ chance: inout Chance) {}
    func endanger(_ chance: inout Chance) {}
    func backUp() { backup = held }
    func empty() { held = RowsHeld() }
    func restore() -> Bool {
        guard let backup else { return false }
        held = backup
        return true
    }

    func commit(_ writes: [RowWrite], catalogues: [(place: Int, catalogue: Catalogue)]) throws {
        #if DEBUG
            if Mutation.acknowledgedBeforeFsync.isActive {
                if let unsynced { held.apply(unsynced.writes, catalogues: unsynced.catalogues) }
                unsynced = (writes, catalogues)
                return
            }
        #endif
        held.apply(writes, catalogues: catalogues)
    }

    func load(now: Int64, wall: Int64, pace: Pace) throws -> RowsHeld {
        #if DEBUG
            unsynced = nil
        #endif
        return held.reopened(now: now, wall: wall, pace: pace)
    }
}

/// The real `rows.sqlite` on a simulated disk.
final class SQLiteRows: RowsDisk {
    private let disk = SQLiteDisk.mount()
    private var backup: SimulatedDisk.Snapshot?

    deinit { disk.remove() }

    func open() throws -> any RowKeeping { try RowStore(disk.path("rows.sqlite")) }
    func crash(_ chance: inout Chance) { disk.crash(seed: chance.next()) }
    func endanger(_ chance: inout Chance) { disk.cutPower(afterEffects: chance.below(60)) }
    func backUp() { backup = disk.snapshot() }
    func empty() { disk.become(SimulatedDisk.Snapshot(files: [:])) }
    func restore() -> Bool {
        guard let backup else { return false }
        disk.become(backup)
        return true
    }
}
