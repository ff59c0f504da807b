/// The evening of 6 April 2022 in one compound: what is so (`outcomes`), and what people see and
/// record of it (`visits`, `steps`). A node hears only the second.
package struct Evening: Sendable {
    /// The campaign of the survey and, for volunteers, the task.
    package static let campaign = "2022-04-06-survey"

    package let plan: CompoundPlan
    /// One for each of the plan's households, in their order.
    package let outcomes: [Outcome]
    /// For each of the plan's households, in the order of time.
    package let visits: [[Visit]]
    /// The volunteers' story in the order of time.
    package let steps: [MobilisationStep]

    let streams: Streams

    init(plan: CompoundPlan, seed: UInt64) {
        self.plan = plan
        streams = Streams(seed: seed, code: plan.site.code)
        let outcomeDrawing = OutcomeDrawing(site: plan.site, streams: streams)
        let visitDrawing = VisitDrawing(streams: streams, households: plan.households)
        var mobilisation = Mobilisation(site: plan.site, buildings: plan.buildings.count, streams: streams)
        var outcomes: [Outcome] = []
        var visits: [[Visit]] = []
        for (place, building) in plan.buildings.enumerated() {
            let team = mobilisation.teams[place]
            for door in building.doors {
                let outcome = team.isEmpty ? .unvisited : outcomeDrawing.outcome(plan.households[door], index: door)
                outcomes.append(outcome)
                visits.append(visitDrawing.visits(outcome, at: door, in: building, team: team))
            }
            if let end = Evening.end(outcomes[building.doors], visits[building.doors]) {
                mobilisation.finish(place, at: end)
            }
        }
        self.outcomes = outcomes
        self.visits = visits
        steps = Evening.inOrder(mobilisation.steps, by: \.observedAt)
    }

    /// When a building is done: half a minute after its last visit, if no door is left to come back to.
    private static func end(_ outcomes: ArraySlice<Outcome>, _ visits: ArraySlice<[Visit]>) -> Int64? {
        for outcome in outcomes {
            switch (outcome.disposition, outcome.passes) {
            case (nil, _), (.postponed, _), (.nobodyHome, ...2): return nil
            default: continue
            }
        }
        return visits.compactMap(\.last?.observedAt).max().map { $0 + 30 }
    }

    /// Sorted by time; what happened in one second keeps its order, which `sort` alone doesn't promise.
    static func inOrder<Element>(_ elements: [Element], by time: KeyPath<Element, Int64>) -> [Element] {
        let moments = elements.enumerated().map { (time: $1[keyPath: time], place: $0) }
        return moments.sorted { ($0.time, $0.place) < ($1.time, $1.place) }.map { elements[$0.place] }
    }
}
