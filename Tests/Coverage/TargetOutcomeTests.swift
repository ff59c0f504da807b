import Testing

@testable import Coverage

@Suite struct TargetOutcomeTests {
    /// Of 100 due among the known, with an unknown unit of so many at most.
    private static func figure(done: Int64, unknown: Int64 = 0, due: Int64 = 100, unbounded: Int = 0) -> Figure {
        Figure(
            Evidence(
                numerator: done, denominator: due, lastNumerator: 0, lastDenominator: 0, unknownCeiling: unknown,
                totalCeiling: due + unknown, unbounded: unbounded))
    }

    @Test(
        arguments: [
            (50, figure(done: 50), TargetOutcome.reached), (50, figure(done: 49), .missed),
            // 60 of 120 at least: reached whatever the silent compound has done; 50 to 70 of 120 can be either.
            (50, figure(done: 60, unknown: 20), .reached), (50, figure(done: 50, unknown: 20), .open),
            (50, figure(done: 39, unknown: 20), .missed), (100, figure(done: 100), .reached),
            (100, figure(done: 99), .missed), (50, figure(done: 0, due: 0), .nothingDue),
            (50, figure(done: 80, unbounded: 1), .unknown), (50, nil, .unknown),
        ] as [(Int64, Figure?, TargetOutcome)])
    func whatHasPassedIsJudgedByTheBoundsOfThen(percent: Int64, figure: Figure?, outcome: TargetOutcome) {
        #expect(TargetOutcome(percent: percent, figure, isAhead: false) == outcome)
    }

    /// Printed to a tenth both are 50.0 %.
    @Test func countsDecideAndNotWhatIsPrinted() {
        let (below, at) = (Self.figure(done: 49_999, due: 100_000), Self.figure(done: 50_000, due: 100_000))
        #expect(below.rate?.permilleNearest == 500)
        #expect(TargetOutcome(percent: 50, below, isAhead: false) == .missed)
        #expect(TargetOutcome(percent: 50, at, isAhead: false) == .reached)
    }

    @Test func whatIsAheadIsReachedEarlyOrOpenAndNeverMissed() {
        #expect(TargetOutcome(percent: 50, Self.figure(done: 60), isAhead: true) == .reached)
        let figures: [Figure?] = [
            Self.figure(done: 1), Self.figure(done: 50, unknown: 20), Self.figure(done: 9, unbounded: 1), nil,
        ]
        for figure in figures {
            #expect(TargetOutcome(percent: 50, figure, isAhead: true) == .ahead)
        }
    }
}
