import Daemon
import Federation
import Foundation
import Testing

@testable import Compound

/// What a door's screen takes back: what the same person said. What somebody else said is contradicted, and then settled.
@Suite struct AnswersAtADoor {
    private static let (door, ordinary) = ("/survey/7/7-1-101", "在家 2 人，都已检")
    private static let frame: [Record] = [.building(900), .need(899, 1), .household(901, "7-1-101", 2)]

    @Test func aColleaguesDifferentAnswerIsInDispute() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Self.frame)
            let (wang, li) = (try await desk.browser(of: "王姐"), try await desk.browser(of: "李主任"))
            try await wang.press(Self.ordinary, on: Self.door)
            #expect(try await !wang.page(Self.door, .zhHans).contains("若不同"))
            let seen = try await li.page(Self.door, .zhHans)
            #expect(seen.contains("王姐 23:33 记：在家 2 人，都已检。您登记的若不同，列为待核实。"))
            #expect(!seen.contains("撤销上次的记录") && !seen.contains("name=\"supersedes\""))
            try await li.press(Self.ordinary, in: seen)
            #expect(try desk.store.conflicts().isEmpty, "the same answer is agreement")
            try await li.press("拒绝", on: Self.door)
            #expect(try desk.store.conflicts().map(\.subject) == ["7-1-101"])
            #expect(try desk.store.doors("7").first?.answers.count == 2, "his own answer of before is taken back")
            try expectDigestOfRows(desk.store)
        }
    }

    @Test func oneCorrectsAndTakesBackOnesOwn() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Self.frame)
            let wang = try await desk.browser(of: "王姐")
            try await wang.press(Self.ordinary, on: Self.door)
            try await wang.press("拒绝", on: Self.door)
            #expect(try desk.store.conflicts().isEmpty && desk.store.counts("survey", "7")?["refused"] == 1)
            try await wang.press("撤销上次的记录", on: Self.door)
            #expect(try desk.store.counts("survey", "7")?["completed"] == 1)
        }
    }

    /// What was said goes before what nobody has, and settles it as it was said.
    @Test func aDisputeIsSettledByWhatWasGiven() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Self.frame + [.household(902, "7-1-101", 3, at: 2)])
            let (wang, li) = (try await desk.browser(of: "王姐"), try await desk.browser(of: "李主任"))
            let detail =
                "campaign=\(Fixture.campaign)&door=7-1-101&disposition=completed&tested=2&untested=1&lessons=8:00"
            try await wang.send(form: detail, to: "/desk/survey/visit")
            try await li.press("拒绝", on: Self.door)
            let page = try await desk.page(Self.door, .zhHans)
            let given = try #require(page.range(of: ">以王姐的为准：已登记、本小区已检 2、未检 1</button>"))
            let tap = try #require(page.range(of: ">在家 3 人，都已检</button>"))
            #expect(page.contains(">以李主任的为准：拒绝</button>") && given.lowerBound < tap.lowerBound)
            #expect(!page.contains("huge") && !page.contains("撤销上次的记录"))
            let unsaid = try await desk.post(
                form: Self.form(of: page, "以王姐的为准：已登记、本小区已检 2、未检 1"), to: "/desk/survey/visit")
            #expect(unsaid.contains("写明依据") && unsaid.contains("name=\"answer\" value=\"ct2u1\""))
            try await desk.press("再提交一次", in: unsaid, why: .phone)
            try desk.expectSettled()
            let people = try desk.store.counts("survey", "7")?.people
            #expect(people?["p_tested"] == 2 && people?["p_untested"] == 1)
            #expect(try desk.store.doors("7").first?.lessons == "8:00")
        }
    }

    /// The hidden fields of the form with a button, and the button, without the reason.
    private static func form(of page: String, _ label: String) throws -> String {
        let button = try #require(page.range(of: ">\(label)</button>"))
        let opening = try #require(page[..<button.lowerBound].range(of: "<form", options: .backwards))
        let form = String(page[opening.lowerBound..<button.upperBound])
        let fields = form.matches(of: /<input type="hidden" name="([^"]+)" value="([^"]*)"/).map {
            "\($0.output.1)=\($0.output.2)"
        }
        let tapped = try #require(form.matches(of: /<button[^>]* name="([^"]+)" value="([^"]*)"/).last)
        return (fields + ["\(tapped.output.1)=\(tapped.output.2)"]).joined(separator: "&")
    }

    /// Phones of the office share a name, and are held by several people; an invite's is one person's, on whatever phone.
    @Test func whoseAnAnswerIs() throws {
        try Fixture.withStore { store in
            try store.take(Self.frame)
            try store.take(
                Record.visit(1, "7-1-101", .refused, by: "desk").on("p-1"),
                Record.visit(2, "7-1-101", .refused, by: "v02", at: 200).on("i-1"),
                .visit(3, "7-1-101", .refused, by: "desk", at: 300))
            func own(_ who: String) throws -> [String] {
                try store.read {
                    try DoorAnswers(
                        "7-1-101", Fixture.campaign.text, for: Answerer(Code(who)!), now: store.clock(), $0
                    ).own
                }
            }
            #expect(
                try own("v02") == [Hex.text(UInt128(2))] && own("desk") == [Hex.text(UInt128(3))] && own("v03").isEmpty)
        }
    }

    // MARK: Calls

    /// Three taps within seconds are one call, so the door isn't closed by them; three calls are three.
    @Test func whatIsSaidWithinMinutesIsOneCall() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Self.frame)
            let wang = try await desk.browser(of: "王姐")
            func call(after minutes: Int64, _ who: CaseDesk) async throws -> Int {
                desk.fixture.clock.now += minutes * 60
                try await who.press("没人在家", on: Self.door)
                return try desk.store.doors("7").first?.passes ?? 0
            }
            for _ in 0..<3 { #expect(try await call(after: 0, wang) == 1) }
            #expect(try desk.store.doors("7").first?.isLeft == true)
            #expect(try await call(after: 8, wang) == 1)
            #expect(try await wang.page(Self.door, .zhHans).contains("10 分钟内再记，算同一次上门"))
            #expect(try await call(after: 8, wang) == 2, "it began 16 minutes ago")
            #expect(try await call(after: 0, try await desk.browser(of: "李主任")) == 3, "who comes along calls himself")
            #expect(try desk.store.counts("survey", "7")?["nobody_home_final"] == 1 && desk.store.verify().found == [])
        }
    }

    // MARK: What the registry says

    @Test(arguments: [
        (Record.Household.State.vacant, "登记为空置。", "确认空置", "vacant"),
        (.notDwelling, "登记为非住宅。", "确认非住宅", "not_dwelling"),
    ])
    func whatIsNoHouseholdIsConfirmed(state: Record.Household.State, said: String, label: String, counted: String)
        async throws
    {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .need(899, 1), .household(901, "7-1-101", 0, state))
            let page = try await desk.page(Self.door, .zhHans)
            let (confirm, count) = (page.range(of: ">\(label)</button>"), page.range(of: "name=\"tested\""))
            #expect(page.contains(said) && !page.contains("在家 1 人"))
            #expect(try #require(confirm).lowerBound < #require(count).lowerBound)
            #expect(page.components(separatedBy: "huge").count == 2)
            try await desk.press(label, in: page)
            #expect(try desk.store.doors("7").first?.disposition == counted)
        }
    }

    // MARK: Letters

    @Test func everyAnswerIsReadAsItIsWritten() throws {
        for disposition in Disposition.allCases {
            let people = Dictionary(uniqueKeysWithValues: zip(PeopleClass.allCases, 1...))
            let record = Record.visit(1, "7-1-101", disposition, disposition.hasPeople ? people : nil)
            try Fixture.withStore { store in
                try store.take(.building(900), record)
                let told = try store.read {
                    try SurveyDesk.Told(#require(try Journal(db: $0, now: 0).statements([1]).first))
                }
                let answer = ShortAnswer(try #require(told))
                #expect(ShortAnswer(answer.text[...]) == answer)
            }
        }
    }
}
