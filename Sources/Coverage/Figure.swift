/// What is known about one measure at one place, as plain counts.
///
/// Source of the definitions: a *known* unit kept its last appointment (or sent its final report), is
/// not in dispute and has no unknown row; every other expected unit is *unknown* and enters the bounds
/// with anything its ceiling allows, never with its last value.
package struct Evidence: Sendable, Equatable {
    /// Sums over the known units.
    package var numerator: Int64
    package var denominator: Int64
    /// Sums over the unknown units' last reports; shown apart, never used in a bound.
    package var lastNumerator: Int64
    package var lastDenominator: Int64
    /// Sum of the registry's ceilings of the unknown units.
    package var unknownCeiling: Int64
    /// Sum of the registry's ceilings of all expected units.
    package var totalCeiling: Int64
    /// Unknown units without a ceiling, or with one that their own last report is above: one of them and there is no bound.
    package var unbounded: Int
    /// Those of them whose last report is above their ceiling: it holds no more, whatever is due there.
    package var outgrown = 0
    /// Expected units without a ceiling, known or not: with one of them nobody knows how much may be due.
    package var unmeasured = 0
    /// Ceiling of what the known units count though it is another unit's: households claimed twice.
    package var surplus: Int64
    /// Ceiling of what a known unit owns and doesn't count (yet).
    package var deficit: Int64
    /// Households of the known units of which nobody knows how many are due; their ceiling is part of `deficit`.
    package var uncounted: Int64 = 0

    package init(
        numerator: Int64, denominator: Int64, lastNumerator: Int64, lastDenominator: Int64, unknownCeiling: Int64,
        totalCeiling: Int64, unbounded: Int, surplus: Int64 = 0, deficit: Int64 = 0
    ) {
        self.numerator = numerator
        self.denominator = denominator
        self.lastNumerator = lastNumerator
        self.lastDenominator = lastDenominator
        self.unknownCeiling = unknownCeiling
        self.totalCeiling = totalCeiling
        self.unbounded = unbounded
        self.surplus = surplus
        self.deficit = deficit
    }
}

/// A figure that says how far it can be trusted.
package struct Figure: Sendable, Equatable {
    package enum NoBound: String, Sendable {
        /// An unknown unit has no ceiling in the registry.
        case noCeiling = "no_ceiling"
        /// More was counted than was due somewhere, or an unknown unit's last report is above its ceiling: the counts or the
        /// register are in doubt.
        case aboveDue = "above_due"
    }

    package let evidence: Evidence
    /// Nil where there is no bound, with the reason beside it.
    package let lower: Ratio?
    package let upper: Ratio?
    package let noBound: NoBound?

    package init(_ evidence: Evidence) {
        self.evidence = evidence
        if evidence.unbounded > evidence.outgrown {
            noBound = .noCeiling
        } else if evidence.unbounded > 0 || evidence.numerator > evidence.denominator {
            noBound = .aboveDue
        } else {
            noBound = nil
        }
        guard noBound == nil else {
            (lower, upper) = (nil, nil)
            return
        }
        (lower, upper) = Figure.bounds(evidence)
    }

    /// What isn't counted yet enters with n in 0…d and d in 0…D, and what is counted twice leaves with the same. N/M
    /// with N ≤ M is least where the former adds D to the denominator only and the latter takes n = d out, and
    /// greatest where the former adds D to both and the latter only takes out what was not done.
    private static func bounds(_ evidence: Evidence) -> (lower: Ratio?, upper: Ratio?) {
        let added = evidence.unknownCeiling + evidence.deficit
        let most = evidence.denominator + added
        let least = most - evidence.surplus
        // Everything there is may be another unit's: then the rate may be any.
        guard least > 0 else { return (Ratio(0, most), Ratio(most, most)) }
        return (
            Ratio(max(0, evidence.numerator - evidence.surplus), least),
            Ratio(min(evidence.numerator + added, least), least)
        )
    }

    /// Nobody is unknown and nothing is claimed twice: the bounds coincide with the rate.
    package var isExact: Bool {
        noBound == nil && evidence.unknownCeiling == 0 && evidence.surplus == 0 && evidence.deficit == 0
    }

    /// Of the known units alone.
    package var rate: Ratio? { Ratio(evidence.numerator, evidence.denominator) }

    /// The known now and the unknown as they last were.
    package var lastKnown: Ratio? {
        Ratio(evidence.numerator + evidence.lastNumerator, evidence.denominator + evidence.lastDenominator)
    }

    package var missingAtLeast: Int64 { max(0, missing - evidence.surplus) }
    /// Nil where there is no bound.
    package var missingAtMost: Int64? {
        noBound == nil ? missing + evidence.unknownCeiling + evidence.deficit : nil
    }
    /// By the known units' own count.
    private var missing: Int64 { max(0, evidence.denominator - evidence.numerator) }
    package var missingLastKnown: Int64 {
        max(0, evidence.denominator + evidence.lastDenominator - evidence.numerator - evidence.lastNumerator)
    }

    /// How much of what may be due stands behind units that are unknown now; nil where nobody knows, since a unit has no
    /// ceiling that holds.
    package var shareUnknown: Ratio? {
        evidence.unbounded + evidence.unmeasured > 0 ? nil : Ratio(evidence.unknownCeiling, evidence.totalCeiling)
    }
}
