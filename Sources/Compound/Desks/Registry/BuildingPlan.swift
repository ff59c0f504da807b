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
        var doors: Int { building.stairUnits * building.floors * building.doorsPerFloor }
    }
    var entries: [Entry] = []
    var problems: [ImportProblem] = []
    var applied = false

    var doors: Int { entries.reduce(0) { $0 + $1.doors } }
    /// Something is left to write.
    var isOpen: Bool { !applied && entries.contains { $0.change != .same } }
}

extension CompoundStore {
    /// - Parameters:
    ///   - text: see `BuildingLines`.
    ///   - apply: writes what is new or different, in one transaction; the same text again writes nothing.
    func build(_ text: String, by recorder: Code, apply: Bool) throws(IntakeError) -> BuildingPlan {
        let lines = BuildingLines(text)
        var plan = BuildingPlan(problems: lines.problems)
        plan.entries = try looked { db in try lines.buildings.map { try CompoundStore.entry($0, db) } }
        guard apply else { return plan }
        let said = plan.entries.filter { $0.change != .same }
        try record(said.map { ($0.building, []) }, by: recorder)
        plan.applied = true
        return plan
    }

    private static func entry(_ building: Record.Building, _ db: Database) throws -> BuildingPlan.Entry {
        let old = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT label, stair_units, floors, doors_per_floor FROM building WHERE code = ?"),
            arguments: [building.code.text])
        let doors = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT count(*) FROM registered_door WHERE building = ?"),
            arguments: [building.code.text])
        var building = building
        // A line of numbers names nobody: the name that a building has stays.
        building.label = building.label ?? BuildingName.given(old?["label"])
        let isSame =
            old.map {
                BuildingName.given($0["label"]) == building.label && $0["stair_units"] == building.stairUnits
                    && $0["floors"] == building.floors && $0["doors_per_floor"] == building.doorsPerFloor
            } ?? false
        return BuildingPlan.Entry(
            building: building, change: isSame ? .same : (doors ?? 0) > 0 ? .changed : .new, doorsBefore: doors ?? 0)
    }
}
