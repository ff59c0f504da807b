import Federation
import GRDB
import Wire

/// What was published, version by version: never changed and never deleted.
extension RegistryStore {
    static let directiveSchema = """
        -- Orders, notices, rules and rounds that were published, in every version.
        CREATE TABLE directive (
            code TEXT NOT NULL,
            version INTEGER NOT NULL CHECK (version >= 1),
            -- 1: by the aggregator above.
            above INTEGER NOT NULL CHECK (above IN (0, 1)),
            -- 0: the aggregator above tells of it no more.
            carried INTEGER NOT NULL CHECK (carried IN (0, 1)),
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
            -- Divisions and units with commas between; NULL for everybody.
            addressees TEXT,
            PRIMARY KEY (code, above, version)
        ) STRICT, WITHOUT ROWID;
        -- Rounds that were published before anybody wrote down by whom.
        INSERT INTO directive
            SELECT code, 1, 0, 1, 'round', name, order_number, code, opens, deadline, opens, '', '', 0, NULL FROM campaign;
        """

    static let closedSchema = """
        -- Of a round: 1 for a version that says that it is over.
        ALTER TABLE directive ADD COLUMN closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1));
        -- Rounds that were closed before that was written down as a version.
        UPDATE directive SET closed = 1 WHERE kind = 'round' AND code IN (SELECT code FROM campaign WHERE closed)
            AND version = (SELECT max(version) FROM directive AS other
                WHERE other.code = directive.code AND other.above = directive.above);
        """

    static let countingSchema = """
        -- Of a rule by which figures are read: its measure, its number, and the classes that are done and that are due,
        -- with commas between.
        ALTER TABLE directive ADD COLUMN measure TEXT;
        ALTER TABLE directive ADD COLUMN rule_version INTEGER;
        ALTER TABLE directive ADD COLUMN done_classes TEXT;
        ALTER TABLE directive ADD COLUMN due_classes TEXT;
        """

    static let targetSchema = """
        -- How far a round should be by when: `1649217600 50,1649232000 100`, seconds since 1970 and percent.
        ALTER TABLE campaign ADD COLUMN targets TEXT NOT NULL DEFAULT '';
        ALTER TABLE directive ADD COLUMN targets TEXT NOT NULL DEFAULT '';
        """

    func directives() throws -> DirectiveBook { try database.read { try RegistryStore.directives($0) } }

    private static func directives(_ db: Database) throws -> DirectiveBook {
        DirectiveBook(
            try Row.fetchAll(db, sql: "SELECT * FROM directive ORDER BY code, above, version").map { row in
                var directive = Directive(
                    code: row["code"], version: row["version"], kind: .notice, title: row["title"], text: row["text"],
                    campaign: row["campaign"], opens: row["opens"], due: row["due"],
                    targets: RoundTarget.targets(kept: row["targets"]), at: row["at"],
                    officer: row["officer"], reason: row["reason"], withdrawn: row["withdrawn"],
                    closed: row["closed"],
                    to: (row["addressees"] as String?).map(parts))
                directive.kind = row["kind"]
                if let measure = row["measure"] as String? {
                    directive.counts = Directive.Counting(
                        measure: measure, version: row["rule_version"], done: parts(row["done_classes"]),
                        due: parts(row["due_classes"]))
                }
                return DirectiveBook.Entry(directive, isFromAbove: row["above"], isCarried: row["carried"])
            })
    }

    private static func parts(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }

    /// Writes the next version of a directive down.
    func put(_ directive: Directive) throws {
        try database.write { try RegistryStore.put(directive, isFromAbove: false, $0) }
    }

    private static func put(_ directive: Directive, isFromAbove: Bool, _ db: Database) throws {
        // A parent that lost its last versions gives their numbers anew.
        try db.execute(
            sql:
                "INSERT OR REPLACE INTO directive VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                directive.code, directive.version, isFromAbove, directive.kind, directive.title, directive.text,
                directive.campaign, directive.opens, directive.due, directive.at, directive.officer, directive.reason,
                directive.withdrawn, directive.to?.joined(separator: ","),
                directive.closed ?? false, directive.counts?.measure, directive.counts?.version,
                directive.counts?.done.joined(separator: ","), directive.counts?.due.joined(separator: ","),
                RoundTarget.kept(directive.targets ?? []),
            ])
    }

    /// A round as it is published now, as the next version of what was published of it; nothing where it says the same.
    func noteRound(_ campaign: RegistryCampaign, at: Int64, reason: String, officer: String) throws {
        try database.write { db in
            let last = try RegistryStore.directives(db).last(campaign.code.text)
            let next = Directive(
                code: campaign.code.text, version: (last?.version ?? 0) + 1, kind: .round, title: campaign.name,
                text: campaign.order, campaign: campaign.code.text, opens: campaign.opens, due: campaign.deadline,
                targets: campaign.targets, at: at, officer: officer, reason: reason, closed: campaign.closed)
            guard last?.says(sameAs: next) != true else { return }
            try RegistryStore.put(next, isFromAbove: false, db)
        }
    }

    /// What the aggregator above tells now replaces what it told before; versions that it told stay readable.
    func take(fromAbove directives: [Directive]) throws {
        try database.write { db in
            try db.execute(sql: "UPDATE directive SET carried = 0 WHERE above = 1 AND carried = 1")
            for directive in directives where directive.isSound {
                try RegistryStore.put(directive, isFromAbove: true, db)
            }
        }
    }
}
