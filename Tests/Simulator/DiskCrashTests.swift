import Daemon
import GRDB
import Simulator
import Testing

@Suite struct DiskCrashTests {
    init() throws { try SimulatedDisk.install(time: 1_650_000_000_000, seed: 1) }

    /// A life of a ledger: four crashes, then everything has to be there.
    private func ledger(_ name: String, seed: UInt64, synchronous: String) throws -> DiskLedger {
        let disk = SimulatedDisk("/\(name)-\(seed)")
        defer { disk.remove() }
        var ledger = DiskLedger(disk, seed: seed, synchronous: synchronous)
        for _ in 0..<4 { try ledger.live() }
        try ledger.verified()
        #expect(disk.counters.secondWriters == 0)
        return ledger
    }

    @Test func committedTransactionsSurviveAnyCrash() throws {
        var commits = 0
        var powerCuts = 0
        var extras = 0
        for seed in UInt64(0)..<300 {
            do {
                let ledger = try ledger("full", seed: seed, synchronous: "FULL")
                commits += ledger.commits
                powerCuts += ledger.powerCuts
                extras += ledger.extras
            } catch {
                Issue.record("seed \(seed): \(error)")
            }
        }
        let counts = "\(commits) commits, \(powerCuts) cuts, \(extras) extras"
        #expect(commits > 5000 && powerCuts > 600 && extras > 10, "\(counts)")
    }

    /// In how many of 100 seeds commits are missing from a sound database, and in how many it isn't sound.
    private func damage(_ synchronous: String) -> (lost: Int, unsound: Int) {
        (UInt64(0)..<100).reduce(into: (0, 0)) { damage, seed in
            do {
                _ = try ledger(synchronous.lowercased(), seed: seed, synchronous: synchronous)
            } catch DiskLedger.Verdict.lost {
                damage.0 += 1
            } catch {
                damage.1 += 1
            }
        }
    }

    /// If nothing were ever lost without syncs, the test above would prove nothing.
    @Test func withoutSyncsCommitsAreLostAndDatabasesBreak() {
        let damage = damage("OFF")
        #expect(damage.lost > 10 && damage.unsound > 10, "\(damage)")
    }

    /// What GRDB sets for WAL: sound databases, from which acknowledged records are missing.
    @Test func withSyncsAtCheckpointsOnlyCommitsAreLost() {
        let damage = damage("NORMAL")
        #expect(damage.lost > 10 && damage.unsound == 0, "\(damage)")
    }

    /// Each change of a sector is there or not; between sectors anything goes.
    @Test func aTornWriteEndsAtASector() throws {
        let disk = SimulatedDisk("/torn")
        defer { disk.remove() }
        let path = disk.path("page")
        var seen: Set<[UInt8]> = []
        for seed in UInt64(0)..<200 {
            try disk.restore(.init(files: ["page": [UInt8](repeating: 1, count: 4096)]))
            try SimulatedDisk.writeUnsynced([UInt8](repeating: 2, count: 4096), to: path)
            disk.crash(seed: seed)
            let bytes = try #require(try SimulatedDisk.read(path))
            let sectors = stride(from: 0, to: bytes.count, by: 512).map { Set(bytes[$0..<min($0 + 512, bytes.count)]) }
            #expect(bytes.count % 512 == 0 && sectors.allSatisfy { $0.count == 1 })
            seen.insert(bytes)
        }
        #expect(seen.contains([UInt8](repeating: 1, count: 4096)), "no crash has dropped the write")
        #expect(seen.contains([UInt8](repeating: 2, count: 4096)), "no crash has kept the write")
        #expect(seen.contains { Set($0) == [1, 2] }, "no crash has torn the write")
    }

    @Test func aHandleFromBeforeTheCrashIsDead() throws {
        let disk = SimulatedDisk("/dead")
        defer { disk.remove() }
        let before = try DiskLedger.open(disk)
        #expect(SimulatedDisk.openHandles(disk.path("ledger.sqlite")) == 1)
        disk.crash(seed: 1)
        let image = disk.snapshot()
        #expect(SimulatedDisk.openHandles(disk.path("ledger.sqlite")) == 0)
        let error = #expect(throws: DatabaseError.self) {
            try before.write { try $0.execute(sql: "INSERT INTO entry VALUES (1, x'00')") }
        }
        #expect(error?.resultCode == .SQLITE_IOERR)
        try? before.close()
        #expect(disk.snapshot() == image)
    }

    @Test func aRenameIsLostUntilTheFolderIsSynced() throws {
        func survivors(_ name: String, _ steps: (String) throws -> Void) rethrows -> Set<[UInt8]?> {
            Set(
                try (UInt64(0)..<50).map { seed in
                    let disk = SimulatedDisk("/rename-\(name)-\(seed)")
                    defer { disk.remove() }
                    try? SimulatedDisk.write([1], to: disk.path("sidecar"))
                    try steps(disk.path("sidecar"))
                    disk.crash(seed: seed)
                    return try? SimulatedDisk.read(disk.path("sidecar"))
                })
        }
        let whole = try survivors("whole") { try SimulatedDisk.write([2], to: $0) }
        #expect(whole == [[2]])
        let withoutFolder = try survivors("folder") {
            try SimulatedDisk.writeUnsynced([2], to: $0 + ".new")
            try SimulatedDisk.sync($0 + ".new")
            try SimulatedDisk.rename($0 + ".new", to: $0)
        }
        #expect(withoutFolder == [[1], [2]])
        let withoutSync = try survivors("sync") {
            try SimulatedDisk.writeUnsynced([2], to: $0 + ".new")
            try SimulatedDisk.rename($0 + ".new", to: $0)
            try SimulatedDisk.syncFolder(of: $0)
        }
        #expect(withoutSync == [[], [2]], "the new name, but nothing in it")
    }

    /// In a process of its own: SQLite draws the salts of all its databases from one generator.
    @Test func oneSeedGivesOneDisk() async {
        await #expect(processExitsWith: .success) {
            func images() throws -> [SimulatedDisk.Snapshot] {
                try SimulatedDisk.install(time: 1_650_000_000_000, seed: 7)
                let disk = SimulatedDisk("/same")
                defer { disk.remove() }
                var ledger = DiskLedger(disk, seed: 7)
                return try (0..<6).map { _ in
                    try ledger.live()
                    return disk.snapshot()
                }
            }
            let first = try images()
            let second = try images()
            precondition(first == second)
            precondition(Set(first.map { $0.files["ledger.sqlite"] }).count > 1)
        }
    }
}
