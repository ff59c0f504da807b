import Federation

/// What a table says of doors: its good lines in the order of their doors, and what is wrong with the others.
///
/// A door takes 40 bytes here and its address, so that a table of a million lines fits where the daemon has to live.
struct ListedDoors {
    struct Entry {
        private let code: Code
        private let residents: UInt8
        private let state: Record.Household.State
        private let address: String?
        fileprivate let line: Int32

        fileprivate init(_ household: Record.Household, line: Int) {
            (code, state, address) = (household.door.code, household.state, household.address)
            residents = UInt8(clamping: household.residents)
            self.line = Int32(clamping: line)
        }

        var household: Record.Household? {
            Door(code.text).map {
                Record.Household(
                    door: $0, residents: Int(residents), state: state, isListed: true, address: address)
            }
        }

        fileprivate func isSame(as other: Entry) -> Bool { code == other.code }
        fileprivate var name: String { code.text }

        /// Lines of one building are neighbours, so its rows are derived once or twice and not with every turn.
        fileprivate static func precedes(_ a: Entry, _ b: Entry) -> Bool {
            a.code == b.code ? a.line < b.line : a.code.text < b.code.text
        }
    }
    /// Lines with something on them, the header apart.
    private(set) var lines = 0
    private(set) var good: [Entry] = []
    private(set) var sums = 0
    private(set) var merged = 0
    /// In the order of their lines; at most `limit`.
    private(set) var problems: [ImportProblem] = []

    /// Problems that are told; whoever has mended a thousand lines asks again.
    static let limit = 1000

    /// - Throws: what makes the table as a whole unreadable.
    init(_ bytes: [UInt8]) throws(ImportProblem) {
        var table = try DoorTable(bytes)
        while let line = table.next() {
            lines += 1
            do throws(ImportProblem) {
                let line = try line.get()
                let household = try DoorLine(line, named: table.stairUnits[line.building] ?? []).household()
                good.append(Entry(household, line: line.number))
            } catch {
                if problems.count < ListedDoors.limit { problems.append(error) }
            }
        }
        (sums, merged) = (table.sums, table.merged)
        good.sort(by: Entry.precedes)
        refuseRepetitions()
    }

    /// Of lines that name one door the first stands.
    private mutating func refuseRepetitions() {
        var kept = 0
        var repeated: [(line: Int32, first: Int32, door: String)] = []
        for place in good.indices {
            let door = good[place]
            if kept > 0, good[kept - 1].isSame(as: door) {
                repeated.append((door.line, good[kept - 1].line, door.name))
            } else {
                good[kept] = door
                kept += 1
            }
        }
        good.removeLast(good.count - kept)
        repeated.sort { $0.line < $1.line }
        problems += repeated.prefix(ListedDoors.limit).map {
            ImportProblem(.doorTwice, line: Int($0.line), ["door": $0.door, "first": "\($0.first)"])
        }
        problems = Array(problems.sorted { $0.line < $1.line }.prefix(ListedDoors.limit))
    }
}
