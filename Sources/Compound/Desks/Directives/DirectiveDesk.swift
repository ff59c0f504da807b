import Federation
import GRDB
import Wire

/// Orders, notices, rules and rounds as the district publishes them, and who here has read them. What leaves is whether
/// this node holds a version, and whether somebody has read it; names stay.
struct DirectiveDesk: Desk {
    let name = "directives"
    let datasets = [Directive.dataset.text]
    let kinds: [any RecordContent.Type] = [Record.Acknowledgement.self]
    let places = ["/directives"]
    /// A fact of a directive: `acknowledged/VERSION/AT`. Which words were read is told by when they were published: a parent that lost
    /// its last versions gives their numbers anew.
    static let acknowledged = "acknowledged"

    let tables = [
        """
        -- Directives desk. Every version that the parent has told of: what it tells no more stays readable.
        CREATE TABLE directive (
            code TEXT NOT NULL,
            version INTEGER NOT NULL CHECK (version >= 1),
            kind TEXT NOT NULL,
            title TEXT NOT NULL,
            text TEXT NOT NULL,
            campaign TEXT,
            -- Seconds since 1970; NULL for none.
            opens INTEGER,
            due INTEGER,
            -- Seconds since 1970 by whoever published it.
            at INTEGER NOT NULL,
            officer TEXT NOT NULL,
            reason TEXT NOT NULL,
            withdrawn INTEGER NOT NULL CHECK (withdrawn IN (0, 1)),
            -- Seconds since 1970 by this node's clock.
            received_at INTEGER NOT NULL,
            -- 0 once the parent tells of this code no more.
            carried INTEGER NOT NULL CHECK (carried IN (0, 1)),
            PRIMARY KEY (code, version)
        ) STRICT, WITHOUT ROWID;

        -- Directives desk. Who read a version first.
        CREATE TABLE directive_read (
            code TEXT NOT NULL,
            version INTEGER NOT NULL,
            -- When these words were published.
            at INTEGER NOT NULL,
            reader TEXT NOT NULL,
            -- Seconds since 1970 by the reader's device.
            read_at INTEGER NOT NULL,
            PRIMARY KEY (code, version, at)
        ) STRICT, WITHOUT ROWID;

        -- An older program took the document without them: it is asked for once more.
        UPDATE position SET registry_digest = NULL;
        """,
        """
        -- Of a round: 1 for a version that says that it is over.
        ALTER TABLE directive ADD COLUMN closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1));
        -- An older program took the document without it: it is asked for once more.
        UPDATE position SET registry_digest = NULL;
        """,
        """
        -- Of a round: how far it should be by when, `1649217600 50,1649232000 100`.
        ALTER TABLE directive ADD COLUMN targets TEXT NOT NULL DEFAULT '';
        -- An older program took the document without it: it is asked for once more.
        UPDATE position SET registry_digest = NULL;
        """,
    ]

    func fold(_ subject: String, _ field: String, _ journal: Journal) throws -> ChangedRows {
        guard let (version, at) = DirectiveDesk.words(field), let period = Directive.period(subject, version) else {
            return []
        }
        try journal.db.cachedStatement(sql: "DELETE FROM directive_read WHERE code = ? AND version = ? AND at = ?")
            .execute(arguments: [subject, version, at])
        if let first = try journal.live(subject, field).first {
            let reader = JSONLine.read(first.value)?["reader"] as? String ?? ""
            try journal.db.cachedStatement(sql: "INSERT INTO directive_read VALUES (?, ?, ?, ?, ?)").execute(
                arguments: [subject, version, at, reader, first.observedAt])
        }
        return [DirectiveDesk.key(period)]
    }

    private static func words(_ field: String) -> (version: Int, at: Int64)? {
        let parts = field.split(separator: "/")
        guard parts.count == 3, parts[0] == acknowledged, let version = Int(parts[1]), let at = Int64(parts[2]) else {
            return nil
        }
        return (version, at)
    }

    static func key(_ period: Code) -> RowKey {
        RowKey(dataset: Directive.dataset, period: period, subject: Desks.compound)
    }

    /// Nil for what isn't held, or isn't told of any more: rows of old orders would grow without end.
    func counts(of key: RowKey, _ db: Database) throws -> [String: Int64]? {
        guard let (code, version) = Directive.named(by: key.period) else { return nil }
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM directive_read AS read WHERE read.code = directive.code
                    AND read.version = directive.version AND read.at = directive.at) AS read FROM directive
                    WHERE code = ? AND version = ? AND carried = 1
                    """), arguments: [code, version])
        return row.map { ["received": 1, "acknowledged": $0["read"]] }
    }

    /// They belong to no round, whatever they are about.
    func keys(of period: Code, _ db: Database) throws -> [RowKey] { [] }

    /// What the parent tells now.
    ///
    /// - Returns: the rows that may have changed.
    static func take(_ told: [Directive], _ db: Database, now: Int64) throws -> Set<RowKey> {
        let before = try carried(db)
        try db.execute(sql: "UPDATE directive SET carried = 0 WHERE carried = 1")
        for directive in told where directive.isSound {
            try db.cachedStatement(
                sql: """
                    INSERT INTO directive VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET
                    (kind, title, text, campaign, opens, due, at, officer, reason, withdrawn, received_at, closed,
                    targets) =
                    (excluded.kind, excluded.title, excluded.text, excluded.campaign, excluded.opens, excluded.due,
                    excluded.at, excluded.officer, excluded.reason, excluded.withdrawn, excluded.received_at,
                    excluded.closed, excluded.targets)
                    WHERE directive.at <> excluded.at OR directive.closed <> excluded.closed
                    OR directive.targets <> excluded.targets
                    """
            ).execute(arguments: [
                directive.code, directive.version, directive.kind, directive.title, directive.text, directive.campaign,
                directive.opens, directive.due, directive.at, directive.officer, directive.reason, directive.withdrawn,
                now, directive.closed ?? false, RoundTarget.kept(directive.targets ?? []),
            ])
            // A version that was replaced was received and read all the same.
            try db.cachedStatement(sql: "UPDATE directive SET carried = 1 WHERE code = ?").execute(
                arguments: [directive.code])
        }
        // Of words that were given anew nobody has said that he read them.
        return Set(before.union(try carried(db)).map(key))
    }

    private static func carried(_ db: Database) throws -> Set<Code> {
        try Set(
            Row.fetchAll(db, sql: "SELECT code, version FROM directive WHERE carried = 1").compactMap {
                Directive.period($0["code"], $0["version"])
            })
    }
}
