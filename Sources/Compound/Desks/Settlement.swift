import Daemon
import Federation
import GRDB

/// Why somebody settled a dispute as he did: a ready-made reason, words of his own, or both.
///
/// It stands at the end of the settling statement's value, so it is journalled, copied and adopted with it. It may be about
/// persons: pages of this node show it, and no row has a place for it.
enum Settlement {
    enum Reason: String, CaseIterable { case phone, visit, wrongDoor = "wrong_door", slip }

    /// In JSON, in forms and in the journal.
    static let member = "why"
    /// Bytes at most.
    static let limit = 300

    // MARK: Intake

    static func why(_ fields: JSONFields) throws(IntakeError) -> String? {
        fields.has(member) ? try fields.text(member, limit: limit) : nil
    }

    /// What was tapped, then what was typed.
    static func why(_ form: Form) throws(IntakeError) -> String? {
        let said = form.pairs.filter { $0.name == member }.flatMap { $0.value.split(whereSeparator: \.isWhitespace) }
        let why = said.joined(separator: " ")
        guard why.utf8.count <= limit else { throw IntakeError(.fieldOutOfRange, field: member, value: why) }
        return why.isEmpty ? nil : why
    }

    // MARK: Journal

    /// - Parameter value: a statement's; its members' names stand before this one's in their order.
    static func value(_ value: String, why: String?) -> String {
        // An undo says nothing but that, and is known by its value.
        guard let why, value != Record.Undo.value else { return value }
        return value.dropLast() + ",\(JSONLine.quoted(member)):\(JSONLine.quoted(why))}"
    }

    /// A form that takes back several answers of one dispute settles it, and so does whatever the list of disputes
    /// offers: both say why. A phone without network can't be asked; what it sends is taken without.
    static func expectWhy(_ record: Record, isListed: Bool, _ db: Database) throws {
        guard record.why == nil, isListed || record.supersedes.count > 1 else { return }
        let taken = Set(record.supersedes.map { Hex.text($0) })
        let settles = try SurveyReader.conflicts(db).contains { conflict in
            conflict.statements.count { !taken.isDisjoint(with: $0.answers) } > (isListed ? 0 : 1)
        }
        if settles { throw IntakeError(.whyMissing, field: member) }
    }

    // MARK: Words

    /// A ready-made reason in the reader's language, anything else as it was typed.
    static func text(_ why: String, _ text: Messages) -> String {
        let words = why.split(separator: " ", maxSplits: 1).map(String.init)
        guard let reason = words.first.flatMap(Reason.init) else { return why }
        return ([text("node.why.\(reason.rawValue)")] + words.dropFirst()).joined(separator: " ")
    }
}

/// A dispute that somebody settled: the statement that took several answers back.
struct SettledConflict {
    let statement: Observation
    /// Nil where nobody was asked: an older program, or a phone.
    let why: String?

    var conflict: Conflict {
        Conflict(
            subject: statement.subject, field: statement.field, kind: "", detail: "", openedAt: statement.observedAt)
    }

    /// How many the list shows.
    private static let most = 50

    init(_ statement: Observation) {
        self.statement = statement
        why = JSONLine.read(statement.value)?[Settlement.member] as? String
    }

    /// The latest first; one that was undone settled nothing.
    ///
    /// - Parameter subject: nil for all.
    static func latest(about subject: String? = nil, _ db: Database) throws -> [SettledConflict] {
        let journal = Journal(db: db, now: 0)
        return try journal.observations(
            """
            WHERE \(subject == nil ? "" : "subject = ? AND") id IN (SELECT by FROM supersession) AND value <> '\(Record.Undo.value)'
            AND NOT value \(Record.Withdrawal.isSaid) AND (instr(value, '"\(Settlement.member)":"') > 0 OR \(tookSeveralBack)) ORDER BY hlc DESC LIMIT \(most)
            """, StatementArguments(subject.map { [$0] } ?? [])
        ).filter { try !Undo.isUndone($0, journal) }.map(SettledConflict.init)
    }

    /// Answers about its own fact that were not the same.
    private static let tookSeveralBack = """
        (SELECT count(DISTINCT other.value) FROM supersession JOIN observation AS other ON other.id = superseded
        WHERE by = observation.id AND other.subject = observation.subject AND other.field = observation.field) > 1
        """
}
