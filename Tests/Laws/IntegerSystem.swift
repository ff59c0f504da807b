/// Whole numbers of which some sums and orders are known: what an outsider makes of published figures. Answers are exact:
/// what can't be decided by narrowing ranges is tried.
package struct IntegerSystem: Sendable {
    package private(set) var ranges: [ClosedRange<Int64>] = []
    private var equations: [[(number: Int, factor: Int64)]] = []
    private var orders: [(less: Int, more: Int)] = []

    package init() {}

    package mutating func add(_ range: ClosedRange<Int64>) -> Int {
        ranges.append(range)
        return ranges.count - 1
    }

    /// These add up to nothing.
    package mutating func equate(_ terms: [(number: Int, factor: Int64)]) { equations.append(terms) }
    package mutating func order(_ less: Int, _ more: Int) { orders.append((less, more)) }

    /// - Returns: the least and the greatest value that a number can have; nil where nothing fits.
    package func interval(_ number: Int) -> ClosedRange<Int64>? {
        var effort = Int.max
        guard let any = solve(ranges, near: nil, &effort) else { return nil }
        var (least, most) = (any[number], any[number])
        // From one solution outwards: each step asks whether there is one beyond.
        while least > ranges[number].lowerBound,
            let further = solve(ranges, where: number, in: ranges[number].lowerBound...(least - 1))
        { least = further[number] }
        while most < ranges[number].upperBound,
            let further = solve(ranges, where: number, in: (most + 1)...ranges[number].upperBound)
        { most = further[number] }
        return least...most
    }

    /// Whether a number can have two values that lie so far apart.
    ///
    /// - Parameter solution: one that is known.
    package func spreads(_ number: Int, by spread: Int64, near solution: [Int64]) -> Bool {
        let value = solution[number]
        func furthest(_ steps: ClosedRange<Int64>, _ sign: Int64, _ effort: Int) -> Int64 {
            steps.reversed().first { reaches(number, value + sign * $0, near: solution, effort) } ?? 0
        }
        // Two witnesses are found fast if they are looked for near the solution; only where none are, all is tried.
        return [300, Int.max].contains { effort in
            let up = furthest(1...spread, 1, effort)
            return up == spread || furthest(max(1, spread - up)...spread, -1, effort) >= spread - up
        }
    }

    private func reaches(_ number: Int, _ value: Int64, near solution: [Int64], _ effort: Int) -> Bool {
        guard ranges[number].contains(value) else { return false }
        var (start, effort) = (ranges, effort)
        start[number] = value...value
        return solve(start, near: solution, &effort) != nil
    }

    private func solve(_ ranges: [ClosedRange<Int64>], where number: Int, in range: ClosedRange<Int64>) -> [Int64]? {
        var (ranges, effort) = (ranges, Int.max)
        ranges[number] = range
        return solve(ranges, near: nil, &effort)
    }

    /// - Parameters:
    ///   - solution: where to look first.
    ///   - effort: how often to try before giving up.
    private func solve(_ start: [ClosedRange<Int64>], near solution: [Int64]?, _ effort: inout Int) -> [Int64]? {
        guard effort > 0, let ranges = propagate(start) else { return nil }
        effort -= 1
        let open = ranges.indices.filter { ranges[$0].lowerBound < ranges[$0].upperBound }
        guard let number = open.min(by: { ranges[$0].count < ranges[$1].count }) else {
            return ranges.map(\.lowerBound)
        }
        for part in IntegerSystem.parts(ranges[number], near: solution?[number]) {
            var tried = ranges
            tried[number] = part
            if let found = solve(tried, near: solution, &effort) { return found }
        }
        return nil
    }

    /// The value that is likely, and what lies on both sides of it; else two halves.
    private static func parts(_ range: ClosedRange<Int64>, near value: Int64?) -> [ClosedRange<Int64>] {
        let (low, high) = (range.lowerBound, range.upperBound)
        guard let value else {
            let middle = low + (high - low) / 2
            return [low...middle, (middle + 1)...high]
        }
        let likely = min(max(value, low), high)
        return [likely...likely] + (likely < high ? [(likely + 1)...high] : [])
            + (likely > low ? [low...(likely - 1)] : [])
    }

    private func propagate(_ start: [ClosedRange<Int64>]) -> [ClosedRange<Int64>]? {
        var low = start.map(\.lowerBound)
        var high = start.map(\.upperBound)
        var isChanged = true
        while isChanged {
            isChanged = false
            func raise(_ number: Int, _ value: Int64) {
                if value > low[number] { (low[number], isChanged) = (value, true) }
            }
            func lower(_ number: Int, _ value: Int64) {
                if value < high[number] { (high[number], isChanged) = (value, true) }
            }
            for terms in equations {
                let least = terms.reduce(0) { $0 + $1.factor * ($1.factor > 0 ? low : high)[$1.number] }
                let most = terms.reduce(0) { $0 + $1.factor * ($1.factor > 0 ? high : low)[$1.number] }
                guard least <= 0, most >= 0 else { return nil }
                for (number, factor) in terms {
                    // What this one may be at most, the others being as small as they can; and the other way round.
                    let (ownLow, ownHigh) = (low[number], high[number])
                    raise(number, factor > 0 ? ownHigh - most : ownHigh + least)
                    lower(number, factor > 0 ? ownLow - least : ownLow + most)
                }
                guard terms.allSatisfy({ low[$0.number] <= high[$0.number] }) else { return nil }
            }
            for (less, more) in orders {
                raise(more, low[less])
                lower(less, high[more])
                guard low[less] <= high[less], low[more] <= high[more] else { return nil }
            }
        }
        return zip(low, high).map { $0...$1 }
    }
}
