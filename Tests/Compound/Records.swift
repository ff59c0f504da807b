import Federation

@testable import Compound

/// GRDB has one too.
typealias Record = Compound.Record

/// Records by hand. Times are seconds after the evening's beginning; ids are small numbers.
extension Record {
    static func building(
        _ id: UInt128, _ code: String = "7", units: Int = 2, floors: Int = 3, perFloor: Int = 2,
        address: String? = nil,
        by recorder: String = "s01",
        at time: Int64 = 0, supersedes: [UInt128] = []
    ) -> Record {
        Record(
            id,
            Building(
                code: Code(code)!, label: "\(code)栋", stairUnits: units, floors: floors, doorsPerFloor: perFloor,
                address: address),
            recorder, time, supersedes)
    }

    static func household(
        _ id: UInt128, _ door: String, _ residents: Int, _ state: Household.State = .occupied,
        address: String? = nil, by recorder: String = "s01",
        at time: Int64 = 1, supersedes: [UInt128] = []
    ) -> Record {
        Record(
            id, Household(door: Door(door)!, residents: residents, state: state, address: address),
            recorder, time, supersedes
        )
    }

    static func withdrawal(_ id: UInt128, _ place: String, visits: Int = 0, at time: Int64 = 60) -> Record {
        Record(id, Withdrawal(place: RegisteredPlace(place)!, visits: visits), "s01", time, [])
    }

    static func restoration(_ id: UInt128, _ place: String, at time: Int64 = 70) -> Record {
        Record(id, Restoration(place: RegisteredPlace(place)!), "s01", time, [])
    }

    static func visit(
        _ id: UInt128, _ door: String, _ disposition: Disposition, _ people: [PeopleClass: Int]? = nil,
        evidence: Evidence = .door, by recorder: String = "v01", at time: Int64 = 100, supersedes: [UInt128] = []
    ) -> Record {
        let people = people ?? (disposition.hasPeople ? [.tested: 1] : nil)
        let visit = Visit(
            campaign: Fixture.campaign, door: Door(door)!, disposition: disposition, people: people, evidence: evidence)
        return Record(id, visit, recorder, time, supersedes)
    }

    static func need(
        _ id: UInt128, _ required: Int, _ role: VolunteerRole = .general, at time: Int64 = 10,
        supersedes: [UInt128] = []
    ) -> Record {
        Record(id, Need(task: Fixture.campaign, required: required, role: role), "s01", time, supersedes)
    }

    static func fill(
        _ id: UInt128, _ who: String, _ state: Fill = .filled, _ role: VolunteerRole = .general, at time: Int64 = 20,
        supersedes: [UInt128] = []
    ) -> Record {
        let answer = Answer(task: Fixture.campaign, volunteer: Code(who)!, state: state, role: role)
        return Record(id, answer, "s01", time, supersedes)
    }

    /// - Parameter from: seconds after the evening's beginning.
    static func claim(
        _ id: UInt128, _ building: String, _ who: String, _ state: Claim = .claimed,
        _ role: VolunteerRole = .general, from: Int64? = nil, at time: Int64 = 30, supersedes: [UInt128] = []
    ) -> Record {
        let claim = BuildingClaim(
            task: Fixture.campaign, building: Code(building)!, volunteer: Code(who)!, state: state, role: role,
            from: from.map { Fixture.evening + $0 })
        return Record(id, claim, who, time, supersedes)
    }

    /// - Parameter stated: when he came or left where that isn't the time of the record; after the evening's beginning.
    static func attendance(
        _ id: UInt128, _ who: String, _ state: Attendance.State, stated: Int64? = nil, by recorder: String = "s01",
        at time: Int64 = 40, supersedes: [UInt128] = []
    ) -> Record {
        let attendance = Attendance(
            task: Fixture.campaign, volunteer: Code(who)!, state: state, at: stated.map { Fixture.evening + $0 })
        return Record(id, attendance, recorder, time, supersedes)
    }

    static func restriction(
        _ id: UInt128, _ who: String, _ roles: [VolunteerRole], _ reason: Restriction.Reason = .postSurgery,
        until: Int64? = nil, at time: Int64 = 0, supersedes: [UInt128] = []
    ) -> Record {
        let restriction = Restriction(
            volunteer: Code(who)!, roles: roles, reason: reason, until: until.map { Fixture.evening + $0 })
        return Record(id, restriction, "s01", time, supersedes)
    }

    private init(_ id: UInt128, _ content: Content, _ recorder: String, _ time: Int64, _ supersedes: [UInt128]) {
        self.init(
            id: id, content: content, recorder: Code(recorder)!, observedAt: Fixture.evening + time,
            supersedes: supersedes)
    }
}

extension Code {
    /// The period of standing facts.
    static let now = Code(literal: "now")
}
