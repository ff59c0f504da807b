import Daemon
import Federation
import Testing

@testable import Compound

@Suite struct UndoAndVerification {
    private static func undo(_ id: UInt128, _ door: String, of slips: [UInt128], at time: Int64 = 900) -> Record {
        Record(
            id: id, content: Record.Undo(campaign: Fixture.campaign, door: Door(door)!), recorder: Code(literal: "v01"),
            observedAt: Fixture.evening + time, supersedes: slips)
    }

    private static func check(
        _ id: UInt128, _ door: String, of first: UInt128, _ disposition: Disposition,
        _ people: [PeopleClass: Int]? = nil, by who: String = "v02", at time: Int64 = 600
    ) -> Record {
        var record = Record.visit(id, door, disposition, people, by: who, at: time)
        if var visit = record.content as? Record.Visit {
            visit.checks = first
            record.content = visit
        }
        return record
    }

    // MARK: Undo

    @Test func theDoorStandsAsItStoodBefore() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .visit(1, "7-1-101", .completed, [.tested: 2]))
            let before = try store.counts("survey", "7")
            try store.take(.visit(2, "7-1-101", .refused, at: 300, supersedes: [1]))
            #expect(try store.counts("survey", "7")?["refused"] == 1)
            try store.take(Self.undo(3, "7-1-101", of: [2]))
            #expect(try store.counts("survey", "7") == before, "the answer that the slip took back stands again")
            #expect(try store.doors("7").first?.answers == [Hex.text(UInt128(1))])
            try store.take(Self.undo(4, "7-1-101", of: [1], at: 950))
            #expect(try store.counts("survey", "7")?["unvisited"] == 12)
        }
    }

    /// A slip that moved an answer to another door: both doors stand as before.
    @Test func anUndoReachesTheDoorThatTheSlipTookBackFrom() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .visit(1, "7-1-101", .refused))
            try store.take(.visit(2, "7-1-102", .refused, at: 300, supersedes: [1]))
            try store.take(Self.undo(3, "7-1-102", of: [2]))
            let doors = try store.doors("7")
            #expect(doors.first { $0.code == "7-1-101" }?.disposition == "refused")
            #expect(doors.first { $0.code == "7-1-102" }?.disposition == nil)
        }
    }

    @Test func anUndoEndsTheDisputeThatTheSlipBegan() throws {
        try Fixture.withStore { store in
            try store.take(
                .building(900), .visit(1, "7-1-101", .completed), .visit(2, "7-1-101", .refused, by: "v02", at: 300))
            #expect(try store.conflicts().count == 1)
            try store.take(Self.undo(3, "7-1-101", of: [2]))
            #expect(try store.conflicts().isEmpty)
        }
    }

    @Test func thereHasToBeSomethingToUndo() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .visit(1, "7-1-101", .refused))
            let outcome = try store.take(
                Self.undo(2, "7-1-101", of: []), Self.undo(3, "7-1-101", of: [77]), Self.undo(4, "7-1-102", of: [1]))
            #expect(outcome.refused.map(\.error.code) == [.nothingToUndo, .nothingToUndo, .nothingToUndo])
            #expect(try store.counts("survey", "7")?["refused"] == 1)
        }
    }

    @Test func theOrderOfArrivalChangesNothing() throws {
        let setup: [Record] = [
            .building(900), .visit(1, "7-1-101", .completed, [.tested: 2]),
            .visit(2, "7-1-101", .refused, at: 300, supersedes: [1]),
        ]
        try expectOrderFree(
            [
                Self.undo(3, "7-1-101", of: [2]), .visit(4, "7-1-101", .absent, by: "v03", at: 1000, supersedes: [1]),
                Self.check(5, "7-1-101", of: 1, .refused),
            ], after: setup, seed: 21)
    }

    @Test func aTapIsUndoneOnThePage() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .need(901, 1))
            let id = Hex.text(UInt128(77))
            let form = "id=\(id)&campaign=\(Fixture.campaign)&door=7-1-101&disposition=refused"
            #expect(
                try await desk.send(form: form, to: "/desk/survey/visit?lang=en") == "/survey/7?done=\(id)&lang=en")
            let page = try await desk.page("/survey/7", .zhHans, query: ["done": id])
            #expect(page.contains("7-1-101 已记：拒绝") && page.contains("下一户 7-1-102"), "\(page)")
            try await desk.press("撤销", in: page)
            #expect(try desk.store.counts("survey", "7")?["unvisited"] == 12)
            #expect(try await !desk.page("/survey/7", .zhHans, query: ["done": id]).contains("撤销</button>"))
        }
    }

    // MARK: A second person

    @Test func howOftenFirstAnswersAreWrong() throws {
        try Fixture.withStore { store in
            try store.take(
                .building(900), .visit(1, "7-1-101", .completed, [.tested: 2]),
                .visit(2, "7-1-102", .completed, [.tested: 1, .untested: 1]), .visit(3, "7-1-201", .refused))
            try store.take(
                Self.check(4, "7-1-101", of: 1, .completed, [.tested: 2, .absent: 0]),
                Self.check(5, "7-1-102", of: 2, .completed, [.tested: 2]))
            let found = try store.read { try Verification(Fixture.campaign.text, $0) }
            #expect((found.verified, found.differing) == (2, 1) && found.next.map(\.code) == ["7-1-201"])
            #expect(try store.conflicts().map(\.subject) == ["7-1-102"], "who differs is in dispute")
            // Settling it doesn't make the first answer right.
            try store.take(
                .visit(6, "7-1-102", .completed, [.tested: 2], by: "s01", at: 800, supersedes: [2, 5]))
            let settled = try store.read { try Verification(Fixture.campaign.text, $0) }
            #expect((settled.verified, settled.differing) == (2, 1))
            #expect(try store.conflicts().isEmpty)
            try store.take(Self.undo(7, "7-1-101", of: [4]))
            #expect(try store.read { try Verification(Fixture.campaign.text, $0) }.verified == 1, "a slip was no check")
        }
    }

    @Test func nobodyVerifiesHisOwnAnswer() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .visit(1, "7-1-101", .refused, by: "v01"))
            let outcome = try store.take(
                Self.check(2, "7-1-101", of: 1, .refused, by: "v01"), Self.check(3, "7-1-101", of: 99, .refused),
                Self.check(4, "7-1-102", of: 1, .refused))
            #expect(outcome.refused.map(\.error.code) == [.checkedByOneself, .itemUnknown, .itemUnknown])
        }
    }

    @Test func aCheckIsNoFurtherCallAtAnEmptyDoor() throws {
        try Fixture.withStore { store in
            try store.take(
                .building(900), .visit(1, "7-1-101", .nobodyHome), .visit(2, "7-1-101", .nobodyHome, at: 300))
            try store.take(Self.check(3, "7-1-101", of: 2, .nobodyHome))
            #expect(try store.counts("survey", "7")?["nobody_home_final"] == 0)
        }
    }

    @Test func aSecondPersonAgreesOnThePage() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .visit(1, "7-1-101", .completed, [.tested: 2, .absent: 1], by: "v01"))
            let form = "campaign=\(Fixture.campaign)&door=7-1-101&checks=\(Hex.text(UInt128(1)))&same=1&recorder="
            #expect(
                try await desk.send(form: form + "%E7%8E%8B%E5%A7%90", to: "/desk/survey/verify")
                    == "/verify?lang=zh-Hans")
            let found = try desk.store.read { try Verification(Fixture.campaign.text, $0) }
            #expect((found.verified, found.differing) == (1, 0))
            #expect(try await desk.post(form: form + "v01", to: "/desk/survey/verify").contains("复核要由另一个人做"))
            try await desk.expect(on: "/verify", zh: "不足 10 户，不算差错率", en: "fewer than 10: no error rate")
        }
    }

    // MARK: Revisits and lessons

    @Test func whereToCallAgain() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(
                .building(900), .visit(1, "7-1-101", .nobodyHome), .visit(2, "7-1-102", .postponed),
                .visit(3, "7-1-201", .refused))
            for pass in 0..<3 {
                try desk.store.take(.visit(UInt128(10 + pass), "7-2-101", .nobodyHome, at: Int64(pass) * 900))
            }
            let doors = try desk.store.read { try SurveyReader.revisits(Fixture.campaign.text, $0) }
            #expect(doors.map(\.code) == ["7-1-101", "7-1-102"], "three calls are enough")
            try await desk.expect(on: "/revisit", zh: "要再上门 2 户", en: "Doors to call at again: 2")
        }
    }

    @Test func lessonsAreKeptByTheNextVisitAndStandOnTheBuildingsPage() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900))
            let form = "campaign=\(Fixture.campaign)&door=7-1-101&disposition=partial&tested=1&lessons=8:00-11:40"
            try await desk.send(form: form, to: "/desk/survey/visit")
            try desk.store.take(.visit(5, "7-1-101", .completed, at: 30_000))
            #expect(try desk.store.doors("7").first?.lessons == "8:00-11:40")
            try await desk.expect(on: "/survey/7", zh: "网课时间：1-101 8:00-11:40", en: "Online lessons: 1-101 8:00-11:40")
        }
    }

    /// A slip of one's own that is noticed later is taken back at the door, and two answers are named there.
    @Test func theDoorsPageTakesTheLastAnswerBack() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .visit(1, "7-1-101", .vacant, by: "desk"))
            try await desk.expect(on: "/survey/7/7-1-101", zh: "撤销上次的记录", en: "Undo the last answer")
            let form = "campaign=\(Fixture.campaign)&door=7-1-101&supersedes=\(Hex.text(UInt128(1)))"
            _ = try await desk.post(form: form, to: "/desk/survey/undo")
            #expect(try desk.store.doors("7").first?.disposition == nil)
            try desk.store.take(.visit(2, "7-1-101", .vacant), .visit(3, "7-1-101", .refused, by: "v02"))
            try await desk.expect(on: "/survey/7/7-1-101", zh: "有 2 个不同的答案", en: "2 answers differ")
        }
    }
}
