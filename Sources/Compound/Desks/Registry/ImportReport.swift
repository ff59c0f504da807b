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
        case residentsBlank = "residents_blank"
        case doorDoubtful = "door_doubtful"
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
        case buildingTooLarge = "building_too_large"
        case tooManyDoors = "too_many_doors"
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
        static let named = 20

        mutating func add(_ door: String) {
            count += 1
            if first.count < Part.named { first.append(door) }
        }
    }
    /// Known by the building's shape alone: a list of its doors replaces them.
    var going = Part()
    /// Somebody stated or visited them.
    var staying = Part()
}

/// What a table names that the registry hasn't: a slip of the finger shows here before it becomes a building.
struct Novelty: Sendable, Equatable {
    struct Building: Sendable, Equatable {
        var code: String
        var doors: Int
    }
    /// New buildings, and the first of them.
    var buildings = 0
    var first: [Building] = []
    /// New doors of buildings that are there.
    var doors = UnnamedDoors.Part()

    private static let named = 100

    mutating func add(_ effect: BuildingEffect, _ building: String) {
        guard !effect.new.isEmpty else { return }
        guard effect.isNew else { return effect.new.sorted().forEach { doors.add($0) } }
        buildings += 1
        if first.count < Novelty.named { first.append(Building(code: building, doors: effect.new.count)) }
    }
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
    /// What the good lines are to the registry.
    var listing = Listing()
    var novelty = Novelty()
    var applied = false
    /// Lines that add others up and were left out.
    var sums = 0
    /// Lines whose building or stair unit stands above them in a merged cell.
    var merged = DoorTable.Merged()
    var unnamed = UnnamedDoors()
    var shared = SharedDoors()
    /// In the order of sheets and lines; at most `ListedDoors.limit`. How many there are is told by the counts.
    var problems: [ImportProblem] = []

    init(fault: ImportProblem) { self.fault = fault }

    init(_ doors: ListedDoors) {
        (fault, sheets, heads) = (doors.fault, doors.sheets, doors.heads)
        (lines, good, problems) = (doors.lines, doors.good.count, doors.problems)
        (sums, merged) = (doors.sums, doors.merged)
    }

    var unchanged: Int { listing.unchanged }
    /// Something would change, or somebody may choose that it does.
    var isOpen: Bool { !applied && (good > listing.unchanged || !shared.replaced.isEmpty) }
}
