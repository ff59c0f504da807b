/// One record as a client posts it to a node.
package struct Record: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        case building(BuildingPlan)
        case household(Household)
        /// A visit and the code of its door.
        case visit(Visit, door: String)
        case need(required: Int)
        case fill(volunteer: String, state: MobilisationStep.FillState)
        case claim(building: String, volunteer: String, state: MobilisationStep.ClaimState)
    }

    package var id: UInt128
    package var content: Content
    package var recorder: String
    /// Seconds since 1970.
    package var observedAt: Int64
}

extension Evening {
    /// The compound's office.
    private static let staff = "s01"

    /// Everything that is recorded this evening, in the order of time: the buildings, the volunteers'
    /// story and the visits. The doors come from the registry's CSV before.
    package var records: [Record] {
        var records = buildingRecords
        records.reserveCapacity(records.count + steps.count + plan.households.count * 3 / 2)
        for (place, step) in steps.enumerated() { records.append(record(step, place)) }
        for (door, visits) in visits.enumerated() {
            let code = plan.households[door].code
            for visit in visits {
                let content = Record.Content.visit(visit, door: code)
                records.append(
                    Record(id: visit.id, content: content, recorder: visit.recorder, observedAt: visit.observedAt))
            }
        }
        return Evening.inOrder(records, by: \.observedAt)
    }

    private var buildingRecords: [Record] {
        plan.buildings.enumerated().map { place, building in
            Record(
                id: streams.identifier(.buildingRecord, place), content: .building(building), recorder: Evening.staff,
                observedAt: Clock.start)
        }
    }

    /// The registry's doors as records, for a node that is filled without a CSV. Their ids are derived,
    /// so sending them twice changes nothing.
    package var householdRecords: [Record] {
        plan.households.enumerated().map { place, household in
            Record(
                id: streams.identifier(.householdRecord, place), content: .household(household),
                recorder: Evening.staff, observedAt: Clock.start)
        }
    }

    private func record(_ step: MobilisationStep, _ place: Int) -> Record {
        switch step.event {
        case .need(let required):
            record(.needRecord, place, .need(required: required), Evening.staff, step.observedAt)
        case .fill(let volunteer, let state):
            record(.fillRecord, place, .fill(volunteer: volunteer, state: state), Evening.staff, step.observedAt)
        case .claim(let building, let volunteer, let state):
            record(
                .claimRecord, place,
                .claim(building: plan.buildings[building].code, volunteer: volunteer, state: state), volunteer,
                step.observedAt)
        }
    }

    private func record(
        _ entity: Entity, _ place: Int, _ content: Record.Content, _ recorder: String, _ time: Int64
    ) -> Record {
        Record(id: streams.identifier(entity, place), content: content, recorder: recorder, observedAt: time)
    }
}
