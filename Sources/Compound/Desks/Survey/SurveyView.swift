import Federation
import Foundation
import GRDB

/// How far the survey is, building by building: what the desk's page and `GET /api/v1/survey` show.
package struct SurveyProgress: Sendable, Equatable, Encodable {
    package struct Building: Sendable, Equatable, Encodable {
        package var code: String
        package var label: String
        /// All doors that are dwellings.
        package var doors: Int
        /// Doors somebody still has to call at.
        package var left: Int
        package var vacant: Int
        package var conflicts: Int
    }
    package var campaign: String
    package var name: String
    package var doors: Int
    package var left: Int
    /// Doors where somebody was met.
    package var met: Int
    package var buildings: [Building]
    package var conflicts: [Conflict]
}

/// Two statements that a person has to settle.
package struct Conflict: Sendable, Equatable, Encodable {
    package var subject: String
    package var field: String
    package var kind: String
    package var detail: String
    package var openedAt: Int64
}

/// One door as its cell and its screen show it.
package struct SurveyDoor: Sendable, Equatable, Encodable {
    package var code: String
    package var stairUnit: String
    package var room: String
    package var residents: Int
    /// Nil before the first visit.
    package var disposition: String?
    package var passes: Int
    package var observedAt: Int64?
    /// Id of the visit that stands, for a correction.
    package var visit: String?
}

enum SurveyReader {
    static func progress(_ campaign: String, _ db: Database) throws -> SurveyProgress {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT door.building AS code, building.label AS label, count(*) AS doors,
                total(disposition IS NULL OR (disposition = 'nobody_home' AND passes < \(SurveyDesk.finalPasses)) OR disposition = 'postponed') AS left,
                total(coalesce(disposition, '') IN ('vacant', 'not_dwelling')) AS vacant,
                total(coalesce(disposition, '') IN ('completed', 'partial', 'postponed', 'refused', 'language')) AS met
                FROM door LEFT JOIN survey_door ON survey_door.door = door.code AND survey_door.campaign = ?
                LEFT JOIN building ON building.code = door.building
                GROUP BY door.building
                """, arguments: [campaign])
        let conflicts = try conflicts(db)
        var buildings = rows.map { row in
            let code: String = row["code"]
            let vacant = Int(row["vacant"] as Double)
            return SurveyProgress.Building(
                code: code, label: row["label"] ?? "\(code)栋", doors: Int(row["doors"] as Int64) - vacant,
                left: Int(row["left"] as Double), vacant: vacant,
                conflicts: conflicts.count { $0.subject.hasPrefix(code + "-") })
        }
        buildings.sort { BuildingOrder.precedes($0.code, $1.code) }
        let name =
            try String.fetchOne(db, sql: "SELECT name FROM campaign WHERE code = ?", arguments: [campaign]) ?? campaign
        return SurveyProgress(
            campaign: campaign, name: name, doors: buildings.reduce(0) { $0 + $1.doors },
            left: buildings.reduce(0) { $0 + $1.left }, met: rows.reduce(0) { $0 + Int($1["met"] as Double) },
            buildings: buildings, conflicts: conflicts)
    }

    static func doors(of building: String, _ campaign: String, _ db: Database) throws -> [SurveyDoor] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT door.code, stair_unit, room, residents, disposition, passes, observed_at, visit
                FROM door LEFT JOIN survey_door ON survey_door.door = door.code AND survey_door.campaign = ?
                WHERE building = ? ORDER BY stair_unit, length(room), room
                """, arguments: [campaign, building]
        ).map { row in
            SurveyDoor(
                code: row["code"], stairUnit: row["stair_unit"], room: row["room"], residents: row["residents"],
                disposition: row["disposition"], passes: row["passes"] ?? 0, observedAt: row["observed_at"],
                visit: (row["visit"] as Data?).map { Hex.text(Bytes.uint128($0)) })
        }
    }

    static func conflicts(_ db: Database) throws -> [Conflict] {
        try Row.fetchAll(db, sql: "SELECT * FROM conflict ORDER BY opened_at, subject").map { row in
            Conflict(
                subject: row["subject"], field: row["field"], kind: row["kind"], detail: row["detail"],
                openedAt: row["opened_at"])
        }
    }
}

/// Buildings as people read them: 2 before 10, then letters.
enum BuildingOrder {
    static func precedes(_ a: String, _ b: String) -> Bool {
        let (x, y) = (Int(a.prefix { $0.isNumber }) ?? .max, Int(b.prefix { $0.isNumber }) ?? .max)
        return x != y ? x < y : a < b
    }
}
