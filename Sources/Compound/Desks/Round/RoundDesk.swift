import Daemon
import Federation
import GRDB
import Wire

/// A round as a whole: how far it should be by when, and the final report (终报), after which the district doesn't call
/// this compound's figures old when its office is switched off for the night.
struct RoundDesk: Desk {
    let name = "round"
    let datasets = ["report"]
    let kinds: [any RecordContent.Type] = [Record.Targets.self, Record.FinalReport.self]
    static let dataset = Code(literal: "report")
    /// The facts of a round.
    static let (targets, finalReport) = ("targets", "final_report")

    let tables = [
        """
        -- Round desk. What a round should have reached by when.
        CREATE TABLE round_target (
            campaign TEXT NOT NULL,
            -- Seconds since 1970.
            at INTEGER NOT NULL,
            percent INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
            PRIMARY KEY (campaign, at)
        ) STRICT, WITHOUT ROWID;

        -- Round desk. Rounds of which this compound has sent its final report.
        CREATE TABLE final_report (
            campaign TEXT PRIMARY KEY,
            reporter TEXT NOT NULL,
            -- Seconds since 1970 by the reporter's device.
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- The number of the order that a round follows, as the parent publishes it; '' for none.
        ALTER TABLE campaign ADD COLUMN order_number TEXT NOT NULL DEFAULT '';
        -- An older program took the document without it: it is asked for once more.
        UPDATE position SET registry_digest = NULL;
        """,
        """
        -- How far the round should be by when, as the parent publishes it: `1649217600 50,1649232000 100`.
        ALTER TABLE campaign ADD COLUMN targets TEXT NOT NULL DEFAULT '';
        """,
    ]

    func fold(_ subject: String, _ field: String, _ journal: Journal) throws -> ChangedRows {
        let stands = try journal.live(subject, field).last
        let value = stands.flatMap { JSONLine.read($0.value) }
        switch field {
        case RoundDesk.targets:
            try fold(targets: value?["targets"] as? String ?? "", of: subject, journal.db)
            return []
        case RoundDesk.finalReport:
            try journal.db.cachedStatement(sql: "DELETE FROM final_report WHERE campaign = ?").execute(
                arguments: [subject])
            if let stands, value?["state"] as? String == Record.FinalReport.State.final.rawValue {
                try journal.db.cachedStatement(sql: "INSERT INTO final_report VALUES (?, ?, ?)").execute(
                    arguments: [subject, stands.recorder, stands.observedAt])
            }
            return ChangedRows(anew: try Code(subject).map { try keys(of: $0, journal.db) } ?? [])
        default: return []
        }
    }

    private func fold(targets: String, of campaign: String, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM round_target WHERE campaign = ?").execute(arguments: [campaign])
        let insert = try db.cachedStatement(sql: "INSERT OR REPLACE INTO round_target VALUES (?, ?, ?)")
        for target in RoundTarget.targets(kept: targets) {
            try insert.execute(arguments: [campaign, target.at, target.percent])
        }
    }

    func counts(of key: RowKey, _ db: Database) throws -> [String: Int64]? {
        let isFinal = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM final_report WHERE campaign = ?"), arguments: [key.period.text])
        return ["final": isFinal == nil ? 0 : 1]
    }

    func routes(_ pages: NodePages) -> [Route] {
        [
            pages.page(FinalReportPage.path) { _, campaign in
                guard !campaign.isEmpty else { return .notFound }
                let store = pages.store
                let (progress, round) = try store.read { try SurveyReader.standing(campaign, now: store.clock(), $0) }
                return NodePages.Body { FinalReportPage.html(progress, round, $0) }
            }
        ]
    }

    func keys(of period: Code, _ db: Database) throws -> [RowKey] {
        [RowKey(dataset: RoundDesk.dataset, period: period, subject: Desks.compound)]
    }
}
