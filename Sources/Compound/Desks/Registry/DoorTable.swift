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
    /// Lines that add others up, which are no doors.
    private(set) var sums = 0
    /// Lines that stand below another one in a merged cell, and have its building.
    private(set) var merged = 0
    private var reader: CSVReader
    private let columns: Columns
    private var above = Stairs()

    private struct Stairs {
        var building = ""
        var stairUnit = ""
    }

    /// - Throws: what makes the table as a whole unreadable.
    init(_ bytes: [UInt8]) throws(ImportProblem) {
        (reader, columns) = try DoorTable.headed(bytes)
        var ahead = self
        var isEmpty = true
        while let line = ahead.next() {
            isEmpty = false
            guard case .success(let line) = line, !line.stairUnit.isEmpty else { continue }
            stairUnits[line.building, default: []].insert(line.stairUnit)
        }
        guard !isEmpty else { throw ImportProblem(.noLines, line: columns.linesAbove + 1) }
    }

    /// Lines above the header that lists carry: a title, a date, who keeps it.
    private static let mostAbove = 10

    /// The table from its header on, which is the first line that names the columns.
    private static func headed(_ bytes: [UInt8]) throws(ImportProblem) -> (CSVReader, Columns) {
        func read(_ bytes: [UInt8], linesAbove: Int) throws(ImportProblem) -> (CSVReader, Columns) {
            let reader: CSVReader
            do throws(CSVFault) { reader = try CSVReader(bytes) } catch { throw ImportProblem(error) }
            return (reader, try Columns(reader, linesAbove: linesAbove))
        }
        let problem: ImportProblem
        do throws(ImportProblem) { return try read(bytes, linesAbove: 0) } catch { problem = error }
        guard problem.code == ImportProblem.Code.columnsMissing.rawValue else { throw problem }
        var rest = bytes[...]
        for above in 1...mostAbove {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { break }
            rest = rest[(end + 1)...]
            if let found = try? read(Array(rest), linesAbove: above) { return found }
        }
        throw problem
    }

    /// The next line with something on it; nil at the end.
    mutating func next() -> Result<Line, ImportProblem>? {
        while let record = reader.next() {
            switch record {
            case .failure(var fault):
                fault = CSVFault(kind: fault.kind, line: fault.line + columns.linesAbove, column: fault.column)
                return .failure(ImportProblem(fault))
            case .success(let record):
                guard !DoorTable.addsUp(record) else {
                    sums += 1
                    continue
                }
                do throws(ImportProblem) { return .success(below(try columns.line(record))) } catch {
                    return .failure(error)
                }
            }
        }
        return nil
    }

    /// Only the first row of a merged cell has its words.
    private mutating func below(_ line: Line) -> Line {
        var line = line
        if line.building.isEmpty, !above.building.isEmpty, !line.room.isEmpty {
            merged += 1
            line.building = above.building
            if line.stairUnit.isEmpty { line.stairUnit = above.stairUnit }
        }
        above = Stairs(building: line.building, stairUnit: line.stairUnit)
        return line
    }

    private static let sumWords = ["小计", "合计", "总计", "共计", "subtotal", "total"]

    private static func addsUp(_ record: CSVRecord) -> Bool {
        guard let first = record.fields.first(where: { !$0.isEmpty }) else { return false }
        let word = DoorReading.plain(first).lowercased()
        return sumWords.contains { word.hasPrefix($0) || word.hasSuffix($0) }
    }

    private struct Columns {
        /// Nil where the room's cell names the whole door.
        private let building: Int?
        private let stairUnit: Int?
        private let room: Int
        private let residents: Int
        private let state: Int?
        private let address: Int?
        let linesAbove: Int

        init(_ reader: CSVReader, linesAbove: Int) throws(ImportProblem) {
            func column(_ names: String...) throws(ImportProblem) -> Int? {
                let found = names.compactMap { name in reader.column(name).map { (name, $0) } }
                guard found.count < 2 else {
                    throw ImportProblem(
                        .columnTwice, line: linesAbove + 1, ["name": found.map(\.0).joined(separator: " / ")])
                }
                return found.first?.1
            }
            let building = try column("building", "楼栋", "楼号", "栋号", "幢号", "楼幢", "栋")
            let stairUnit = try column("stair_unit", "单元", "单元号")
            let room = try column("room", "房号", "房间号", "室号", "门牌", "门牌号", "户号")
            let residents = try column("residents", "人数", "人口", "居住人数", "常住人数", "家庭人口", "家庭人数")
            guard let room, let residents, (building == nil) == (stairUnit == nil) else {
                throw ImportProblem(
                    .columnsMissing, line: linesAbove + 1, ["found": reader.header.joined(separator: ",")])
            }
            (self.building, self.stairUnit, self.room, self.residents) = (building, stairUnit, room, residents)
            state = try column("state", "状态", "居住情况", "居住状态", "房屋状态")
            address = try column("address", "地址")
            self.linesAbove = linesAbove
        }

        func line(_ record: CSVRecord) throws(ImportProblem) -> Line {
            let fields = record.fields
            let number = record.line + linesAbove
            let door =
                if let building, let stairUnit {
                    (
                        building: DoorReading.building(fields[building]),
                        stairUnit: DoorReading.stairUnit(fields[stairUnit]), room: DoorReading.room(fields[room])
                    )
                } else if let whole = DoorReading.whole(fields[room]) {
                    whole
                } else {
                    throw ImportProblem(.notADoor, line: number, ["value": fields[room]])
                }
            return Line(
                number: number, building: door.building, stairUnit: door.stairUnit, room: door.room,
                residents: DoorReading.plain(fields[residents]),
                state: state.map { DoorReading.plain(fields[$0]) } ?? "", address: address.map { fields[$0] } ?? "")
        }
    }
}
