import Daemon

/// A table of doors, read line by line, each part as lists write it. It is read twice: what one line means may depend
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
    /// By building, what the table names.
    private(set) var stairUnits: [String: Set<String>] = [:]
    private var reader: CSVReader
    private let columns: Columns

    /// - Throws: what makes the table as a whole unreadable.
    init(_ bytes: [UInt8]) throws(ImportProblem) {
        do throws(CSVFault) { reader = try CSVReader(bytes) } catch { throw ImportProblem(error) }
        columns = try Columns(reader)
        var ahead = reader
        var isEmpty = true
        while let line = ahead.next() {
            isEmpty = false
            guard case .success(let record) = line else { continue }
            let (building, stairUnit) = columns.stairs(record)
            if !stairUnit.isEmpty { stairUnits[building, default: []].insert(stairUnit) }
        }
        guard !isEmpty else { throw ImportProblem(.noLines, line: 1) }
    }

    /// The next line with something on it; nil at the end.
    mutating func next() -> Result<Line, ImportProblem>? {
        reader.next().map { $0.map(columns.line).mapError { ImportProblem($0) } }
    }

    private struct Columns {
        private let building: Int
        private let stairUnit: Int
        private let room: Int
        private let residents: Int
        private let state: Int?
        private let address: Int?

        init(_ reader: CSVReader) throws(ImportProblem) {
            func column(_ names: String...) throws(ImportProblem) -> Int? {
                let found = names.compactMap { reader.column($0) }
                guard found.count < 2 else {
                    throw ImportProblem(.columnTwice, line: 1, ["name": names.joined(separator: " / ")])
                }
                return found.first
            }
            guard let building = try column("building", "楼栋"), let stairUnit = try column("stair_unit", "单元"),
                let room = try column("room", "房号"), let residents = try column("residents", "人数")
            else {
                throw ImportProblem(.columnsMissing, line: 1, ["found": reader.header.joined(separator: ",")])
            }
            (self.building, self.stairUnit, self.room, self.residents) = (building, stairUnit, room, residents)
            state = try column("state", "状态")
            address = try column("address", "地址")
        }

        func stairs(_ record: CSVRecord) -> (building: String, stairUnit: String) {
            (DoorReading.building(record.fields[building]), DoorReading.stairUnit(record.fields[stairUnit]))
        }

        func line(_ record: CSVRecord) -> Line {
            let fields = record.fields
            let (building, stairUnit) = stairs(record)
            return Line(
                number: record.line, building: building, stairUnit: stairUnit, room: DoorReading.room(fields[room]),
                residents: DoorReading.plain(fields[residents]),
                state: state.map { DoorReading.plain(fields[$0]) } ?? "", address: address.map { fields[$0] } ?? "")
        }
    }
}
