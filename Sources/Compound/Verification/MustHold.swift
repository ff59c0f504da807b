/// What must hold of a compound's counts, whatever was recorded: the checks of every run, each under its name.
///
/// They are pure: `Figures` holds what the rows say and, beside it, what is counted another way. That a shortage may rise
/// is no law of one state, and nothing here forbids it.
enum MustHold {
    enum Law: String, Sendable, CaseIterable {
        /// Every door that is counted here is in exactly one class of the survey.
        case doorsPartition = "doors_partition"
        /// Everybody who was told of, or is registered where nobody told, is in exactly one class.
        case residentsPartition = "residents_partition"
        /// Due (tested or not) + exempt + deferred + other channel + absent = listed.
        case dueAndTheRest = "due_and_the_rest"
        case householdsWithinDwellings = "households_within_dwellings"
        case claimedWithinBuildings = "claimed_within_buildings"
        case doneWithinClaimed = "done_within_claimed"
        /// Short = the sum of max(0, need − filled) over roles: what one has too many fills no other.
        case shortIsTheGap = "short_is_the_gap"
        /// Filled = people who answered, didn't withdraw and weren't missed, each once.
        case filledIsPeople = "filled_is_people"
        /// Buildings, doors, doors that are owed a visit and doors left add up to what the compound's pages say.
        case buildingsAddUp = "buildings_add_up"
    }

    /// Two numbers that must stand to each other as the law says, and don't.
    struct Breach: Sendable, Equatable {
        var law: Law
        /// The round, and the building where it is about one.
        var subject: String
        var one: Int64
        var other: Int64

        var discrepancy: Discrepancy {
            Discrepancy(place: .law(law, of: subject), stands: "\(one)", follows: "\(other)")
        }
    }

    static func broken(_ figures: Figures) -> [Breach] {
        figures.buildings.flatMap { broken(figures.campaign, $0) } + volunteers(figures) + sums(figures)
    }

    // MARK: A building

    private static func broken(_ campaign: String, _ building: Figures.Building) -> [Breach] {
        var court = Court(subject: "\(campaign) \(building.code)")
        if let survey = building.survey {
            court.equal(.doorsPartition, survey.sum(householdClasses), building.doors)
            let people = survey.filter { $0.key.hasPrefix(Figures.people) }
            court.equal(.residentsPartition, people.values.reduce(0, +), building.people)
            court.equal(.dueAndTheRest, survey.sum(tested + notTested + notDue), people.values.reduce(0, +))
        }
        if let frame = building.frame { court.within(.householdsWithinDwellings, frame, "households", "dwellings") }
        if let call = building.volunteers {
            court.within(.claimedWithinBuildings, call, "claimed", "buildings")
            court.within(.doneWithinClaimed, call, "done", "claimed")
        }
        return court.breaches
    }

    private static let householdClasses = HouseholdClass.all.map(\.name)
    private static let tested = ["p_tested", "p_elsewhere_verified"]
    private static let notTested = [
        "p_unsurveyed", "p_elsewhere_unverified", "p_home_service", "p_refused", "p_untested",
    ]
    private static let notDue = ["p_exempt", "p_deferred", "p_other_channel", "p_absent"]

    // MARK: The compound

    private static func volunteers(_ figures: Figures) -> [Breach] {
        var court = Court(subject: figures.campaign)
        if let call = figures.call {
            court.equal(.shortIsTheGap, call["short"] ?? 0, figures.short)
            court.equal(.filledIsPeople, call["filled"] ?? 0, figures.volunteers)
        }
        return court.breaches
    }

    /// A building whose row isn't known is left out of no sum: then nothing is asked.
    private static func sums(_ figures: Figures) -> [Breach] {
        var court = Court(subject: figures.campaign)
        let (surveys, calls) = (figures.buildings.map(\.survey), figures.buildings.map(\.volunteers))
        if !surveys.contains(nil) {
            let sum = surveys.reduce(into: [:]) { $0.merge($1 ?? [:], uniquingKeysWith: +) }
            court.equal(.buildingsAddUp, sum.sum(householdClasses), figures.doors)
            court.equal(.buildingsAddUp, sum.sum(HouseholdClass.names(\.isDue)), figures.due)
            court.equal(.buildingsAddUp, sum.sum(HouseholdClass.names(\.isLeft)), figures.left)
        }
        if !calls.contains(nil) {
            let buildings = calls.reduce(0) { $0 + ($1?["buildings"] ?? 0) }
            court.equal(.buildingsAddUp, buildings, Int64(figures.buildings.count))
        }
        return court.breaches
    }

    private struct Court {
        var subject: String
        var breaches: [Breach] = []

        mutating func equal(_ law: Law, _ one: Int64, _ other: Int64) {
            if one != other { breaches.append(Breach(law: law, subject: subject, one: one, other: other)) }
        }

        mutating func within(_ law: Law, _ counts: [String: Int64], _ part: String, _ whole: String) {
            let (one, other) = (counts[part] ?? 0, counts[whole] ?? 0)
            if one > other { breaches.append(Breach(law: law, subject: subject, one: one, other: other)) }
        }
    }
}

extension [String: Int64] {
    fileprivate func sum(_ names: [String]) -> Int64 { names.reduce(0) { $0 + (self[$1] ?? 0) } }
}
