package import Daemon
import Federation
import Foundation
import GRDB
import Sync

/// How many are short and which buildings nobody has: the volunteer desk's page and `GET /api/v1/volunteers`.
package struct VolunteerBoard: Sendable, Equatable, Encodable {
    /// One role: what it needs and has.
    package struct Role: Sendable, Equatable, Encodable {
        package var role: String
        package var need: Int
        package var filled: Int
        package var short: Int
        /// Ids of the live statements of the need.
        package var needAnswers: [String]
    }
    package struct Claim: Sendable, Equatable, Encodable {
        package var building: String
        package var volunteer: String
        /// As stated, or `no_show` where the claimant didn't come.
        package var state: String
        /// 0 holds the building, 1 is the first reserve; of those in the same role. Who share a building have one rank.
        package var rank: Int
        package var role = VolunteerRole.general.rawValue
        /// Since when he is there, seconds since 1970; nil where nobody said.
        @Null package var from: Int64?
        /// Whom he shares the building with, as he signed up; nil where nobody said.
        @Null package var with: String?
        /// Who was before him and released it or didn't come; nil where he didn't move up.
        @Null package var after: String?
        /// Ids of the live statements about it: a release that takes them back can't lose to any of them.
        package var answers: [String] = []

        static let noShow = "no_show"
        /// Somebody is there for it, or has been.
        var isStanding: Bool { state == Record.Claim.claimed.rawValue || state == Record.Claim.done.rawValue }

        /// Who holds what; the ids are the page's.
        private enum CodingKeys: String, CodingKey { case building, volunteer, state, rank, role, from, with, after }
    }
    /// Who came, and for how long.
    package struct Attendance: Sendable, Equatable, Encodable {
        package var volunteer: String
        package var state: String
        /// Seconds since 1970 of the first coming and the last leaving; nil where unknown or not yet.
        @Null package var began: Int64?
        @Null package var ended: Int64?
        /// Worked, the shift that goes on counted up to `as_of`.
        package var seconds: Int64
        /// A shift goes on.
        package var open: Bool
        /// A beginning or an end isn't known: he worked longer than `seconds`.
        package var unclear: Bool
        /// Ids of the live statements about it.
        package var answers: [String] = []

        private enum CodingKeys: String, CodingKey { case volunteer, state, began, ended, seconds, open, unclear }
    }
    /// Somebody who has taken what he must not be given.
    package struct Restricted: Sendable, Equatable, Encodable {
        package var volunteer: String
        package var role: String
        /// What he must not be given of it.
        package var forbidden: String
        /// Nil where he signed up for the role, without a building.
        @Null package var building: String?
        /// Ids of the live statements about it.
        package var answers: [String] = []

        private enum CodingKeys: String, CodingKey { case volunteer, role, forbidden, building }
    }
    /// The need went up: people who answered stay, and more are wanted.
    package struct Raise: Sendable, Equatable, Encodable {
        package var from: Int
        package var to: Int
        package var recorder: String
        package var observedAt: Int64
        package var role: String
    }
    package var task: String
    /// The round's name, as the parent or the round's first record gave it.
    package var name: String
    /// When the round begins and when it has to be done, seconds since 1970; nil where nobody announced it.
    @Null package var opens: Int64?
    @Null package var deadline: Int64?
    /// The sum over roles.
    package var need: Int
    /// People who answered and aren't missing; one in several roles counts once.
    package var filled: Int
    /// The sum of what each role is short; may rise.
    package var short: Int
    package var roles: [Role]
    package var volunteers: [String]
    /// Those who answered and didn't come; they may after all.
    package var noShows: [String]
    package var buildings: [String]
    package var unclaimed: [String]
    package var claims: [Claim]
    package var attendance: [Attendance]
    package var restrictions: [DutyRestriction]
    package var restricted: [Restricted]
    /// Nil where the need stands as first stated, or went down.
    @Null package var raise: Raise?
    /// Nil where nobody was ever needed.
    @Null package var fillTime: FillTime?
    /// Ids of the live statements of the general need.
    package var needAnswers: [String] = []
    package var conflicts: [Conflict] = []
    /// Seconds since 1970 up to which a shift that goes on is counted.
    package var asOf: Int64

    /// Buildings where whatever somebody has taken on is done.
    var done: [String] {
        let claims = Dictionary(grouping: claims.filter(\.isStanding), by: \.building)
        return buildings.filter { VolunteerBoard.isDone(claims[$0] ?? []) }
    }

    /// - Parameter claims: those on one building that stand.
    static func isDone(_ claims: [Claim]) -> Bool {
        let roles = Dictionary(grouping: claims, by: \.role).values
        return !claims.isEmpty && roles.allSatisfy { $0.contains { $0.state == Record.Claim.done.rawValue } }
    }

    /// What somebody fills, by his code.
    var rolesOf: [String: Set<VolunteerRole>] = [:]

    private enum CodingKeys: String, CodingKey {
        case task, name, opens, deadline, need, filled, short, roles, volunteers, noShows, buildings, unclaimed, claims
        case attendance, restrictions, restricted, raise, fillTime, needAnswers, conflicts, asOf
    }
}

