import Federation
import GRDB

/// How many are short and which buildings nobody has: the volunteer desk's page and `GET /api/v1/volunteers`.
package struct VolunteerBoard: Sendable, Equatable, Encodable {
    package struct Claim: Sendable, Equatable, Encodable {
        package var building: String
        package var volunteer: String
        package var state: String
        /// 0 holds the building, 1 is the first reserve.
        package var rank: Int
    }
    package var task: String
    package var need: Int
    package var filled: Int
    /// max(0, need − filled); may rise.
    package var short: Int
    package var volunteers: [String]
    package var buildings: [String]
    package var unclaimed: [String]
    package var claims: [Claim]
}

enum VolunteerReader {
    static func board(_ task: String, _ db: Database) throws -> VolunteerBoard {
        let need = try Int.fetchOne(db, sql: "SELECT required FROM need WHERE task = ?", arguments: [task]) ?? 0
        let volunteers = try String.fetchAll(
            db, sql: "SELECT volunteer FROM fill WHERE task = ? AND state = 'filled' ORDER BY volunteer",
            arguments: [task])
        let buildings = try RegistryDesk.buildings(db).map(\.text).sorted(by: BuildingOrder.precedes)
        let claims = try claims(task, db).filter { $0.state != "released" }.sorted {
            $0.building == $1.building ? $0.rank < $1.rank : BuildingOrder.precedes($0.building, $1.building)
        }
        let taken = Set(claims.map(\.building))
        return VolunteerBoard(
            task: task, need: need, filled: volunteers.count, short: max(0, need - volunteers.count),
            volunteers: volunteers,
            buildings: buildings, unclaimed: buildings.filter { !taken.contains($0) }, claims: claims)
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
