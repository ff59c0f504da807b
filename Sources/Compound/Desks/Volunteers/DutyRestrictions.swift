package import Daemon
import Federation
import GRDB

/// What somebody must not be given to do.
package struct DutyRestriction: Sendable, Equatable, Encodable {
    package var volunteer: String
    package var roles: [String]
    /// Seconds since 1970 at which it ends; nil for none.
    @Null package var until: Int64?
    /// For the desk's own page: what programs read says that there is a restriction, not why.
    package var reason: String

    private enum CodingKeys: String, CodingKey { case volunteer, roles, until }
}

enum DutyRestrictions {
    /// - Throws: `dutyRestricted`, which names the role and never the reason.
    static func admit(_ volunteer: Code, to duty: VolunteerRole.Duty, _ journal: Journal) throws {
        if let role = try all(now: journal.now, journal.db).forbidden(volunteer.text, duty) {
            throw IntakeError(.dutyRestricted, field: "role", value: role.rawValue)
        }
    }

    /// Those that hold now.
    static func all(now: Int64, _ db: Database) throws -> [DutyRestriction] {
        let rows = try Row.fetchAll(
            db,
            sql: "SELECT * FROM duty_restriction WHERE until IS NULL OR until > ? ORDER BY volunteer", arguments: [now])
        let found = rows.reduce(into: [DutyRestriction]()) { found, row in
            let (volunteer, role): (String, String) = (row["volunteer"], row["role"])
            if found.last?.volunteer == volunteer {
                found[found.count - 1].roles.append(role)
            } else {
                found.append(
                    DutyRestriction(volunteer: volunteer, roles: [role], until: row["until"], reason: row["reason"]))
            }
        }
        return found.map { one in
            var one = one
            one.roles = VolunteerRole.allCases.map(\.rawValue).filter(one.roles.contains)
            return one
        }
    }

    /// The rows of one person, from the statement about him that stands.
    static func fold(_ volunteer: String, _ statement: Observation?, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM duty_restriction WHERE volunteer = ?").execute(arguments: [volunteer])
        guard let said = statement.flatMap({ JSONLine.read($0.value) }) else { return }
        for role in (said["roles"] as? String ?? "").split(separator: ",") {
            try db.cachedStatement(sql: "INSERT INTO duty_restriction VALUES (?, ?, ?, ?)").execute(arguments: [
                volunteer, String(role), said["reason"] as? String ?? "", Clock.moment(said["until"]),
            ])
        }
    }
}

extension [DutyRestriction] {
    /// - Returns: the role that somebody must not be given, of those that a duty asks for; nil where there is none.
    func forbidden(_ volunteer: String, _ duty: VolunteerRole.Duty) -> VolunteerRole? {
        let roles = lazy.filter { $0.volunteer == volunteer }.flatMap(\.roles)
        return duty.roles.first { roles.contains($0.rawValue) }
    }
}
