import Federation
import GRDB

/// Dated changes of units.
extension RegistryStore {
    static let lineageSchema = """
        -- What became of units: never changed but for settled_at, never deleted.
        CREATE TABLE lineage (
            number INTEGER PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('split', 'merge', 'move', 'close')),
            -- ISO day: the first on which it holds.
            day TEXT NOT NULL,
            -- Seconds since 1970 at which it was written down.
            at INTEGER NOT NULL,
            -- Since when it is counted so; NULL while the predecessors' rows stand.
            settled_at INTEGER,
            -- Of a move: where to, and the relay that speaks for the unit there; NULL leaves that as it is.
            community TEXT REFERENCES division(code),
            home TEXT REFERENCES relay(code),
            reason TEXT NOT NULL,
            officer TEXT NOT NULL
        ) STRICT;

        -- The units that a change is about.
        CREATE TABLE lineage_unit (
            number INTEGER NOT NULL REFERENCES lineage(number),
            unit TEXT NOT NULL REFERENCES unit(code),
            side TEXT NOT NULL CHECK (side IN ('before', 'after')),
            PRIMARY KEY (unit, number)
        ) STRICT, WITHOUT ROWID;

        -- When a round was closed: it is counted along the hierarchy of that day for ever.
        ALTER TABLE campaign ADD COLUMN closed_at INTEGER;
        UPDATE campaign SET closed_at = deadline WHERE closed;
        """

    /// Writes a change down, with the units that begin with it.
    ///
    /// - Parameter change: its number is given here.
    func put(_ change: UnitChange, beginning units: [(unit: RegistryUnit, tokenHash: [UInt8])]) throws {
        try database.write { db in
            for (unit, tokenHash) in units { try RegistryStore.put(unit, tokenHash: tokenHash, db) }
            try db.execute(
                sql: """
                    INSERT INTO lineage (kind, day, at, settled_at, community, home, reason, officer)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    change.kind.rawValue, change.day, change.at, change.settledAt, change.community, change.home?.text,
                    change.reason, change.officer,
                ])
            let number = db.lastInsertedRowID
            for (side, codes) in [("before", change.before), ("after", change.after)] {
                for code in codes {
                    try db.execute(
                        sql: "INSERT INTO lineage_unit VALUES (?, ?, ?)", arguments: [number, code.text, side])
                }
            }
        }
    }

    /// Everybody who follows has delivered: the predecessors' rows stand no longer.
    func settle(_ changes: [UnitChange], at: Int64) throws {
        try database.write { db in for change in changes { try RegistryStore.settle(change, at: at, db) } }
    }

    /// The same by an officer's word, which stays on record.
    func settle(_ change: UnitChange, at: Int64, reason: String, officer: String) throws {
        try database.write { db in
            try RegistryStore.settle(change, at: at, db)
            for unit in change.after {
                try RegistryStore.note(
                    "settle \(change.number)", of: unit, at: at, reason: reason, officer: officer, db)
            }
        }
    }

    private static func settle(_ change: UnitChange, at: Int64, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE lineage SET settled_at = ? WHERE number = ? AND settled_at IS NULL",
            arguments: [at, change.number])
    }

    func lineage() throws -> Lineage {
        try database.read { db in
            var units: [Int64: (before: [Code], after: [Code])] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT * FROM lineage_unit ORDER BY unit") {
                guard let code = Code(row["unit"] as String) else { continue }
                if row["side"] as String == "before" {
                    units[row["number"], default: ([], [])].before.append(code)
                } else {
                    units[row["number"], default: ([], [])].after.append(code)
                }
            }
            return Lineage(
                try Row.fetchAll(db, sql: "SELECT * FROM lineage ORDER BY number").compactMap { row in
                    guard let kind = UnitChange.Kind(rawValue: row["kind"]) else { return nil }
                    let about = units[row["number"]] ?? ([], [])
                    return UnitChange(
                        number: row["number"], kind: kind, day: row["day"], at: row["at"], settledAt: row["settled_at"],
                        before: about.before, after: about.after, community: row["community"],
                        home: (row["home"] as String?).flatMap { Code($0) }, reason: row["reason"],
                        officer: row["officer"])
                })
        }
    }
}
