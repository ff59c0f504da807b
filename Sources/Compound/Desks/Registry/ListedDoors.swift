import Daemon
import Federation

/// What a table says of doors, all of its sheets together: its good lines in the order of their doors, and what is wrong
/// with the others.
///
/// A door takes 48 bytes here and its address, so that a table of a million lines fits where the daemon has to live.
struct ListedDoors {
    struct Entry {
        let code: Code
        private let residents: UInt8
        private let state: Record.Household.State
        /// The line says who lives there.
        let speaks: Bool
        let sheet: Int16
        let line: Int32
        private let address: String?
        /// The registry hasn't the door.
        fileprivate(set) var isNew = false

        fileprivate init(_ said: DoorLine.Said, sheet: Int, line: Int) {
            (code, address, speaks) = (said.door.code, said.address, said.household != nil)
            (residents, state) = (UInt8(clamping: said.household?.residents ?? 0), said.household?.state ?? .occupied)
            (self.sheet, self.line) = (Int16(clamping: sheet), Int32(clamping: line))
        }

        func household(isListed: Bool) -> Record.Household? {
            Door(code.text).map {
                Record.Household(
                    door: $0, residents: Int(residents), state: state, isListed: isListed, address: address)
            }
        }

        var building: Substring { code.text.prefix { $0 != "-" } }
        fileprivate func isSame(as other: Entry) -> Bool { code == other.code }
        fileprivate var name: String { code.text }

        /// Lines of one building are neighbours, so its rows are derived once or twice and not with every turn.
        fileprivate static func precedes(_ a: Entry, _ b: Entry) -> Bool {
            a.code == b.code ? a.place < b.place : a.code.text < b.code.text
        }
        fileprivate var place: (Int16, Int32) { (sheet, line) }
    }
    /// Nothing of the table can be read.
    private(set) var fault: ImportProblem?
    private(set) var sheets: [SheetReport] = []
    /// Heads that were found, each once.
    private(set) var heads: [TableHead] = []
    /// Lines with something on them, the headers apart.
    private(set) var lines = 0
    /// In the order of their doors.
    private(set) var good: [Entry] = []
    private(set) var sums = 0
    private(set) var merged = DoorTable.Merged()
    /// In the order of sheets and lines; at most `limit`.
    private(set) var problems: [ImportProblem] = []
    /// Buildings with a line that can't be read; empty text where nobody knows which.
    private(set) var faulty: Set<String> = []

    /// Problems that are told; whoever has mended a thousand lines asks again.
    static let limit = 1000

    init(_ bytes: [UInt8], _ choices: ColumnChoices = ColumnChoices()) {
        let sheets: [TableSheet]
        do throws(WorkbookFault) { sheets = try TableFile.sheets(bytes) } catch {
            fault = ImportProblem(error)
            return
        }
        for sheet in sheets { read(sheet, choices) }
        // One table of many that can be read is worth taking; of one that can't, the reason is all there is to say.
        let reasons = self.sheets.compactMap(\.skipped)
        if reasons.count == self.sheets.count {
            fault = reasons.first { $0.worth == reasons.map(\.worth).max() }
        }
        good.sort(by: Entry.precedes)
        refuseRepetitions()
    }

    private mutating func read(_ sheet: TableSheet, _ choices: ColumnChoices) {
        let place = sheets.count
        sheets.append(SheetReport(name: sheet.name))
        do throws(ImportProblem) {
            guard !sheet.isHidden else { throw ImportProblem(.sheetHidden, line: 1, sheet: sheet.name) }
            let building = sheet.name.isEmpty ? nil : DoorReading.building(ofSheet: sheet.name)
            let (head, reader) = try TableHead.find(sheet, building: building, choices)
            if !heads.contains(where: { $0.key == head.key }) { heads.append(head) }
            if let problem = head.problem { throw problem }
            var table = try DoorTable(reader, head, building: building)
            try read(&table, place)
        } catch { sheets[place].skipped = error }
    }

    private mutating func read(_ table: inout DoorTable, _ place: Int) throws(ImportProblem) {
        while let line = table.next() {
            lines += 1
            sheets[place].lines += 1
            // What a line of a building says can't be read: what it names mustn't vanish for that.
            var building = ""
            do throws(ImportProblem) {
                let line = try line.get()
                building = line.building
                let said = try DoorLine(line, named: table.stairUnits[line.building] ?? []).said()
                good.append(Entry(said, sheet: place, line: line.number))
            } catch {
                faulty.insert(building)
                refuse(error, in: place)
            }
        }
        sums += table.sums
        merged.buildings += table.merged.buildings
        merged.stairUnits += table.merged.stairUnits
    }

    private mutating func refuse(_ problem: ImportProblem, in place: Int) {
        guard problems.count < ListedDoors.limit else { return }
        problems.append(problem.in(sheets[place].name, place))
    }

    /// Of lines that name one door the first stands.
    private mutating func refuseRepetitions() {
        var kept = 0
        var repeated: [(again: Entry, first: Entry)] = []
        for place in good.indices {
            let door = good[place]
            if kept > 0, good[kept - 1].isSame(as: door) {
                repeated.append((door, good[kept - 1]))
            } else {
                good[kept] = door
                kept += 1
            }
        }
        good.removeLast(good.count - kept)
        repeated.sort { $0.again.place < $1.again.place }
        add(
            repeated.prefix(ListedDoors.limit).map { again, first in
                let isHere = again.sheet == first.sheet
                return ImportProblem(
                    isHere ? .doorTwice : .doorTwiceElsewhere, line: Int(again.line),
                    ["door": again.name, "first": "\(first.line)", "sheet": sheets[Int(first.sheet)].name]
                ).in(sheets[Int(again.sheet)].name, Int(again.sheet))
            })
    }

    private mutating func add(_ more: [ImportProblem]) {
        problems = Array((problems + more).sorted { $0.place < $1.place }.prefix(ListedDoors.limit))
    }

    /// Marks good lines whose doors the registry hasn't.
    mutating func mark(new doors: Set<String>, in lines: Range<Int>) {
        guard !doors.isEmpty else { return }
        for place in lines where doors.contains(good[place].code.text) { good[place].isNew = true }
    }

    /// Takes good lines out for what the registry says of them.
    mutating func refuse(_ code: ImportProblem.Code, where isBad: (Entry) -> Bool) {
        let bad = good.filter(isBad).sorted { $0.place < $1.place }
        guard !bad.isEmpty else { return }
        good.removeAll(where: isBad)
        add(
            bad.prefix(ListedDoors.limit).map {
                ImportProblem(code, line: Int($0.line), ["value": "", "door": $0.name])
                    .in(sheets[Int($0.sheet)].name, Int($0.sheet))
            })
    }
}
