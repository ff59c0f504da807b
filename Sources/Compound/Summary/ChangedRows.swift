import Federation

/// Rows that may have changed, each with what its counts differ by where a fold knows that, else to be counted anew.
struct ChangedRows: ExpressibleByArrayLiteral {
    /// By indicator; an indicator that isn't named stands.
    typealias Difference = [String: Int64]

    private(set) var anew: Set<RowKey>
    private var differing: [RowKey: Difference] = [:]

    init(anew: some Sequence<RowKey>) { self.anew = Set(anew) }
    init(arrayLiteral rows: RowKey...) { self.init(anew: rows) }

    init(_ row: RowKey, from before: Difference, to after: Difference) {
        anew = []
        differing = [row: after.merging(before.mapValues { -$0 }, uniquingKeysWith: +).filter { $0.value != 0 }]
    }

    var all: Set<RowKey> { anew.union(differing.keys) }

    /// Nil for a row that has to be counted anew, whatever else is known of it.
    func difference(of row: RowKey) -> Difference? { anew.contains(row) ? nil : differing[row] }

    mutating func formUnion(_ other: ChangedRows) {
        anew.formUnion(other.anew)
        differing.merge(other.differing) { $0.merging($1, uniquingKeysWith: +) }
    }

    mutating func formUnion(anew rows: some Sequence<RowKey>) { anew.formUnion(rows) }
}
