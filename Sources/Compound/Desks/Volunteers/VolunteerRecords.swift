import Federation
import GRDB

extension Record {
    /// How many people a task needs.
    struct Need: RecordContent {
        var task: Code
        var required: Int
    }

    /// Somebody answers the call, or takes the answer back.
    struct Answer: RecordContent {
        var task: Code
        var volunteer: Code
        var state: Fill
    }

    /// Somebody takes a building, gives it back, or has done it.
    struct BuildingClaim: RecordContent {
        var task: Code
        var building: Code
        var volunteer: Code
        var state: Claim
    }

    enum Fill: String, Sendable { case filled, withdrawn }
    enum Claim: String, Sendable { case claimed, released, done }
}

extension Record.Need {
    static let kind = "need"
    private static let range = 0...100_000
    var period: Code? { task }
    var page: String { "/volunteers" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(task: try json.code("task"), required: try json.number("required", in: Record.Need.range))
    }

    init(form: FormFields) throws(IntakeError) {
        self.init(task: try form.code("task"), required: try form.number("required", in: Record.Need.range))
    }

    func statement(_ db: Database) throws -> Statement {
        Statement(subject: task.text, field: "need", value: JSONLine.object([("required", .number(required))]))
    }

    var members: [(String, JSONLine.Value)] { [("task", .text(task.text)), ("required", .number(required))] }
}

extension Record.Answer {
    static let kind = "fill"
    var period: Code? { task }
    var page: String { "/volunteers" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(
            task: try json.code("task"), volunteer: try json.code("volunteer"), state: try json.choice("state"))
    }

    init(form: FormFields) throws(IntakeError) {
        self.init(
            task: try form.code("task"), volunteer: try form.volunteer(),
            state: try form.choice("state", or: .filled))
    }

    func statement(_ db: Database) throws -> Statement {
        Statement(
            subject: task.text, field: "fill/\(volunteer)", value: JSONLine.object([("state", .text(state.rawValue))]))
    }

    var members: [(String, JSONLine.Value)] {
        [("task", .text(task.text)), ("volunteer", .text(volunteer.text)), ("state", .text(state.rawValue))]
    }
}

extension Record.BuildingClaim {
    static let kind = "claim"
    var period: Code? { task }
    var page: String { "/volunteers" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(
            task: try json.code("task"), building: try json.code("building"), volunteer: try json.code("volunteer"),
            state: try json.choice("state"))
    }

    init(form: FormFields) throws(IntakeError) {
        self.init(
            task: try form.code("task"), building: try form.code("building"), volunteer: try form.volunteer(),
            state: try form.choice("state", or: .claimed))
    }

    func statement(_ db: Database) throws -> Statement {
        guard try RegistryDesk.exists(building: building, db) else {
            throw IntakeError(.buildingUnknown, field: "building", value: building.text)
        }
        return Statement(
            subject: "\(task)/\(building)", field: "claim/\(volunteer)",
            value: JSONLine.object([("state", .text(state.rawValue))]))
    }

    var members: [(String, JSONLine.Value)] {
        [
            ("task", .text(task.text)), ("building", .text(building.text)), ("volunteer", .text(volunteer.text)),
            ("state", .text(state.rawValue)),
        ]
    }
}
