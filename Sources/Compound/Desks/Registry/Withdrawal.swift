import Federation
import GRDB

/// A building or a door of the registry, by its code: only a door's has dashes.
enum RegisteredPlace: Sendable, Equatable {
    case building(Code)
    case door(Door)

    init?(_ text: String) {
        if let door = Door(text) {
            self = .door(door)
        } else {
            guard let building = Code(text), !text.contains("-") else { return nil }
            self = .building(building)
        }
    }

    var code: Code {
        switch self {
        case .building(let code): code
        case .door(let door): door.code
        }
    }

    /// The fact that the registry states of it.
    var field: String {
        switch self {
        case .building: RegistryDesk.building
        case .door: RegistryDesk.household
        }
    }

    /// The doors that are meant, as a condition on `code` and `building`, with its argument.
    var doors: (condition: String, argument: String) {
        switch self {
        case .building(let code): ("building = ?", code.text)
        case .door(let door): ("code = ?", door.code.text)
        }
    }
}

extension Record {
    /// Takes a building or a door out of the registry that came in by mistake. What was said of it stays in the journal and
    /// counts no more, until somebody states it again or puts it back.
    struct Withdrawal: RecordContent {
        var place: RegisteredPlace
        /// Visits at its doors that whoever withdraws it knows of.
        var visits: Int
    }

    /// Puts back what was withdrawn, as it stood.
    struct Restoration: RecordContent { var place: RegisteredPlace }
}

extension Record.Withdrawal {
    static let kind = "withdrawal"
    static let value = #"{"withdrawn":1}"#
    /// How the value of one begins, as a condition of SQL on what stands before it: why it was withdrawn may follow.
    static let isSaid = #"GLOB '{"withdrawn":1[,}]*'"#
    var period: Code? { nil }
    var page: String { "/registry/place/\(place.code)" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(
            place: try RegisteredPlace.read(json.text("place")),
            visits: json.has("visits") ? try json.number("visits", in: 0...1_000_000) : 0)
    }

    init(form: FormFields) throws(IntakeError) {
        self.init(
            place: try RegisteredPlace.read(form["place"] ?? ""),
            visits: form.has("visits") ? try form.number("visits", in: 0...1_000_000) : 0)
    }

    var statement: Statement {
        Statement(subject: place.code.text, field: place.field, value: Record.Withdrawal.value)
    }

    /// All that was said of the place and of its doors: what says something of them later stands.
    func takesBack(recorded id: UInt128, _ journal: Journal) throws -> [UInt128] {
        if let known = try journal.takenBack(by: id) { return known }
        guard case .building(let building) = place else { return try journal.stated(place) }
        let doors = try String.fetchAll(
            journal.db.cachedStatement(sql: "SELECT code FROM door WHERE building = ? ORDER BY code"),
            arguments: [building.text])
        return try journal.stated(place)
            + doors.compactMap { Door($0) }.flatMap { try journal.stated(.door($0)) }
    }

    /// It is there, and nobody's work goes unseen.
    func check(_ record: Record, _ journal: Journal) throws {
        let effect = try WithdrawalEffect(place, journal.db)
        guard effect.doors > 0 else {
            let isBuilding = place.field == RegistryDesk.building
            throw IntakeError(isBuilding ? .buildingUnknown : .doorUnknown, field: "place", value: place.code.text)
        }
        guard effect.visits.count == visits else {
            throw IntakeError(.workRecorded, field: "visits", value: "\(effect.visits.count)")
        }
    }

    var members: [(String, JSONLine.Value)] { [("place", .text(place.code.text)), ("visits", .number(visits))] }
}

extension Record.Restoration {
    static let kind = "restoration"
    var period: Code? { nil }
    var page: String { "/registry/place/\(place.code)" }

    init(json: JSONFields) throws(IntakeError) { self.init(place: try RegisteredPlace.read(json.text("place"))) }
    init(form: FormFields) throws(IntakeError) { self.init(place: try RegisteredPlace.read(form["place"] ?? "")) }

