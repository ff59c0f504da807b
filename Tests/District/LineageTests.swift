import Federation
import Foundation
import GRDB
import Testing

@testable import District

/// Units as they stood on a day, what a change must bring, and when those who follow are counted.
@Suite struct LineageTests {
    private static let codes = ["421303587002-001", "421303587002-002", "421303587002-011", "421303587002-012"]
        .compactMap { Code($0) }

    private static func unit(_ number: Int, households: Int64? = 100, community: String = "421303587002")
        -> RegistryUnit
    {
        RegistryUnit(
            code: codes[number], name: "u", community: community, expectedHouseholds: households,
            expectedResidents: nil, dutyTelephone: "", ceilingPercent: 100)
    }

    private static func change(
        _ kind: UnitChange.Kind, _ day: String, settled: Int64?, before: [Int], after: [Int] = [],
        community: String? = nil, number: Int64 = 1
    ) -> UnitChange {
        UnitChange(
            number: number, kind: kind, day: day, at: 1, settledAt: settled, before: before.map { codes[$0] },
            after: after.map { codes[$0] }, community: community, reason: "r", officer: "o")
    }

    private static func lives(_ lineage: Lineage, on day: String, known: Int64 = .max) -> [Life] {
        lineage.units([unit(0), unit(1), unit(2), unit(3)], on: day, known: known).map(\.life)
    }

    // MARK: The dated registry

