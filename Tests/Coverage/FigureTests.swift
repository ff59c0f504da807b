import Testing

@testable import Coverage

@Suite struct FigureTests {
    /// The definition taken literally: every n in 0…d and d in 0…D of the unknown, the least and the greatest rate.
    @Test func boundsAreTheLeastAndTheGreatestOfAllPossibilities() {
        for denominator in 0...6 {
            for numerator in 0...denominator {
                for ceiling in 0...5 {
                    var rates: [(Int, Int)] = []
                    for due in 0...ceiling {
                        for done in 0...due { rates.append((numerator + done, denominator + due)) }
                    }
                    let possible = rates.filter { $0.1 > 0 }.map { Double($0.0) / Double($0.1) }
                    let figure = figure(Int64(numerator), Int64(denominator), Int64(ceiling))
                    guard let least = possible.min(), let greatest = possible.max() else {
                        #expect(figure.lower == nil && figure.upper == nil)
                        continue
                    }
                    let (lower, upper) = (value(figure.lower), value(figure.upper))
                    #expect(abs(lower - least) < 1e-12 || denominator == 0)
                    #expect(abs(upper - greatest) < 1e-12)
                    #expect(lower <= least && greatest <= upper)
                }
            }
        }
    }

    @Test func lowerBoundsRoundDownAndUpperBoundsUp() throws {
        let third = try #require(Ratio(1, 3))
        #expect((third.permilleDown, third.permilleUp, third.permilleNearest) == (333, 334, 333))
        let almost = try #require(Ratio(99_999, 100_000))
        #expect((almost.permilleDown, almost.permilleUp, almost.permilleNearest) == (999, 1000, 999))
        let hardly = try #require(Ratio(1, 100_000))
        #expect((hardly.permilleDown, hardly.permilleUp, hardly.permilleNearest) == (0, 1, 1))
        #expect(Ratio(7, 7)?.permilleNearest == 1000)
        #expect(Ratio(0, 7)?.permilleNearest == 0)
        #expect(Ratio(0, 0) == nil)
        #expect(Ratio(Int64.max / 2, Int64.max / 2)?.permilleUp == 1000)
    }

    @Test func withoutACeilingOrAboveDueThereIsNoBound() {
        var evidence = Evidence(
            numerator: 3, denominator: 4, lastNumerator: 0, lastDenominator: 0, unknownCeiling: 0, totalCeiling: 4,
            unbounded: 1)
        #expect(Figure(evidence).noBound == .noCeiling)
        #expect(Figure(evidence).missingAtMost == nil)
        evidence.unbounded = 0
        evidence.numerator = 5
        #expect(Figure(evidence).noBound == .aboveDue)
        #expect(Figure(evidence).lower == nil)
    }

    /// The hard end of an interval must not lie below what a unit has already said.
    @Test func aCeilingThatTheLastReportIsAboveIsNone() {
        var evidence = Evidence(
            numerator: 2, denominator: 5, lastNumerator: 2, lastDenominator: 40, unknownCeiling: 10, totalCeiling: 20,
            unbounded: 1)
        evidence.outgrown = 1
        let figure = Figure(evidence)
        #expect(figure.noBound == .aboveDue && figure.lower == nil && figure.upper == nil)
        #expect((figure.missingAtLeast, figure.missingAtMost, figure.missingLastKnown) == (3, nil, 41))
        #expect(figure.shareUnknown == nil)
        evidence.unbounded = 2
        #expect(Figure(evidence).noBound == .noCeiling, "a unit without any is the plainer reason")
    }

    @Test func aShareIsKnownOnlyWhereEveryCeilingIs() {
        var evidence = Evidence(
            numerator: 900, denominator: 1_000, lastNumerator: 0, lastDenominator: 0, unknownCeiling: 10,
            totalCeiling: 10, unbounded: 0)
        evidence.unmeasured = 1
        #expect(
            Figure(evidence).shareUnknown == nil, "not all of it, because a known unit isn't registered with a number")
        #expect(Figure(evidence).upper == Ratio(910, 1_010), "a bound needs the ceilings of the unknown only")
    }

    @Test func theLastValueMovesNoBound() {
        let without = figure(3, 4, 10)
        let with = Figure(
            Evidence(
                numerator: 3, denominator: 4, lastNumerator: 9, lastDenominator: 9, unknownCeiling: 10,
                totalCeiling: 14,
                unbounded: 0))
        #expect(with.lower == without.lower && with.upper == without.upper)
        #expect(with.lastKnown == Ratio(12, 13))
        #expect((with.missingAtLeast, with.missingAtMost, with.missingLastKnown) == (1, 11, 1))
    }

    @Test func measuresAreDisjointWhereTheyMustBe() {
        for measure in Measure.all { #expect(measure.numerator.isSubset(of: measure.denominator)) }
    }

    private func figure(_ numerator: Int64, _ denominator: Int64, _ ceiling: Int64) -> Figure {
        Figure(
            Evidence(
                numerator: numerator, denominator: denominator, lastNumerator: 0, lastDenominator: 0,
                unknownCeiling: ceiling, totalCeiling: denominator + ceiling, unbounded: 0))
    }

    private func value(_ ratio: Ratio?) -> Double {
        ratio.map { Double($0.numerator) / Double($0.denominator) } ?? .nan
    }
}