    /// What undoes a withdrawal says nothing of its own, and what that took back stands again.
    var statement: Statement {
        Statement(subject: place.code.text, field: place.field, value: Record.Undo.value)
    }

    func takesBack(recorded id: UInt128, _ journal: Journal) throws -> [UInt128] {
        if let known = try journal.takenBack(by: id) { return known }
        // Two copies may each have withdrawn it: one that is left would withdraw it still.
        return try journal.live(place.code.text, place.field).filter(\.isWithdrawal).map(\.id)
    }

    func check(_ record: Record, _ journal: Journal) throws {
        guard try RegistryDesk.isWithdrawn(place.code, journal.db) else {
            throw IntakeError(.nothingToUndo, field: "place", value: place.code.text)
        }
    }

    var members: [(String, JSONLine.Value)] { [("place", .text(place.code.text))] }
}

extension RegisteredPlace {
    fileprivate static func read(_ text: String) throws(IntakeError) -> RegisteredPlace {
        guard let place = RegisteredPlace(text) else { throw IntakeError(.notACode, field: "place", value: text) }
        return place
    }
}

extension Observation {
    /// Whatever is said besides, such as why.
    var isWithdrawal: Bool {
        value == Record.Withdrawal.value || value.hasPrefix(Record.Withdrawal.value.dropLast() + ",")
    }
    /// It says something of the building or door, and not only that something was withdrawn or put back.
    var states: Bool { !isWithdrawal && value != Record.Undo.value }
}

extension Journal {
    /// What was ever stated of a place, corrections and what they corrected alike.
    fileprivate func stated(_ place: RegisteredPlace) throws -> [UInt128] {
        try said(place.code.text, place.field).filter(\.states).map(\.id)
    }
}

// MARK: What is withdrawn

extension RegistryDesk {
    /// What is withdrawn now, by place. A view says which doors that leaves.
    static let withdrawals = """
        -- Registry desk. Buildings and doors that were taken out of the registry, and what nobody stated since.
        CREATE TABLE withdrawal (
            place TEXT PRIMARY KEY,
            recorder TEXT NOT NULL,
            -- Seconds since 1970 by the recorder's device.
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- Registry desk. A visit brings its door, but not one that was withdrawn.
        DROP VIEW registered_door;
        CREATE VIEW registered_door AS
            SELECT code, building, stair_unit, room, residents, state, stated FROM door
            WHERE stated
            OR (shaped AND NOT EXISTS (SELECT 1 FROM door AS other WHERE other.building = door.building AND other.listed = 1)
                AND NOT EXISTS (SELECT 1 FROM withdrawal WHERE place = door.code))
            OR (EXISTS (SELECT 1 FROM survey_door WHERE survey_door.door = door.code)
                AND NOT EXISTS (SELECT 1 FROM withdrawal WHERE place IN (door.code, door.building)));
        """

    /// - Parameter live: the statements of the place that nobody took back.
    static func note(_ place: Code, _ live: [Observation], _ db: Database) throws {
        guard let last = live.last(where: \.isWithdrawal), !live.contains(where: \.states) else {
            try db.cachedStatement(sql: "DELETE FROM withdrawal WHERE place = ?").execute(arguments: [place.text])
            return
        }
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO withdrawal VALUES (?, ?, ?)")
            .execute(arguments: [place.text, last.recorder, last.observedAt])
    }

    static func isWithdrawn(_ place: Code, _ db: Database) throws -> Bool {
        try Int.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM withdrawal WHERE place = ?"), arguments: [place.text]) != nil
    }

    /// A door that was there until it or its building was withdrawn: what is found at it isn't lost.
    static func isWithdrawn(door: Door, _ db: Database) throws -> Bool {
        try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT 1 FROM door WHERE code = ? AND code NOT IN (SELECT code FROM registered_door WHERE code = door.code)
                    AND EXISTS (SELECT 1 FROM withdrawal WHERE place IN (door.code, door.building))
                    """), arguments: [door.code.text]) != nil
    }
}
