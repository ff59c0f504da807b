/// What became of one seed.
package struct Report: Sendable {
    package var seed: UInt64
    package var violations: [Violation] = []
    package var events = 0
    package var records = 0
    package var simulatedMilliseconds: Int64 = 0
    package var occurrences: [Occurrence: Int] = [:]
    /// A hash over every count that was published: two runs with one signature published the same.
    package var signature: UInt64 = 0xcbf2_9ce4_8422_2325
    package var trace: [String] = []
}

/// An invariant that did not hold.
package struct Violation: Sendable, CustomStringConvertible {
    package var invariant: Int
    package var what: String
    package var at: Int64

    package var description: String { "invariant \(invariant) at \(at) ms: \(what)" }
}