enum VolunteerReader {
    static func board(_ task: String, _ db: Database, now: Int64) throws -> VolunteerBoard {
        let call = try VolunteerCall(task, db)
        let buildings = try RegistryDesk.buildings(db).map(\.text).sorted(by: BuildingOrder.precedes)
        let claims = try standing(task, db)
        let taken = Set(claims.filter(\.isStanding).map(\.building))
        let round = try Row.fetchOne(db, sql: "SELECT * FROM campaign WHERE code = ?", arguments: [task])
        let restrictions = try DutyRestrictions.all(now: now, db)
        let here = call.people.keys.filter { !call.missing.contains($0) }.sorted()
        return VolunteerBoard(
            task: task, name: round?["name"] ?? task, opens: round?["opens"], deadline: round?["deadline"],
            need: call.needed, filled: here.count, short: call.short, roles: try roles(call, task, db),
            volunteers: here, noShows: call.missing.sorted(), buildings: buildings,
            unclaimed: buildings.filter { !taken.contains($0) }, claims: claims,
            attendance: try attendance(task, now: now, db),
            restrictions: restrictions, restricted: try restricted(call, claims, restrictions, task, db),
            raise: try raise(task, db), fillTime: try FillTime(task, db),
            needAnswers: try answers(task, VolunteerFact.need(.general).field, db),
            conflicts: try SurveyReader.conflicts(db).filter { $0.matter?.task == task }, asOf: now,
            rolesOf: call.people)
    }

    /// Those that are needed or filled, in the order of the list.
    private static func roles(_ call: VolunteerCall, _ task: String, _ db: Database) throws -> [VolunteerBoard.Role] {
        try VolunteerRole.allCases.filter { call.need[$0] != nil || call.filled[$0] ?? 0 > 0 }.map { role in
            VolunteerBoard.Role(
                role: role.rawValue, need: call.need[role] ?? 0, filled: call.filled[role] ?? 0,
                short: call.short(of: role), needAnswers: try answers(task, VolunteerFact.need(role).field, db))
        }
    }

