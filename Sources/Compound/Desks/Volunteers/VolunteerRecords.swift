import Federation
import GRDB

extension Record {
    /// How many people a task needs in one role.
    struct Need: RecordContent {
        var task: Code
        var required: Int
        var role = VolunteerRole.general
    }

    /// Somebody answers the call, or takes the answer back.
    struct Answer: RecordContent {
        var task: Code
        var volunteer: Code
        var state: Fill
        var role = VolunteerRole.general
    }

    /// Somebody takes a building, gives it back, or has done it.
    struct BuildingClaim: RecordContent {
        var task: Code
        var building: Code
        var volunteer: Code
        var state: Claim
        var role = VolunteerRole.general
        /// Since when he is there, seconds since 1970; nil where nobody says.
        var from: Int64?
        /// Whom he shares the building with, as people do who sign up on one line; nil where nobody says.
        var with: Code?
    }

    enum Fill: String, Sendable { case filled, withdrawn }
    enum Claim: String, Sendable { case claimed, released, done }
}

extension Record.Need {
    static let kind = "need"
    static let range = 0...100_000
    var period: Code? { task }
    var page: String { "/volunteers" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(
            task: try json.code("task"), required: try json.number("required", in: Record.Need.range),
            role: try json.role())
    }

    init(form: FormFields) throws(IntakeError) {
        self.init(
            task: try form.code("task"), required: try form.number("required", in: Record.Need.range),
            role: try form.role())
    }

    var statement: Statement {
        Statement(
            subject: task.text, field: VolunteerFact.need(role).field,
            value: JSONLine.object([("required", .number(required))]))
    }

    var members: [(String, JSONLine.Value)] {
        [("task", .text(task.text)), ("required", .number(required))] + role.members
    }
}

extension Record.Answer {
    static let kind = "fill"
    var period: Code? { task }
    var page: String { "/volunteers" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(
            task: try json.code("task"), volunteer: try json.code("volunteer"), state: try json.choice("state"),
            role: try json.role())
    }

    init(form: FormFields) throws(IntakeError) {
        self.init(
            task: try form.code("task"), volunteer: try form.volunteer(),
            state: try form.choice("state", or: .filled), role: try form.role())
    }

    var statement: Statement {
        Statement(
            subject: task.text, field: VolunteerFact.fill(volunteer.text, role).field,
            value: JSONLine.object([("state", .text(state.rawValue))]))
    }

    func check(_ record: Record, _ journal: Journal) throws {
        if state == .filled { try DutyRestrictions.admit(volunteer, to: .role(role), journal) }
    }

    var members: [(String, JSONLine.Value)] {
        [("task", .text(task.text)), ("volunteer", .text(volunteer.text)), ("state", .text(state.rawValue))]
            + role.members
    }
}

extension Record.BuildingClaim {
    static let kind = "claim"
    var period: Code? { task }
    var page: String { "/volunteers" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(
            task: try json.code("task"), building: try json.code("building"), volunteer: try json.code("volunteer"),
            state: try json.choice("state"), role: try json.role(), from: try json.moment("from"),
            with: json.has("with") ? try json.code("with") : nil)
    }

    init(form: FormFields) throws(IntakeError) {
        self.init(
            task: try form.code("task"), building: try form.code("building"), volunteer: try form.volunteer(),
            state: try form.choice("state", or: .claimed), role: try form.role(), from: try form.moment("from"),
            with: form.has("with") ? try form.code("with") : nil)
    }

    var statement: Statement {
        Statement(
            subject: "\(task)/\(building)", field: VolunteerFact.claim(volunteer.text, role).field,
            value: JSONLine.object(fromMembers + [("state", .text(state.rawValue))] + withMembers))
    }

    func check(_ record: Record, _ journal: Journal) throws {
        guard try RegistryDesk.exists(building: building, journal.db) else {
            throw IntakeError(.buildingUnknown, field: "building", value: building.text)
        }
        if state == .claimed { try DutyRestrictions.admit(volunteer, to: .building(role), journal) }
    }

    /// Whoever takes a building answers the call, unless he has.
    func implied(_ db: Database) throws -> [Record.Content] {
        guard state == .claimed, try VolunteerCall(task.text, db).people[volunteer.text] == nil else { return [] }
        return [Record.Answer(task: task, volunteer: volunteer, state: .filled, role: role)]
    }

    private var fromMembers: [(String, JSONLine.Value)] { from.map { [("from", .number(Int($0)))] } ?? [] }
    private var withMembers: [(String, JSONLine.Value)] { with.map { [("with", .text($0.text))] } ?? [] }

    var members: [(String, JSONLine.Value)] {
        [
            ("task", .text(task.text)), ("building", .text(building.text)), ("volunteer", .text(volunteer.text)),
            ("state", .text(state.rawValue)),
        ] + role.members + fromMembers + withMembers
    }
}
