/// What the counts of a place are.
package struct Totals: Sendable, Hashable {
    package var units = 0
    package var frame = FrameCounts()
    package var survey = SurveyCounts()
    package var volunteers = VolunteerCounts()

    package init() {}

    package static func += (sum: inout Totals, part: Totals) {
        sum.units += part.units
        sum.frame += part.frame
        sum.survey += part.survey
        sum.volunteers += part.volunteers
    }
}

/// The truth of one unit: what a faultless node and a faultless city must end with.
package struct UnitTruth: Sendable {
    package struct Building: Sendable, Hashable {
        package var code: String
        package var frame = FrameCounts()
        package var survey = SurveyCounts()
        package var volunteers = VolunteerCounts()
    }

    package let buildings: [Building]
    package let totals: Totals
}

extension Evening {
    /// The counts when everything that was observed up to and including a moment has been recorded.
    /// - Parameter moment: seconds since 1970; nil for the end of the evening, which is told by the
    ///   outcomes alone and not by any observation.
    package func truth(at moment: Int64? = nil) -> UnitTruth {
        var buildings = plan.buildings.map { building in
            UnitTruth.Building(
                code: building.code, frame: frame(building), survey: survey(building, at: moment),
                volunteers: VolunteerCounts())
        }
        var totals = Totals()
        totals.units = 1
        totals.volunteers = volunteers(&buildings, at: moment)
        for building in buildings {
            totals.frame += building.frame
            totals.survey += building.survey
            totals.volunteers += building.volunteers
        }
        return UnitTruth(buildings: buildings, totals: totals)
    }

    private func frame(_ building: BuildingPlan) -> FrameCounts {
        var counts = FrameCounts()
        counts.buildings = 1
        for household in plan.households[building.doors] {
            counts.dwellings += household.state == .notDwelling ? 0 : 1
            counts.households += household.state.isHousehold ? 1 : 0
            counts.residents += household.residents
        }
        return counts
    }

    private func survey(_ building: BuildingPlan, at moment: Int64?) -> SurveyCounts {
        var counts = SurveyCounts()
        for door in building.doors {
            let (disposition, people, passes) = state(of: door, at: moment)
            let open: HouseholdClass = plan.households[door].state == .notDwelling ? .notDwelling : .unvisited
            counts[disposition.map { HouseholdClass($0, passes: passes) } ?? open] += 1
            switch disposition {
            case .completed, .partial:
                for part in PeopleClass.allCases { counts[part] += people?[part] ?? 0 }
            case .vacant, .notDwelling, .moved: break
            case .absent: counts[PeopleClass.absent] += plan.households[door].residents
            case .refused: counts[PeopleClass.refused] += plan.households[door].residents
            default: counts[PeopleClass.unsurveyed] += plan.households[door].residents
            }
        }
        return counts
    }

    private func state(of door: Int, at moment: Int64?) -> (Disposition?, People?, passes: Int) {
        guard let moment else {
            return (outcomes[door].disposition, outcomes[door].people, outcomes[door].passes)
        }
        let seen = visits[door].prefix { $0.observedAt <= moment }
        return (seen.last?.disposition, seen.last?.people, seen.count)
    }

    /// Fills in the claims of the buildings and returns what belongs to the compound as a whole.
    private func volunteers(_ buildings: inout [UnitTruth.Building], at moment: Int64?) -> VolunteerCounts {
        var counts = VolunteerCounts()
        for place in buildings.indices { buildings[place].volunteers.buildings = 1 }
        for step in steps.prefix(while: { $0.observedAt <= moment ?? .max }) {
            switch step.event {
            case .need(let required): counts.need = required
            case .fill(_, let state): counts.filled += state == .filled ? 1 : -1
            case .claim(let building, _, let state):
                buildings[building].volunteers.claimed = state == .released ? 0 : 1
                buildings[building].volunteers.done = state == .done ? 1 : 0
            }
        }
        counts.short = max(0, counts.need - counts.filled)
        return counts
    }
}
