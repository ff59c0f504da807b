import Daemon
import Foundation
import GRDB
import Simulator

/// A database of random transactions on a simulated disk, beside what it has to hold.
struct DiskLedger {
    enum Verdict: Error {
        case unsound(String)
        case lost
    }

    let disk: SimulatedDisk
    let synchronous: String
    var chance: Chance
    /// What every commit that returned has left.
    private(set) var committed: [Int64: [UInt8]] = [:]
    /// With the one commit that was under way when the power failed.
    private(set) var possible: [Int64: [UInt8]]?
    private(set) var commits = 0
    private(set) var powerCuts = 0
    /// How often the commit under way was there after all.
    private(set) var extras = 0

    init(_ disk: SimulatedDisk, seed: UInt64, synchronous: String = "FULL") {
        self.disk = disk
        self.synchronous = synchronous
        chance = Chance(seed)
    }

    static var migrations: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") {
            try $0.execute(sql: "CREATE TABLE entry (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")
        }
        migrator.registerMigration("2") { try $0.execute(sql: "CREATE INDEX entry_length ON entry(length(body))") }
        return migrator
    }

    static func open(_ disk: SimulatedDisk) throws -> DatabaseQueue {
        try SQLiteFile.open(disk.path("ledger.sqlite"), migrations: migrations)
    }

    /// Opens, looks whether everything is there, writes, and crashes at some effect of all that, the opening included.
    mutating func live() throws {
        disk.cutPower(afterEffects: Int.random(in: 0..<300, using: &chance))
        do {
            try write(to: try verified())
        } catch {
            guard !disk.hasPower else { throw error }
            powerCuts += 1
        }
        disk.crash(seed: chance.next())
    }

    /// - Throws: `Verdict` if the database isn't what it has to be.
    @discardableResult
    mutating func verified() throws -> DatabaseQueue {
        let database = try DiskLedger.open(disk)
        let found = try database.read { db in
            let health = try String.fetchOne(db, sql: "PRAGMA integrity_check") ?? ""
            guard health == "ok" else { throw Verdict.unsound(health) }
            return try DiskLedger.entries(db)
        }
        guard found == committed || found == possible else { throw Verdict.lost }
        if found != committed { extras += 1 }
        committed = found
        possible = nil
        return database
    }

    mutating func write(to database: DatabaseQueue) throws {
        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous=\(synchronous)") }
        for _ in 0..<12 {
            let changes = drawn()
            possible = changes.reduce(into: committed) { $0[$1.0] = $1.1 }
            try database.write { db in
                for (id, body) in changes {
                    try db.execute(sql: "INSERT OR REPLACE INTO entry VALUES (?, ?)", arguments: [id, Data(body)])
                }
            }
            committed = possible!
            possible = nil
            commits += 1
            if Int.random(in: 0..<5, using: &chance) == 0 {
                _ = try database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            }
        }
    }

    private mutating func drawn() -> [(Int64, [UInt8])] {
        (0..<Int.random(in: 1...4, using: &chance)).map { _ in
            let length = Int.random(in: 0...6000, using: &chance)
            let byte = UInt8.random(in: 0...255, using: &chance)
            return (Int64.random(in: 1...20, using: &chance), [UInt8](repeating: byte, count: length))
        }
    }

    private static func entries(_ db: Database) throws -> [Int64: [UInt8]] {
        try Row.fetchAll(db, sql: "SELECT id, body FROM entry").reduce(into: [:]) {
            $0[$1["id"]] = [UInt8]($1["body"] as Data)
        }
    }
}
