import Daemon

/// A conflict in sentences: what happened, what is taken as right meanwhile, and what to do about it.
struct ConflictWords {
    let happened: String
    let meanwhile: String
    /// Whose clock makes the order doubtful; empty where every clock is in order.
    let clocks: String
    let remedy: String

    private let separator: String

    /// What happened and what is counted until it is settled, as one text.
    var message: String { [happened, meanwhile, clocks].filter { !$0.isEmpty }.joined(separator: separator) }

    /// - Parameter now: seconds since 1970 by this node, for times of other days.
    init(_ conflict: Conflict, now: Int64, _ text: Messages) {
        let statements = conflict.statements
        let stands = statements.first(where: \.stands) ?? statements.last
        let isFounded = statements.contains { $0.evidence < stands?.evidence ?? 0 }
        let list = statements.map { ConflictWords.answer($0, now, text) }.joined(separator: text("node.conflict.and"))
        var values = ["answers": list, "count": "\(statements.count)", "who": stands.map { $0.who(text) } ?? ""]
        values.merge(ConflictWords.subject(conflict, text)) { $1 }
        let key = "node.conflict.\(ConflictWords.name(conflict))"
        happened = text(key, values)
        // Who share a building hold it together; only the others are reserve.
        let holders = key == "node.conflict.two_claims" ? statements.filter(\.stands) : []
        if holders.count > 1 { values["who"] = holders.map { $0.who(text) }.joined(separator: text("node.call.and")) }
        let why =
            key == "node.conflict.visit" && isFounded ? "evidence" : holders.count > 1 ? "together" : "meanwhile"
        meanwhile = text("\(key).\(why)", values)
        remedy = text("\(key).remedy", values)
        separator = text("node.sentence_separator")
        clocks = statements.compactMap { statement in
            statement.clockAhead.map { ClockWords.doubt(statement.who(text), ahead: $0, text) }
        }.joined(separator: separator)
    }

    private static func name(_ conflict: Conflict) -> String {
        switch conflict.matter {
        case .visit?: "visit"
        case .household?: "household"
        case .building?: "two_claims"
        case .claim?: "released_and_done"
        case .need?: "need"
        case .fill?: "fill"
        case .attendance?: "attendance"
        case nil: conflict.kind
        }
    }

    static func subject(_ conflict: Conflict, _ text: Messages) -> [String: String] {
        switch conflict.matter {
        case .visit(let door, _)?, .household(let door)?: ["subject": door]
        case .building(let code, let role, _)?: ["subject": place(code, role, text)]
        case .claim(let code, let volunteer, let role, _)?:
            ["subject": place(code, role, text), "volunteer": VolunteerName.text(volunteer)]
        case .fill(let volunteer, let role, _)?:
            ["volunteer": inRole(VolunteerName.text(volunteer), role, text)]
        case .attendance(let volunteer, _)?: ["volunteer": VolunteerName.text(volunteer)]
        case .need(let role, let task)?: ["subject": inRole(task, role, text)]
        case nil: ["subject": conflict.subject]
        }
    }

    private static func place(_ building: String, _ role: VolunteerRole, _ text: Messages) -> String {
        inRole(text("node.building", ["code": building]), role, text)
    }

    /// What concerns one role of several names it.
    private static func inRole(_ what: String, _ role: VolunteerRole, _ text: Messages) -> String {
        role == .general ? what : text("node.volunteers.in_role", ["what": what, "role": role.words(text)])
    }

    private static func answer(_ statement: ConflictStatement, _ now: Int64, _ text: Messages) -> String {
        let values = [
            "at": Clock.text(statement.observedAt, asOf: now), "who": statement.who(text), "what": statement.what(text),
        ]
        return text("node.conflict.answer", values)
    }
}

extension ConflictStatement {
    /// The claimant where it is a claim among others, else the recorder, with the device where one is named.
    func who(_ text: Messages) -> String {
        if let volunteer = words["volunteer"] { return VolunteerName.text(volunteer) }
        let name = Clerk.words(recorder, text)
        return device.isEmpty ? name : text("node.conflict.device", ["recorder": name, "device": device])
    }

    /// What it says, in the words of its desk.
    func what(_ text: Messages) -> String {
        if let disposition = words["disposition"] {
            return ([text("node.disposition.\(disposition)")] + told(text)).joined(
                separator: text("node.list_separator"))
        }
        if let residents = numbers["residents"] {
            let state = text("node.household.\(words["state"] ?? "")")
            return text("node.conflict.residents", ["residents": "\(residents)", "state": state])
        }
        if let required = numbers["required"] { return text("node.conflict.required", ["required": "\(required)"]) }
        let state = words["state"] ?? ""
        if Record.Attendance.State(rawValue: state) != nil { return text("node.attendance.\(state)") }
        return text(Record.Fill(rawValue: state) == nil ? "node.claim.\(state)" : "node.volunteers.\(state)")
    }

    /// An answer at a door; the ordinary one as its button says it.
    func answer(_ text: Messages) -> String {
        let isOrdinary = words["disposition"] == Disposition.completed.rawValue && people.keys.elementsEqual(["tested"])
        return isOrdinary ? text("node.door.all_tested", ["people": "\(people["tested"] ?? 0)"]) : what(text)
    }

    private func told(_ text: Messages) -> [String] {
        PeopleClass.allCases.compactMap { part in
            people[part.rawValue].map { "\(text("node.people.\(part.rawValue)")) \($0)" }
        }
    }
}

/// A device's clock that is off, in words.
enum ClockWords {
    /// For whoever settles what the clock has muddled.
    static func doubt(_ who: String, ahead: Int, _ text: Messages) -> String {
        text("node.clock.doubt", ["who": who, "off": off(ahead, text)])
    }

    /// For whoever sent the records.
    static func notice(_ who: String, ahead: Int, _ text: Messages) -> String {
        text("node.clock.notice", ["who": who, "off": off(ahead, text)])
    }

    private static func off(_ ahead: Int, _ text: Messages) -> String {
        guard ahead > 0 else { return text("node.clock.reset") }
        let (unit, seconds) = ahead >= 86_400 ? ("days", 86_400) : ahead >= 3600 ? ("hours", 3600) : ("minutes", 60)
        return text("node.clock.ahead.\(unit)", ["count": "\(ahead / seconds)"])
    }
}
