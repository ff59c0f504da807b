import Federation
import GRDB

/// Buildings and doors: the frame that every other count is measured against.
struct RegistryDesk: Desk {
    let name = "registry"
    let datasets = ["frame"]
    let kinds: [any RecordContent.Type] = [
        Record.Building.self, Record.Household.self, Record.Withdrawal.self, Record.Restoration.self,
    ]
    let tables = [
        RegistryDesk.columnChoices, RegistryDesk.registeredDoors, RegistryDesk.withdrawals,
        RegistryDesk.doorsOfBuilding,
    ]
    let places = ["/registry"]
    static let dataset = Code(literal: "frame")
    static let now = Code(literal: "now")
    /// Which doors there are. Of a door that is not `stated` nobody has said how many live there: its `residents` are no zero.
    private static let registeredDoors = """
        -- Registry desk. Doors that are there, and whether somebody has said who lives behind them.
        DROP VIEW registered_door;
        CREATE VIEW registered_door AS
            SELECT code, building, stair_unit, room, residents, state, stated FROM door
            WHERE stated
            OR (shaped AND NOT EXISTS (SELECT 1 FROM door AS other WHERE other.building = door.building AND other.listed = 1))
            OR EXISTS (SELECT 1 FROM survey_door WHERE survey_door.door = door.code);
        """
    /// A building's doors are counted with each record of one of them: all that is counted stands in the index.
    private static let doorsOfBuilding = """
        DROP INDEX door_building;
        CREATE INDEX door_building ON door(building, listed, code, shaped, stated, residents, state);
        """
    /// The facts of a building and of a door.
    static let (building, household) = ("building", "household")

    func fold(_ subject: String, _ field: String, _ journal: Journal) throws -> ChangedRows {
        let statements = try journal.live(subject, field)
        switch field {
        case RegistryDesk.building:
            guard let building = Code(subject) else { return [] }
            try RegistryDesk.note(building, statements, journal.db)
            let told = try journal.told(subject, field)
            try fold(building: building, statements.filter(\.states), said: told, journal.db)
            return ChangedRows(anew: try RegistryDesk.rows(of: building, journal.db))
        case RegistryDesk.household:
            guard let door = Door(subject) else { return [] }
            try RegistryDesk.note(door.code, statements, journal.db)
            try fold(household: door, statements.filter(\.states), journal)
            return ChangedRows(anew: try RegistryDesk.rows(of: door.building, journal.db))
        default: return []
        }
    }

    /// The last word about something that a statement may leave out: then it stays as it is, whoever takes back what said it.
    private static func last(_ member: String, _ said: [[String: Any]?]) -> String? {
        said.reversed().lazy.compactMap { $0?[member] as? String }.first
    }

    /// A building that is stated without a name has an empty one written, and keeps the one it had.
    private static func name(_ said: [[String: Any]?]) -> String {
        said.reversed().lazy.compactMap { $0?["label"] as? String }.first { !$0.isEmpty } ?? ""
    }

    // MARK: Buildings

