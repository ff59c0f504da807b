import Federation
import GRDB

/// What residents suggest and complain of, and what became of it. Only how many leaves: a theme with one sender
/// would name him.
struct FeedbackDesk: Desk {
    let name = "feedback"
    let datasets = ["feedback"]
    let kinds: [any RecordContent.Type] = [Record.Suggestion.self, Record.FollowUp.self]
    let places = ["/feedback"]
    static let dataset = Code(literal: "feedback")
    /// The facts of a suggestion.
    static let (suggestion, followUp) = ("suggestion", "follow_up")

    let tables = [
        """
        -- Feedback desk. A suggestion and how far it is followed up.
        CREATE TABLE feedback (
            item TEXT PRIMARY KEY,
            campaign TEXT NOT NULL,
            theme TEXT NOT NULL,
            said TEXT NOT NULL,
            -- '' where the sender wants no name.
            sender TEXT NOT NULL,
            -- Seconds since 1970 by the recorder's device.
            said_at INTEGER NOT NULL,
            state TEXT NOT NULL,
            answer TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX feedback_campaign ON feedback(campaign);
        """
    ]

    func fold(_ subject: String, _ field: String, _ journal: Journal) throws -> ChangedRows {
        let before = try FeedbackDesk.campaign(of: subject, journal.db)
        try journal.db.cachedStatement(sql: "DELETE FROM feedback WHERE item = ?").execute(arguments: [subject])
        let said = try journal.live(subject, FeedbackDesk.suggestion).last
        let answered = try journal.live(subject, FeedbackDesk.followUp).last.flatMap { JSONLine.read($0.value) }
        guard let said, let words = JSONLine.read(said.value), let campaign = words["campaign"] as? String else {
            return ChangedRows(anew: FeedbackDesk.rows([before]))
        }
        try journal.db.cachedStatement(sql: "INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                subject, campaign, words["theme"] as? String, words["text"] as? String, words["sender"] as? String,
                said.observedAt, answered?["state"] as? String ?? Record.FollowUp.State.open.rawValue,
                answered?["answer"] as? String ?? "",
            ])
        return ChangedRows(anew: FeedbackDesk.rows([before, campaign]))
    }

    private static func rows(_ campaigns: Set<String?>) -> [RowKey] {
        campaigns.compactMap { $0.flatMap { Code($0) } }
            .map { RowKey(dataset: dataset, period: $0, subject: Desks.compound) }
    }

    static func campaign(of item: String, _ db: Database) throws -> String? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT campaign FROM feedback WHERE item = ?"), arguments: [item])
    }

    func counts(of key: RowKey, _ db: Database) throws -> [String: Int64]? {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT count(*) AS received, count(*) FILTER (WHERE state = 'open') AS open FROM feedback
                    WHERE campaign = ?
                    """), arguments: [key.period.text])
        guard let row else { return nil }
        let (received, open): (Int64, Int64) = (row["received"], row["open"])
        return ["received": received, "open": open, "answered": received - open]
    }

    func keys(of period: Code, _ db: Database) throws -> [RowKey] { FeedbackDesk.rows([period.text]) }
}
