import Daemon
import Federation
import Testing

@testable import Compound

/// Clocks that are wrong, by their numbers in the catalogue of conflicts.
@Suite struct ConflictCasesOfClocks {
    private static let setup: [Record] = [.building(900)]

    struct Offset: Sendable, CustomTestStringConvertible {
        var seconds: Int64
        var zh: String
        var en: String
        var testDescription: String { "\(seconds) s" }
    }
    private static let offsets = [
        Offset(seconds: 20 * 60, zh: "快 20 分钟", en: "is 20 minutes fast"),
        Offset(seconds: 2 * 3600, zh: "快 2 小时", en: "is 2 hours fast"),
        Offset(seconds: 86_400, zh: "快 1 天", en: "is 1 days fast"),
        Offset(seconds: -Fixture.evening - 20_000, zh: "停在多年以前", en: "stands years in the past"),
    ]

    /// Right: what is recorded after the record of a clock that runs ahead. It counts as made when it arrived.
    @Test(arguments: offsets) func case10ADeviceClockIsWrong(_ offset: Offset) async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup)
            let now = desk.fixture.clock.now
            for (language, notice) in [
                (Language.zhHans, "v01（设备 p1） 的设备时间\(offset.zh)。记录已保存，不会晚于收到的时间；请校正设备时间。"),
                (
                    .en,
                    "The device clock of v01 (device p1) \(offset.en). The records are saved, none with a time after their arrival; set the clock."
                ),
            ] {
                let answer = try await desk.send(records: Self.refusal(at: now + offset.seconds), language)
                #expect(answer.body["notices"] as? [String] == [notice])
                #expect((answer.body["flagged"] as? [String])?.count == 1)
            }
            desk.fixture.clock.now = now + 60
            try desk.store.take(
                .visit(2, "7-1-101", .completed, [.tested: 2], by: "v02", at: now + 60 - Fixture.evening))
            #expect(try desk.store.counts("survey", "7")?["completed"] == 1)
            try await Self.expectDoubt(desk, offset)
            try desk.store.take(
                .visit(3, "7-1-101", .refused, by: "s01", at: now + 50 - Fixture.evening, supersedes: [1, 2]))
            try desk.expectSettled()
        }
    }

    private static func expectDoubt(_ desk: CaseDesk, _ offset: Offset) async throws {
        let conflict = try #require(try desk.store.conflicts().first)
        for (language, doubt) in [
            (Language.zhHans, "暂以 v02 的为准（记录较晚）。v01（设备 p1） 的设备时间\(offset.zh)，先后不可全信。"),
            (
                .en,
                "v02 is taken as right meanwhile (recorded later). The device clock of v01 (device p1) \(offset.en): don't rely on the order."
            ),
        ] {
            let message = ConflictWords(conflict, now: desk.fixture.clock.now, Messages.of(language)).message
            #expect(message.hasSuffix(doubt), "\(message)")
            try await desk.expect(on: "/conflicts", language, message)
        }
    }

    /// Right: anybody's clock. A few minutes are no fault, and nobody is bothered.
    @Test func case10AFewMinutesAreNoFault() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup)
            let answer = try await desk.send(records: Self.refusal(at: desk.fixture.clock.now + 240))
            #expect((answer.body["notices"] as? [String])?.isEmpty == true)
            try desk.expectSettled()
        }
    }

    /// Right: the later by the clocks. Nobody can tell a clock that is a day behind from a queue a day old, so the
    /// sentence gives the day.
    @Test func case10AClockADayBehindLooksLikeAnOldQueue() async throws {
        let records: [Record] = [
            .visit(1, "7-1-101", .refused, at: 100 - 86_400),
            .visit(2, "7-1-101", .completed, [.tested: 2], by: "v02", at: 100),
        ]
        try expectOrderFree(records, after: Self.setup, seed: 10)
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup + records)
            try await desk.expectConflict(
                on: "/survey",
                zh: (
                    "7-1-101 的摸底结果不同：04-05 18:01 v01：拒绝；18:01 v02：已登记、本小区已检 2。暂以 v02 的为准（记录较晚）。",
                    "请再上门或打电话核实，在该户页面重新登记一次，即了结。"
                ),
                en: (
                    "The answers at 7-1-101 differ: 04-05 18:01 v01: refused; 18:01 v02: completed, tested here 2. v02 is taken as right meanwhile (recorded later).",
                    "Call at the door or ring again, then record the door once more on its page: that settles it."
                ))
        }
    }

    /// Right: the last by its time, and doubtful where that time comes from a clock ahead of the node's.
    @Test func case10ANeedFromAClockAhead() async throws {
        let needs: [Record] = [.need(1, 48, at: 10), .need(2, 12, at: 90_000).on("p1")]
        try expectOrderFree(needs, after: Self.setup, seed: 11)
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup + needs)
            try await desk.expectConflict(
                on: "/volunteers",
                zh: (
                    "需要人数有两种说法：18:00 s01：48 人；04-07 19:00 s01（设备 p1）：12 人。暂以 s01（设备 p1） 的为准（时间排在最后）。s01（设备 p1） 的设备时间快 19 小时，先后不可全信。",
                    "请问清需要几人，选定一条，即了结。"
                ),
                en: (
                    "There are two words about how many are needed: 18:00 s01: 48 people; 04-07 19:00 s01 (device p1): 12 people. s01 (device p1) is taken as right meanwhile (last by its time). The device clock of s01 (device p1) is 19 hours fast: don't rely on the order.",
                    "Ask how many are needed, then choose one: that settles it."
                ))
            try await desk.press("以此为准：48 人", on: "/conflicts", why: .phone)
            try desk.expectSettled()
            #expect(try desk.store.counts("volunteers", "-")?["need"] == 48)
        }
    }

    /// Right: the last by its time, and doubtful where that time comes from a clock ahead of the node's.
    @Test func case10AWithdrawalFromAClockAhead() async throws {
        let fills: [Record] = [.fill(1, "v01", at: 20), .fill(2, "v01", .withdrawn, at: 90_000).on("p1")]
        try expectOrderFree(fills, after: Self.setup, seed: 13)
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup + fills)
            try await desk.expectConflict(
                on: "/volunteers",
                zh: (
                    "v01 的报名有两种说法：18:00 s01：报名；04-07 19:00 s01（设备 p1）：不去了。暂以 s01（设备 p1） 的为准（时间排在最后）。s01（设备 p1） 的设备时间快 19 小时，先后不可全信。",
                    "请问本人，选定一条，即了结。"
                ),
                en: (
                    "There are two words about v01: 18:00 s01: Signs up; 04-07 19:00 s01 (device p1): Withdraws. s01 (device p1) is taken as right meanwhile (last by its time). The device clock of s01 (device p1) is 19 hours fast: don't rely on the order.",
                    "Ask the volunteer, then choose one: that settles it."
                ))
            try await desk.press("以此为准：报名", on: "/conflicts", why: .phone)
            try desk.expectSettled()
            #expect(try desk.store.board().volunteers == ["v01"])
        }
    }

    /// Right: what is recorded after the node's own clock was set right again, whatever it was before.
    @Test func case10TheNodesOwnClockRanDecadesAhead() throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            let now = fixture.clock.now
            fixture.clock.now = now + 50 * 365 * 86_400
            let then = fixture.clock.now - Fixture.evening
            try store.take(.building(900))
            try store.take(.need(1, 3, at: then), .fill(2, "v01", at: then))
            try store.take(.visit(3, "7-1-101", .nobodyHome, at: then))
            #expect(try store.status().recordsAhead == nil, "nobody can know yet")

            fixture.clock.now = now
            let since = now - Fixture.evening
            try store.take(.need(4, 50, at: since), .fill(5, "v01", .withdrawn, at: since))
            try store.take(.visit(6, "7-1-101", .postponed, at: since))
            let counts = try #require(try store.counts("volunteers", "-"))
            #expect(counts["need"] == 50 && counts["filled"] == 0)
            #expect(try store.counts("survey", "7")?["postponed"] == 1)
            try store.take(.need(7, 60, at: since + 1))
            #expect(try store.counts("volunteers", "-")?["need"] == 60, "and so does the word after that")
            #expect(try store.status().recordsAhead == then + Fixture.evening, "the page says that a clock was wrong")
        }
    }

    private static func refusal(at time: Int64) -> String {
        """
        {"kind":"visit","id":"\(Hex.text(UInt128(1)))","campaign":"\(Fixture.campaign)","door":"7-1-101",
        "disposition":"refused","recorder":"v01","device":"p1","observed_at":\(time)}
        """
    }
}
