import Federation
import Laws
import Testing

@testable import Compound

@Suite struct Folds {
    @Test(arguments: 0..<8) func visitsFoldInAnyOrder(_ seed: UInt64) throws {
        var story = Story(seed)
        try expectOrderFree((0..<30).map { _ in story.visit() }, after: Story.setup, seed: seed)
    }

    @Test(arguments: 0..<8) func volunteersFoldInAnyOrder(_ seed: UInt64) throws {
        var story = Story(seed)
        try expectOrderFree((0..<30).map { _ in story.volunteer() }, after: Story.setup, seed: seed)
    }

    @Test(arguments: 0..<8) func theRegistryFoldsInAnyOrder(_ seed: UInt64) throws {
        var story = Story(seed)
        try expectOrderFree((0..<15).map { _ in story.registry() }, seed: seed)
    }

    /// Two people who write at the same second: neither the order of arrival nor a coin decides.
    @Test func aTieIsSettledByTheStatementsThemselves() throws {
        try expectOrderFree(
            [
                .visit(1, "7-1-101", .refused, by: "v01"), .visit(2, "7-1-101", .absent, by: "v02"),
                .visit(3, "7-1-101", .completed, by: "v03"),
            ], after: Story.setup, seed: 1)
    }

    @Test func whatIsTakenBackBeforeItArrivesNeverCounts() throws {
        try expectOrderFree(
            [
                .visit(1, "7-1-101", .refused), .visit(2, "7-1-102", .completed, at: 200, supersedes: [1]),
                .visit(3, "7-2-101", .absent, at: 300, supersedes: [2]),
            ], after: Story.setup, seed: 2)
    }

    /// A mistake that no person makes and a broken client does.
    @Test func twoThatTakeEachOtherBackLeaveNothing() throws {
        try expectOrderFree(
            [
                .visit(1, "7-1-101", .refused, supersedes: [2]),
                .visit(2, "7-1-101", .completed, at: 200, supersedes: [1]),
            ], after: Story.setup, seed: 3)
    }

    @Test func aCorrectionMayCrossDesks() throws {
        try expectOrderFree(
            [.visit(1, "7-1-101", .vacant), .household(2, "7-1-101", 0, .vacant, at: 300, supersedes: [1])],
            after: Story.setup, seed: 4)
    }
}

/// Random records about few things, so that they meet.
private struct Story {
    private var generator: SplitMix
    private var ids: [UInt128] = []
    private var time: Int64 = 100

    static let setup: [Record] = [
        .building(900, "7"), .building(901, "8", units: 1), .household(902, "7-1-101", 3),
        .household(903, "8-1-201", 2),
    ]

    init(_ seed: UInt64) { generator = SplitMix(seed) }

    private mutating func pick<Choices: Collection>(_ choices: Choices) -> Choices.Element {
        choices.randomElement(using: &generator)!
    }

    private mutating func next() -> (id: UInt128, time: Int64, supersedes: [UInt128]) {
        let earlier = ids
        ids.append(UInt128(ids.count + 1))
        time += 1
        let supersedes = Int.random(in: 0..<4, using: &generator) == 0 && !earlier.isEmpty ? [pick(earlier)] : []
        return (ids.last!, pick([time, time, time - 50]), supersedes)
    }

    mutating func visit() -> Record {
        let (id, time, supersedes) = next()
        let disposition = pick(Disposition.allCases)
        let people = disposition.hasPeople ? [pick(PeopleClass.allCases): pick(0..<4)] : nil
        return .visit(
            id, pick(["7-1-101", "7-1-102", "8-1-201"]), disposition, people, evidence: pick(Record.Evidence.allCases),
            by: "v\(id)", at: time, supersedes: supersedes)
    }

    mutating func volunteer() -> Record {
        let (id, _, supersedes) = next()
        let who = pick(["v01", "v02", "v03"])
        let role = pick([VolunteerRole.general, .general, .disinfection])
        switch pick(0..<7) {
        case 0: return .need(id, pick(0..<60), role, at: time, supersedes: supersedes)
        case 1: return .fill(id, who, pick([.filled, .withdrawn]), role, at: time, supersedes: supersedes)
        case 2, 3:
            return .attendance(
                id, who, pick(Record.Attendance.State.allCases), stated: pick([nil, time - 40, time + 40]),
                by: pick(["s01", "s02"]), at: time, supersedes: supersedes)
        case 4:
            // Of somebody who signs up for nothing: a record that is refused is no part of the law.
            return .restriction(
                id, "v09", pick([[], [.survey], [.gate, .survey]]), pick(Record.Restriction.Reason.allCases),
                until: pick([nil, 90_000]), at: time, supersedes: supersedes)
        default:
            return .claim(
                id, pick(["7", "8"]), who, pick([.claimed, .claimed, .released, .done]), role,
                from: pick([nil, 600, 1200]), at: time, supersedes: supersedes)
        }
    }

    mutating func registry() -> Record {
        let (id, time, supersedes) = next()
        let building = pick(["7", "8"])
        guard pick(0..<3) > 0 else {
            return .building(
                id, building, units: pick(1...2), floors: pick(1...3), by: "s\(id)", at: time, supersedes: supersedes)
        }
        return .household(
            id, "\(building)-1-\(pick(1...4))01", pick(0...5), pick(Record.Household.State.allCases), by: "s\(id)",
            at: time,
            supersedes: supersedes)
    }
}
