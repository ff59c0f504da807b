import Coverage
import Testing

@Suite struct PublicFigureTests {
    private static func evidence(
        _ done: Int64, _ due: Int64, unknown: Int64 = 0, unbounded: Int = 0, surplus: Int64 = 0, deficit: Int64 = 0
    ) -> Evidence {
        Evidence(
            numerator: done, denominator: due, lastNumerator: 5, lastDenominator: 7, unknownCeiling: unknown,
            totalCeiling: due + unknown, unbounded: unbounded, surplus: surplus, deficit: deficit)
    }
    private static let shown = [false, false, false]

    @Test func whatIsKnownOfAllIsOneFigure() {
        let figure = PublicFigure(Self.evidence(60, 80), hidden: Self.shown)
        #expect((figure.done, figure.missing, figure.due) == (60, 20, 80))
        #expect((figure.rate, figure.lower, figure.upper) == (750, 750, 750))
        #expect((figure.missingAtLeast, figure.missingAtMost, figure.uncountedAtMost) == (20, 20, 0))
    }

    /// Bounds hold whatever is rounded, and are never narrower than those that staff read.
    @Test func boundsAreWiderThanTheExactOnes() throws {
        for unknown in Int64(0)...23 {
            for surplus in Int64(0)...12 {
                let evidence = Self.evidence(60, 80, unknown: unknown, surplus: surplus, deficit: unknown / 3)
                let (exact, open) = (Figure(evidence), PublicFigure(evidence, hidden: Self.shown))
                #expect(try #require(open.lower) <= #require(exact.lower).permilleDown)
                #expect(try #require(open.upper) >= #require(exact.upper).permilleUp)
                #expect(try #require(open.missingAtLeast) <= exact.missingAtLeast)
                #expect(try #require(open.missingAtMost) >= #require(exact.missingAtMost))
                #expect(try #require(open.uncountedAtMost) % 10 == 0)
            }
        }
    }

    @Test func aHiddenCountTakesItsRateAndItsBoundsAlong() {
        let figure = PublicFigure(Self.evidence(4, 80), hidden: [true, true, false])
        #expect((figure.done, figure.missing, figure.due) == (nil, nil, 80))
        #expect((figure.rate, figure.lower, figure.upper) == (nil, nil, nil))
        #expect((figure.missingAtLeast, figure.missingAtMost) == (nil, nil))
    }

    @Test func ratesNeedThirty() {
        #expect(PublicFigure(Self.evidence(15, 29), hidden: Self.shown).rate == nil)
        #expect(PublicFigure(Self.evidence(15, 29), hidden: Self.shown).lower == nil)
        #expect(PublicFigure(Self.evidence(15, 30), hidden: Self.shown).rate == 500)
    }

    @Test func whereThereIsNoBoundTheReasonIsSaid() {
        let above = PublicFigure(Self.evidence(82, 80), hidden: Self.shown)
        #expect((above.noBound, above.missing, above.lower) == (.aboveDue, nil, nil))
        let open = PublicFigure(Self.evidence(60, 80, unbounded: 1), hidden: Self.shown)
        #expect((open.noBound, open.missingAtMost, open.uncountedAtMost) == (.noCeiling, nil, nil))
        #expect(open.missing == 20)
    }
}
