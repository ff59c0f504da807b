import Daemon
import Federation

/// A table of doors into household records: every problem by line, the good lines offered.
enum RegistryImport {
    struct Report: Encodable, Sendable {
        struct Problem: Encodable, Sendable {
            var line: Int
            var message: String
            var hint: String
        }
        /// The table as a whole can't be read.
        var fault: Problem?
        var lines = 0
        var good = 0
        /// Lines that say what the registry says already.
        var unchanged = 0
        var applied = false
        var problems: [Problem] = []
    }

    private static let stateWords: [String: Record.Household.State] = [
        "occupied": .occupied, "自住": .occupied, "在住": .occupied, "": .occupied, "vacant": .vacant, "空置": .vacant,
        "空户": .vacant,
        "let": .let, "出租": .let, "group_let": .groupLet, "群租": .groupLet, "not_dwelling": .notDwelling,
        "商铺": .notDwelling,
        "非住宅": .notDwelling,
    ]
    /// Problems that are listed; the rest are counted.
    private static let listed = 1000

    static func run(_ bytes: [UInt8], into store: CompoundStore, apply: Bool) throws(IntakeError) -> Report {
        var report = Report()
        var reader: CSVReader
        do throws(CSVFault) { reader = try CSVReader(bytes) } catch {
            report.fault = Report.Problem(line: error.line, message: error.message, hint: error.hint)
            return report
        }
        guard let building = reader.column("building", "楼栋"), let unit = reader.column("stair_unit", "单元"),
            let room = reader.column("room", "房号"), let residents = reader.column("residents", "人数")
        else {
            report.fault = Report.Problem(
                line: 1, message: "columns are missing; found: \(reader.header.joined(separator: ", "))",
                hint: "name them building,stair_unit,room,residents,state, or 楼栋,单元,房号,人数,状态")
            return report
        }
        let columns = Columns(
            building: building, unit: unit, room: room, residents: residents, state: reader.column("state", "状态"))
        var households: [Record.Household] = []
        var seen: [Code: Int] = [:]
        while let line = reader.next() {
            report.lines += 1
            switch line {
            case .failure(let fault): note(&report, fault.line, fault.message, fault.hint)
            case .success(let record):
                guard let household = household(record, columns, &report) else { continue }
                if let first = seen[household.door.code] {
                    note(
                        &report, record.line, "\(household.door) stands on line \(first) already",
                        "keep one line for each door")
                    continue
                }
                seen[household.door.code] = record.line
                households.append(household)
            }
        }
        report.good = households.count
        try write(households, store, apply, &report)
        return report
    }

    private struct Columns {
        var building: Int
        var unit: Int
        var room: Int
        var residents: Int
        var state: Int?
    }

    private static func household(_ record: CSVRecord, _ columns: Columns, _ report: inout Report) -> Record.Household?
    {
        func field(_ column: Int) -> String { record.fields[column].filter { !$0.isWhitespace } }
        let name = "\(field(columns.building))-\(field(columns.unit))-\(field(columns.room))"
        guard let door = Door(name) else {
            note(&report, record.line, "\"\(name)\" is no door", "write numbers or letters A–Z, such as 7 / 2 / 1101")
            return nil
        }
        guard let residents = Int(field(columns.residents)), (0...200).contains(residents) else {
            note(&report, record.line, "\"\(field(columns.residents))\" is no number of residents", "write 0 to 200")
            return nil
        }
        let word = columns.state.map(field) ?? ""
        guard let state = stateWords[word.lowercased()] else {
            note(
                &report, record.line, "state \"\(word)\" is unknown",
                "write occupied, vacant, let, group_let or not_dwelling (自住 空置 出租 群租 非住宅)")
            return nil
        }
        return Record.Household(door: door, residents: residents, state: state, isListed: true)
    }

    private static func note(_ report: inout Report, _ line: Int, _ message: String, _ hint: String) {
        guard report.problems.count < listed else { return }
        report.problems.append(Report.Problem(line: line, message: message, hint: hint))
    }

    /// One transaction for the whole table; a line that says what stands already writes nothing.
    private static func write(
        _ households: [Record.Household], _ store: CompoundStore, _ apply: Bool, _ report: inout Report
    ) throws(IntakeError) {
        let known = try store.households()
        let fresh = households.filter { known[$0.door.code.text] != [String($0.residents), $0.state.rawValue] }
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