    @Test func successorsAreAwaitedUntilTheChangeIsSettledAndInForceFromItsDay() {
        let waiting = Lineage([Self.change(.split, "2022-04-07", settled: nil, before: [0], after: [2, 3])])
        #expect(Self.lives(waiting, on: "2022-05-01") == [.counted, .counted, .awaited, .awaited])
        let settled = Lineage([Self.change(.split, "2022-04-07", settled: 500, before: [0], after: [2, 3])])
        #expect(Self.lives(settled, on: "2022-04-06") == [.counted, .counted, .awaited, .awaited])
        #expect(
            Self.lives(settled, on: "2022-04-07") == [
                .ended(day: "2022-04-07", since: 500), .counted, .counted, .counted,
            ])
        #expect(Self.lives(settled, on: "2022-05-01", known: 500)[0] == .counted, "not known within that second")
        #expect(Self.lives(settled, on: "2022-05-01", known: 501)[2] == .counted)
    }

    @Test func whoeverFollowedMayEndItself() {
        let lineage = Lineage([
            Self.change(.split, "2022-04-07", settled: 1, before: [0], after: [2, 3], number: 1),
            Self.change(.close, "2022-04-09", settled: 1, before: [2], number: 2),
        ])
        #expect(Self.lives(lineage, on: "2022-04-08")[2] == .counted)
        #expect(Self.lives(lineage, on: "2022-04-09")[2] == .ended(day: "2022-04-09", since: 1))
        #expect(lineage.change(of: Self.codes[2])?.number == 2)
    }

    @Test func ofSeveralMovesTheLastBeforeTheDayHolds() {
        let lineage = Lineage([
            Self.change(.move, "2022-04-09", settled: 1, before: [0], community: "c", number: 1),
            Self.change(.move, "2022-04-07", settled: 1, before: [0], community: "b", number: 2),
        ])
        func place(_ day: String) -> String { lineage.units([Self.unit(0)], on: day)[0].community }
        #expect(["2022-04-06", "2022-04-07", "2022-04-09"].map(place) == ["421303587002", "b", "c"])
    }

    @Test func aRegistryRemembersItsLineage() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/lineage-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try RegistryStore(folder + "/registry.sqlite")
        let edition = try #require(DivisionEdition(name: "2023", validFrom: "2023-01-01"))
        try store.put(
            edition, [RegistryDivision(code: "421303587002", name: "c", level: "community", parent: "")])
        try store.put(Self.unit(0), tokenHash: [UInt8](repeating: 1, count: 32))
        let beginning = [2, 3].map {
            (unit: Self.unit($0, households: 50), tokenHash: [UInt8](repeating: UInt8($0), count: 32))
        }
        try store.put(
            Self.change(.split, "2022-04-07", settled: nil, before: [0], after: [2, 3]), beginning: beginning)
        let known = try store.lineage()
        #expect(known.changes.map(\.number) == [1] && known.waiting(on: "2022-04-07").count == 1)
        #expect(known.changes[0].after == [Self.codes[2], Self.codes[3]])
        try store.settle(known.changes, at: 700)
        #expect(try store.lineage().changes[0].settledAt == 700)
        try store.settle(known.changes, at: 900)
        #expect(try store.lineage().changes[0].settledAt == 700, "settled once")
        try store.settle(known.changes[0], at: 950, reason: "a house was pulled down", officer: "wang")
        let words = try store.database.read { db in
            try String.fetchAll(db, sql: "SELECT action || ' ' || unit || ' ' || officer FROM decision ORDER BY id")
        }
        #expect(words == [2, 3].map { "settle 1 \(Self.codes[$0]) wang" }, "an officer's word stays on record")
    }

    // MARK: What a change must bring

    private static func problems(
        _ change: UnitChange, _ beginning: [RegistryUnit], lineage: Lineage = Lineage()
    ) -> [String] {
        LineageDraft(
            change: change, units: [unit(0), unit(1)], lineage: lineage, beginning: beginning, today: "2022-04-07"
        ).problems
    }

    @Test func theSameIsExpectedBeforeAndAfter() {
        let split = Self.change(.split, "2022-04-07", settled: nil, before: [0])
        #expect(Self.problems(split, [Self.unit(2, households: 60), Self.unit(3, households: 40)]).isEmpty)
        let short = Self.problems(split, [Self.unit(2, households: 60), Self.unit(3, households: 39)])
        #expect(short.count == 1 && short[0].contains("100 before and 99 after"))
        let unknown = Self.problems(split, [Self.unit(2, households: 60), Self.unit(3, households: nil)])
        #expect(unknown.first?.contains("nobody knows how many") == true)
    }

    @Test func aCodeIsNeverUsedAgainAndAUnitIsInOneChangeAtATime() {
        let split = Self.change(.split, "2022-04-07", settled: nil, before: [0])
        #expect(
            Self.problems(split, [Self.unit(1), Self.unit(3, households: 0)]).contains {
                $0.contains("never used again")
            })
        let waiting = Lineage([Self.change(.close, "2022-04-09", settled: nil, before: [0])])
        #expect(
            Self.problems(split, [Self.unit(2), Self.unit(3, households: 0)], lineage: waiting)
                .contains { $0.contains("is waiting") })
        #expect(Self.problems(split, [Self.unit(2)]) == ["a split ends one unit and begins two or more"])
        let merge = Self.change(.merge, "2022-04-07", settled: nil, before: [0, 0])
        #expect(Self.problems(merge, [Self.unit(2, households: 200)]).contains("a unit is named twice"))
    }

    // MARK: Counting

    @Test func case14PredecessorsStandUntilNobodyIsMissing() throws {
        try LineageDistrict.with { district in
            try district.hear(0, households: 40)
            try district.split()
            #expect(district.figure.due == 40)
            try district.hear(2, households: 25)
            #expect(district.ledger.changesDue(on: district.day).isEmpty, "one of two has delivered")
            #expect(district.figure.due == 40, "and nothing is counted twice")
            #expect(
                district.why(2) == "新单位：承接的户数报齐后开始计入，见 jiayuan unit changes / "
                    + "a new unit: it is counted once every household was taken over, see jiayuan unit changes")
            try district.hear(3, households: 14)
            #expect(district.ledger.changesDue(on: district.day).isEmpty, "a household was left behind")
            let handover = Handover(district.ledger.tally)
            #expect(
                handover.shortfalls(district.change) == [
                    Handover.Shortfall(round: LineageDistrict.campaign, before: 40, after: 39)
                ])
            try district.hear(3, households: 15)
            #expect(district.ledger.changesDue(on: district.day).map(\.number) == [1])
            district.settle()
            #expect(district.figure.due == 40 && district.figure.units == 3)
            #expect(district.ledger.addsUp(now: district.now))
        }
    }

    @Test func case21TheRegisterSaysClosedAndTheNodeStillSends() throws {
        try LineageDistrict.with { district in
            try district.hear(0, households: 40)
            try district.split()
            try district.hear(2, households: 25)
            try district.hear(3, households: 15)
            district.settle()
            #expect(district.why(0).hasSuffix("rounds that were closed before stay as they were"))
            try district.hear(0, households: 41)
            #expect(district.figure.due == 40, "kept, and no addend")
            #expect(
                district.why(0) == "已拆分、合并或撤销，却仍在上报：数据留存、不计入，请联系该小区停用旧节点 / split, merged or closed, and "
                    + "still reporting: its rows are kept and not counted; ring the compound to stop the old node")
            let line = ChangeLine(district.change, Handover(district.ledger.tally), today: district.day)
            #expect(line.stillSpeaking == [LineageDistrict.codes[0].text])
        }
    }

    /// The community has another code from 2024 on: until somebody moves the unit it keeps its place and is named; a round
    /// of before stays under the old code.
    @Test func case15TheCodeOfACommunityChanges() {
        func division(_ code: String) -> RegistryDivision {
            RegistryDivision(code: code, name: code, level: "community", parent: "")
        }
        let (old, new) = ("421303587002", "421303587009")
        var closed = RegistryCampaign(
            code: Code(literal: "closed"), name: "r", opens: 0, deadline: 1, order: "", closed: true)
        closed.closedAt = CaseDistrict.evening
        var content = RegistryContent(
            units: [Self.unit(0)], divisions: [old: division(old), new: division(new)], campaigns: [closed])
        content.day = "2024-01-01"
        content.lineage = Lineage([
            Self.change(.move, "2024-01-01", settled: CaseDistrict.evening + 9, before: [0], community: new)
        ])
        let hierarchy = Hierarchy(content)
        func stands(_ tree: PlaceTree) -> [String] { tree.divisions(above: 0).map(\.code) }
        #expect(stands(hierarchy.current) == [new] && stands(hierarchy[Code(literal: "running")]) == [new])
        #expect(stands(hierarchy[closed.code]) == [old])
        content.day = "2023-12-31"
        #expect(stands(Hierarchy(content).current) == [old], "its day has not come")
    }

    @Test func case14ARoundThatIsOverStaysAsItWasCounted() throws {
        try LineageDistrict.with { district in
            try district.hear(0, households: 40)
            district.closeRound()
            try district.hear(0, households: 40)
            try district.split()
            try district.hear(2, households: 25)
            try district.hear(3, households: 15)
            district.settle()
            let past = district.figure
            #expect(past.due == 40 && past.units == 2, "of the two units of that day")
            // Whoever ended will never be heard again, and had said everything of the round by then.
            district.now += 10 * 3_600_000
            district.sweep()
            #expect(district.standing(0) == .known)
        }
    }
}
