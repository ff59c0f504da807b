import Federation

/// One line of a table of doors into what it says of a household.
struct DoorLine {
    /// What a line says.
    struct Said {
        var door: Door
        /// Who lives there; nil where the line names the door alone.
        var household: (residents: Int, state: Record.Household.State)?
        /// Nil says nothing: the door keeps its building's address.
        var address: String?
    }
    private let line: DoorTable.Line
    /// Those that the table names in the line's building.
    private let stairUnits: Set<String>

    init(_ line: DoorTable.Line, named stairUnits: Set<String>) {
        self.line = line
        self.stairUnits = stairUnits
    }

    private static let stateWords: [String: Record.Household.State] = [
        "occupied": .occupied, "自住": .occupied, "在住": .occupied, "业主": .occupied, "车库住人": .occupied, "商铺住人": .occupied,
        "vacant": .vacant, "空置": .vacant, "空户": .vacant, "空房": .vacant, "let": .let, "出租": .let, "租户": .let, "租住": .let,
        "group_let": .groupLet, "群租": .groupLet, "not_dwelling": .notDwelling, "非住宅": .notDwelling,
    ]
    /// Nobody lives in one of these, unless the line says how many do: then it is somebody's home.
    private static let spaceWords: Set<String> = ["商铺", "门面", "车库", "车位", "储藏室", "地下室"]

    func said() throws(ImportProblem) -> Said {
        let door = try door()
        let state = try state()
        guard line.address.utf8.count <= Record.addressLimit else {
            throw ImportProblem(.addressTooLong, line: line.number)
        }
        let address = line.address.isEmpty ? nil : line.address
        if line.residents.isEmpty, line.state.isEmpty, state != nil {
            return Said(door: door, household: nil, address: address)
        }
        let residents = try residents(state)
        return Said(
            door: door, household: (residents, state ?? (residents > 0 ? .occupied : .notDwelling)), address: address)
    }

    /// Nobody lives in a flat that is empty; of any other a line has to say how many do.
    private func residents(_ state: Record.Household.State?) throws(ImportProblem) -> Int {
        guard !line.residents.isEmpty else {
            if state == .vacant || state == .notDwelling || state == nil { return 0 }
            throw ImportProblem(.residentsBlank, line: line.number)
        }
        guard let residents = Int(line.residents), (0...200).contains(residents) else {
            throw ImportProblem(.residentsInvalid, line: line.number, ["value": line.residents])
        }
        return residents
    }

    /// - Returns: nil for a space, of which the residents decide.
    private func state() throws(ImportProblem) -> Record.Household.State? {
        if line.state.isEmpty { return DoorReading.isSpace(line.room) ? nil : .occupied }
        if DoorLine.spaceWords.contains(line.state) { return nil }
        guard let state = DoorLine.stateWords[line.state] ?? DoorLine.stateWords[line.state.lowercased()] else {
            throw ImportProblem(.stateUnknown, line: line.number, ["value": line.state])
        }
        return state
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
