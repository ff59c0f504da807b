import Daemon

/// The lines of a table of doors, each part read as lists write it.
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
    var lines: [Line] = []
    var faults: [ImportProblem] = []
    /// By building, what the table names.
    var stairUnits: [String: Set<String>] = [:]

    /// - Throws: what makes the table as a whole unreadable.
    init(_ bytes: [UInt8]) throws(ImportProblem) {
        var reader: CSVReader
        do throws(CSVFault) { reader = try CSVReader(bytes) } catch { throw ImportProblem(error) }
        let columns = try Columns(reader)
        while let line = reader.next() {
            switch line {
            case .failure(let fault): faults.append(ImportProblem(fault))
            case .success(let record): lines.append(columns.line(record))
            }
        }
        guard !lines.isEmpty || !faults.isEmpty else { throw ImportProblem(.noLines, line: 1) }
        for line in lines where !line.stairUnit.isEmpty {
            stairUnits[line.building, default: []].insert(line.stairUnit)
        }
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

        func line(_ record: CSVRecord) -> Line {
            let fields = record.fields
            return Line(
                number: record.line, building: DoorReading.building(fields[building]),
                stairUnit: DoorReading.stairUnit(fields[stairUnit]), room: DoorReading.room(fields[room]),
                residents: DoorReading.plain(fields[residents]),
                state: state.map { DoorReading.plain(fields[$0]) } ?? "", address: address.map { fields[$0] } ?? "")
        }
    }
}
