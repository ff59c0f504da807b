/// The counts of one dataset in its order.
package protocol Counts: Sendable, Hashable {
    /// Codes of the indicators, in the order of `values`.
    static var indicators: [String] { get }
    var values: [Int] { get }
    static func += (sum: inout Self, part: Self)
}

/// Dataset `frame`: what the registry holds.
package struct FrameCounts: Counts {
    package var buildings = 0
    /// Doors that are dwellings, vacant ones too.
    package var dwellings = 0
    /// Doors somebody is registered behind.
    package var households = 0
    package var residents = 0

    package init() {}
    package static let indicators = ["buildings", "dwellings", "households", "residents"]
    package var values: [Int] { [buildings, dwellings, households, residents] }

    package static func += (sum: inout FrameCounts, part: FrameCounts) {
        sum.buildings += part.buildings
        sum.dwellings += part.dwellings
        sum.households += part.households
        sum.residents += part.residents
    }
}

/// Dataset `survey`: households and people, each in exactly one class.
package struct SurveyCounts: Counts {
    private var households = Array(repeating: 0, count: HouseholdClass.allCases.count)
    private var people = Array(repeating: 0, count: PeopleClass.allCases.count)

    package init() {}

    package subscript(_ class: HouseholdClass) -> Int {
        get { households[`class`.rawValue] }
        set { households[`class`.rawValue] = newValue }
    }
    package subscript(_ class: PeopleClass) -> Int {
        get { people[`class`.rawValue] }
        set { people[`class`.rawValue] = newValue }
    }

    package var doors: Int { households.reduce(0, +) }
    package var persons: Int { people.reduce(0, +) }

    package static let indicators =
        HouseholdClass.allCases.map(\.indicator) + PeopleClass.allCases.map(\.indicator)
    package var values: [Int] { households + people }

    package static func += (sum: inout SurveyCounts, part: SurveyCounts) {
        for place in sum.households.indices { sum.households[place] += part.households[place] }
        for place in sum.people.indices { sum.people[place] += part.people[place] }
    }
}

/// Dataset `volunteers`. `need`, `filled` and `short` belong to the compound, the others to buildings.
package struct VolunteerCounts: Counts {
    package var need = 0
    package var filled = 0
    /// `max(0, need − filled)`
    package var short = 0
    package var buildings = 0
    package var claimed = 0
    package var done = 0

    package init() {}
    package static let indicators = ["need", "filled", "short", "buildings", "claimed", "done"]
    package var values: [Int] { [need, filled, short, buildings, claimed, done] }

    package static func += (sum: inout VolunteerCounts, part: VolunteerCounts) {
        sum.need += part.need
        sum.filled += part.filled
        sum.short += part.short
        sum.buildings += part.buildings
        sum.claimed += part.claimed
        sum.done += part.done
    }
}

/// A share as two whole numbers.
package struct Measure: Sendable, Hashable {
    package var numerator: Int
    package var denominator: Int
}

extension SurveyCounts {
    /// Doors that count: all but those where nobody lives.
    private var dueDoors: Int { doors - self[.vacant] - self[.notDwelling] }

    package var completion: Measure {
        let final: [HouseholdClass] = [
            .completed, .partial, .nobodyHomeFinal, .absent, .refused, .notFound, .moved, .language, .other,
        ]
        return Measure(numerator: final.reduce(0) { $0 + self[$1] }, denominator: dueDoors)
    }

    package var contact: Measure {
        let contacted: [HouseholdClass] = [.completed, .partial, .postponed, .refused, .language]
        return Measure(numerator: contacted.reduce(0) { $0 + self[$1] }, denominator: dueDoors)
    }

    package var tested: Measure {
        let numerator: [PeopleClass] = [.tested, .elsewhereVerified]
        let others: [PeopleClass] = [.unsurveyed, .elsewhereUnverified, .homeService, .refused, .untested]
        let sum = numerator.reduce(0) { $0 + self[$1] }
        return Measure(numerator: sum, denominator: others.reduce(sum) { $0 + self[$1] })
    }
}
