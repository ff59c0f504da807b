import Federation
import GRDB

/// What lines of buildings would make of the registry, building by building; written only when somebody says so.
struct BuildingPlan: Sendable, Equatable {
    enum Change: String, Sendable { case new, same, changed }
    struct Entry: Sendable, Equatable {
        var building: Record.Building
        /// As it stands; nil where nobody stated it.
        var before: Record.Building?
        var change: Change
        /// Doors that the registry has of it; 0 for a new one.
        var doorsBefore: Int
        /// Doors that it would have.
        var doors: Int
        /// Doors that come, and those that go.
        var coming = UnnamedDoors.Part()
        var going = UnnamedDoors.Part()
        /// Doors outside its shape that stay, because somebody stated or visited them.
        var staying = UnnamedDoors.Part()
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
        for building in buildings { try building.bound() }
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
        let old = try Record.Building(standing: building.code, db)
        var building = building
        // A line of numbers names nobody: the name that a building has stays.
        building.label = building.label ?? old?.label
        let isSame = old.map { $0.says(building) } ?? false
        let before = try String.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT code FROM registered_door WHERE building = ? ORDER BY stair_unit, length(room), room
                    """), arguments: [building.code.text])
        let known = try Known(building.code, db)
        let shape = RegistryDesk.doors(of: building)
        let after = known.isListed ? known.staying : known.staying.union(shape.filter { !known.out.contains($0) })
        self.init(
            building: building, before: old, change: isSame ? .same : before.isEmpty ? .new : .changed,
            doorsBefore: before.count,
            doors: after.count, isListed: known.isListed,
            isWithdrawn: try RegistryDesk.isWithdrawn(building.code, db))
        let had = Set(before)
        for door in shape where after.contains(door) && !had.contains(door) { coming.add(door) }
        for door in before where !after.contains(door) { going.add(door) }
        let outside = known.isListed ? [] : known.staying.subtracting(shape)
        for door in before where outside.contains(door) { staying.add(door) }
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

extension Record.Building {
    /// As the registry has it; nil where nobody stated it.
    fileprivate init?(standing code: Code, _ db: Database) throws {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT label, stair_units, floors, doors_per_floor, address FROM building WHERE code = ?"),
            arguments: [code.text])
        guard let row else { return nil }
        self.init(
            code: code, label: BuildingName.given(row["label"]), stairUnits: row["stair_units"], floors: row["floors"],
            doorsPerFloor: row["doors_per_floor"], address: BuildingName.given(row["address"]))
    }

    func hasShape(of other: Record.Building) -> Bool {
        (stairUnits, floors, doorsPerFloor) == (other.stairUnits, other.floors, other.doorsPerFloor)
    }

    /// Stating it so would change nothing.
    fileprivate func says(_ other: Record.Building) -> Bool {
        label == other.label && hasShape(of: other) && (other.address == nil || (address ?? "") == other.address)
    }
}
