import Federation
import GRDB
import Wire

extension Record {
    /// Whether the spare volunteers of a task may be offered to other compounds.
    struct HelpConsent: RecordContent {
        enum State: String, Sendable { case offered, kept }
        var task: Code
        var state: State
    }

    /// What the manager answers to an offer of help; open: he has said nothing yet, or takes it back.
    struct HelpAnswer: RecordContent {
        enum State: String, Sendable { case yes, no, open }
        var task: Code
        var side: HelpOffer.Side
        var role: VolunteerRole
        /// The other compound.
        var unit: Code
        var people: Int
        var state: State
    }
}

extension Record.HelpConsent {
    static let kind = HelpDesk.consent
    var period: Code? { task }
    var page: String { "/volunteers" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(task: try json.code("task"), state: try json.choice("state"))
    }

    init(form: FormFields) throws(IntakeError) {
        self.init(task: try form.code("task"), state: try form.choice("state"))
    }

    var statement: Statement {
        Statement(
            subject: task.text, field: HelpDesk.consent, value: JSONLine.object([("state", .text(state.rawValue))]))
    }

    var members: [(String, JSONLine.Value)] { [("task", .text(task.text)), ("state", .text(state.rawValue))] }
}

extension Record.HelpAnswer {
    static let kind = HelpDesk.answer
    private static let range = 1...100_000
    var period: Code? { task }
    var page: String { "/volunteers" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(
            task: try json.code("task"), side: try json.choice("side"), role: try json.choice("role"),
            unit: try json.code("unit"), people: try json.number("people", in: Record.HelpAnswer.range),
            state: try json.choice("state"))
    }

    init(form: FormFields) throws(IntakeError) {
        self.init(
            task: try form.code("task"), side: try form.choice("side"), role: try form.choice("role"),
            unit: try form.code("unit"), people: try form.number("people", in: Record.HelpAnswer.range),
            state: try form.choice("state"))
    }

    var statement: Statement {
        Statement(
            subject: task.text, field: "\(HelpDesk.answer)/\(side.rawValue):\(role.rawValue):\(unit)",
            value: JSONLine.object([("people", .number(people)), ("state", .text(state.rawValue))]))
    }

    /// Nobody answers what wasn't offered, nor for more than that.
    func check(_ record: Record, _ journal: Journal) throws {
        let offer = try HelpReader.offers(journal.db).first {
            $0.task == task.text && $0.side == side.rawValue && $0.role == role.rawValue && $0.unit == unit.text
        }
        guard let offer, HelpOffer.subject(side, role.rawValue, unit.text) != nil else {
            throw IntakeError(.offerUnknown, field: "unit", value: unit.text)
        }
        guard state != .yes || Int64(people) <= offer.people else {
            throw IntakeError(.fieldOutOfRange, field: "people", value: "\(people)")
        }
    }

    var members: [(String, JSONLine.Value)] {
        [
            ("task", .text(task.text)), ("side", .text(side.rawValue)), ("role", .text(role.rawValue)),
            ("unit", .text(unit.text)), ("people", .number(people)), ("state", .text(state.rawValue)),
        ]
    }
}
