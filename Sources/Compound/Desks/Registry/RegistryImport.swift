import Daemon
import Federation

/// A table of doors into household records: every problem by line, the good lines offered.
enum RegistryImport {
    private static let stateWords: [String: Record.Household.State] = [
        "occupied": .occupied, "自住": .occupied, "在住": .occupied, "": .occupied, "vacant": .vacant, "空置": .vacant,
        "空户": .vacant,
        "let": .let, "出租": .let, "group_let": .groupLet, "群租": .groupLet, "not_dwelling": .notDwelling,
        "商铺": .notDwelling,
        "非住宅": .notDwelling,
    ]

    static func run(_ bytes: [UInt8], into store: CompoundStore, apply: Bool) throws(IntakeError) -> ImportReport {
        var report = ImportReport()
        let table: DoorTable
        do throws(ImportProblem) { table = try DoorTable(bytes) } catch {
            report.fault = error
            return report
        }
        report.lines = table.lines.count + table.faults.count
        report.problems = table.faults
        var households: [Record.Household] = []
        var seen: [Code: Int] = [:]
        for line in table.lines {
            do throws(ImportProblem) {
                let household = try household(line, named: table.stairUnits[line.building] ?? [])
                if let first = seen[household.door.code] {
                    throw ImportProblem(
                        .doorTwice, line: line.number, ["door": "\(household.door)", "first": "\(first)"])
                }
                seen[household.door.code] = line.number
                households.append(household)
            } catch { report.problems.append(error) }
        }
        report.problems.sort { $0.line < $1.line }
        report.good = households.count
        try write(households, store, apply, &report)
        return report
    }

    /// - Parameter stairUnits: those that the table names in the line's building.
    private static func household(_ line: DoorTable.Line, named stairUnits: Set<String>) throws(ImportProblem)
        -> Record.Household
    {
        let door = try door(line, named: stairUnits)
        guard let residents = Int(line.residents), (0...200).contains(residents) else {
            throw ImportProblem(.residentsInvalid, line: line.number, ["value": line.residents])
        }
        guard let state = stateWords[line.state.lowercased()] else {
            throw ImportProblem(.stateUnknown, line: line.number, ["value": line.state])
        }
        guard line.address.utf8.count <= Record.addressLimit else {
            throw ImportProblem(.addressTooLong, line: line.number)
        }
        // An empty cell says nothing: the door keeps its building's address.
        return Record.Household(
            door: door, residents: residents, state: state, isListed: true,
            address: line.address.isEmpty ? nil : line.address)
    }

    private static func door(_ line: DoorTable.Line, named stairUnits: Set<String>) throws(ImportProblem) -> Door {
        func part(_ text: String, _ code: ImportProblem.Code) throws(ImportProblem) -> String {
            guard Code(text) != nil, !text.contains("-") else {
                throw ImportProblem(code, line: line.number, ["value": text])
            }
            return text
        }
        let building = try part(line.building, .notABuilding)
        // No stair unit is the only one. Where other lines name one, nobody can know which is meant.
        if line.stairUnit.isEmpty, !stairUnits.isEmpty {
            throw ImportProblem(.stairUnitMissing, line: line.number, ["building": building])
        }
        let unit = try part(line.stairUnit.isEmpty ? "1" : line.stairUnit, .notAStairUnit)
        let room = try part(line.room, .notARoom)
        guard let door = Door("\(building)-\(unit)-\(room)") else {
            throw ImportProblem(.notARoom, line: line.number, ["value": room])
        }
        return door
    }

    /// One transaction for the whole table; a line that says what stands already writes nothing.
    private static func write(
        _ households: [Record.Household], _ store: CompoundStore, _ apply: Bool, _ report: inout ImportReport
    ) throws(IntakeError) {
        let known = try store.households()
        let fresh = households.filter { household in
            let said = known[household.door.code.text]
            return said != [
                String(household.residents), household.state.rawValue, household.address ?? said?.last ?? "",
            ]
        }
        report.unchanged = households.count - fresh.count
        guard apply, !fresh.isEmpty else { return report.applied = apply }
        let recorder = Code(literal: "import")
        let items = fresh.map { household in
            let id = UInt128.random(in: 1 ... .max)
            return (
                id: Hex.text(id),
                Result<Record, IntakeError>.success(
                    Record(
                        id: id, content: .household(household), recorder: recorder, observedAt: store.clock(),
                        supersedes: []))
            )
        }
        _ = try store.record(items)
        report.applied = true
    }
}
