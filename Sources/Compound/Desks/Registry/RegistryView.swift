package import Daemon
import GRDB

/// The frame, building by building: the registry desk's page and `GET /api/v1/registry`.
package struct RegistryOverview: Sendable, Equatable, Encodable {
    package struct Building: Sendable, Equatable, Encodable {
        package var code: String
        /// Nil where nobody gave it a name.
        @Null package var label: String?
        @Null package var stairUnits: Int?
        package var doors: Int
        package var households: Int
        package var vacant: Int
        /// Those that somebody has listed.
        package var residents: Int
        /// Households of which nobody has said how many live there.
        package var unlisted: Int
    }
    package var buildings: [Building]
    package var doors: Int { buildings.reduce(0) { $0 + $1.doors } }
    package var households: Int { buildings.reduce(0) { $0 + $1.households } }
    package var residents: Int { buildings.reduce(0) { $0 + $1.residents } }
    package var unlisted: Int { buildings.reduce(0) { $0 + $1.unlisted } }
}

enum RegistryReader {
    static func overview(_ db: Database) throws -> RegistryOverview {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT building AS code, label, stair_units, count(*) AS doors, total(residents) AS residents,
                total(state IN ('occupied', 'let', 'group_let')) AS households, total(state = 'vacant') AS vacant,
                total(NOT stated) AS unlisted
                FROM registered_door AS door LEFT JOIN building ON building.code = door.building GROUP BY door.building
                """)
        let buildings = rows.map { row in
            let code: String = row["code"]
            return RegistryOverview.Building(
                code: code, label: BuildingName.given(row["label"]), stairUnits: row["stair_units"],
                doors: row["doors"],
                households: Int(row["households"] as Double), vacant: Int(row["vacant"] as Double),
                residents: Int(row["residents"] as Double), unlisted: Int(row["unlisted"] as Double))
        }
        return RegistryOverview(buildings: buildings.sorted { BuildingOrder.precedes($0.code, $1.code) })
    }
}
