import Daemon
import Federation

/// What a volunteer does at a task. `general` is a task that isn't split into roles.
enum VolunteerRole: String, CaseIterable, Sendable {
    case general, survey, order, scanning
    case dataEntry = "data_entry"
    case gate, disinfection, delivery

    /// What somebody takes on: a role at the task, or on a building of it.
    enum Duty {
        case role(VolunteerRole)
        case building(VolunteerRole)

        /// Whoever takes a building without saying for what goes to its doors.
        var roles: [VolunteerRole] {
            switch self {
            case .building(.general): [.general, .survey]
            case .role(let role), .building(let role): [role]
            }
        }
    }

    func words(_ text: Messages) -> String { text("node.volunteers.role.\(rawValue)") }

    /// What a line of a chain calls it, the longest first.
    var spoken: [String] {
        switch self {
        case .general: []
        case .survey: ["入户摸底", "入户", "摸底"]
        case .order: ["维持秩序", "秩序"]
        case .scanning: ["扫码"]
        case .dataEntry: ["数据录入", "录入", "登记"]
        case .gate: ["值守", "守门", "门岗"]
        case .disinfection: ["消杀", "消毒"]
        case .delivery: ["送物资", "送物", "配送", "送菜"]
        }
    }

    /// In a record or a form: nothing where it is `general`, as before there were roles.
    var named: [(name: String, value: String)] { self == .general ? [] : [("role", rawValue)] }
    var members: [(String, JSONLine.Value)] { named.map { ($0.name, .text($0.value)) } }
}

extension JSONFields {
    func role() throws(IntakeError) -> VolunteerRole { has("role") ? try choice("role") : .general }
}

extension FormFields {
    func role() throws(IntakeError) -> VolunteerRole { try choice("role", or: .general) }
}

/// What one of the desk's facts is called: `need`, `fill/VOLUNTEER`, `claim/VOLUNTEER`, each with `/ROLE` behind it where
/// the role isn't general; `attendance/VOLUNTEER`; `restriction`.
enum VolunteerFact: Equatable {
    case need(VolunteerRole)
    case fill(String, VolunteerRole)
    case claim(String, VolunteerRole)
    /// No statement's: several people on one building, for the work item about them.
    case claims(VolunteerRole)
    case attendance(String)
    case restriction

    /// - Returns: nil for what another desk or a later program calls a fact.
    init?(_ field: String) {
        let parts = field.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        func role(at place: Int) -> VolunteerRole? {
            if parts.count == place { return .general }
            guard parts.count == place + 1, let role = VolunteerRole(rawValue: parts[place]) else { return nil }
            return role == .general ? nil : role
        }
        let fact: VolunteerFact? =
            switch (parts[0], parts.count) {
            case ("need", _): role(at: 1).map { .need($0) }
            case ("claim", 1): .claims(.general)
            case ("claims", 2): role(at: 1).map { .claims($0) }
            case ("fill", 2...): role(at: 2).map { .fill(parts[1], $0) }
            case ("claim", 2...): role(at: 2).map { .claim(parts[1], $0) }
            case ("attendance", 2): .attendance(parts[1])
            case ("restriction", 1): .restriction
            default: nil
            }
        guard let fact else { return nil }
        self = fact
    }

    var field: String {
        switch self {
        case .need(let role): "need" + VolunteerFact.suffix(role)
        case .fill(let volunteer, let role): "fill/\(volunteer)" + VolunteerFact.suffix(role)
        case .claim(let volunteer, let role): "claim/\(volunteer)" + VolunteerFact.suffix(role)
        case .claims(.general): "claim"
        case .claims(let role): "claims/\(role.rawValue)"
        case .attendance(let volunteer): "attendance/\(volunteer)"
        case .restriction: "restriction"
        }
    }

    private static func suffix(_ role: VolunteerRole) -> String { role == .general ? "" : "/\(role.rawValue)" }
}
