import Federation

/// One line of a table of doors into what it says of a household.
struct DoorLine {
    private let line: DoorTable.Line
    /// Those that the table names in the line's building.
    private let stairUnits: Set<String>

    init(_ line: DoorTable.Line, named stairUnits: Set<String>) {
        self.line = line
        self.stairUnits = stairUnits
    }

    private static let stateWords: [String: Record.Household.State] = [
        "occupied": .occupied, "自住": .occupied, "在住": .occupied, "": .occupied, "vacant": .vacant, "空置": .vacant,
        "空户": .vacant,
        "let": .let, "出租": .let, "group_let": .groupLet, "群租": .groupLet, "not_dwelling": .notDwelling,
        "商铺": .notDwelling,
        "非住宅": .notDwelling,
    ]

    func household() throws(ImportProblem) -> Record.Household {
        let door = try door()
        guard let residents = Int(line.residents), (0...200).contains(residents) else {
            throw ImportProblem(.residentsInvalid, line: line.number, ["value": line.residents])
        }
        guard let state = DoorLine.stateWords[line.state] ?? DoorLine.stateWords[line.state.lowercased()] else {
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

    private func door() throws(ImportProblem) -> Door {
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

    private func part(_ text: String, _ code: ImportProblem.Code) throws(ImportProblem) -> String {
        guard Code(text) != nil, !text.utf8.contains(UInt8(ascii: "-")) else {
            throw ImportProblem(code, line: line.number, ["value": text])
        }
        return text
    }
}
