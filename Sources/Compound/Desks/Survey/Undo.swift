import Federation
import GRDB

extension Record {
    /// Takes a visit back that was a slip: the door stands as it stood before.
    struct Undo: RecordContent {
        var campaign: Code
        var door: Door
    }
}

extension Record.Undo {
    static let kind = "undo"
    /// Says nothing of the door but that what is taken back is not so.
    static let value = #"{"undone":1}"#
    /// The part of an address that says what was just recorded.
    static let query = "done"
    var period: Code? { campaign }
    var page: String { "/survey/\(door.building)" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(campaign: try json.code("campaign"), door: try json.door("door"))
    }

    init(form: FormFields) throws(IntakeError) {
        self.init(campaign: try form.code("campaign"), door: try form.door("door"))
    }

    var statement: Statement {
        Statement(
            subject: door.code.text, field: SurveyDesk.field(campaign.text),
            value: Record.Undo.value, evidence: Record.Evidence.door.rank)
    }

    var members: [(String, JSONLine.Value)] {
        [("campaign", .text(campaign.text)), ("door", .text(door.code.text))]
    }

    /// It names what it takes back, all of it of this door.
    func check(_ record: Record, _ journal: Journal) throws {
        let slips = try journal.statements(record.supersedes)
        guard !slips.isEmpty, slips.allSatisfy({ $0.subject == door.code.text }) else {
            throw IntakeError(.nothingToUndo, field: "supersedes", value: door.code.text)
        }
    }
}

enum Undo {
    /// A visit that somebody has just recorded himself, as long as nobody has taken it back.
    struct Offer: Sendable {
        var door: String
        var disposition: String
        var id: String
    }

    static func offer(
        _ asked: String?, _ campaign: String, to answerer: Answerer, _ db: Database
    ) throws -> Offer? {
        guard let id = asked.flatMap({ Hex.uint128($0) }) else { return nil }
        let journal = Journal(db: db, now: 0)
        guard let visit = try journal.statements([id]).first, visit.field == SurveyDesk.field(campaign),
            answerer.said(visit), try journal.statements(takingBack: id).isEmpty,
            let disposition = JSONLine.read(visit.value)?["disposition"] as? String
        else { return nil }
        return Offer(door: visit.subject, disposition: disposition, id: Hex.text(id))
    }

    /// Taken back by an undo, not by a correction.
    static func isUndone(_ statement: Observation, _ journal: Journal) throws -> Bool {
        try journal.statements(takingBack: statement.id).contains { $0.value == Record.Undo.value }
    }
}
