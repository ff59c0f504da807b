package import GRDB

/// Why a database cannot be used. Each says what to do; none is retried by itself.
package enum StoreError: Error, CustomStringConvertible {
    case cannotOpen(path: String, reason: String)
    case notDurable(path: String, synchronous: Int)
    case newerVersion(path: String)
    /// `remedy` is for the person who finds it: what becomes of each of our files is different.
    case damaged(path: String, reason: String, remedy: String)

    package var description: String {
        switch self {
        case .cannotOpen(let path, let reason):
            "\(path): cannot be opened: \(reason). Check that the folder exists, is writable by this user and is not full."
        case .notDurable(let path, let synchronous):
            "\(path): synchronous is \(synchronous), not 2 (FULL); refusing to acknowledge records that may be lost."
        case .newerVersion(let path):
            "\(path): written by a newer version of jiayuan; install that version, or restore an older backup."
        case .damaged(let path, let reason, let remedy): "\(path): damaged: \(reason). \(remedy)"
        }
    }

    /// The same, of the file that was copied to be looked at.
    package func naming(_ folder: String, insteadOf copy: String) -> StoreError {
        func real(_ path: String) -> String { path.replacing(copy, with: folder) }
        return switch self {
        case .cannotOpen(let path, let reason): .cannotOpen(path: real(path), reason: reason)
        case .notDurable(let path, let level): .notDurable(path: real(path), synchronous: level)
        case .newerVersion(let path): .newerVersion(path: real(path))
        case .damaged(let path, let reason, let remedy): .damaged(path: real(path), reason: reason, remedy: remedy)
        }
    }
}

/// An SQLite file of ours: WAL, `synchronous=FULL`, exactly one connection that writes and checkpoints.
///
/// GRDB switches WAL databases to `synchronous=NORMAL` after it has opened them, under which an
/// acknowledged record may be lost with the power; FULL is therefore set afterwards and read back.
package enum SQLiteFile {
    /// - Parameter remedy: what a person does whose file is damaged.
    package static func open(
        _ path: String, migrations: DatabaseMigrator,
        ifDamaged remedy: String = "Put the file aside and use a copy of it."
    ) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "jiayuan"
        configuration.busyMode = .timeout(5)
        configuration.journalMode = .wal
        let database: DatabaseQueue
        do {
            database = try DatabaseQueue(path: path, configuration: configuration)
            try harden(database, path: path)
            if try database.read(migrations.hasBeenSuperseded) { throw StoreError.newerVersion(path: path) }
            try migrations.migrate(database)
        } catch let error as DatabaseError
            where error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
        {
            throw StoreError.damaged(path: path, reason: error.message ?? "\(error.resultCode)", remedy: remedy)
        } catch let error as DatabaseError {
            throw StoreError.cannotOpen(path: path, reason: error.message ?? "\(error.resultCode)")
        }
        return database
    }

    private static func harden(_ database: DatabaseQueue, path: String) throws {
        try database.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous=FULL")
            try db.execute(sql: "PRAGMA foreign_keys=ON")
            try db.execute(sql: "PRAGMA mmap_size=0")
            try db.execute(sql: "PRAGMA wal_autocheckpoint=4000")
            let level = try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1
            guard level == 2 else { throw StoreError.notDurable(path: path, synchronous: level) }
        }
    }

    /// Writes a consistent copy that can be opened on its own. The file must not exist.
    package static func backup(_ database: DatabaseQueue, to path: String) throws {
        try database.vacuum(into: path)
    }
}
