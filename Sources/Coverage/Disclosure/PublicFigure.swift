/// One measure at one place as the public reads it: counts that are shown, and what follows from them alone. Nothing here
/// is made of a hidden count, so nothing here gives one away.
package struct PublicFigure: Sendable, Equatable {
    /// Of the units that were heard; nil where hidden, or more was done than is due.
    package let done: Int64?
    package let missing: Int64?
    package let due: Int64?
    /// Tenths of a percent; nil over fewer than `Disclosure.leastDenominator`, and where a count is hidden.
    package let rate: Int64?
    /// Rounded down and up.
    package let lower: Int64?
    package let upper: Int64?
    package let noBound: Figure.NoBound?
    /// Nothing widens the bounds: they are the rate.
    package let isExact: Bool
    package let missingAtLeast: Int64?
    package let missingAtMost: Int64?
    /// What may be due beside what was counted, at most, in tens: units that were not heard, households claimed elsewhere.
    package let uncountedAtMost: Int64?

    /// - Parameter hidden: by column.
    package init(_ evidence: Evidence, hidden: [Bool]) {
        func shown(_ column: ReleaseTable.Column, _ value: Int64) -> Int64? {
            hidden[column.rawValue] || value < 0 ? nil : value
        }
        let (done, due) = (shown(.done, evidence.numerator), shown(.due, evidence.denominator))
        let missing = shown(.missing, evidence.denominator - evidence.numerator)
        let isRated = done != nil && due != nil
        func printed(_ ratio: Ratio?) -> Ratio? {
            guard isRated, let ratio, ratio.denominator >= Disclosure.leastDenominator else { return nil }
            return ratio
        }
        let figure = Figure(evidence.coarse)
        (self.done, self.due, self.missing) = (done, due, missing)
        rate = printed(figure.rate)?.permilleNearest
        lower = printed(figure.lower)?.permilleDown
        upper = printed(figure.upper)?.permilleUp
        noBound = figure.noBound
        isExact = figure.isExact
        missingAtLeast = missing == nil ? nil : figure.missingAtLeast
        missingAtMost = missing == nil ? nil : figure.missingAtMost
        uncountedAtMost = figure.noBound == .noCeiling ? nil : figure.evidence.unknownCeiling
    }
}

extension Evidence {
    /// What widens the bounds, in tens, and nothing of what units that aren't heard last said.
    package var coarse: Evidence {
        Evidence(
            numerator: numerator, denominator: denominator, lastNumerator: 0, lastDenominator: 0,
            unknownCeiling: Disclosure.coarse(unknownCeiling + deficit), totalCeiling: totalCeiling,
            unbounded: unbounded, surplus: Disclosure.coarse(surplus))
    }
}
