import Daemon
package import Federation
import GRDB

/// `rows.sqlite`: what the children sent. It may be lost: the children are its backup.
package final class RowStore: RowKeeping {
    private let database: DatabaseQueue
    private let watch: FileWatch

    package init(_ path: String) throws {
        database = try SQLiteFile.open(path, migrations: RowStore.migrations, ifDamaged: RowStore.remedy)
        watch = FileWatch(database)
    }

    private static var migrations: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 rows") { try $0.execute(sql: schema) }
        return migrator
    }

    private static let schema = """
        -- A list of indicators that some rows were counted under. `place` is what blocks call it.
        CREATE TABLE catalogue (
            place INTEGER PRIMARY KEY,
            text TEXT NOT NULL UNIQUE
        ) STRICT;

        -- One unit as this aggregator sees it. The pair (epoch, holder) says which incarnation counts.
        CREATE TABLE unit (
            code TEXT PRIMARY KEY,
            epoch INTEGER,
            holder BLOB CHECK (length(holder) = 16),
            disputed INTEGER NOT NULL CHECK (disputed IN (0, 1))
        ) STRICT, WITHOUT ROWID;

        -- One life of a unit's rows, and where this copy of them stands.
        CREATE TABLE incarnation (
            unit TEXT NOT NULL,
            incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
            seq INTEGER NOT NULL CHECK (seq >= 0),
            digest BLOB NOT NULL CHECK (length(digest) = 16),
            session_counter INTEGER,
            session_tag BLOB CHECK (length(session_tag) = 8),
            role TEXT NOT NULL CHECK (role IN ('active', 'shadow')),
            verified INTEGER NOT NULL CHECK (verified IN (0, 1)),
            -- 0 nothing, 1 lost its lease, 2 retired by a person.
            past INTEGER NOT NULL CHECK (past IN (0, 1, 2)),
            -- Seconds since 1970 by this aggregator's clock, and the pace given then.
            heard_at INTEGER NOT NULL,
            pace_ms INTEGER NOT NULL,
            PRIMARY KEY (unit, incarnation)
        ) STRICT, WITHOUT ROWID;

        -- The rows of one incarnation in one dataset and period, packed (see RowBlock.swift).
        CREATE TABLE block (
            unit TEXT NOT NULL,
            incarnation BLOB NOT NULL,
            dataset TEXT NOT NULL,
            period TEXT NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (unit, incarnation, dataset, period)
        ) STRICT, WITHOUT ROWID;
        """

    package func commit(_ writes: [RowWrite], catalogues: [(place: Int, catalogue: Catalogue)]) throws {
        try database.write { db in
            for (place, catalogue) in catalogues {
                try db.cachedStatement(sql: "INSERT INTO catalogue VALUES (?, ?)").execute(arguments: [
                    place, catalogue.text,
                ])
            }
            for write in writes { try store(write, db) }
        }
    }

    private func store(_ write: RowWrite, _ db: Database) throws {
        let unit = write.unit.text
        let state = write.state
        let before = write.before
        if before.copies.isEmpty || before.epoch != state.epoch || before.disputed != state.disputed {
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO unit VALUES (?, ?, ?, ?)").execute(
                arguments: [
                    unit, state.epoch.map { Int64($0.number) }, state.epoch.map { Blob.of($0.holder.value) },
                    state.disputed,
                ])
        }
        for incarnation in write.dropped {
            let arguments: StatementArguments = [unit, Blob.of(incarnation.value)]
            try db.cachedStatement(sql: "DELETE FROM block WHERE unit = ? AND incarnation = ?").execute(
                arguments: arguments)
            try db.cachedStatement(sql: "DELETE FROM incarnation WHERE unit = ? AND incarnation = ?").execute(
                arguments: arguments)
        }
        let insert = try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO incarnation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        for copy in state.copies {
            let parent = copy.parent
            if let old = before.index(of: parent.incarnation).map({ before.copies[$0] }), old.isOnDisk(as: copy) {
                continue
            }
            try insert.execute(arguments: [
                unit, Blob.of(parent.incarnation.value), Int64(parent.position.seq),
                Blob.of(parent.position.digest.value),
                parent.session.map { Int64($0.counter) }, parent.session.map { Blob.of($0.tag) }, parent.role.rawValue,
                parent.verified, copy.past.rawValue, copy.heardAt, copy.paceMilliseconds,
            ])
        }
        for (incarnation, cut, body) in write.blocks {
            let key: [any DatabaseValueConvertible] = [
                unit, Blob.of(incarnation.value), cut.dataset.text, cut.period.text,
            ]
            if body.isEmpty {
                try db.cachedStatement(
                    sql: "DELETE FROM block WHERE unit = ? AND incarnation = ? AND dataset = ? AND period = ?"
                ).execute(arguments: StatementArguments(key))
            } else {
                try db.cachedStatement(sql: "INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?, ?)").execute(
                    arguments: StatementArguments(key + [Blob.of(body.bytes)]))
            }
        }
    }

    /// Everything, as it stood when the last batch was committed.
    package func load(now: Int64, wall: Int64, pace: Pace) throws -> RowsHeld {
        try database.read { db in
            var shelf = CatalogueShelf()
            for text in try String.fetchAll(db, sql: "SELECT text FROM catalogue ORDER BY place") {
                guard let catalogue = Catalogue(text: text) else { throw RowStore.damaged("catalogue") }
                shelf.add(catalogue)
            }
            var units: [Code: UnitCopies] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT * FROM unit") {
                guard let code = Code(row["code"] as String) else { throw RowStore.damaged("unit") }
                let epoch: Int64? = row["epoch"]
                let holder: [UInt8]? = Blob.bytes(row["holder"])
                units[code] = UnitCopies(
                    epoch: epoch.flatMap { number in
                        holder.map { Epoch(number: UInt64(number), holder: Incarnation(value: Blob.uint128($0))) }
                    }, disputed: row["disputed"])
            }
            for row in try Row.fetchAll(db, sql: "SELECT * FROM incarnation") {
                guard let code = Code(row["unit"] as String) else { throw RowStore.damaged("incarnation") }
                units[code, default: UnitCopies()].copies.append(try copy(row, now, wall, pace))
            }
            for row in try Row.fetchAll(db, sql: "SELECT * FROM block") {
                guard let code = Code(row["unit"] as String), let dataset = Code(row["dataset"] as String),
                    let period = Code(row["period"] as String),
                    let bytes = Blob.bytes(row["incarnation"]), let body = Blob.bytes(row["body"]),
                    let index = units[code]?.index(of: Incarnation(value: Blob.uint128(bytes)))
                else { throw RowStore.damaged("block") }
                units[code]?.copies[index].blocks[Cut(dataset: dataset, period: period)] = RowBlock(bytes: body)
            }
            return RowsHeld(shelf: shelf, units: units)
        }
    }

    private func copy(_ row: Row, _ now: Int64, _ wall: Int64, _ pace: Pace) throws -> Copy {
        guard let incarnation = Blob.bytes(row["incarnation"]), let digest = Blob.bytes(row["digest"]),
            let role = Role(rawValue: row["role"])
        else { throw RowStore.damaged("incarnation") }
        let counter: Int64? = row["session_counter"]
        let tag = Blob.bytes(row["session_tag"])
        return Copy(
            parent: ParentCopy(
                incarnation: Incarnation(value: Blob.uint128(incarnation)),
                position: Position(seq: UInt64(row["seq"] as Int64), digest: Digest(value: Blob.uint128(digest))),
                session: counter.flatMap { counter in
                    tag.map { Session(counter: UInt64(counter), tag: Blob.uint64($0)) }
                }, role: role, verified: row["verified"]), past: Copy.Past(rawValue: row["past"]) ?? .none,
            heardAt: row["heard_at"], given: row["pace_ms"], now: now, wall: wall, pace: pace)
    }

    /// What is wrong with the file; the watchdog beats while nothing is.
    func fault() -> String? { watch.fault() }

    private static func damaged(_ table: String) -> StoreError {
        .damaged(path: "rows.sqlite", reason: "table \(table) holds what was never written", remedy: remedy)
    }

    private static let remedy =
        "Put rows.sqlite and the files beside it that begin with its name aside: the compounds send their rows again."
}
