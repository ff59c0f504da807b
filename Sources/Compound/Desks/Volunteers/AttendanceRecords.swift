import Federation
import GRDB

extension Record {
    /// Somebody who signed up was mustered, didn't come, or left.
    struct Attendance: RecordContent {
        enum State: String, Sendable, CaseIterable { case present, absent, left }
        var task: Code
        var volunteer: Code
        var state: State
        /// When, seconds since 1970; nil for the moment at which it is recorded.
        var at: Int64?
        /// It is keyed from paper, by somebody who has the muster before him: what stands in its way is taken back.
        var isKeyed = false
    }

    /// What a volunteer must not be given to do, until when, and why. It stays on this node.
    struct Restriction: RecordContent {
        /// Its words stand on the desk's own page and in no text that is sent to anybody.
        enum Reason: String, Sendable, CaseIterable {
            case postSurgery = "post_surgery"
            case pregnant, age, health
            case ownChoice = "own_choice"
        }
        var volunteer: Code
        /// In the order of the list; empty where nothing is forbidden any more.
        var roles: [VolunteerRole]
        var reason: Reason
        /// Seconds since 1970 at which it ends; nil for none.
        var until: Int64?
    }
}

extension Record.Attendance {
    static let kind = "attendance"
    var period: Code? { task }
    var page: String { "/volunteers" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(
            task: try json.code("task"), volunteer: try json.code("volunteer"), state: try json.choice("state"),
            at: try json.moment("at"))
    }

    init(form: FormFields) throws(IntakeError) {
        self.init(
            task: try form.code("task"), volunteer: try form.volunteer(), state: try form.choice("state"),
            at: try form.moment("at"), isKeyed: form.has("at") && form.has("since"))
    }

    var statement: Statement {
        Statement(
            subject: task.text, field: VolunteerFact.attendance(volunteer.text).field,
            value: JSONLine.object(atMembers + [("state", .text(state.rawValue))]))
    }

    /// Seconds by which clocks in an office may differ.
    private static let grace: Int64 = 5 * 60

    /// Nobody has come yet at a time that is still to come: whoever typed it is asked, instead of taking it for yesterday's.
    func check(_ record: Record, _ journal: Journal) throws {
        guard let at else { return }
        if at > journal.now + Record.Attendance.grace {
            throw IntakeError(.timeAhead, field: "at", value: Clock.text(at, asOf: journal.now))
        }
        if let doubt = try correction(journal)?.doubt { throw doubt.error(asOf: journal.now) }
    }

    func takesBack(recorded id: UInt128, _ journal: Journal) throws -> [UInt128] {
        if let known = try journal.takenBack(by: id) { return known }
        return try correction(journal)?.takenBack ?? []
    }

    private func correction(_ journal: Journal) throws -> AttendanceCorrection? {
        guard isKeyed, let at else { return nil }
        let said = try journal.live(task.text, VolunteerFact.attendance(volunteer.text).field)
        return AttendanceCorrection(state, at: at, said)
    }

    private var atMembers: [(String, JSONLine.Value)] { at.map { [("at", .number(Int($0)))] } ?? [] }

    var members: [(String, JSONLine.Value)] {
        [("task", .text(task.text)), ("volunteer", .text(volunteer.text)), ("state", .text(state.rawValue))] + atMembers
    }
}

extension Record.Restriction {
    static let kind = "restriction"
    /// It holds for every round, and changes no row.
    var period: Code? { nil }
    var page: String { "/volunteers" }

    init(json: JSONFields) throws(IntakeError) {
        let named = try json.texts("roles", limit: VolunteerRole.allCases.count)
        if let unknown = named.first(where: { VolunteerRole(rawValue: $0) == nil }) {
            throw IntakeError(.stateUnknown, field: "roles", value: unknown)
        }
        self.init(
            volunteer: try json.code("volunteer"), roles: VolunteerRole.allCases.filter { named.contains($0.rawValue) },
            reason: try json.choice("reason"), until: try json.moment("until"))
    }

    init(form: FormFields) throws(IntakeError) {
        var until: Int64?
        if let day = form["until"] {
            guard let end = Clock.end(ofDay: day) else {
                throw IntakeError(.notATime, field: "until", value: day)
            }
            until = end
        }
        let roles = VolunteerRole.allCases.filter { form.has("no_\($0.rawValue)") }
        // A form in which nothing is ticked is a slip; what lifts a restriction says so.
        guard !roles.isEmpty || form.has("lift") else { throw IntakeError(.fieldMissing, field: "roles") }
        self.init(
            volunteer: try form.volunteer(), roles: roles,
            reason: try form.choice("reason"), until: until)
    }

    var statement: Statement {
        Statement(
            subject: volunteer.text, field: VolunteerFact.restriction.field,
            value: JSONLine.object(
                [
                    ("reason", .text(reason.rawValue)),
                    ("roles", .text(roles.map(\.rawValue).joined(separator: ","))),
                ] + untilMembers))
    }

    private var untilMembers: [(String, JSONLine.Value)] { until.map { [("until", .number(Int($0)))] } ?? [] }

    var members: [(String, JSONLine.Value)] {
        [
            ("volunteer", .text(volunteer.text)), ("roles", .list(roles.map { .text($0.rawValue) })),
            ("reason", .text(reason.rawValue)),
        ] + untilMembers
    }
}
