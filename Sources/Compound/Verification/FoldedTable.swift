import GRDB

/// A table that holds nothing but what follows from the journal: all that desks declare, and those of the first four.
///
/// Any other table of the file is named here, as folded or among `kept`: then it is verified, or somebody has said that
/// it can't be.
struct FoldedTable {
    let name: String
    /// Columns that no record says; they stay as they stand and are compared with nothing.
    var own: [String] = []
    /// A condition: lines that may outlive what made them. They stay, and are compared with nothing.
    var outlives: String?

    static let all =
        first
        + Desks.all.flatMap(\.tables).flatMap(names).filter { !kept.contains($0) }.map { FoldedTable(name: $0) }

    /// A table that is made anew to take another's name has stood under that name before.
    private static func names(_ text: String) -> [String] {
        let renamed = text.matches(of: #/ALTER TABLE (\w+) RENAME TO/#).map(\.output.1)
        return text.matches(of: #/CREATE TABLE (\w+)/#).map(\.output.1).filter { !renamed.contains($0) }.map(
            String.init)
    }

    /// A table after those that it refers to.
    private static let first = [
        FoldedTable(name: "building"),
        // A door that nothing speaks for any more is never deleted.
        FoldedTable(name: "door", outlives: "shaped = 0 AND stated = 0"),
        FoldedTable(name: "survey_door"), FoldedTable(name: "need"), FoldedTable(name: "fill"),
        FoldedTable(name: "claim"), FoldedTable(name: "conflict", own: ["opened_at"]),
        FoldedTable(name: "household_claim"),
        // What was settled while a round's key was there stays when the key has ended.
        FoldedTable(
            name: "counted_elsewhere",
            outlives: "campaign NOT IN (SELECT code FROM campaign WHERE claim_key IS NOT NULL)"),
    ]

    /// The journal itself, what the parent has said, what people here have read and chosen, who was invited, and where this
    /// node stands. `row` is compared by counts.
    static let kept: Set<String> = [
        "observation", "supersession", "clock", "campaign", "not_yours", "directive", "receipt_read", "column_choice",
        "invite",
        "invite_building", "row", "position", "life", "setting", "grdb_migrations",
    ]

    /// Name of the table that holds what stood.
    private var stood: String { "temp.stood_\(name)" }

    // MARK: Folding anew

    /// Empties the table and remembers what stood in it.
    func setAside(_ db: Database) throws {
        try db.execute(sql: "CREATE TEMP TABLE stood_\(name) AS SELECT * FROM \(name)")
        let keys = try keys(db).joined(separator: ", ")
        try db.execute(sql: "CREATE UNIQUE INDEX temp.stood_\(name)_key ON stood_\(name) (\(keys))")
        try db.execute(sql: "DELETE FROM \(name)")
    }

    /// After the journal was folded: what no fold could have made comes back.
    func takeBack(_ db: Database) throws {
        if let outlives {
            try db.execute(sql: "INSERT OR IGNORE INTO \(name) SELECT * FROM \(stood) WHERE \(outlives)")
        }
        for column in own {
            try db.execute(
                sql: """
                    UPDATE \(name) SET \(column) = stood.\(column) FROM \(stood) AS stood WHERE \
                    \(try keys(db).map { "stood.\($0) = \(name).\($0)" }.joined(separator: " AND "))
                    """)
        }
    }

    func forget(_ db: Database) throws { try db.execute(sql: "DROP TABLE \(stood)") }

    // MARK: Comparing

    /// What stood against what was folded.
    func discrepancies(_ db: Database) throws -> [Discrepancy] {
        try alone(in: stood, not: name, db).map { Discrepancy(place: place($0), stands: $0["line"], follows: nil) }
            + alone(in: name, not: stood, db).map { Discrepancy(place: place($0), stands: nil, follows: $0["line"]) }
            + differing(db)
    }

    private func place(_ row: Row, column: String? = nil) -> Discrepancy.Place {
        .table(name, key: row["key"], column: column)
    }

    private func alone(in one: String, not other: String, _ db: Database) throws -> [Row] {
        let (keys, values) = (try keys(db), try values(db))
        return try Row.fetchAll(
            db,
            sql: """
                SELECT \(FoldedTable.text(keys, of: "here")) AS key, \(FoldedTable.text(values, of: "here")) AS line
                FROM \(one) AS here WHERE NOT EXISTS (SELECT 1 FROM \(other) AS there WHERE \(FoldedTable.same(keys)))
                ORDER BY 1
                """)
    }

    private func differing(_ db: Database) throws -> [Discrepancy] {
        let (keys, values) = (try keys(db), try values(db))
        guard !values.isEmpty else { return [] }
        let pairs = values.flatMap { ["quote(there.\($0)) AS stands_\($0)", "quote(here.\($0)) AS follows_\($0)"] }
        let differ = values.map { "here.\($0) IS NOT there.\($0)" }.joined(separator: " OR ")
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT \(FoldedTable.text(keys, of: "here")) AS key, \(pairs.joined(separator: ", "))
                FROM \(name) AS here JOIN \(stood) AS there ON \(FoldedTable.same(keys)) WHERE \(differ) ORDER BY 1
                """)
        return rows.flatMap { row in
            values.compactMap { column in
                let (stands, follows): (String, String) = (row["stands_\(column)"], row["follows_\(column)"])
                guard stands != follows else { return nil }
                return Discrepancy(place: place(row, column: column), stands: stands, follows: follows)
            }
        }
    }

    private static func same(_ keys: [String]) -> String {
        keys.map { "here.\($0) = there.\($0)" }.joined(separator: " AND ")
    }

    private static func text(_ columns: [String], of table: String) -> String {
        columns.isEmpty ? "''" : columns.map { "quote(\(table).\($0))" }.joined(separator: " || ' ' || ")
    }

    private func keys(_ db: Database) throws -> [String] { try db.primaryKey(name).columns }

    private func values(_ db: Database) throws -> [String] {
        let keys = try keys(db)
        return try db.columns(in: name).map(\.name).filter { !keys.contains($0) && !own.contains($0) }
    }
}
