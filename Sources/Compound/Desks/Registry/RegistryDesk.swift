import Federation
import GRDB

/// Buildings and doors: the frame that every other count is measured against.
struct RegistryDesk: Desk {
    let name = "registry"
    let datasets = ["frame"]
    private static let dataset = Code(literal: "frame")
    private static let now = Code(literal: "now")

    func statement(of record: Record, _ db: Database) throws -> Statement? {
        switch record.content {
        case .building(let building):
            Statement(
                subject: building.code.text, field: "building",
                value: JSONLine.object([
                    ("doors_per_floor", .number(building.doorsPerFloor)), ("floors", .number(building.floors)),
                    ("label", .text(building.label)), ("stair_units", .number(building.stairUnits)),
                ]))
        case .household(let household):
            Statement(
                subject: household.door.code.text, field: "household",
                value: JSONLine.object([
                    ("residents", .number(household.residents)), ("state", .text(household.state.rawValue)),
                ]))
        default: nil
        }
    }

    func fold(_ subject: String, _ field: String, _ journal: Journal) throws -> [RowKey] {
        let value = try journal.live(subject, field).last.flatMap { JSONLine.read($0.value) }
        switch field {
        case "building":
            guard let value else {
                try journal.db.execute(sql: "DELETE FROM building WHERE code = ?", arguments: [subject])
                return []
            }
            return try fold(building: subject, value, journal.db)
        case "household":
            // A door that was ever stated stays a door, also if what was said of it is taken back.
            return try fold(household: subject, value ?? ["residents": 0, "state": "occupied"], journal.db)
        default: return []
        }
    }

    private func fold(building code: String, _ value: [String: Any], _ db: Database) throws -> [RowKey] {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO building VALUES (?, ?, ?, ?, ?)").execute(arguments: [
            code, value["label"] as? String, value["stair_units"] as? Int, value["floors"] as? Int,
            value["doors_per_floor"] as? Int,
        ])
        try makeDoors(code, db)
        return try affected(building: code, db)
    }

    /// A building without a list of its doors gets them from its shape; a list that comes later fills them in.
    private func makeDoors(_ building: String, _ db: Database) throws {
        let known =
            try Int.fetchOne(
                db.cachedStatement(sql: "SELECT count(*) FROM door WHERE building = ?"), arguments: [building]) ?? 0
        guard known == 0,
            let row = try Row.fetchOne(
                db, sql: "SELECT stair_units, floors, doors_per_floor FROM building WHERE code = ?",
                arguments: [building])
        else { return }
        let (units, floors, perFloor): (Int, Int, Int) = (row["stair_units"], row["floors"], row["doors_per_floor"])
        let insert = try db.cachedStatement(sql: "INSERT INTO door VALUES (?, ?, ?, ?, 0, 'occupied')")
        for unit in 1...units {
            for floor in 1...floors {
                for door in 1...perFloor {
                    let room = "\(floor)\(door < 10 ? "0" : "")\(door)"
                    try insert.execute(arguments: ["\(building)-\(unit)-\(room)", building, "\(unit)", room])
                }
            }
        }
    }

    private func fold(household code: String, _ value: [String: Any], _ db: Database) throws -> [RowKey] {
        guard let door = Door(code) else { return [] }
        try db.cachedStatement(
            sql: """
                INSERT INTO door VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (code) DO UPDATE SET residents = excluded.residents, state = excluded.state
                """
        ).execute(arguments: [
            code, door.building.text, door.stairUnit, door.room, value["residents"] as? Int, value["state"] as? String,
        ])
        return try affected(building: door.building.text, db)
    }

    /// The frame's row, and the building's row in every campaign: their partitions are over its doors.
    private func affected(building: String, _ db: Database) throws -> [RowKey] {
        guard let subject = Code(building) else { return [] }
        let campaigns = try String.fetchAll(db.cachedStatement(sql: "SELECT code FROM campaign ORDER BY code"))
            .compactMap { Code($0) }
        return [RowKey(dataset: RegistryDesk.dataset, period: RegistryDesk.now, subject: subject)]
            + campaigns.flatMap { campaign in
                [SurveyDesk.dataset, VolunteerDesk.dataset].map {
                    RowKey(dataset: $0, period: campaign, subject: subject)
                }
            }
    }

    func counts(of key: RowKey, _ db: Database) throws -> [String: Int64]? {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT count(*) AS doors, total(state <> 'not_dwelling') AS dwellings,
                    total(state IN ('occupied', 'let', 'group_let')) AS households, total(residents) AS residents
                    FROM door WHERE building = ?
                    """), arguments: [key.subject.text])
        guard let row, row["doors"] > 0 else { return nil }
        return [
            "buildings": 1, "dwellings": Int64(row["dwellings"] as Double),
            "households": Int64(row["households"] as Double),
            "residents": Int64(row["residents"] as Double),
        ]
    }

    func keys(of period: Code, _ db: Database) throws -> [RowKey] { [] }
}
