import Federation
import Testing

@testable import Compound

/// Conflicts of the volunteer desk, by their numbers in the catalogue of conflicts.
@Suite struct ConflictCasesOfVolunteers {
    private static let setup: [Record] = [.building(900), .building(901, "8")]

    /// Right: who claimed first by the clocks. The order in which the phones come back decides nothing.
    @Test func case01TwoClaimsOfOneBuildingBothOffline() async throws {
        let claims: [Record] = [.claim(1, "7", "v01", at: 30).on("p1"), .claim(2, "7", "v02", at: 3600).on("p2")]
        try expectOrderFree(claims + [.claim(3, "7", "v03", at: 3600)], after: Self.setup, seed: 1)
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup)
            try desk.store.take(claims[1])
            try desk.store.take(claims[0])
            #expect(try desk.store.board().claims.map(\.volunteer) == ["v01", "v02"])
            #expect(try desk.store.counts("volunteers", "7")?["claimed"] == 1, "one building, whoever claims it")
            try await desk.expectConflict(
                on: "/volunteers",
                zh: (
                    "7栋有 2 人认领：18:00 v01：已认领；19:00 v02：已认领。暂由 v01 负责（认领在先），其余为候补。",
                    "请告知候补，释放多余的认领，即了结。"
                ),
                en: (
                    "Building 7 is claimed by 2 people: 18:00 v01: Claimed; 19:00 v02: Claimed. v01 holds it meanwhile (claimed first), the others are reserve.",
                    "Tell the reserve, and release the claims that are too many: that settles it."
                ))
            try desk.store.take(.claim(4, "7", "v02", .released, at: 4000, supersedes: [2]))
            try desk.expectSettled()
            #expect(try desk.store.board().claims.map(\.volunteer) == ["v01"])
        }
    }

    /// Right: whoever the desk leaves standing, even against a phone whose clock is a day ahead.
    @Test func case01TheDeskSettlesTwoClaimsWithAButton() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup)
            try desk.store.take(.claim(1, "7", "v01", at: 30), .claim(2, "7", "v02", at: 90_000))
            try await desk.press("释放 v01 的认领", on: "/conflicts", why: .phone)
            try desk.expectSettled()
            #expect(try desk.store.board().claims.map(\.volunteer) == ["v02"])
            try await desk.press("释放", on: "/volunteers")
            #expect(try desk.store.board().unclaimed.contains("7"), "in the same second as the phone's clamped time")
        }
    }

    private static let releasedAndDone: [Record] = [
        .claim(1, "7", "v01", at: 30).on("p1"), .claim(2, "7", "v01", .done, at: 500).on("p1"),
        .claim(3, "7", "v01", .released, at: 600).on("p2"),
    ]

    /// Right: done, whichever came first. Work isn't undone by giving it up elsewhere, and nobody is sent twice.
    @Test func case02AClaimReleasedOnOneDeviceAndDoneOnAnother() async throws {
        try expectOrderFree(Self.releasedAndDone, after: Self.setup, seed: 2)
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup + Self.releasedAndDone)
            #expect(try desk.store.counts("volunteers", "7")?["done"] == 1)
            try await desk.expectConflict(
                on: "/volunteers",
                zh: (
                    "7栋，v01 的认领有两种说法：18:08 v01（设备 p1）：已完成；18:10 v01（设备 p2）：已释放。暂按已完成：做过的事不因释放而取消。",
                    "请问本人，并看摸底页该栋还剩几户；选定一条，即了结。"
                ),
                en: (
                    "Building 7: there are two words about v01's claim: 18:08 v01 (device p1): Done; 18:10 v01 (device p2): Released. It counts as done meanwhile: a release doesn't undo work.",
                    "Ask the volunteer, and see on the survey page how many doors are left; then choose one: that settles it."
                ))
            try desk.store.take(.claim(4, "7", "v01", .done, at: 900, supersedes: [3]))
            try desk.expectSettled()
            #expect(try desk.store.counts("volunteers", "7")?["done"] == 1)
        }
    }

    /// Right: the one that was asked. Done or released, either button settles it, earlier words of a device included.
    @Test(arguments: [("以此为准：已完成", 1), ("以此为准：已释放", 0)])
    func case02TheDeskSettlesItEitherWay(_ label: String, _ done: Int64) async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup + Self.releasedAndDone + [.claim(5, "7", "v01", .done, at: 550).on("p2")])
            try await desk.press(label, on: "/conflicts", why: .phone)
            try desk.expectSettled()
            #expect(try desk.store.counts("volunteers", "7")?["done"] == done)
            #expect(try desk.store.counts("volunteers", "7")?["claimed"] == done)
        }
    }

    /// Right: the last word of one device. That is somebody correcting himself, and no conflict; nor is it one to
    /// claim again after a release and then finish.
    @Test func case02OneDeviceCorrectsItself() throws {
        let histories: [([Record], [Int64?])] = [
            (
                [
                    .claim(1, "7", "v01"), .claim(2, "7", "v01", .done, at: 40),
                    .claim(3, "7", "v01", .released, at: 50),
                ], [0, 0]
            ),
            (
                [
                    .claim(1, "7", "v01").on("p1"), .claim(2, "7", "v01", .released, at: 40).on("p1"),
                    .claim(3, "7", "v01", at: 50).on("p2"), .claim(4, "7", "v01", .done, at: 60).on("p2"),
                ], [1, 1]
            ),
        ]
        for (history, expected) in histories {
            try Fixture.withStore { store in
                try store.take(Self.setup + history)
                let counts = try store.counts("volunteers", "7")
                #expect([counts?["claimed"], counts?["done"]] == expected)
                #expect(try store.conflicts().isEmpty)
            }
        }
    }

    /// Right: the later word of whoever needs people. Those who signed up stay; the countdown rises from 0 to 4.
    @Test func case30TheNeedIsRaisedAfterItWasFilled() async throws {
        let fills: [Record] = (1...48).map { .fill(UInt128(100 + $0), "v\($0)", at: 20 + Int64($0)) }
        try expectOrderFree(
            [.need(1, 48, at: 10), .need(2, 52, at: 1800)] + fills.prefix(5), after: Self.setup, seed: 30)
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup + [.need(1, 48, at: 10)] + fills)
            #expect(try desk.store.counts("volunteers", "-")?["short"] == 0)
            #expect(try desk.store.board().raise == nil)
            try desk.store.take(.need(2, 52, at: 1800))
            #expect(try desk.store.counts("volunteers", "-")?["short"] == 4)
            try await desk.expect(
                on: "/volunteers", zh: "18:30 s01 把需要人数从 48 调到 52：已报的 48 人仍算，还缺 4 人。",
                en: "18:30 s01 raised the need from 48 to 52: the 48 who signed up still count, 4 are short.")
            try desk.expectSettled()
            try desk.store.take(.need(3, 40, at: 3600, supersedes: [2]))
            #expect(try desk.store.board().raise == nil && desk.store.board().short == 0)
        }
    }
}
