import Federation
import GRDB

/// What lines of buildings would make of the registry, building by building; written only when somebody says so.
struct BuildingPlan: Sendable, Equatable {
    enum Change: String, Sendable { case new, same, changed }
    struct Entry: Sendable, Equatable {
        var building: Record.Building
        var change: Change
        /// Doors that the registry has of it; 0 for a new one.
        var doorsBefore: Int
        /// Doors that it would have.
        var doors: Int
        /// Doors that come, and those that go.
        var coming = UnnamedDoors.Part()
        var going = UnnamedDoors.Part()
        /// A table lists the building's doors: its shape adds none.
        var isListed: Bool
        /// Somebody took it out of the registry.
        var isWithdrawn: Bool
    }
    var entries: [Entry] = []
    var problems: [ImportProblem] = []
    var applied = false

    /// Something is left to write.
    var isOpen: Bool { !applied && entries.contains { $0.change != .same } }

    func entries(_ change: Change) -> [Entry] { entries.filter { $0.change == change } }
}

extension CompoundStore {
    /// - Parameters:
    ///   - text: see `BuildingLines`.
    ///   - apply: writes what is new or different, in one transaction; the same text again writes nothing.
    func build(_ text: String, by recorder: Code, apply: Bool) throws(IntakeError) -> BuildingPlan {
        let lines = BuildingLines(text)
        var plan = try build(lines.buildings, by: recorder, apply: apply)
        plan.problems = lines.problems
        return plan
    }

    func build(_ buildings: [Record.Building], by recorder: Code, apply: Bool) throws(IntakeError) -> BuildingPlan {
        var plan = BuildingPlan()
        plan.entries = try looked { db in try buildings.map { try BuildingPlan.Entry($0, db) } }
        guard apply else { return plan }
        let said = plan.entries.filter { $0.change != .same }
        try record(said.map { ($0.building, []) }, by: recorder)
        plan.applied = true
        return plan
    }
}

extension BuildingPlan.Entry {
    fileprivate init(_ building: Record.Building, _ db: Database) throws {
        let old = try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT label, stair_units, floors, doors_per_floor, address FROM building WHERE code = ?"),
            arguments: [building.code.text])
        var building = building
        // A line of numbers names nobody: the name that a building has stays.
        building.label = building.label ?? BuildingName.given(old?["label"])
        let isSame =
            old.map {
                BuildingName.given($0["label"]) == building.label && $0["stair_units"] == building.stairUnits
                    && $0["floors"] == building.floors && $0["doors_per_floor"] == building.doorsPerFloor
                    && (building.address == nil || ($0["address"] as String? ?? "") == building.address)
            } ?? false
        let before = try String.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT code FROM registered_door WHERE building = ? ORDER BY stair_unit, length(room), room
                    """), arguments: [building.code.text])
        let known = try Known(building.code, db)
        let shape = RegistryDesk.doors(of: building)
        let after = known.isListed ? known.staying : known.staying.union(shape.filter { !known.out.contains($0) })
        self.init(
            building: building, change: isSame ? .same : before.isEmpty ? .new : .changed, doorsBefore: before.count,
            doors: after.count, isListed: known.isListed,
            isWithdrawn: try RegistryDesk.isWithdrawn(building.code, db))
        let had = Set(before)
        for door in shape where after.contains(door) && !had.contains(door) { coming.add(door) }
        for door in before where !after.contains(door) { going.add(door) }
    }

    /// What speaks for the building's doors but its shape.
    private struct Known {
        var staying: Set<String> = []
        /// Doors that were taken out one by one.
        var out: Set<String> = []
        var isListed = false

        init(_ building: Code, _ db: Database) throws {
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT code, stated, listed, EXISTS (SELECT 1 FROM survey_door WHERE door = code) AS visited,
                        EXISTS (SELECT 1 FROM withdrawal WHERE place = code) AS out FROM door WHERE building = ?
                        """), arguments: [building.text])
            while let row = try rows.next() {
                let (code, isOut): (String, Bool) = (row["code"], row["out"])
                if isOut { out.insert(code) }
                if row["stated"] || (row["visited"] && !isOut) { staying.insert(code) }
                if row["listed"] { isListed = true }
            }
        }
    }
}