    private static func attendance(_ task: String, now: Int64, _ db: Database) throws -> [VolunteerBoard.Attendance] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM attendance WHERE task = ? ORDER BY volunteer", arguments: [task]
        ).map { row in
            let (volunteer, state): (String, String) = (row["volunteer"], row["state"])
            let (seconds, since): (Int64, Int64?) = (row["seconds"], row["open_since"])
            return VolunteerBoard.Attendance(
                volunteer: volunteer, state: state, began: row["began"], ended: row["ended"],
                seconds: seconds + max(0, now - (since ?? now)),
                open: state == Record.Attendance.State.present.rawValue, unclear: row["unclear"],
                answers: try answers(task, VolunteerFact.attendance(volunteer).field, db))
        }
    }

    /// What stands against a restriction that became known later.
    private static func restricted(
        _ call: VolunteerCall, _ claims: [VolunteerBoard.Claim], _ restrictions: [DutyRestriction], _ task: String,
        _ db: Database
    ) throws -> [VolunteerBoard.Restricted] {
        guard !restrictions.isEmpty else { return [] }
        var found = claims.compactMap { claim -> VolunteerBoard.Restricted? in
            guard claim.state != Record.Claim.done.rawValue, let role = VolunteerRole(rawValue: claim.role),
                let forbidden = restrictions.forbidden(claim.volunteer, .building(role))
            else { return nil }
            return .init(
                volunteer: claim.volunteer, role: claim.role, forbidden: forbidden.rawValue, building: claim.building,
                answers: claim.answers)
        }
        for (volunteer, roles) in call.people.sorted(by: { $0.key < $1.key }) {
            for role in VolunteerRole.allCases where roles.contains(role) {
                guard let forbidden = restrictions.forbidden(volunteer, .role(role)) else { continue }
                found.append(
                    .init(
                        volunteer: volunteer, role: role.rawValue, forbidden: forbidden.rawValue, building: nil,
                        answers: try answers(task, VolunteerFact.fill(volunteer, role).field, db)))
            }
        }
        return found
    }

    private static func answers(_ subject: String, _ field: String, _ db: Database) throws -> [String] {
        try Journal(db: db, now: 0).live(subject, field).map { Hex.text($0.id) }
    }

    /// The need that stands against the one before it, taken back or not: whoever looks sees why the countdown rose.
    private static func raise(_ task: String, _ db: Database) throws -> VolunteerBoard.Raise? {
        let journal = Journal(db: db, now: 0)
        let raises = try VolunteerRole.allCases.compactMap { role -> (Observation, VolunteerBoard.Raise)? in
            let field = VolunteerFact.need(role).field
            guard let stands = try journal.live(task, field).last, let to = VolunteerDesk.required(stands) else {
                return nil
            }
            let before = try journal.said(task, field).filter {
                Observation.standsBelow($0, stands) && VolunteerDesk.required($0) != to
            }
            guard let from = before.last.flatMap(VolunteerDesk.required), from < to else { return nil }
            return (
                stands,
                .init(
                    from: from, to: to, recorder: stands.recorder, observedAt: stands.observedAt, role: role.rawValue)
            )
        }
        return raises.max { Observation.standsBelow($0.0, $1.0) }?.1
    }

    // MARK: Claims

    private static func standing(_ task: String, _ db: Database) throws -> [VolunteerBoard.Claim] {
        try claims(task, db).filter { $0.state != Record.Claim.released.rawValue }.sorted {
            $0.building != $1.building
                ? BuildingOrder.precedes($0.building, $1.building)
                : $0.role != $1.role ? $0.role < $1.role : $0.rank < $1.rank
        }.map { claim in
            var claim = claim
            let role = VolunteerRole(rawValue: claim.role) ?? .general
            claim.answers = try answers(
                "\(task)/\(claim.building)", VolunteerFact.claim(claim.volunteer, role).field, db)
            return claim
        }
    }

    /// Buildings that somebody has given up, by his code.
    static func released(_ task: String, _ db: Database) throws -> [String: Set<String>] {
        try claims(task, db).filter { $0.state == Record.Claim.released.rawValue }
            .reduce(into: [:]) { $0[$1.volunteer, default: []].insert($1.building) }
    }

    /// Ranked by building and role: those who are there or are to come by their claims, who came after all by that;
    /// behind them who didn't come or released it.
    static func claims(_ task: String, building: String? = nil, _ db: Database) throws -> [VolunteerBoard.Claim] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT building, volunteer, role, claim.state, held, present_from, shared_with,
                    claim.state = 'claimed' AND attendance.state IS 'absent' AS missing,
                    max(since, coalesce(came, 0)) AS queued
                    FROM claim LEFT JOIN attendance USING (task, volunteer)
                    WHERE claim.task = ? AND building BETWEEN ? AND ?
                    ORDER BY building, role, claim.state = 'released' OR missing, queued, volunteer
                    """), arguments: [task, building ?? "", building ?? "~"])
        var queues: [[String]: ClaimQueue] = [:]
        return rows.map { row in
            let (building, role, isMissing): (String, String, Bool) = (row["building"], row["role"], row["missing"])
            let state: String = isMissing ? VolunteerBoard.Claim.noShow : row["state"]
            var claim = VolunteerBoard.Claim(
                building: building, volunteer: row["volunteer"], state: state, rank: 0, role: role,
                from: row["present_from"], with: row["shared_with"])
            claim.rank = queues[[building, role], default: ClaimQueue()].place(of: claim)
            if claim.rank == 0 { claim.after = before(row, rows) }
            return claim
        }
    }

    /// Who held the building before this claimant, and gave it up after he had become his reserve.
    private static func before(_ claim: Row, _ all: [Row]) -> String? {
        let (state, queued): (String, Int64) = (claim["state"], claim["queued"])
        let isGone: Bool = claim["missing"]
        guard state != Record.Claim.released.rawValue, !isGone else { return nil }
        let (building, role): (String, String) = (claim["building"], claim["role"])
        let own = ClaimQueue.party(of: claim)
        return all.last { other in
            let (place, post, held): (String, String, Int64) = (other["building"], other["role"], other["held"])
            let (state, left): (String, Int64) = (other["state"], other["queued"])
            let isMissing: Bool = other["missing"]
            let wasBefore = place == building && post == role && held < queued && ClaimQueue.party(of: other) != own
            guard wasBefore else { return false }
            return isMissing || state == Record.Claim.released.rawValue && left > queued
        }?["volunteer"]
    }
}
