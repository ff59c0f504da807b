/// What became of a target by the clock, such as 50 % by 12:00, as far as the bounds of that time tell.
package enum TargetOutcome: String, Sendable, CaseIterable {
    /// Its time is still to come, and it isn't certain yet.
    case ahead
    /// The lower bound had come to it.
    case reached
    /// Not even the upper bound had.
    case missed
    /// It lay between the bounds.
    case open
    /// Nobody looked then, or there was no bound.
    case unknown
    case nothingDue = "nothing_due"

    /// - Parameters:
    ///   - figure: of the target's time, or the current one of a target whose time is still to come; nil where nobody looked.
    ///   - isAhead: its time is still to come: then what is certain is said early, and nothing else.
    package init(percent: Int64, _ figure: Figure?, isAhead: Bool) {
        guard let figure, figure.noBound == nil else {
            self = isAhead ? .ahead : .unknown
            return
        }
        guard let lower = figure.lower, let upper = figure.upper else {
            self = .nothingDue
            return
        }
        if lower.reaches(percent: percent) {
            self = .reached
        } else if isAhead {
            self = .ahead
        } else {
            self = upper.reaches(percent: percent) ? .open : .missed
        }
    }
}

extension Ratio {
    /// By the counts themselves: 49.96 % is below 50 %, however it is printed.
    fileprivate func reaches(percent: Int64) -> Bool {
        Int128(numerator) * 100 >= Int128(denominator) * Int128(percent)
    }
}
