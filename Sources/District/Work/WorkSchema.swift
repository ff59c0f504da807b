import Coverage
import Federation
import GRDB

/// What `registry.sqlite` holds for the work list: officers' words, and which rule was in force since when.
enum WorkSchema {
    static let tables = """
        -- What officers said about items of the work list; the last word on each counts, none is changed.
        CREATE TABLE work_note (
            id INTEGER PRIMARY KEY,
            -- The item, as the work list names it, and how bad it was.
            key TEXT NOT NULL,
            extent INTEGER NOT NULL,
            -- Seconds since 1970 by this aggregator.
            at INTEGER NOT NULL,
            reason TEXT NOT NULL,
            officer TEXT NOT NULL
        ) STRICT;

        -- By which version of its rule a measure is read, since this aggregator first did.
        CREATE TABLE rule_version (
            measure TEXT NOT NULL,
            version INTEGER NOT NULL,
            since INTEGER NOT NULL,
            PRIMARY KEY (measure, version)
        ) STRICT, WITHOUT ROWID;
        """

    static func put(_ note: WorkNote, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO work_note (key, extent, at, reason, officer) VALUES (?, ?, ?, ?, ?)",
            arguments: [note.key, note.extent, note.at, note.reason, note.officer])
    }

    static func notes(_ db: Database) throws -> [WorkNote] {
        try Row.fetchAll(db, sql: "SELECT * FROM work_note ORDER BY id").map {
            WorkNote(key: $0["key"], extent: $0["extent"], at: $0["at"], reason: $0["reason"], officer: $0["officer"])
        }
    }

    /// A claim's item is named by its household's token, which ends with the round.
    static func forgetClaims(of campaign: Code, _ db: Database) throws {
        let prefix = "double_claim/\(campaign)/"
        try db.execute(
            sql: "DELETE FROM work_note WHERE substr(key, 1, ?) = ?", arguments: [prefix.count, prefix])
    }
}

extension RegistryStore {
    /// Notes by which rules this program reads rows, and since when.
    ///
    /// - Parameter at: seconds since 1970.
    /// - Returns: every version that was ever in force here, the oldest first.
    func rules(_ measures: [Measure], at: Int64) throws -> [RuleVersion] {
        try database.write { db in
            for measure in measures {
                try db.execute(
                    sql: "INSERT OR IGNORE INTO rule_version VALUES (?, ?, ?)",
                    arguments: [measure.code, measure.version, at])
            }
            return try Row.fetchAll(db, sql: "SELECT * FROM rule_version ORDER BY measure, version").map {
                RuleVersion(measure: $0["measure"], version: $0["version"], since: $0["since"])
            }
        }
    }
}

extension [RuleVersion] {
    /// Those that took another's place: the first that was ever in force changed nothing.
    var changes: [RuleVersion] {
        filter { rule in contains { $0.measure == rule.measure && $0.version < rule.version } }
    }
}
