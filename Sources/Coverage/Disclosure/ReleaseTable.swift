/// Counts of one measure at every published place, along the tree: what one release is decided over.
///
/// A *cell* is one of a place's three counts; cells are numbered place by place.
package struct ReleaseTable: Sendable, Equatable {
    package enum Column: Int, CaseIterable, Sendable {
        /// `done` and `missing` add up to `due`.
        case done, missing, due
    }

    package struct Place: Sendable, Equatable {
        package var code: String
        /// −1 at the root, which comes first; parents come before their children.
        package var parent: Int
        /// What may be due at most at the units that were heard, by the registry; nil where it doesn't say.
        package var ceiling: Int64?

        package init(code: String, parent: Int, ceiling: Int64? = nil) {
            self.code = code
            self.parent = parent
            self.ceiling = ceiling
        }
    }

    package let places: [Place]
    /// By cell.
    package let values: [Int64]
    /// By place: nothing is published below it.
    private let isLeaf: [Bool]

    /// - Parameter counts: done and due of each place; a parent's are the sums of its children's.
    package init(_ places: [Place], counts: [(done: Int64, due: Int64)]) {
        self.places = places
        var isLeaf = Array(repeating: true, count: places.count)
        for place in places where place.parent >= 0 { isLeaf[place.parent] = false }
        self.isLeaf = isLeaf
        values = counts.flatMap { [$0.done, $0.due - $0.done, $0.due] }
    }

    package static func cell(_ place: Int, _ column: Column) -> Int { place * Column.allCases.count + column.rawValue }
    static func column(_ cell: Int) -> Column { Column.allCases[cell % Column.allCases.count] }

    /// Whether every parent is the sum of its children: else the places and the counts are of different moments.
    package var addsUp: Bool {
        var sums: [Int: Int64] = [:]
        for cell in values.indices where places[cell / 3].parent >= 0 {
            sums[places[cell / 3].parent * 3 + cell % 3, default: 0] += values[cell]
        }
        return sums.allSatisfy { values[$0.key] == $0.value }
    }

    /// A count that is never shown; zero is.
    package func isSmall(_ cell: Int) -> Bool { (1..<Disclosure.smallest).contains(values[cell]) }

    /// What whoever reads may know of a hidden cell without the sums: that it isn't zero, which would be shown; at worst
    /// that a place's own count was hidden for being small; and what may be due at most, to the last household: ceilings
    /// are published in tens, but along the tree and from release to release the tens add up to the ceilings themselves.
    package func range(_ cell: Int) -> ClosedRange<Int64> {
        let value = values[cell]
        guard value > 0 else { return value...value }
        var most = isSmall(cell) && isLeaf[cell / 3] ? Disclosure.smallest - 1 : .max / 4
        // A count above its ceiling shows that the ceiling says nothing.
        if Self.column(cell) == .due, let ceiling = places[cell / 3].ceiling, ceiling >= value {
            most = min(most, ceiling)
        }
        return 1...most
    }

    /// Places and parents alike: their cells can be told apart by the same numbers.
    func hasTree(of other: ReleaseTable) -> Bool {
        places.elementsEqual(other.places) { $0.code == $1.code && $0.parent == $1.parent }
    }
}

/// The rules of the public edge.
package enum Disclosure {
    /// Counts from one to below this are hidden.
    package static let smallest: Int64 = 10
    /// By how much the least and the greatest value that a hidden count may have differ, at least.
    package static let spread: Int64 = 5
    /// Rates over fewer are not printed.
    package static let leastDenominator: Int64 = 30

    /// What isn't counted is said in tens, rounded up: bounds stay true, and no single unit or household shows in them.
    package static func coarse(_ count: Int64) -> Int64 { count <= 0 ? 0 : (count + 9) / 10 * 10 }
}
