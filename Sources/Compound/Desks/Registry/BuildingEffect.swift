import Federation
import GRDB

/// What taking a table means for the doors of one building.
///
/// A table in which every line says who lives there is a list of the building's doors: those that only its shape knows
/// go. One with lines that name a door and nothing else isn't: an export that somebody fills in bit by bit must not
/// make the doors vanish of which nothing is known yet.
struct BuildingEffect: Sendable {
    /// The table is a list of the building's doors.
    var isList: Bool
    /// No door of the registry would go: being listed says nothing new of those that are as they were.
    var namesAll: Bool
    /// Lines that say nothing of a door that the registry hasn't.
    var nameless: Set<String> = []
    /// Lines of a door that the registry hasn't and that nobody calls so: they are mistyped, and another door is meant.
    var doubtful: Set<String> = []
    /// Doors that the table brings and the registry never had, or lost to a list.
    var new: Set<String> = []
    /// Doors that lines name by their households.
    var shared: SharedDoors
    /// The registry has no door of the building.
    var isNew: Bool

    /// - Parameters:
    ///   - isWhole: every line of the building could be read; one that couldn't may name any door.
    ///   - unnamed: gets the doors that the registry has and the table doesn't name.
    init(
        _ building: String, _ lines: ArraySlice<ListedDoors.Entry>, isWhole: Bool, _ unnamed: inout UnnamedDoors,
        _ db: Database
    ) throws {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT code, door.stated OR EXISTS (SELECT 1 FROM survey_door WHERE door = code) AS stays
                    FROM registered_door JOIN door USING (code) WHERE registered_door.building = ?
                    ORDER BY door.stair_unit, length(door.room), door.room
                    """), arguments: [building])
        let named = Set(lines.map(\.code.text))
        let out = try BuildingEffect.withdrawn(building, db)
        let registered = Set(rows.map { $0["code"] as String })
        doubtful = Set(
            lines.map(\.code.text).filter { !registered.contains($0) && Door($0).map(DoorReading.isDoubtful) ?? false })
        isList = isWhole && doubtful.isEmpty && lines.allSatisfy(\.speaks)
        nameless = Set(lines.filter { !$0.speaks && !registered.contains($0.code.text) }.map(\.code.text))
        new =
            out.contains(building)
            ? []
            : Set(lines.filter { $0.speaks && !registered.contains($0.code.text) }.map(\.code.text)).subtracting(out)
                .subtracting(doubtful)
        isNew = registered.isEmpty
        shared = try SharedDoors(lines, registered: registered, out: out, db)
        let replaced = Set(shared.replaced.map(\.text))
        namesAll = true
        for row in rows {
            let code: String = row["code"]
            guard !named.contains(code), !replaced.contains(code) else { continue }
            let stays: Bool = row["stays"]
            if !stays { namesAll = false }
            if stays || !isList { unnamed.staying.add(code) } else { unnamed.going.add(code) }
        }
    }

    /// The building, and doors of it, that somebody took out of the registry: they are no news.
    private static func withdrawn(_ building: String, _ db: Database) throws -> Set<String> {
        // A code of a door has a dash behind its building's, and a dot is what comes after a dash.
        Set(
            try String.fetchAll(
                db.cachedStatement(sql: "SELECT place FROM withdrawal WHERE place = ? OR (place > ? AND place < ?)"),
                arguments: [building, building + "-", building + "."]))
    }
}
