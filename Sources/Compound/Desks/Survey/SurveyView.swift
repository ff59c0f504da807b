package import Daemon
import Federation
import Foundation
import GRDB
import Sync

/// How far the survey is, building by building: what the desk's page and `GET /api/v1/survey` show.
package struct SurveyProgress: Sendable, Equatable, Encodable {
    package struct Building: Sendable, Equatable, Encodable {
        package var code: String
        /// Nil where nobody gave it a name.
        @Null package var label: String?
        /// Doors that are owed a visit.
        package var doors: Int
        /// Doors somebody still has to call at.
        package var left: Int
        /// Doors that a visit found vacant, and those that are no dwellings.
        package var vacant: Int
        /// Doors that another compound counts: nobody has to call there.
        package var elsewhere: Int
        package var conflicts: Int
        /// Doors by household class, zeros included: the partition that leaves as the building's row.
        package var classes: [String: Int]
    }
    package var campaign: String
    package var name: String
    package var doors: Int
    package var left: Int
    /// Doors where somebody was met.
    package var met: Int
    /// Doors that another compound counts.
    package var elsewhere: Int
    /// How `doors` follows from the registry.
    package var frame: SurveyFrame
    package var buildings: [Building]
    package var conflicts: [Conflict]
}

/// One door as its cell and its screen show it.
package struct SurveyDoor: Sendable, Equatable, Encodable {
    package var code: String
    package var stairUnit: String
    package var room: String
    package var residents: Int
    /// Nil before the first visit.
    @Null package var disposition: String?
    package var passes: Int
    @Null package var observedAt: Int64?
    /// Id of the visit that stands, for a correction.
    @Null package var visit: String?
    /// Ids that a correction takes back: the visit that stands, or every answer that disagrees, so that a
    /// correction also settles the conflict. Empty before the first visit.
    package var answers: [String] = []
    /// Residents as the registry states them; nil where nobody has.
    @Null package var registered: Int?
    /// People told about at the visit that stands; nil where nobody told.
    @Null package var told: Int?
    /// Another compound has registered the same household and counts it.
    package var elsewhere = false
    /// What both compounds call it, for the one that rings the other; nil without an address.
    @Null package var token: String?
    /// As registered, the door's own or the building's; nil for none.
    @Null package var address: String?
    /// As the registry states it.
    package var state: String = ""
    /// When pupils behind the door have lessons online; nil where nobody said.
    @Null package var lessons: String?
}

extension SurveyProgress.Building {
    fileprivate init(_ code: String, label: String?, classes: [String: Int], elsewhere: Int, conflicts: Int) {
        self.init(
            code: code, label: label, doors: 0, left: 0, vacant: 0, elsewhere: elsewhere, conflicts: conflicts,
            classes: classes)
        vacant = doors { !$0.isDue }
        doors = doors(\.isDue)
        left = doors(\.isLeft)
    }

    fileprivate func doors(_ isSo: (HouseholdClass) -> Bool) -> Int {
        HouseholdClass.names(isSo).reduce(0) { $0 + (classes[$1] ?? 0) }
    }
}

enum SurveyReader {
    static func progress(_ campaign: String, _ db: Database) throws -> SurveyProgress {
        let conflicts = try conflicts(of: campaign, db)
        let (classes, elsewhere, frame) = try classes(campaign, db)
        let labels = try Row.fetchAll(db, sql: "SELECT code, label FROM building").reduce(into: [String: String]()) {
            $0[$1["code"]] = $1["label"]
        }
        let buildings = classes.keys.sorted(by: BuildingOrder.precedes).map { code in
            SurveyProgress.Building(
                code, label: BuildingName.given(labels[code]), classes: classes[code] ?? [:],
                elsewhere: elsewhere[code] ?? 0,
                conflicts: conflicts.count { $0.subject.hasPrefix(code + "-") })
        }
        let name =
            try String.fetchOne(db, sql: "SELECT name FROM campaign WHERE code = ?", arguments: [campaign]) ?? campaign
        return SurveyProgress(
            campaign: campaign, name: name, doors: buildings.reduce(0) { $0 + $1.doors },
            left: buildings.reduce(0) { $0 + $1.left },
            met: buildings.reduce(0) { $0 + $1.doors(\.isMet) },
            elsewhere: elsewhere.values.reduce(0, +), frame: frame, buildings: buildings, conflicts: conflicts)
    }

