import Daemon

/// A sheet of doors, read line by line, each part as lists write it. It is read twice: what one line means may depend
/// on all others, and a table of a million lines isn't kept.
struct DoorTable {
    struct Line {
        var number: Int
        var building: String
        /// Empty where the list has none.
        var stairUnit: String
        var room: String
        var residents: String
        var state: String
        /// As written; empty says nothing.
        var address: String
    }
    /// Lines that have the building of the one above, and those that have its stair unit.
    struct Merged: Sendable, Equatable {
        var buildings = 0
        var stairUnits = 0
    }
    /// By building, what the table names.
    private(set) var stairUnits: [String: Set<String>] = [:]
    /// Lines that add others up, which are no doors.
    private(set) var sums = 0
    /// Lines that stand below another one in a merged cell.
    private(set) var merged = Merged()
    private var reader: CSVReader
    private let head: TableHead
    /// The one that the sheet's name gives.
    private let building: String
    private var above: Stairs

    private struct Stairs {
        var building: String
        var stairUnit = ""
    }

    /// - Throws: where there is nothing below the head.
    init(_ reader: CSVReader, _ head: TableHead, building: String?) throws(ImportProblem) {
        (self.reader, self.head, self.building) = (reader, head, building ?? "")
        above = Stairs(building: self.building)
        var ahead = self
        var isEmpty = true
        while let line = ahead.next() {
            isEmpty = false
            guard case .success(let line) = line, !line.stairUnit.isEmpty else { continue }
            stairUnits[line.building, default: []].insert(line.stairUnit)
        }
        guard !isEmpty else {
            throw ImportProblem(.noLines, line: head.linesAbove + reader.headerLine, sheet: head.sheet)
        }
    }

    /// The next line with something on it; nil at the end.
    mutating func next() -> Result<Line, ImportProblem>? {
        while let record = reader.next() {
            switch record {
            case .failure(var fault):
                fault = CSVFault(kind: fault.kind, line: fault.line + head.linesAbove, column: fault.column)
                return .failure(ImportProblem(fault, sheet: head.sheet))
            case .success(let record):
                // A row of a sheet may be formatted and hold nothing.
                guard record.fields.contains(where: { !$0.isEmpty }) else { continue }
                guard !DoorTable.addsUp(record) else {
                    sums += 1
                    continue
                }
                do throws(ImportProblem) { return .success(below(try line(record))) } catch { return .failure(error) }
            }
        }
        return nil
    }

    /// Only the first row of a merged cell has its words; where no column names the building, the sheet does.
    private mutating func below(_ line: Line) -> Line {
        var line = line
        if line.building.isEmpty, !above.building.isEmpty, !line.room.isEmpty {
            line.building = above.building
            if line.stairUnit.isEmpty, !above.stairUnit.isEmpty, head.column(.stairUnit) != nil {
                line.stairUnit = above.stairUnit
                merged.stairUnits += 1
            }
            if head.column(.building) != nil { merged.buildings += 1 }
        }
        above = Stairs(
            building: line.building.isEmpty ? building : line.building, stairUnit: line.stairUnit)
        return line
    }

    private static let sumWords = ["小计", "合计", "总计", "共计", "subtotal", "total"]

    private static func addsUp(_ record: CSVRecord) -> Bool {
        guard let first = record.fields.first(where: { !$0.isEmpty }) else { return false }
        let word = DoorReading.plain(first).lowercased()
        return sumWords.contains { word.hasPrefix($0) || word.hasSuffix($0) }
    }

    private func line(_ record: CSVRecord) throws(ImportProblem) -> Line {
        let number = record.line + head.linesAbove
        func cell(_ role: ColumnRole) -> String? { head.column(role).map { record.fields[$0] } }
        let door = try door(cell, number)
        return Line(
            number: number, building: door.building, stairUnit: door.stairUnit, room: door.room,
            residents: DoorReading.residents(cell(.residents) ?? ""), state: DoorReading.plain(cell(.state) ?? ""),
            address: address(cell(.address) ?? ""))
    }

    /// In a sheet a text is a text; only a table of text has apostrophes before what would run.
    private func address(_ cell: String) -> String { head.sheet.isEmpty ? CSVWriter.unguarded(cell) : cell }

    private typealias Parts = (building: String, stairUnit: String, room: String)

    private func door(_ cell: (ColumnRole) -> String?, _ number: Int) throws(ImportProblem) -> Parts {
        let named = cell(.building).map(DoorReading.building)
        if let whole = cell(.door) {
            if let door = DoorReading.whole(whole) { return door }
            return try inside(whole, named, number)
        }
        let room = cell(.room) ?? ""
        guard let stairUnit = cell(.stairUnit) else { return try inside(room, named, number) }
        return (named ?? "", DoorReading.stairUnit(stairUnit), DoorReading.room(room))
    }

    /// A cell that says what no other column does: `2-1101` and `2单元1101室` in a building, else the whole door.
    private func inside(_ cell: String, _ named: String?, _ number: Int) throws(ImportProblem) -> Parts {
        if named == nil, let door = DoorReading.whole(cell) { return door }
        guard named != nil || !building.isEmpty else {
            throw ImportProblem(.notADoor, line: number, ["value": cell], sheet: head.sheet)
        }
        if let place = DoorReading.place(cell) { return (named ?? "", place.stairUnit, place.room) }
        return (named ?? "", "", DoorReading.room(cell))
    }
}
