import Federation
import GRDB
import Wire

/// Help across compounds: what this one lacks and, where its manager lets it be offered, whom it could spare; and what he
/// answers to offers. It stands on the volunteers' page; only counts leave.
struct HelpDesk: Desk {
    let name = "help"
    let datasets = [HelpOffer.dataset.text, HelpOffer.answers.text]
    let kinds: [any RecordContent.Type] = [Record.HelpConsent.self, Record.HelpAnswer.self]
    /// The facts of a task: `help_consent`, and `help_answer/SIDE:ROLE:UNIT`.
    static let (consent, answer) = ("help_consent", "help_answer")

    let tables = [
        """
        -- Help desk. Tasks whose spare volunteers may be offered to other compounds.
        CREATE TABLE help_consent (task TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

        -- Help desk. What the manager has answered to an offer.
        CREATE TABLE help_answer (
            task TEXT NOT NULL,
            -- `SIDE:ROLE:UNIT`, as its row's subject.
            offer TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('yes', 'no')),
            people INTEGER NOT NULL CHECK (people > 0),
            PRIMARY KEY (task, offer)
        ) STRICT, WITHOUT ROWID;
        -- An older program took the document without offers: it is asked for once more.
        UPDATE position SET registry_digest = NULL;
        """
    ]

    func fold(_ subject: String, _ field: String, _ journal: Journal) throws -> ChangedRows {
        let value = try journal.live(subject, field).last.flatMap { JSONLine.read($0.value) }
        if field == HelpDesk.consent {
            try journal.db.cachedStatement(sql: "DELETE FROM help_consent WHERE task = ?").execute(arguments: [subject])
            if value?["state"] as? String == Record.HelpConsent.State.offered.rawValue {
                try journal.db.cachedStatement(sql: "INSERT INTO help_consent VALUES (?)").execute(arguments: [subject])
            }
            return ChangedRows(anew: HelpDesk.key(subject).map { [$0] } ?? [])
        }
        guard field.hasPrefix(HelpDesk.answer + "/"), let task = Code(subject),
            let offer = Code(String(field.dropFirst(HelpDesk.answer.count + 1)))
        else { return [] }
        try fold(answer: value, to: offer, task, journal.db)
        return [RowKey(dataset: HelpOffer.answers, period: task, subject: offer)]
    }

    private func fold(answer value: [String: Any]?, to offer: Code, _ task: Code, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM help_answer WHERE task = ? AND offer = ?").execute(
            arguments: [task.text, offer.text])
        guard let state = value?["state"] as? String, state != Record.HelpAnswer.State.open.rawValue,
            let people = value?["people"] as? Int, people > 0
        else { return }
        try db.cachedStatement(sql: "INSERT INTO help_answer VALUES (?, ?, ?, ?)").execute(
            arguments: [task.text, offer.text, state, people])
    }

    /// What a task's compound lacks and could spare: it changes with every word about its volunteers.
    static func key(_ task: String) -> RowKey? {
        Code(task).map { RowKey(dataset: HelpOffer.dataset, period: $0, subject: Desks.compound) }
    }

    /// Nil where nothing is short or spare: most compounds have nothing to say, most of the time.
    func counts(of key: RowKey, _ db: Database) throws -> [String: Int64]? {
        guard key.dataset == HelpOffer.dataset else { return try answer(key, db) }
        guard key.subject == Desks.compound else { return nil }
        let call = try VolunteerCall(key.period.text, db)
        let spare = try HelpReader.isOffered(key.period.text, db) ? HelpReader.spare(call, key.period.text, db) : [:]
        let counts = VolunteerRole.allCases.reduce(into: [String: Int64]()) { counts, role in
            counts["short_\(role.rawValue)"] = Int64(call.short(of: role))
            counts["spare_\(role.rawValue)"] = Int64(spare[role] ?? 0)
        }
        return counts.values.allSatisfy { $0 == 0 } ? nil : counts
    }

    private func answer(_ key: RowKey, _ db: Database) throws -> [String: Int64]? {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT state, people FROM help_answer WHERE task = ? AND offer = ?"),
            arguments: [key.period.text, key.subject.text])
        return row.map { row in
            let isYes = row["state"] == Record.HelpAnswer.State.yes.rawValue
            return ["yes": isYes ? 1 : 0, "no": isYes ? 0 : 1, "people": row["people"]]
        }
    }

    func keys(of period: Code, _ db: Database) throws -> [RowKey] { HelpDesk.key(period.text).map { [$0] } ?? [] }
}
