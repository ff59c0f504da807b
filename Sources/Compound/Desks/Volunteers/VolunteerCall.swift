import Federation
import GRDB

/// How a task's call stands: what each role needs and has, and who the people are.
struct VolunteerCall {
    private(set) var need: [VolunteerRole: Int] = [:]
    /// Who fills each role and isn't missing.
    private(set) var filled: [VolunteerRole: Int] = [:]
    /// Everybody who signed up and didn't withdraw, with the roles that he fills.
    private(set) var people: [String: Set<VolunteerRole>] = [:]
    private var missed: Set<String> = []

    /// Those who signed up and didn't come.
    var missing: Set<String> { missed.intersection(people.keys) }
    var needed: Int { need.values.reduce(0, +) }
    /// Never netted: somebody too many in one role does no other's work.
    var short: Int { need.keys.reduce(0) { $0 + short(of: $1) } }
    func short(of role: VolunteerRole) -> Int { max(0, (need[role] ?? 0) - (filled[role] ?? 0)) }

    init() {}

    init(_ task: String, _ db: Database) throws {
        let needs = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT role, required FROM need WHERE task = ?"), arguments: [task])
        for row in needs {
            if let role = VolunteerRole(rawValue: row["role"]) { require(row["required"], in: role) }
        }
        let fills = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT volunteer, role FROM fill WHERE task = ? AND state = 'filled'"),
            arguments: [task])
        for row in fills {
            if let role = VolunteerRole(rawValue: row["role"]) { fill(row["volunteer"], role, true) }
        }
        let absences = try String.fetchAll(
            db.cachedStatement(sql: "SELECT volunteer FROM attendance WHERE task = ? AND state = 'absent'"),
            arguments: [task])
        for volunteer in absences { miss(volunteer, true) }
    }

    /// - Parameter required: nil where nobody says any more.
    mutating func require(_ required: Int?, in role: VolunteerRole) { need[role] = required }

    mutating func fill(_ volunteer: String, _ role: VolunteerRole, _ isFilled: Bool) {
        change(volunteer) { call in
            var roles = call.people[volunteer] ?? []
            if isFilled { roles.insert(role) } else { roles.remove(role) }
            call.people[volunteer] = roles.isEmpty ? nil : roles
        }
    }

    mutating func miss(_ volunteer: String, _ isMissing: Bool) {
        change(volunteer) { call in
            if isMissing { call.missed.insert(volunteer) } else { call.missed.remove(volunteer) }
        }
    }

    private mutating func change(_ volunteer: String, _ body: (inout VolunteerCall) -> Void) {
        count(volunteer, -1)
        body(&self)
        count(volunteer, 1)
    }

    private mutating func count(_ volunteer: String, _ by: Int) {
        guard !missed.contains(volunteer) else { return }
        for role in people[volunteer] ?? [] { filled[role, default: 0] += by }
    }
}
