import Testing

@testable import Coverage

@Suite struct ClaimBounds {
    /// The definition taken literally. What is claimed twice takes n ≤ d ≤ surplus out of the known sums, and what is
    /// left still has n ≤ d; what isn't counted yet puts n ≤ d ≤ deficit in, as an unknown unit does.
    @Test func boundsAreTheLeastAndTheGreatestOfAllPossibilities() {
        for denominator in 0...5 {
            for numerator in 0...denominator {
                for surplus in 0...4 {
                    for ceiling in 0...2 {
                        for deficit in 0...2 { check(numerator, denominator, ceiling, surplus, deficit) }
                    }
                }
            }
        }
    }

    private func check(_ numerator: Int, _ denominator: Int, _ ceiling: Int, _ surplus: Int, _ deficit: Int) {
        let figure = Figure(
            Evidence(
                numerator: Int64(numerator), denominator: Int64(denominator), lastNumerator: 0, lastDenominator: 0,
                unknownCeiling: Int64(ceiling), totalCeiling: 9, unbounded: 0, surplus: Int64(surplus),
                deficit: Int64(deficit)))
        let all = possibilities(numerator, denominator, ceiling + deficit, surplus)
        let rates = all.filter { $0.due > 0 }.map { Double($0.done) / Double($0.due) }
        let what = "\(numerator)/\(denominator) ceiling \(ceiling) surplus \(surplus) deficit \(deficit)"
        guard let least = rates.min(), let greatest = rates.max() else {
            return #expect((figure.lower == nil) == (denominator + ceiling + deficit == 0), "\(what)")
        }
        guard let lower = figure.lower.map(value), let upper = figure.upper.map(value) else {
            Issue.record("no bounds: \(what)")
            return
        }
        #expect(lower <= least && greatest <= upper, "\(what)")
        // Where everything may be another unit's, any rate is said to be possible.
        if denominator + ceiling + deficit > surplus {
            #expect(abs(lower - least) < 1e-12 && abs(upper - greatest) < 1e-12, "\(what)")
        }
        #expect(figure.isExact == (ceiling == 0 && surplus == 0 && deficit == 0))
        let missing = all.map { $0.due - $0.done }
        #expect(figure.missingAtLeast <= missing.min() ?? 0 && figure.missingAtMost ?? 0 >= missing.max() ?? 0)
    }

    private func possibilities(_ done: Int, _ due: Int, _ added: Int, _ surplus: Int) -> [(done: Int, due: Int)] {
        var all: [(Int, Int)] = []
        for out in 0...surplus {
            for doneOut in 0...out where doneOut <= done && out <= due && done - doneOut <= due - out {
                for come in 0...added {
                    for doneCome in 0...come { all.append((done - doneOut + doneCome, due - out + come)) }
                }
            }
        }
        return all
    }

    private func value(_ ratio: Ratio) -> Double { Double(ratio.numerator) / Double(ratio.denominator) }
}
