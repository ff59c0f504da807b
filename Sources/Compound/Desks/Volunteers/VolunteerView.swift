package import Daemon
import Federation
import Foundation
import GRDB
import Sync

/// How many are short and which buildings nobody has: the volunteer desk's page and `GET /api/v1/volunteers`.
package struct VolunteerBoard: Sendable, Equatable, Encodable {
    package struct Claim: Sendable, Equatable, Encodable {
        package var building: String
        package var volunteer: String
        package var state: String
        /// 0 holds the building, 1 is the first reserve.
        package var rank: Int
        /// Ids of the live statements about it: a release that takes them back can't lose to any of them.
        package var answers: [String] = []

        /// Who holds what; the ids are the page's.
        private enum CodingKeys: String, CodingKey { case building, volunteer, state, rank }
    }
    /// The need went up: people who answered stay, and more are wanted.
    package struct Raise: Sendable, Equatable, Encodable {
        package var from: Int
        package var to: Int
        package var recorder: String
        package var observedAt: Int64
    }
    package var task: String
    /// The round's name, as the parent or the round's first record gave it.
    package var name: String
    package var need: Int
    package var filled: Int
    /// max(0, need − filled); may rise.
    package var short: Int
    package var volunteers: [String]
    package var buildings: [String]
    package var unclaimed: [String]
    package var claims: [Claim]
    /// Nil where the need stands as first stated, or went down.
    @Null package var raise: Raise?
    /// Ids of the live statements of the need.
    package var needAnswers: [String] = []
    package var conflicts: [Conflict] = []
}

enum VolunteerReader {
    static func board(_ task: String, _ db: Database) throws -> VolunteerBoard {
        let (need, volunteers) = try call(task, db)
        let buildings = try RegistryDesk.buildings(db).map(\.text).sorted(by: BuildingOrder.precedes)
        let claims = try standing(task, db)
        let taken = Set(claims.map(\.building))
        return VolunteerBoard(
            task: task,
            name: try String.fetchOne(db, sql: "SELECT name FROM campaign WHERE code = ?", arguments: [task]) ?? task,
            need: need, filled: volunteers.count, short: max(0, need - volunteers.count),
            volunteers: volunteers,
            buildings: buildings, unclaimed: buildings.filter { !taken.contains($0) }, claims: claims,
            raise: try raise(task, db), needAnswers: try answers(task, "need", db),
            conflicts: try SurveyReader.conflicts(db).filter { $0.matter?.task == task })
    }

    /// How many are needed, and who answered.
    static func call(_ task: String, _ db: Database) throws -> (need: Int, volunteers: [String]) {
        let need = try Int.fetchOne(db, sql: "SELECT required FROM need WHERE task = ?", arguments: [task])
        let volunteers = try String.fetchAll(
            db, sql: "SELECT volunteer FROM fill WHERE task = ? AND state = 'filled' ORDER BY volunteer",
            arguments: [task])
        return (need ?? 0, volunteers)
    }

    private static func standing(_ task: String, _ db: Database) throws -> [VolunteerBoard.Claim] {
        try claims(task, db).filter { $0.state != "released" }.sorted {
            $0.building == $1.building ? $0.rank < $1.rank : BuildingOrder.precedes($0.building, $1.building)
        }.map { claim in
            var claim = claim
            claim.answers = try answers("\(task)/\(claim.building)", "claim/\(claim.volunteer)", db)
            return claim
        }
    }

    private static func answers(_ subject: String, _ field: String, _ db: Database) throws -> [String] {
        try Journal(db: db, now: 0).live(subject, field).map { Hex.text($0.id) }
    }

    /// The need that stands against the one before it, taken back or not: whoever looks sees why the countdown rose.
    private static func raise(_ task: String, _ db: Database) throws -> VolunteerBoard.Raise? {
        let journal = Journal(db: db, now: 0)
        guard let stands = try journal.live(task, "need").last, let to = required(stands) else { return nil }
        let ids = try Data.fetchAll(
            db.cachedStatement(sql: "SELECT id FROM observation WHERE subject = ? AND field = 'need'"),
            arguments: [task]
        ).map(Bytes.uint128)
        let before = try journal.statements(ids).filter {
            Observation.standsBelow($0, stands) && required($0) != to
        }.sorted(by: Observation.standsBelow)
        guard let from = before.last.flatMap(required), from < to else { return nil }
        return VolunteerBoard.Raise(from: from, to: to, recorder: stands.recorder, observedAt: stands.observedAt)
    }

    private static func required(_ statement: Observation) -> Int? {
        JSONLine.read(statement.value)?["required"] as? Int
    }

    static func claims(_ task: String, _ db: Database) throws -> [VolunteerBoard.Claim] {
        let rows = try Row.fetchAll(
            db,
            sql:
                "SELECT building, volunteer, state FROM claim WHERE task = ? ORDER BY building, state = 'released', since, volunteer",
            arguments: [task])
        var rank: [String: Int] = [:]
        return rows.map { row in
            let building: String = row["building"]
            defer { rank[building, default: 0] += 1 }
            return VolunteerBoard.Claim(
                building: building, volunteer: row["volunteer"], state: row["state"], rank: rank[building] ?? 0)
        }
    }
}
