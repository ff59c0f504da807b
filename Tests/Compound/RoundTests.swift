import Daemon
import Federation
import GRDB
import Testing
import Wire

@testable import Compound

@Suite struct TheRound {
    private static func final(_ id: UInt128, _ state: Record.FinalReport.State, at time: Int64) -> Record {
        Record(
            id: id, content: Record.FinalReport(campaign: Fixture.campaign, state: state),
            recorder: Code(literal: "desk"), observedAt: Fixture.evening + time, supersedes: [])
    }

    @Test func theFinalReportLeavesAsARowAndMayBeTakenBack() throws {
        try Fixture.withStore { store in
            try store.take(.building(1), .need(2, 3))
            #expect(try store.counts("report", "-") == ["final": 0], "a round that opens says that nothing is final")
            try store.take(Self.final(3, .final, at: 100))
            #expect(try store.counts("report", "-") == ["final": 1])
            try store.take(Self.final(4, .open, at: 200))
            #expect(try store.counts("report", "-") == ["final": 0])
        }
    }

    @Test func theLastWordStandsWhateverArrivesFirst() throws {
        try expectOrderFree(
            [Self.final(3, .final, at: 100), Self.final(4, .open, at: 200), Self.final(5, .final, at: 300)],
            after: [.building(1), .need(2, 3)], seed: 11)
    }

    private func targets(_ text: String) throws -> [RoundTarget] {
        let form = try #require(Form(Array("campaign=c&day=19088&targets=\(text)".utf8)))
        return try Record.Targets(form: FormFields(form)).targets
    }

    /// Day 19088 is 6 April 2022; noon in China is 04:00 UTC.
    @Test func targetsAreReadAsPeopleWriteThem() throws {
        let noon: Int64 = 19_088 * 86_400 + 4 * 3600
        let expected = [RoundTarget(at: noon, percent: 50), RoundTarget(at: noon + 4 * 3600, percent: 100)]
        for text in ["12:00 50%25,16:00 100%25", "12：00 50％，16：00 100％", "16:00 100、12:00 50"] {
            #expect(try targets(text) == expected, "\(text)")
        }
        #expect(try targets("").isEmpty)
        for text in ["12:00", "50%25", "25:00 50%25", "12:00 0%25", "12:00 101%25", "中午 50%25"] {
            let error = #expect(throws: IntakeError.self) { try targets(text) }
            #expect(error?.code == .notTargets, "\(text)")
        }
    }

