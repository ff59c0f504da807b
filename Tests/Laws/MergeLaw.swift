/// The laws of a merge: what two places hold is put together in any order, in any grouping and as often as one likes,
/// and the same follows. Proved once here, applied to every merge.
package enum MergeLaw: String, CaseIterable, Sendable {
    case idempotent, commutative, associative

    /// Tries the laws on every sample, every pair and every triple.
    ///
    /// - Parameters:
    ///   - view: what is compared: everything that may follow from a value.
    /// - Returns: a line for each law that doesn't hold, with the places of the first samples that show it.
    package static func broken<Value, View: Equatable>(
        _ samples: [Value], laws: [MergeLaw] = allCases, view: (Value) throws -> View,
        merge: (Value, Value) throws -> Value
    ) rethrows -> [String] {
        let places = samples.indices
        let pairs = try places.map { a in try places.map { b in try merge(samples[a], samples[b]) } }
        let seen = try pairs.map { try $0.map(view) }
        return try laws.compactMap { law in
            let shown: [Int]? =
                switch law {
                case .idempotent: try places.first { try seen[$0][$0] != view(samples[$0]) }.map { [$0] }
                case .commutative:
                    tuples(2, places.count).first { seen[$0[0]][$0[1]] != seen[$0[1]][$0[0]] }
                case .associative:
                    try tuples(3, places.count).first {
                        let left = try merge(pairs[$0[0]][$0[1]], samples[$0[2]])
                        return try view(left) != view(merge(samples[$0[0]], pairs[$0[1]][$0[2]]))
                    }
                }
            return shown.map { "not \(law.rawValue): samples \($0)" }
        }
    }

    /// Every choice of `length` places out of `count`, repetitions included.
    private static func tuples(_ length: Int, _ count: Int) -> [[Int]] {
        guard length > 0 else { return [[]] }
        return tuples(length - 1, count).flatMap { head in (0..<count).map { head + [$0] } }
    }
}

/// The same law where nothing holds two whole values: what follows from events depends on their set alone, not on the
/// order in which they arrive nor, if they may repeat, on how often.
package enum OrderLaw {
    /// - Returns: an order after which something else follows than after the given one; nil if none was found.
    package static func broken<Event, View: Equatable>(
        _ events: [Event], mayRepeat: Bool = true, rounds: Int, using chance: inout some RandomNumberGenerator,
        view: ([Event]) throws -> View
    ) rethrows -> [Event]? {
        let expected = try view(events)
        for _ in 0..<rounds {
            let again = mayRepeat ? events.filter { _ in Bool.random(using: &chance) } : []
            let order = (events + again).shuffled(using: &chance)
            if try view(order) != expected { return order }
        }
        return nil
    }
}
