import Daemon
import Federation
import GRDB

/// `series.sqlite`: how the rounds went, step by step. It may be lost: then pages show the time before as a gap.
final class SeriesStore: Sendable {
    private let database: DatabaseQueue

    init(_ path: String) throws {
        database = try SQLiteFile.open(path, migrations: SeriesStore.migrations, ifDamaged: SeriesStore.remedy)
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

    /// - Throws: `StoreError.damaged` where a step isn't what was written.
    func log(_ period: Code) throws -> SeriesLog {
        try database.read { db in
            var log = SeriesLog()
            let rows = try Row.fetchCursor(
                db, sql: "SELECT at, seconds, shape, changes FROM step WHERE period = ? ORDER BY at",
                arguments: [period.text])
            while let row = try rows.next() {
                let changes = Blob.bytes(row["changes"]) ?? []
                let step = SeriesLog.Step(at: row["at"], seconds: row["seconds"])
                guard log.replay(step, SampleShape(text: row["shape"]), changes) else {
                    throw StoreError.damaged(
                        path: "series.sqlite", reason: "step \(step.at) of \(period)",
                        remedy: SeriesStore.remedy)
                }
            }
            return log
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

    private static let remedy =
        "Put series.sqlite and the files beside it that begin with its name aside: figures don't depend on it, "
        + "and the series begins anew."
}
