import Federation
import GRDB

/// The code trees by edition: the one that is in force on a day places the units on that day.
extension RegistryStore {
    static let editionSchema = """
        -- A published table of divisions.
        CREATE TABLE edition (
            name TEXT PRIMARY KEY,
            -- ISO days: the first on which it is in force, and the first on which it no longer is; '' without an end.
            valid_from TEXT NOT NULL,
            valid_until TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- The divisions of each edition. `division` beside it knows every code that any edition ever had.
        CREATE TABLE edition_division (
            edition TEXT NOT NULL REFERENCES edition(name),
            code TEXT NOT NULL,
            name TEXT NOT NULL,
            level TEXT NOT NULL,
            -- '' at the root.
            parent TEXT NOT NULL,
            PRIMARY KEY (code, edition)
        ) STRICT, WITHOUT ROWID;

        INSERT INTO edition SELECT edition, min(valid_from), max(valid_until) FROM division GROUP BY edition;
        INSERT INTO edition_division SELECT edition, code, name, level, parent FROM division;
        """

    /// Takes an edition in, whole: one of the same name is replaced by it.
    func put(_ edition: DivisionEdition, _ divisions: some Sequence<RegistryDivision>) throws {
        try database.write { db in
            try db.execute(sql: "DELETE FROM edition_division WHERE edition = ?", arguments: [edition.name])
            try db.execute(
                sql: "INSERT OR REPLACE INTO edition VALUES (?, ?, ?)",
                arguments: [edition.name, edition.validFrom, edition.validUntil ?? ""])
            let insert = try db.makeStatement(sql: "INSERT INTO edition_division VALUES (?, ?, ?, ?, ?)")
            let know = try db.makeStatement(sql: "INSERT OR IGNORE INTO division VALUES (?, ?, ?, ?, ?, ?, ?)")
            for one in divisions {
                try insert.execute(arguments: [edition.name, one.code, one.name, one.level, one.parent])
                try know.execute(arguments: [
                    one.code, one.name, one.level, one.parent, edition.name, edition.validFrom,
                    edition.validUntil ?? "",
                ])
            }
        }
    }

    /// The edition in force on a day: of several the one that began last. Without one, the last that began; before
    /// any began, the first.
    ///
    /// - Parameter day: `YYYY-MM-DD`.
    func edition(on day: String) throws -> String? {
        try database.read { try RegistryStore.edition(on: day, $0) }
    }

    private static func edition(on day: String, _ db: Database) throws -> String? {
        try String.fetchOne(
            db,
            sql: """
                SELECT name FROM edition ORDER BY valid_from <= :day DESC, valid_until = '' OR valid_until > :day DESC,
                CASE WHEN valid_from <= :day THEN valid_from END DESC, valid_from, name DESC LIMIT 1
                """, arguments: ["day": day])
    }

    /// The divisions from the root down to `code` on a day; empty if no edition has it. A code that the edition in
    /// force has withdrawn keeps its place of the last edition that had it, so that its units stay expected.
    func path(to code: String, on day: String) throws -> [RegistryDivision] {
        try database.read { db in
            guard let current = try RegistryStore.edition(on: day, db) else { return [] }
            if let path = try RegistryStore.path(to: code, in: current, db), !path.isEmpty { return path }
            let last = try String.fetchOne(
                db,
                sql: """
                    SELECT edition FROM edition_division JOIN edition ON edition.name = edition_division.edition
                    WHERE code = ? ORDER BY valid_from DESC, edition DESC LIMIT 1
                    """, arguments: [code])
            return try last.flatMap { try RegistryStore.path(to: code, in: $0, db) } ?? []
        }
    }

    private static func path(to code: String, in edition: String, _ db: Database) throws -> [RegistryDivision]? {
        var path: [RegistryDivision] = []
        var at = code
        while !at.isEmpty, path.count < 8 {
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: "SELECT code, name, level, parent FROM edition_division WHERE code = ? AND edition = ?"),
                arguments: [at, edition])
            guard let row else { break }
            path.append(
                RegistryDivision(code: row["code"], name: row["name"], level: row["level"], parent: row["parent"]))
            at = row["parent"]
        }
        return path.reversed()
    }

    /// Units and relays whose division the edition in force on a day doesn't have.
    func withdrawn(on day: String) throws -> [String] {
        try database.read { db in
            guard let current = try RegistryStore.edition(on: day, db) else { return [] }
            return try String.fetchAll(
                db,
                sql: """
                    SELECT code || ' in ' || community FROM unit
                    WHERE community NOT IN (SELECT code FROM edition_division WHERE edition = :edition)
                    UNION ALL SELECT code || ' in ' || division FROM relay
                    WHERE division NOT IN (SELECT code FROM edition_division WHERE edition = :edition) ORDER BY 1
                    """, arguments: ["edition": current])
        }
    }
}
