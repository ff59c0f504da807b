import Daemon
import Foundation
import GRDB
import Simulator
import Testing

@Suite struct DiskFaultTests {
    init() throws { try SimulatedDisk.install(time: 1_650_000_000_000, seed: 1) }

    private func insert(_ id: Int, bytes: Int, _ database: DatabaseQueue) throws {
        try database.write {
            try $0.execute(sql: "INSERT INTO entry VALUES (?, randomblob(?))", arguments: [id, bytes])
        }
    }

    private func ids(_ database: DatabaseQueue) throws -> [Int] {
        #expect(try text("PRAGMA integrity_check", database) == "ok")
        return try database.read { try Int.fetchAll($0, sql: "SELECT id FROM entry ORDER BY id") }
    }

    private func text(_ sql: String, _ database: DatabaseQueue) throws -> String? {
        try database.read { try String.fetchOne($0, sql: sql) }
    }

    @Test func theProductsOwnOpeningWorksHere() throws {
        let disk = SimulatedDisk("/opened")
        defer { disk.remove() }
        let database = try DiskLedger.open(disk)
        #expect(try text("PRAGMA journal_mode", database) == "wal")
        #expect(try text("PRAGMA locking_mode", database) == "exclusive")
        #expect(try text("PRAGMA synchronous", database) == "2")
        #expect(try text("SELECT date('now')", database) == "2022-04-15")
        let before = disk.counters
        try insert(1, bytes: 10, database)
        #expect(disk.counters.syncs == before.syncs + 1)
        #expect(disk.counters.bytesWritten > before.bytesWritten)
    }

    @Test func otherPathsGoToTheRealFileSystem() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("disk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("real.sqlite").path
        let database = try SQLiteFile.open(path, migrations: DiskLedger.migrations)
        try insert(1, bytes: 10, database)
        #expect(try text("PRAGMA locking_mode", database) == "normal")
        #expect(FileManager.default.fileExists(atPath: path + "-wal"))
    }

    @Test func aFailedSyncIsAnErrorAndPromisesNothing() throws {
        var kept: Set<[Int]> = []
        for seed in UInt64(0)..<40 {
            let disk = SimulatedDisk("/fsync-\(seed)")
            defer { disk.remove() }
            let database = try DiskLedger.open(disk)
            try insert(1, bytes: 10, database)
            disk.failSyncs()
            let error = #expect(throws: DatabaseError.self) { try insert(2, bytes: 9000, database) }
            #expect(error?.extendedResultCode == .SQLITE_IOERR_FSYNC)
            disk.crash(seed: seed)
            kept.insert(try ids(try DiskLedger.open(disk)))
        }
        #expect(kept == [[1], [1, 2]])
    }

    /// The kernel has dropped those pages: who tries again is told that all is well.
    @Test func whatAFailedSyncLostALaterOneDoesNotSave() throws {
        let disk = SimulatedDisk("/fsyncgate")
        defer { disk.remove() }
        try SimulatedDisk.write([1], to: disk.path("file"))
        try SimulatedDisk.writeUnsynced([2], to: disk.path("file"))
        disk.failSyncs()
        #expect(throws: SimulatedDisk.Failure.self) { try SimulatedDisk.sync(disk.path("file")) }
        try SimulatedDisk.sync(disk.path("file"))
        #expect(try SimulatedDisk.read(disk.path("file")) == [2])
        disk.crash(seed: 1)
        #expect(try SimulatedDisk.read(disk.path("file")) == [1])
    }

    @Test func aFullDiskRefusesAndKeepsWhatItHolds() throws {
        let disk = SimulatedDisk("/full-disk")
        defer { disk.remove() }
        let database = try DiskLedger.open(disk)
        try insert(1, bytes: 10, database)
        disk.fill(afterBytes: 6000)
        let error = #expect(throws: DatabaseError.self) { try insert(2, bytes: 50_000, database) }
        #expect(error?.resultCode == .SQLITE_FULL)
        #expect(try ids(database) == [1])
        disk.crash(seed: 3)
        disk.fill(afterBytes: nil)
        let reopened = try DiskLedger.open(disk)
        #expect(try ids(reopened) == [1])
        try insert(2, bytes: 50_000, reopened)
        #expect(try ids(reopened) == [1, 2])
    }

    @Test func aReadOnlyDiskIsNotWritten() throws {
        let disk = SimulatedDisk("/read-only")
        defer { disk.remove() }
        try insert(1, bytes: 10, try DiskLedger.open(disk))
        disk.setReadOnly(true)
        let image = disk.snapshot()
        #expect(throws: (any Error).self) { try insert(2, bytes: 10, try DiskLedger.open(disk)) }
        #expect(throws: (any Error).self) { try SimulatedDisk.write([1], to: disk.path("sidecar")) }
        #expect(disk.snapshot() == image)
        disk.setReadOnly(false)
        #expect(try ids(try DiskLedger.open(disk)) == [1])
    }

    @Test func aFlippedBitIsOnTheMedium() throws {
        let disk = SimulatedDisk("/flipped")
        defer { disk.remove() }
        try SimulatedDisk.write([0, 0], to: disk.path("file"))
        try SimulatedDisk.flip(disk.path("file"), offset: 1, bit: 3)
        disk.crash(seed: 1)
        #expect(try SimulatedDisk.read(disk.path("file")) == [0, 8])
        #expect(throws: SimulatedDisk.Failure.self) { try SimulatedDisk.flip(disk.path("file"), offset: 2, bit: 0) }
    }

    @Test func aSnapshotRestoresAndClones() throws {
        let disk = SimulatedDisk("/original")
        let clone = SimulatedDisk("/clone")
        defer { [disk, clone].forEach { $0.remove() } }
        let database = try DiskLedger.open(disk)
        try insert(1, bytes: 9000, database)
        let image = disk.snapshot()
        try insert(2, bytes: 9000, database)
        try clone.restore(image)
        try disk.restore(image)
        #expect(disk.snapshot() == image && clone.snapshot() == image)
        #expect(throws: DatabaseError.self) { try insert(3, bytes: 1, database) }
        disk.crash(seed: 9)
        #expect(disk.snapshot() == image)
        #expect(try ids(try DiskLedger.open(disk)) == [1])
        let cloned = try DiskLedger.open(clone)
        try insert(7, bytes: 1, cloned)
        #expect(try ids(cloned) == [1, 7])
        #expect(try ids(try DiskLedger.open(disk)) == [1])
    }

    @Test func aSecondWriterIsCounted() throws {
        let disk = SimulatedDisk("/twice")
        defer { disk.remove() }
        let one = try DiskLedger.open(disk)
        #expect(disk.counters.secondWriters == 0)
        let other = try? DiskLedger.open(disk)
        #expect(disk.counters.secondWriters > 0)
        withExtendedLifetime((one, other)) {}
    }

    /// In a process of its own: others here need the simulated disks.
    @Test func uninstalledNothingIsSimulated() async {
        await #expect(processExitsWith: .success) {
            try SimulatedDisk.install(time: 0, seed: 1)
            let disk = SimulatedDisk("/no-such-folder-on-a-real-disk")
            _ = try DiskLedger.open(disk)
            SimulatedDisk.uninstall()
            precondition((try? DiskLedger.open(disk)) == nil)
            try SimulatedDisk.install(time: 0, seed: 1)
            _ = try DiskLedger.open(disk)
        }
    }
}
