import Daemon
import Federation
import Sync
import Testing

@testable import Compound

@Suite struct TheFeedbackDesk {
    private static func suggestion(
        _ id: UInt128, _ item: String, _ text: String = "菜价太贵", sender: String? = nil, at time: Int64 = 0,
        supersedes: [UInt128] = []
    ) -> Record {
        Record(
            id: id,
            content: Record.Suggestion(
                campaign: Fixture.campaign, item: Code(item)!, theme: .supplies, text: text, sender: sender),
            recorder: Code(literal: "s01"), observedAt: Fixture.evening + time, supersedes: supersedes)
    }

    private static func followUp(
        _ id: UInt128, _ item: String, _ state: Record.FollowUp.State, _ answer: String? = nil, at time: Int64 = 60
    ) -> Record {
        Record(
            id: id, content: Record.FollowUp(item: Code(item)!, state: state, answer: answer),
            recorder: Code(literal: "s02"), observedAt: Fixture.evening + time, supersedes: [])
    }

    @Test func howManyAreOpenLeavesAndNoWordOfIt() throws {
        try Fixture.withStore { store in
            try store.take(Self.suggestion(1, "a"), Self.suggestion(2, "b", "谢谢志愿者", sender: "3栋李姐"))
            #expect(try store.counts("feedback", "-") == ["received": 2, "open": 2, "answered": 0])
            try store.take(Self.followUp(3, "a", .answered, "已联系两家超市"))
            #expect(try store.counts("feedback", "-") == ["received": 2, "open": 1, "answered": 1])
            try store.take(Self.followUp(4, "a", .open, at: 120))
            #expect(try store.counts("feedback", "-") == ["received": 2, "open": 2, "answered": 0], "asked again")
            let rows = try store.changes(after: 0, limit: 100).changes.map { "\($0)" }.joined()
            #expect(!rows.contains("李姐") && !rows.contains("supplies"))
        }
    }

    @Test func aRoundThatOpensSaysZero() throws {
        try Fixture.withStore { store in
            try store.take(.need(1, 48))
            #expect(try store.counts("feedback", "-") == ["received": 0, "open": 0, "answered": 0])
        }
    }

    @Test func whatIsTakenBackIsNotCounted() throws {
        try Fixture.withStore { store in
            try store.take(Self.suggestion(1, "a"), Self.suggestion(2, "b"))
            try store.take(Self.suggestion(3, "b", "说错了", at: 50, supersedes: [1]))
            #expect(try store.counts("feedback", "-")?["received"] == 1)
        }
    }

    @Test func whoAnswersWhatNobodySaidIsTold() throws {
        try Fixture.withStore { store in
            let refused = try store.take(Self.followUp(1, "z", .done)).refused
            #expect(refused.map(\.error.code) == [.itemUnknown])
        }
    }

    @Test func theOrderOfArrivalChangesNothing() throws {
        try expectOrderFree(
            [
                Self.followUp(3, "a", .answered, "好", at: 60), Self.followUp(4, "a", .done, at: 90),
                Self.followUp(5, "b", .declined, "办不了", at: 70),
                Self.suggestion(6, "a", "改了", at: 100, supersedes: [1]),
            ], after: [Self.suggestion(1, "a"), Self.suggestion(2, "b")], seed: 7)
    }

    @Test func aSuggestionIsNotedAndFollowedUpOnThePage() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.need(900, 1))
            let form = "campaign=\(Fixture.campaign)&item=a&theme=medical&text=%3Cb%3E%E8%8D%AF%3C%2Fb%3E"
            #expect(try await desk.send(form: form, to: "/desk/feedback/suggestion?lang=en") == "/feedback?lang=en")
            try await desk.expect(on: "/feedback", zh: "不具名", en: "no name")
            try await desk.expect(on: "/feedback", zh: "<b>药</b>", en: "<b>药</b>")
            try await desk.press("已解决", on: "/feedback")
            #expect(try desk.store.counts("feedback", "-") == ["received": 1, "open": 0, "answered": 1])
            let item = try #require(
                (try await desk.get("/api/v1/feedback", .en) as? [String: Any])?["items"] as? [[String: Any]])
            #expect(item.map { $0["state"] as? String } == ["done"])
        }
    }
}
