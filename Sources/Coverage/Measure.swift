/// A rate as a rule over a dataset's classes: which are done, which are due. Rules are applied when
/// reading, so that a changed rule re-reads old rows.
package struct Measure: Sendable, Equatable {
    /// What the due are, which decides the ceiling that bounds an unknown unit.
    package enum Base: String, Sendable {
        case households, residents
        /// Of these nobody registers how many there may be.
        case volunteers, buildings, requests

        /// What one household that is claimed twice, or that nobody has counted, may be counted as, at most. Twelve residents are more than four
        /// times the average household; where more live behind one door the ceiling fails, as any ceiling may.
        package var ofOneHousehold: Int64 {
            switch self {
            case .households: 1
            case .residents: 12
            case .volunteers, .buildings, .requests: 0
            }
        }
    }

    package var code: String
    package var version: Int
    package var dataset: String
    package var base: Base
    package var numerator: Set<String>
    /// What of the numerator isn't done after all.
    package var lacking: Set<String>
    package var denominator: Set<String>
    /// Classes of households of which nobody knows how many are due: they widen the bounds.
    package var uncounted: Set<String>

    package init(
        code: String, version: Int, dataset: String, base: Base, numerator: Set<String>, lacking: Set<String> = [],
        denominator: Set<String>, uncounted: Set<String> = []
    ) {
        self.code = code
        self.version = version
        self.dataset = dataset
        self.base = base
        self.numerator = numerator
        self.lacking = lacking
        self.denominator = denominator
        self.uncounted = uncounted
    }

    /// Dispositions after which nobody calls at the door again.
    private static let final = [
        "completed", "partial", "nobody_home_final", "absent", "refused", "not_found", "moved", "language", "other",
    ]
    /// Doors that the registered ceiling counts: all but vacant ones and those that are no dwelling.
    private static let doors = final + ["unvisited", "nobody_home", "postponed"]

    /// Households with a final disposition over the frame without vacant doors and doors that are no dwelling.
    package static let completion = Measure(
        code: "survey.completion", version: 1, dataset: "survey", base: .households, numerator: Set(final),
        denominator: Set(doors))

    /// Households where somebody was met, over the same: a door nobody opened three times is final too.
    package static let contact = Measure(
        code: "survey.contact", version: 1, dataset: "survey", base: .households,
        numerator: ["completed", "partial", "postponed", "refused", "language"], denominator: Set(doors))

    /// Residents tested, here or elsewhere with proof, over those who are due. Behind a door of which nobody has said how many
    /// live there any number may be due, and tested.
    package static let tested = Measure(
        code: "survey.tested", version: 2, dataset: "survey", base: .residents,
        numerator: ["p_tested", "p_elsewhere_verified"],
        denominator: [
            "p_unsurveyed", "p_tested", "p_elsewhere_verified", "p_elsewhere_unverified", "p_home_service",
            "p_refused", "p_untested",
        ], uncounted: ["unlisted"])

    package static let all = [completion, contact, tested]

    /// Needed volunteers who were found: whoever is too many in one place or role is none too few in another.
    package static let volunteersFound = Measure(
        code: "volunteers.found", version: 1, dataset: "volunteers", base: .volunteers, numerator: ["need"],
        lacking: ["short"], denominator: ["need"])

    /// Buildings that somebody took over, and those that were gone through, of those that wait for volunteers.
    package static let buildingsClaimed = Measure(
        code: "volunteers.claimed", version: 1, dataset: "volunteers", base: .buildings, numerator: ["claimed"],
        denominator: ["buildings"])
    package static let buildingsDone = Measure(
        code: "volunteers.done", version: 1, dataset: "volunteers", base: .buildings, numerator: ["done"],
        denominator: ["buildings"])

    /// Suggestions and complaints that were answered.
    package static let feedbackAnswered = Measure(
        code: "feedback.answered", version: 1, dataset: "feedback", base: .requests, numerator: ["answered"],
        denominator: ["received"])

    /// What is measured beside the survey.
    package static let beside = [volunteersFound, buildingsClaimed, buildingsDone, feedbackAnswered]
}

/// Rules that officers publish for a round. Which class has which role is theirs to say, within what the bounds hold for.
extension Measure {
    /// Classes that such a rule may give a role, in the order in which they are listed: what ceilings bound. People are a
    /// partition of whoever lives there, so all of theirs may.
    package var classes: [String] { base == .households ? Measure.doors : Measure.people }

    private static let people = [
        "p_tested", "p_elsewhere_verified", "p_elsewhere_unverified", "p_exempt", "p_deferred", "p_other_channel",
        "p_home_service", "p_refused", "p_untested", "p_absent", "p_unsurveyed",
    ]

    /// Versions of published rules begin here; the program's own stay below.
    package static let firstPublished = 101

    /// The same measure, read by a published rule.
    ///
    /// - Returns: nil where that is no rule of it: every class that is done is due, and each is one of `classes`.
    package func read(version: Int, done: some Sequence<String>, due: some Sequence<String>) -> Measure? {
        var read = self
        (read.version, read.numerator, read.denominator) = (version, Set(done), Set(due))
        guard version >= Measure.firstPublished, !read.denominator.isEmpty,
            read.numerator.isSubset(of: read.denominator), read.denominator.isSubset(of: classes)
        else { return nil }
        return read
    }

    /// How many times a count of a class is done and how many times it is due.
    package func weight(of indicator: String) -> (done: Int64, due: Int64) {
        let done: Int64 = (numerator.contains(indicator) ? 1 : 0) - (lacking.contains(indicator) ? 1 : 0)
        return (done, denominator.contains(indicator) ? 1 : 0)
    }

    /// Whether both are rules of one measure.
    package func isOf(_ other: Measure) -> Bool { code == other.code }
}

extension [Measure] {
    /// By which rule of these a measure of the program's is read; its own where none is among them.
    package func rule(of program: Measure) -> Measure { first { $0.isOf(program) } ?? program }
}
