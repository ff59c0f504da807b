/// Which count a row holds: of one subject (a building, a gate, the compound itself) in one period
/// (a campaign, a day, or `now` for standing facts) of one dataset.
package struct RowKey: Hashable, Sendable, Comparable {
    package var dataset: Code
    package var period: Code
    package var subject: Code

    package init(dataset: Code, period: Code, subject: Code) {
        self.dataset = dataset
        self.period = period
        self.subject = subject
    }

    package static func < (a: RowKey, b: RowKey) -> Bool {
        if a.dataset != b.dataset { return a.dataset < b.dataset }
        if a.period != b.period { return a.period < b.period }
        return a.subject < b.subject
    }
}

/// A count that may be unknown. Zero, missing and unknown are three things: zero is `0`, unknown is
/// `Count.unknown`, and a missing row or indicator is not there at all.
///
/// One machine word, because an aggregator holds tens of millions of them.
package struct Count: Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// −1 for unknown, as on the wire.
    package let raw: Int64

    package static let unknown = Count(raw: -1)
    /// A single count above this is a fault of its sender (a compound holds 5,000 households).
    package static let ceiling: Int64 = 1_000_000_000

    private init(raw: Int64) { self.raw = raw }
    package init(integerLiteral value: Int64) { self.init(raw: value) }

    /// - Returns: nil for a negative number or one above `ceiling`.
    package init?(_ value: Int64) {
        guard (0...Count.ceiling).contains(value) else { return nil }
        raw = value
    }

    /// From the wire or the store, where −1 stands for unknown. Not checked, because a single bad row
    /// is refused by name, not the whole body: see `isValid`.
    package init(unchecked value: Int64) { raw = value }

    package var isValid: Bool { (-1...Count.ceiling).contains(raw) }

    package var known: Int64? { raw < 0 ? nil : raw }
}

/// The counts of one subject, in the order of the dataset's catalogue.
package struct RowBody: Hashable, Sendable {
    package var catalogue: CatalogueHash
    package var counts: [Count]
    /// Seconds since 1970 by the node's clock. Shown to people, never used to decide.
    package var asOf: Int64

    package init(catalogue: CatalogueHash, counts: [Count], asOf: Int64) {
        self.catalogue = catalogue
        self.counts = counts
        self.asOf = asOf
    }

    /// The row that a refused row becomes: the key is kept and every count is unknown.
    package func emptied() -> RowBody {
        RowBody(catalogue: catalogue, counts: counts.map { _ in .unknown }, asOf: asOf)
    }

    package var hasUnknown: Bool { counts.contains(.unknown) }
}

/// One change of a unit's rows: a row written (`body`) or deleted (nil), under its place in the
/// order of all changes of its incarnation.
package struct RowChange: Hashable, Sendable {
    package var seq: UInt64
    package var key: RowKey
    package var body: RowBody?

    package init(seq: UInt64, key: RowKey, body: RowBody?) {
        self.seq = seq
        self.key = key
        self.body = body
    }
}
