import Daemon
import Federation
import Foundation
import GRDB

/// `series.sqlite`: how the rounds went, step by step. It may be lost: then pages show the time before as a gap.
final class SeriesStore: Sendable {
    private let database: DatabaseQueue

    init(_ path: String) throws {
        database = try SQLiteFile.open(path, migrations: SeriesStore.migrations)
    }

    /// No figure depends on the file: one that can't be read, or that a newer version wrote, is put aside, in the place of
    /// one that was put aside before.
    static func putAside(_ path: String) {
        for suffix in ["", "-wal", "-shm"] {
            let aside = path + ".aside" + suffix
            try? FileManager.default.removeItem(atPath: aside)
            try? FileManager.default.moveItem(atPath: path + suffix, toPath: aside)
        }
    }

    private static var migrations: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 steps") { try $0.execute(sql: schema) }
        return migrator
    }

    private static let schema = """
        -- What changed in a round from one step to the next (see SeriesLog.swift). A step at which nothing changed has a
        -- row too: somebody looked.
        CREATE TABLE step (
            period TEXT NOT NULL,
            -- Seconds since 1970, and for how long this step speaks.
            at INTEGER NOT NULL,
            seconds INTEGER NOT NULL CHECK (seconds > 0),
            -- Measures with the versions of their rules: the order of the numbers.
            shape TEXT NOT NULL,
            changes BLOB NOT NULL,
            PRIMARY KEY (period, at)
        ) STRICT, WITHOUT ROWID;
        """

    func add(_ period: Code, _ step: SeriesLog.Step, _ shape: SampleShape, _ changes: [UInt8]) throws {
        try database.write { db in
            try db.cachedStatement(sql: "INSERT INTO step VALUES (?, ?, ?, ?, ?)").execute(arguments: [
                period.text, step.at, step.seconds, shape.text, Blob.of(changes),
            ])
        }
    }

    /// As far as it can be read: a step says what changed since the one before, so that after one that isn't what was
    /// written nothing can be read any more, and it is forgotten.
    ///
    /// - Returns: and when that step was; nil where all was read.
    func log(_ period: Code) throws -> (log: SeriesLog, brokenAt: Int64?) {
        try database.write { db in
            let whole = try read(period, before: .max, db)
            guard let at = whole.brokenAt else { return whole }
            try db.execute(sql: "DELETE FROM step WHERE period = ? AND at >= ?", arguments: [period.text, at])
            return (try read(period, before: at, db).log, at)
        }
    }

    private func read(_ period: Code, before end: Int64, _ db: Database) throws -> (log: SeriesLog, brokenAt: Int64?) {
        var log = SeriesLog()
        let rows = try Row.fetchCursor(
            db, sql: "SELECT at, seconds, shape, changes FROM step WHERE period = ? AND at < ? ORDER BY at",
            arguments: [period.text, end])
        while let row = try rows.next() {
            let step = SeriesLog.Step(at: row["at"], seconds: row["seconds"])
            let changes = Blob.bytes(row["changes"]) ?? []
            guard let shape = SampleShape(text: row["shape"]), log.replay(step, shape, changes) else {
                return (log, step.at)
            }
        }
        return (log, nil)
    }

    func forget(_ period: Code, from moment: Int64) throws {
        try database.write { db in
            try db.execute(
                sql: "DELETE FROM step WHERE period = ? AND at >= ?", arguments: [period.text, moment])
        }
    }

    /// Forgets rounds whose last step is older than that.
    func forget(before moment: Int64) throws {
        try database.write { db in
            try db.execute(
                sql: """
                    DELETE FROM step WHERE period IN
                        (SELECT period FROM step GROUP BY period HAVING max(at) < ?)
                    """, arguments: [moment])
        }
    }
}