    /// Doors by building and household class, beside them those that are counted elsewhere, and the sum over all.
    private static func classes(_ campaign: String, _ db: Database) throws -> (
        classes: [String: [String: Int]], elsewhere: [String: Int], frame: SurveyFrame
    ) {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT building, state, \(HouseholdClass.columns),
                \(HouseholdClaims.isElsewhere) AS elsewhere, count(*) AS doors
                FROM registered_door LEFT JOIN survey_door ON survey_door.door = registered_door.code AND campaign = ?
                GROUP BY 1, 2, 3, 4, 6
                """, arguments: [campaign, campaign])
        let zeros = Dictionary(uniqueKeysWithValues: HouseholdClass.all.map { ($0.name, 0) })
        return rows.reduce(into: ([:], [:], SurveyFrame())) { counts, row in
            let building: String = row["building"]
            let status = HouseholdClass(row)
            let isElsewhere: Bool = row["elsewhere"]
            counts.0[building, default: zeros][status.name, default: 0] += isElsewhere ? 0 : row["doors"]
            if isElsewhere { counts.1[building, default: 0] += row["doors"] }
            counts.2.add(row["doors"], state: row["state"], status, isElsewhere: isElsewhere)
        }
    }

    static func doors(of building: String, _ campaign: String, _ db: Database) throws -> [SurveyDoor] {
        try doors(where: "registered_door.building = ?", [building], campaign, db)
    }

    static func door(_ code: String, _ campaign: String, _ db: Database) throws -> SurveyDoor? {
        try doors(where: "registered_door.code = ?", [code], campaign, db).first
    }

    /// Doors where somebody called and has to call again, by building.
    static func revisits(_ campaign: String, _ db: Database) throws -> [SurveyDoor] {
        try doors(where: "disposition IN \(Disposition.open)", [], campaign, db).filter(\.isLeft)
    }

    private static func doors(
        where condition: String, _ values: [String], _ campaign: String, _ db: Database
    ) throws -> [SurveyDoor] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT registered_door.*, disposition, people, passes, observed_at, visit, lessons, detail, token,
                door.address AS own, (SELECT address FROM building WHERE code = registered_door.building) AS shared,
                \(HouseholdClaims.isElsewhere) AS elsewhere
                FROM registered_door JOIN door USING (code)
                LEFT JOIN survey_door ON survey_door.door = registered_door.code AND survey_door.campaign = ?
                LEFT JOIN household_claim AS claim ON claim.door = registered_door.code AND claim.campaign = ?
                LEFT JOIN conflict ON subject = registered_door.code AND field = ?
                WHERE \(condition)
                ORDER BY registered_door.stair_unit, length(registered_door.room), registered_door.room
                """,
            arguments: StatementArguments([campaign, campaign, campaign, SurveyDesk.field(campaign)] + values)
        ).map { row in
            let visit = (row["visit"] as Data?).map { Hex.text(Bytes.uint128($0)) }
            let disagreeing = (row["detail"] as String?).map(Disagreement.ids) ?? []
            return SurveyDoor(
                code: row["code"], stairUnit: row["stair_unit"], room: row["room"], residents: row["residents"],
                disposition: row["disposition"], passes: row["passes"] ?? 0, observedAt: row["observed_at"],
                visit: visit, answers: disagreeing.isEmpty ? visit.map { [$0] } ?? [] : disagreeing,
                registered: row["stated"] == 1 ? row["residents"] : nil, told: told(row["people"]),
                elsewhere: row["elsewhere"], token: row["token"], address: HouseholdClaims.address(row),
                state: row["state"], lessons: (row["lessons"] as String?).flatMap { $0.isEmpty ? nil : $0 })
        }
    }

    private static func told(_ people: String?) -> Int? {
        guard let people, !people.isEmpty else { return nil }
        return people.split(separator: ",").reduce(0) { $0 + (Int($1) ?? 0) }
    }

    /// What concerns the doors of one campaign: its visits, and who is registered behind them.
    private static func conflicts(of campaign: String, _ db: Database) throws -> [Conflict] {
        try conflicts(db).filter { conflict in
            switch conflict.matter {
            case .visit(_, campaign)?, .household?: true
            default: false
            }
        }
    }

    /// What was withdrawn asks nothing of anybody: neither a door nor, as `TASK/BUILDING`, who goes there. It does again once
    /// it is put back.
    private static let isOpen = """
        NOT EXISTS (SELECT 1 FROM door JOIN withdrawal ON place IN (code, building)
        WHERE code = subject AND code NOT IN (SELECT code FROM registered_door WHERE code = subject))
        AND NOT EXISTS (SELECT 1 FROM withdrawal WHERE place = substr(subject, instr(subject, '/') + 1)
        AND instr(subject, '/') > 0 AND NOT EXISTS (SELECT 1 FROM registered_door WHERE building = place))
        """

    /// How many have to be settled.
    static func openConflicts(_ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM conflict WHERE \(isOpen)") ?? 0
    }

    static func conflicts(_ db: Database) throws -> [Conflict] {
        try Row.fetchAll(db, sql: "SELECT * FROM conflict WHERE \(isOpen) ORDER BY opened_at, subject").map { row in
            Conflict(
                subject: row["subject"], field: row["field"], kind: row["kind"], detail: row["detail"],
                openedAt: row["opened_at"])
        }
    }
}

enum BuildingName {
    /// The name somebody gave; a building without one is stored under an empty name.
    static func given(_ label: String?) -> String? { label.flatMap { $0.isEmpty ? nil : $0 } }
}

/// Buildings as people read them: 2 before 10, then letters.
enum BuildingOrder {
    static func precedes(_ a: String, _ b: String) -> Bool {
        let (x, y) = (Int(a.prefix { $0.isNumber }) ?? .max, Int(b.prefix { $0.isNumber }) ?? .max)
        return x != y ? x < y : a < b
    }
}
