import Federation
import GRDB

/// What goes with a building or a door that is withdrawn: shown before anything is written.
struct WithdrawalEffect: Sendable {
    /// How a door stands in a round, as somebody found it.
    struct Visit: Sendable {
        var campaign: String
        var door: String
        var disposition: String
        var recorder: String
        var observedAt: Int64
    }
    let place: RegisteredPlace
    /// Doors that are there; 0 for a place that is withdrawn, or isn't known.
    var doors = 0
    /// The first of them.
    var first: [String] = []
    var households = 0
    var residents = 0
    /// Households of which nobody has said how many live there.
    var unlisted = 0
    var disputes = 0
    /// Volunteers who have the building.
    var claims = 0
    /// Recorded at its doors, those that are withdrawn included.
    var visits: [Visit] = []
    /// Who took it out, and when; nil where nobody did.
    var withdrawn: (recorder: String, at: Int64)?
    /// Who put it back, and when, where that is the last that was said of it.
    var restored: (recorder: String, at: Int64)?

    static let named = 20

    init(_ place: RegisteredPlace, _ db: Database) throws {
        self.place = place
        let (condition, argument) = place.doors
        let frame = try Row.fetchOne(
            db,
            sql: """
                SELECT count(*) AS doors, total(state IN ('occupied', 'let', 'group_let')) AS households,
                total(residents) AS residents, total(NOT stated) AS unlisted FROM registered_door WHERE \(condition)
                """, arguments: [argument])
        if let frame {
            (doors, households) = (frame["doors"], Int(frame["households"] as Double))
            (residents, unlisted) = (Int(frame["residents"] as Double), Int(frame["unlisted"] as Double))
        }
        first = try String.fetchAll(
            db,
            sql: """
                SELECT code FROM registered_door WHERE \(condition) ORDER BY stair_unit, length(room), room
                LIMIT \(WithdrawalEffect.named)
                """, arguments: [argument])
        disputes =
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM conflict JOIN registered_door ON code = subject WHERE \(condition)",
                arguments: [argument]) ?? 0
        if case .building(let building) = place {
            claims =
                try Int.fetchOne(
                    db,
                    sql: "SELECT count(DISTINCT volunteer) FROM claim WHERE building = ? AND state = 'claimed'",
                    arguments: [building.text]) ?? 0
        }
        visits = try WithdrawalEffect.visits(condition, argument, db)
        withdrawn = try Row.fetchOne(
            db, sql: "SELECT recorder, at FROM withdrawal WHERE place = ?", arguments: [place.code.text]
        ).map { ($0["recorder"], $0["at"]) }
        let last = withdrawn == nil ? try Journal(db: db, now: 0).live(place.code.text, place.field).last : nil
        restored = last.flatMap { $0.value == Record.Undo.value ? ($0.recorder, $0.observedAt) : nil }
    }

    private static func visits(_ condition: String, _ argument: String, _ db: Database) throws -> [Visit] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT campaign, door, disposition, observed_at,
                (SELECT recorder FROM observation WHERE id = visit) AS recorder
                FROM survey_door WHERE door IN (SELECT code FROM door WHERE \(condition)) ORDER BY observed_at, door, campaign
                """, arguments: [argument]
        ).map {
            Visit(
                campaign: $0["campaign"], door: $0["door"], disposition: $0["disposition"],
                recorder: $0["recorder"] ?? "", observedAt: $0["observed_at"])
        }
    }
}

/// A building or door that was taken out of the registry, for the registry's page.
struct WithdrawnPlace: Sendable {
    var place: String
    var recorder: String
    var at: Int64
    /// Doors of it where somebody called, before it was withdrawn or after.
    var visited: Int

    /// The building or door, or the building of a door; nil where neither was taken out.
    init?(_ place: RegisteredPlace, _ db: Database) throws {
        let building = place.code.text.prefix { $0 != "-" }
        let found = try WithdrawnPlace.all(db).filter { [place.code.text, String(building)].contains($0.place) }
        guard let last = found.first else { return nil }
        self = last
    }

    private init(_ row: Row) {
        (place, recorder, at, visited) = (row["place"], row["recorder"], row["at"], row["visited"])
    }

    /// The latest first.
    static func all(_ db: Database) throws -> [WithdrawnPlace] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT place, recorder, at, (SELECT count(*) FROM door WHERE (code = place OR building = place)
                AND EXISTS (SELECT 1 FROM survey_door WHERE door = code)) AS visited FROM withdrawal ORDER BY at DESC, place
                """
        ).map(WithdrawnPlace.init)
    }
}