    @Test func aTargetSaysWhatWasDoneByThen() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(1, units: 1, floors: 2, perFloor: 2))
            try desk.store.take(
                .visit(2, "7-1-101", .completed, at: 100), .visit(3, "7-1-102", .nobodyHome, at: 200),
                .visit(4, "7-1-102", .refused, at: 7000))
            // The first answer of 7-1-101 was in time; that it was corrected later doesn't change that.
            try desk.store.take(.visit(5, "7-1-101", .refused, at: 7100, supersedes: [2]))
            let targets = Record.Targets(
                campaign: Fixture.campaign,
                targets: [
                    RoundTarget(at: Fixture.evening + 3600, percent: 25),
                    RoundTarget(at: Fixture.evening + 3601, percent: 50),
                    RoundTarget(at: Fixture.evening + 40_000, percent: 100),
                ])
            try desk.store.record([(targets, [])], by: Code(literal: "desk"))
            let progress = try desk.store.progress()
            let round = try desk.store.read { try RoundStanding(progress, now: desk.fixture.clock.now, $0) }
            #expect(round.targets.map(\.done) == [1, 1, 2])
            #expect(round.targets.map { $0.wanted(of: round.doors) } == [1, 2, 4])
            try await desk.expect(
                on: "/survey", zh: "19:00 前 25 %：已达到（1 / 1 户）", en: "25 % by 19:00: reached (1 of 1 doors)")
            try await desk.expect(
                on: "/survey", zh: "19:00 前 50 %：没有达到，当时 1 / 2 户，差 1 户",
                en: "50 % by 19:00: missed, 1 of 2 doors then, 1 short")
        }
    }

    /// What the district wants stands beside what the compound wants of itself, and isn't hidden by it.
    @Test func whatTheDistrictWantsStandsBesideOnesOwn() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(1, units: 1, floors: 2, perFloor: 2))
            func adopt(_ targets: [RoundTarget]) throws {
                var document = RegistryDocument.naming([Fixture.campaign.text])
                document.campaigns[0].deadline = Fixture.evening + 50_000
                document.campaigns[0].targets = targets
                try desk.store.adopt(document, digest: "\(targets.count)")
            }
            func standing() throws -> [(percent: Int, isFromAbove: Bool)] {
                let progress = try desk.store.progress()
                return try desk.store.read { try RoundStanding(progress, now: desk.fixture.clock.now, $0) }
                    .targets.map { ($0.percent, $0.isFromAbove) }
            }
            let (at, later) = (Fixture.evening + 30_000, Fixture.evening + 40_000)
            try adopt([RoundTarget(at: at, percent: 50), RoundTarget(at: later, percent: 100)])
            let own = [RoundTarget(at: at, percent: 50), RoundTarget(at: at + 60, percent: 80)]
            try desk.store.record(
                [(Record.Targets(campaign: Fixture.campaign, targets: own), [])], by: Code(literal: "desk"))
            #expect(
                try standing().map(\.percent) == [50, 80, 100] && standing().map(\.isFromAbove) == [true, false, true])
            let page = try await desk.page("/survey", .zhHans)
            #expect(page.contains("（上级要求）") && page.contains("value=\"\(Clock.text(at + 60, asOf: at + 60)) 80%\""))
            try adopt([])
            #expect(
                try standing().map(\.percent) == [50, 80], "what is no longer wanted above is gone, one's own stays")
        }
    }

    /// By its hour: three calls at which nobody opened, none of whoever slipped, nothing of doors that others count.
    @Test func aTargetCountsWhatWasFinalThen() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(1, units: 1, floors: 2, perFloor: 2))
            for call in 1...3 {
                try desk.store.take(.visit(UInt128(10 + call), "7-1-101", .nobodyHome, at: Int64(call)))
            }
            try desk.store.take(.visit(20, "7-1-102", .refused, at: 10))
            let undo = Record.Undo(campaign: Fixture.campaign, door: Door("7-1-102")!)
            try desk.store.record([(undo, [20])], by: Code(literal: "v01"))
            try desk.store.take(.visit(21, "7-1-102", .completed, at: 8000))
            let targets = Record.Targets(
                campaign: Fixture.campaign, targets: [RoundTarget(at: Fixture.evening + 3600, percent: 50)])
            try desk.store.record([(targets, [])], by: Code(literal: "desk"))
            let progress = try desk.store.progress()
            let round = try desk.store.read { try RoundStanding(progress, now: desk.fixture.clock.now, $0) }
            #expect(progress.left == 2 && round.targets.map(\.done) == [1])
        }
    }

    private static let targets = "campaign=\(Fixture.campaign)&day=19088&targets="

    /// Nothing is wanted of a round that is over, nor less at a later hour.
    @Test func targetsThatCannotBeAreRefusedAndMarked() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(1), .need(2, 3))
            // Until 22:30.
            try desk.store.durably {
                try $0.execute(sql: "UPDATE campaign SET deadline = ?", arguments: [Fixture.evening + 16_200])
            }
            for (said, why) in [
                ("20:00 80%25，21:00 50%25", "越晚，百分比不能越小"), ("20:00 50%25，20:00 60%25", "同一时间只写一条"),
                ("20:00 50%25，23:00 100%25", "晚于本轮截止（22:30）"),
            ] {
                let page = try await desk.post(form: Self.targets + said, to: "/desk/round/targets")
                #expect(page.contains(why) && page.contains("name=\"targets\" aria-invalid=\"true\""), "\(said)")
            }
            #expect(try desk.store.value("SELECT count(*) FROM round_target") == 0)
            try await desk.send(form: Self.targets + "20:00 50%25，22:30 100%25", to: "/desk/round/targets")
            #expect(try desk.store.value("SELECT count(*) FROM round_target") == 2)
        }
    }

    /// A round from 18:00 to 02:00: its page is about the deadline's day, and 20:00 is the evening before.
    @Test func aRoundPastMidnightHasItsTargetsInItsHours() throws {
        let (opens, deadline) = (Fixture.evening, Fixture.evening + 8 * 3600)
        let form =
            "campaign=c&day=19089&opens=\(opens)&deadline=\(deadline)&targets=20:00 50%25，01:00 90%25，03:00 95%25"
        let said = try Record.Targets(form: FormFields(#require(Form(Array(form.utf8)))))
        let hours: [Int64] = [2, 7, 9]
        #expect(said.targets.map { ($0.at - opens) / 3600 } == hours)
    }

    /// Nothing left of nothing is no work done.
    @Test func aCompoundWithoutDoorsIsOfferedNoFinalReport() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.need(1, 1))
            let page = try await desk.page("/final", .zhHans)
            #expect(page.contains("还没有登记楼栋和住户") && !page.contains("确认终报") && !page.contains("0 / 0"))
            try await desk.expect(on: "/final", .en, "No buildings are registered yet")
        }
    }

    @Test func theRoundIsClosedAndOpenedOnThePage() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(
                .building(1), .visit(2, "7-1-101", .completed), .visit(5, "7-1-101", .refused, by: "v02", at: 200))
            #expect(try await desk.page("/survey", .zhHans).contains(">终报</a>"))
            let asked = try await desk.page("/final", .zhHans)
            #expect(asked.contains("还剩 11 / 12 户") && asked.contains("7栋 11</a>") && asked.contains("待核实 1 条"))
            #expect(try desk.store.counts("report", "-") == ["final": 0], "a link sends nothing")
            try await desk.press("确认终报", in: asked)
            try await desk.expect(on: "/final", zh: "已终报", en: "Final report sent")
            #expect(try await !desk.page("/final", .zhHans).contains("确认终报"), "what is sent isn't asked again")
            try await desk.expect(on: "/survey", zh: "已终报", en: "Final report sent")
            #expect(try desk.store.counts("report", "-") == ["final": 1])
            desk.fixture.clock.now += 60
            try desk.store.take(.visit(3, "7-1-102", .refused, at: 20_030))
            try await desk.expect(on: "/survey", zh: "终报后又有 1 条记录", en: "1 records since the final report")
            try await desk.press("撤回终报", on: "/survey")
            #expect(try desk.store.counts("report", "-") == ["final": 0])
        }
    }
}
