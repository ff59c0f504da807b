import Daemon

/// What is wrong with a table of doors or with one line of it: a code, with its words in the catalogues under
/// `import.<code>` or `csv.<code>`.
struct ImportProblem: Error, Sendable, Equatable {
    enum Code: String, CaseIterable {
        case columnsMissing = "columns_missing"
        case columnTwice = "column_twice"
        case noLines = "no_lines"
        case notABuilding = "not_a_building"
        case notAStairUnit = "not_a_stair_unit"
        case stairUnitMissing = "stair_unit_missing"
        case notARoom = "not_a_room"
        case notADoor = "not_a_door"
        case residentsInvalid = "residents_invalid"
        case stateUnknown = "state_unknown"
        case addressTooLong = "address_too_long"
        case doorTwice = "door_twice"
        case noBuildings = "no_buildings"
        case notBuildings = "not_buildings"
        case shapeMissing = "shape_missing"
        case sizeOutOfRange = "size_out_of_range"
        case exceptionOutside = "exception_outside"
        case buildingTwice = "building_twice"
        case tooManyBuildings = "too_many_buildings"
    }
    var line: Int
    var code: String
    private var key: String
    private var values: [String: String]

    init(_ code: Code, line: Int, _ values: [String: String] = [:]) {
        self.line = line
        self.code = code.rawValue
        self.values = values
        key = "import.\(code.rawValue)"
    }

    init(_ fault: CSVFault) {
        (line, code, values, key) = (fault.line, fault.code, fault.values, "csv.\(fault.code)")
    }

    func message(_ text: Messages) -> String { text(key, values) }
    func hint(_ text: Messages) -> String { text("\(key).hint", values) }
}

/// What became of a table: the good lines, and every problem by line.
struct ImportReport: Sendable, Equatable {
    /// The table as a whole can't be read.
    var fault: ImportProblem?
    var lines = 0
    var good = 0
    /// Lines that say what the registry says already.
    var unchanged = 0
    var applied = false
    /// Lines that add others up and were left out.
    var sums = 0
    /// Lines whose building stands above them in a merged cell.
    var merged = 0
    /// In the order of their lines; at most `ListedDoors.limit`. How many there are is told by the counts.
    var problems: [ImportProblem] = []
}

/// The report as programs read it, its words in the caller's language.
package struct ImportDocument: Codable, Sendable {
    package struct Problem: Codable, Sendable {
        package var line: Int
        package var code: String
        package var message: String
        package var hint: String
    }
    package var fault: Problem?
    package var lines: Int
    package var good: Int
    package var refused: Int
    package var unchanged: Int
    package var applied: Bool
    /// The first 1,000 in the order of their lines; `refused` counts all.
    package var problems: [Problem]
    /// Refused lines that `problems` doesn't list.
    package var unlisted: Int

    init(_ report: ImportReport, _ text: Messages) {
        func problem(_ problem: ImportProblem) -> Problem {
            Problem(line: problem.line, code: problem.code, message: problem.message(text), hint: problem.hint(text))
        }
        fault = report.fault.map(problem)
        (lines, good, refused) = (report.lines, report.good, report.lines - report.good)
        (unchanged, applied) = (report.unchanged, report.applied)
        problems = report.problems.map(problem)
        unlisted = report.lines - report.good - report.problems.count
    }
}
