import Daemon

/// What is wrong with a table of doors or with one line of it: a code, with its words in the catalogues under
/// `import.<code>`, `csv.<code>` or `workbook.<code>`.
struct ImportProblem: Error, Sendable, Equatable {
    enum Code: String, CaseIterable {
        case columnsMissing = "columns_missing"
        case columnTwice = "column_twice"
        case noLines = "no_lines"
        case sheetHidden = "sheet_hidden"
        case notABuilding = "not_a_building"
        case notAStairUnit = "not_a_stair_unit"
        case stairUnitMissing = "stair_unit_missing"
        case notARoom = "not_a_room"
        case notADoor = "not_a_door"
        case residentsInvalid = "residents_invalid"
        case residentsMissing = "residents_missing"
        case stateUnknown = "state_unknown"
        case addressTooLong = "address_too_long"
        case doorTwice = "door_twice"
        case doorTwiceElsewhere = "door_twice_elsewhere"
        case fileMissing = "file_missing"
        case fileGone = "file_gone"
        case formBroken = "form_broken"
        case noBuildings = "no_buildings"
        case notBuildings = "not_buildings"
        case shapeMissing = "shape_missing"
        case sizeOutOfRange = "size_out_of_range"
        case exceptionOutside = "exception_outside"
        case buildingTwice = "building_twice"
        case tooManyBuildings = "too_many_buildings"
    }
    /// Of the sheet; 0 where the file as a whole is meant.
    var line: Int
    var code: String
    /// Empty where the table has no sheets.
    var sheet: String
    private var order = 0
    private var key: String
    private var values: [String: String]

    init(_ code: Code, line: Int, _ values: [String: String] = [:], sheet: String = "") {
        (self.line, self.code, self.values, self.sheet) = (line, code.rawValue, values, sheet)
        key = "import.\(code.rawValue)"
    }

    init(_ fault: CSVFault, sheet: String = "") {
        (line, code, values, key) = (fault.line, fault.code, fault.values, "csv.\(fault.code)")
        self.sheet = sheet
    }

    init(_ fault: WorkbookFault) {
        (line, code, values, key) = (0, "workbook_\(fault.code)", fault.values, "workbook.\(fault.code)")
        sheet = ""
    }

    /// - Parameter order: of the sheet among the others.
    func `in`(_ sheet: String, _ order: Int) -> ImportProblem {
        var problem = self
        (problem.sheet, problem.order) = (sheet, order)
        return problem
    }

    var place: (Int, Int) { (order, line) }

    /// Which of the reasons why no sheet could be read says most.
    var worth: Int {
        switch code {
        case Code.sheetHidden.rawValue: 0
        case "empty": 1
        default: 2
        }
    }

    func message(_ text: Messages) -> String { text(key, values) }
    func hint(_ text: Messages) -> String { text("\(key).hint", values) }
}

/// What became of one sheet.
struct SheetReport: Sendable, Equatable {
    /// Empty where the table has no sheets.
    var name: String
    var lines = 0
    /// Why it is no table of doors.
    var skipped: ImportProblem?
}

/// Doors that the registry has of the buildings that a table names, and that the table doesn't name.
struct UnnamedDoors: Sendable, Equatable {
    struct Part: Sendable, Equatable {
        var count = 0
        /// The first of them.
        var first: [String] = []

        mutating func add(_ door: String) {
            count += 1
            if first.count < 20 { first.append(door) }
        }
    }
    /// Known by the building's shape alone: a list of its doors replaces them.
    var going = Part()
    /// Somebody stated or visited them.
    var staying = Part()
}

/// What became of a table: the good lines, and every problem by line.
struct ImportReport: Sendable, Equatable {
    /// The table as a whole can't be read.
    var fault: ImportProblem?
    var sheets: [SheetReport] = []
    /// The heads that were found, and what their columns were taken for.
    var heads: [TableHead] = []
    var lines = 0
    var good = 0
    /// Lines that say what the registry says already, or nothing but a door that it has.
    var unchanged = 0
    var applied = false
    /// Lines that add others up and were left out.
    var sums = 0
    /// Lines whose building stands above them in a merged cell.
    var merged = 0
    var unnamed = UnnamedDoors()
    /// In the order of sheets and lines; at most `ListedDoors.limit`. How many there are is told by the counts.
    var problems: [ImportProblem] = []

    init(fault: ImportProblem) { self.fault = fault }

    init(_ doors: ListedDoors) {
        (fault, sheets, heads) = (doors.fault, doors.sheets, doors.heads)
        (lines, good, problems) = (doors.lines, doors.good.count, doors.problems)
        (sums, merged) = (doors.sums, doors.merged)
    }

    /// Something would change.
    var isOpen: Bool { !applied && good > unchanged }
}

/// The report as programs read it, its words in the caller's language.
package struct ImportDocument: Codable, Sendable {
    package struct Problem: Codable, Sendable {
        /// Empty where the table has no sheets.
        package var sheet: String
        package var line: Int
        package var code: String
        package var message: String
        package var hint: String
    }
    package struct Sheet: Codable, Sendable {
        package var name: String
        package var lines: Int
        /// Why it was left out; empty where it was read.
        package var skipped: String
    }
    package struct Doors: Codable, Sendable {
        package var count: Int
        /// The first 20.
        package var doors: [String]
    }
    package struct Column: Codable, Sendable {
        package var name: String
        /// `building`, `stair_unit`, `room`, `door`, `residents`, `state`, `address`; empty where it was left alone.
        package var role: String
    }
    package var fault: Problem?
    /// Of a workbook; empty for text.
    package var sheets: [Sheet]
    /// Of each head that was found.
    package var columns: [[Column]]
    package var lines: Int
    package var good: Int
    package var refused: Int
    package var unchanged: Int
    package var applied: Bool
    /// Doors of the named buildings that the table doesn't name and that are no doors any more once it is taken.
    package var going: Doors
    /// … and those that stay, because somebody stated or visited them.
    package var staying: Doors
    /// The first 1,000 in the order of their lines; `refused` counts all.
    package var problems: [Problem]
    /// Refused lines that `problems` doesn't list.
    package var unlisted: Int

    init(_ report: ImportReport, _ text: Messages) {
        func problem(_ problem: ImportProblem) -> Problem {
            Problem(
                sheet: problem.sheet, line: problem.line, code: problem.code, message: problem.message(text),
                hint: problem.hint(text))
        }
        func doors(_ part: UnnamedDoors.Part) -> Doors { Doors(count: part.count, doors: part.first) }
        fault = report.fault.map(problem)
        sheets = report.sheets.filter { !$0.name.isEmpty }
            .map { Sheet(name: $0.name, lines: $0.lines, skipped: $0.skipped?.code ?? "") }
        columns = report.heads.map { zip($0.fields, $0.roles).map { Column(name: $0, role: $1?.rawValue ?? "") } }
        (lines, good, refused) = (report.lines, report.good, report.lines - report.good)
        (unchanged, applied) = (report.unchanged, report.applied)
        (going, staying) = (doors(report.unnamed.going), doors(report.unnamed.staying))
        problems = report.problems.map(problem)
        unlisted = report.lines - report.good - report.problems.count
    }
}
