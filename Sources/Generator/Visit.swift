/// One visit to a door, as the node will hear of it.
package struct Visit: Hashable, Sendable {
    package var id: UInt128
    /// Place of the door in the plan's households.
    package var household: Int
    package var disposition: Disposition
    package var people: People?
    package var evidence: Evidence
    package var recorder: String
    package var device: String
    /// Seconds since 1970.
    package var observedAt: Int64
    /// The visit whose answer this one corrects. A further pass corrects nothing: it comes beside.
    package var supersedes: UInt128?
}

/// The evening's clock: everything is seconds after 18:00 of 6 April 2022, UTC+8.
enum Clock {
    static let start: Int64 = 1_649_239_200
    /// 22:30
    static let end: Int64 = 16_200
    /// Volunteers are found and buildings claimed from 18:00 to 18:15.
    static let mobilisation: Int64 = 900
    /// First, second, third and fourth round of a building, with a break between them.
    static let passes: [Range<Int64>] = [960..<8_100, 8_400..<12_000, 12_300..<14_100, 14_200..<15_000]
    static let corrections: Range<Int64> = 15_060..<16_100
}

/// Turns an outcome into the visits that lead to it.
struct VisitDrawing {
    let streams: Streams
    let households: [Household]

    /// - Parameter team: the volunteers of the building; they take its doors in turn.
    func visits(_ outcome: Outcome, at door: Int, in building: BuildingPlan, team: [String]) -> [Visit] {
        guard let disposition = outcome.disposition else { return [] }
        var stream = streams.stream(.visit, door)
        var visits = (1...outcome.passes).map { pass in
            let isLast = pass == outcome.passes
            return visit(
                door, pass, isLast ? disposition : .nobodyHome, isLast ? outcome.people : nil, team,
                at: moment(Clock.passes[pass - 1], door, building, &stream))
        }
        if disposition == .absent { visits[0].evidence = .phone }
        if outcome.isCorrected { correct(&visits, moment(Clock.corrections, door, building, &stream), &stream) }
        return visits
    }

    private func visit(
        _ door: Int, _ pass: Int, _ disposition: Disposition, _ people: People?, _ team: [String], at time: Int64
    ) -> Visit {
        let recorder = team[door % team.count]
        return Visit(
            id: streams.identifier(.visitRecord, door << 3 | pass), household: door, disposition: disposition,
            people: people, evidence: .door, recorder: recorder, device: "p" + recorder.dropFirst(),
            observedAt: time, supersedes: nil)
    }

    /// The doors of a building one after the other through the round, each within its own slot.
    private func moment(_ round: Range<Int64>, _ door: Int, _ building: BuildingPlan, _ stream: inout Stream) -> Int64 {
        let (length, doors) = (round.upperBound - round.lowerBound, Int64(building.doors.count))
        let place = Int64(door - building.doors.lowerBound)
        return Clock.start + round.lowerBound + (place * length + Int64(stream.below(Int(length)))) / doors
    }

    /// The first answer came by telephone and was wrong; somebody looked again, at the door.
    private func correct(_ visits: inout [Visit], _ time: Int64, _ stream: inout Stream) {
        guard let answer = visits.last, let people = answer.people else { return }
        var second = answer
        second.id = streams.identifier(.visitRecord, answer.household << 3 | 7)
        second.observedAt = time
        second.supersedes = answer.id
        visits[visits.count - 1].evidence = .phone
        visits[visits.count - 1].people = misheard(people, &stream)
        visits.append(second)
    }

    /// One person forgotten, or one class mistaken where only one person lives.
    private func misheard(_ people: People, _ stream: inout Stream) -> People {
        var wrong = people
        let present = PeopleClass.allCases.filter { people[$0] > 0 }
        let mistaken = present[stream.below(present.count)]
        wrong[mistaken] -= 1
        if people.total == 1 { wrong[mistaken == .untested ? .tested : .untested] += 1 }
        return wrong
    }
}