    /// A building has the doors of its shape, until a table lists them.
    private func fold(
        building: Code, _ statements: [Observation], said: [Observation], _ db: Database
    ) throws {
        try db.cachedStatement(sql: "UPDATE door SET shaped = 0 WHERE building = ?").execute(arguments: [building.text])
        let all = said.map { JSONLine.read($0.value) }
        guard let value = statements.last.flatMap({ JSONLine.read($0.value) }),
            let units = value["stair_units"] as? Int, let floors = value["floors"] as? Int,
            let perFloor = value["doors_per_floor"] as? Int
        else { return try db.execute(sql: "DELETE FROM building WHERE code = ?", arguments: [building.text]) }
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO building (code, label, stair_units, floors, doors_per_floor, address)
                VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            building.text, RegistryDesk.name(all), units, floors, perFloor,
            RegistryDesk.last("address", all),
        ])
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO door (code, building, stair_unit, room, residents, state, shaped, stated, listed)
                VALUES (?, ?, ?, ?, 0, 'occupied', 1, 0, 0) ON CONFLICT (code) DO UPDATE SET shaped = 1
                """
        )
        for (unit, room) in RegistryDesk.rooms(units: units, floors: floors, perFloor: perFloor) {
            try insert.execute(arguments: ["\(building)-\(unit)-\(room)", building.text, unit, room])
        }
    }

    /// The codes of the doors of a building's shape.
    static func doors(of building: Record.Building) -> [String] {
        rooms(units: building.stairUnits, floors: building.floors, perFloor: building.doorsPerFloor)
            .map { "\(building.code)-\($0.unit)-\($0.room)" }
    }

    /// Stair unit and room of each door: the floor, then two digits, such as 101 and 1102.
    private static func rooms(units: Int, floors: Int, perFloor: Int) -> [(unit: String, room: String)] {
        (1...units).flatMap { unit in
            (1...floors).flatMap { floor in (1...perFloor).map { ("\(unit)", "\(floor * 100 + $0)") } }
        }
    }

    // MARK: Households

    private func fold(household door: Door, _ statements: [Observation], _ journal: Journal) throws {
        let value = statements.last.flatMap { JSONLine.read($0.value) }
        let said = try journal.told(door.code.text, RegistryDesk.household).map { JSONLine.read($0.value) }
        let isListed = value != nil && said.contains { $0?["listed"] != nil }
        try journal.db.cachedStatement(
            sql: """
                INSERT INTO door (code, building, stair_unit, room, residents, state, shaped, stated, listed, address)
                VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?)
                ON CONFLICT (code) DO UPDATE SET residents = excluded.residents, state = excluded.state,
                stated = excluded.stated, listed = excluded.listed, address = excluded.address
                """
        ).execute(arguments: [
            door.code.text, door.building.text, door.stairUnit, door.room, value?["residents"] as? Int ?? 0,
            value?["state"] as? String ?? Record.Household.State.occupied.rawValue, value != nil, isListed,
            RegistryDesk.last("address", said),
        ])
        try journal.note(RegistryDesk.conflict(statements), door.code.text, RegistryDesk.household)
    }

    /// Residents come and go: who states a door again corrects himself. Two people who differ, differ.
    private static func conflict(_ statements: [Observation]) -> (kind: String, detail: String)? {
        guard statements.count > 1 else { return nil }
        let said = Dictionary(grouping: statements, by: \.recorder)
        return Disagreement.among(
            statements.filter { said[$0.recorder]?.last?.id == $0.id },
            says: { statement in
                let value = JSONLine.read(statement.value)
                return [
                    ("residents", .number(value?["residents"] as? Int ?? 0)),
                    ("state", .text(value?["state"] as? String ?? "")),
                ]
            },
            // What somebody stated before stands again if only his last word is taken back.
            answers: { said[$0.recorder] ?? [$0] })
    }

    /// A place for a door that a visit names and that neither a shape nor a statement speaks for (any more).
    static func keep(_ door: Door, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO door (code, building, stair_unit, room, residents, state, shaped, stated, listed)
                VALUES (?, ?, ?, ?, 0, 'occupied', 0, 0, 0)
                """
        ).execute(arguments: [door.code.text, door.building.text, door.stairUnit, door.room])
    }

    // MARK: Rows

    /// The rows over a building's doors: the frame's, and those of every campaign.
    static func rows(of building: Code, _ db: Database) throws -> [RowKey] {
        let campaigns = try String.fetchAll(db.cachedStatement(sql: "SELECT code FROM campaign ORDER BY code"))
            .compactMap { Code($0) }
        return [RowKey(dataset: dataset, period: now, subject: building)]
            + campaigns.flatMap { campaign in
                [SurveyDesk.dataset, VolunteerDesk.dataset].map {
                    RowKey(dataset: $0, period: campaign, subject: building)
                }
            }
    }

    /// Buildings that have a door, in the order of their codes' bytes.
    static func buildings(_ db: Database) throws -> [Code] {
        try String.fetchAll(db.cachedStatement(sql: "SELECT DISTINCT building FROM registered_door ORDER BY building"))
            .compactMap { Code($0) }
    }

    static func exists(building: Code, _ db: Database) throws -> Bool {
        try Int.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM registered_door WHERE building = ? LIMIT 1"),
            arguments: [building.text]) != nil
    }

    static func exists(door: Code, _ db: Database) throws -> Bool {
        try Int.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM registered_door WHERE code = ?"), arguments: [door.text]) != nil
    }

    func counts(of key: RowKey, _ db: Database) throws -> [String: Int64]? {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT count(*) AS doors, total(state <> 'not_dwelling') AS dwellings,
                    total(state IN ('occupied', 'let', 'group_let')) AS households, total(residents) AS residents
                    FROM registered_door WHERE building = ? AND NOT \(HouseholdClaims.isElsewhere)
                    """), arguments: [key.subject.text, try HouseholdClaims(db: db).frameRound()])
        // A building of which every door is counted elsewhere has zeros, not no row: it is here, and known.
        guard let row, try RegistryDesk.exists(building: key.subject, db) else { return nil }
        return [
            "buildings": 1, "dwellings": Int64(row["dwellings"] as Double),
            "households": Int64(row["households"] as Double),
            "residents": Int64(row["residents"] as Double),
        ]
    }

    func keys(of period: Code, _ db: Database) throws -> [RowKey] { [] }
}
