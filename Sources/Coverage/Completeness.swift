/// How many units reported, by the definitions of DHIS2's reporting rates: *expected* comes from the
/// registry as valid on the day, never from what arrived; *actual* are the units whose report stands now.
package struct Completeness: Sendable, Equatable {
    package var expected: Int
    package var known: Int
    package var stale: Int
    package var silent: Int
    package var neverConnected: Int
    package var disputed: Int
    /// Units with a row that was refused and is unknown.
    package var unknownRows: Int

    package init(
        expected: Int, known: Int, stale: Int, silent: Int, neverConnected: Int, disputed: Int, unknownRows: Int
    ) {
        self.expected = expected
        self.known = known
        self.stale = stale
        self.silent = silent
        self.neverConnected = neverConnected
        self.disputed = disputed
        self.unknownRows = unknownRows
    }

    package var rate: Ratio? { Ratio(Int64(known), Int64(expected)) }
}
