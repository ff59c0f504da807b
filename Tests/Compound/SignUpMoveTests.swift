import Daemon
import Federation
import Testing

@testable import Compound

/// Who goes to another building leaves the one that he had, and who is only called the same is somebody else.
@Suite struct SignUpMoves {
    private static func with(_ body: (CaseDesk) async throws -> Void) async throws {
        try await CaseDesk.with { desk in
            let buildings = ["2", "3", "11", "12", "13"].enumerated().map {
                Record.building(UInt128(900 + $0), $1)
            }
            try desk.store.take(buildings + [.need(950, 5)])
            try await body(desk)
            try expectDigestOfRows(desk.store)
        }
    }

    @discardableResult private static func paste(_ chain: String, _ desk: CaseDesk, apply: Bool = true) throws
        -> SignUps
    {
        try desk.store.signUp(chain, for: Fixture.campaign, by: Clerk.desk, apply: apply)
    }

    private static func claims(_ desk: CaseDesk) throws -> [String] {
        try desk.store.board().claims.map { "\($0.building) \(VolunteerName.text($0.volunteer))" }
    }

    // MARK: Moves

    @Test(arguments: ["郑姐 改12栋", "郑姐 不去了，换12栋", "郑姐改到12栋", "换十二栋 郑姐"])
    func whoMovesLeavesTheBuildingThatSheHad(_ line: String) async throws {
        try await Self.with { desk in
            let chain = "1. 11栋 郑姐"
            try Self.paste(chain, desk)
            let plan = try Self.paste(chain + "\n2. " + line, desk, apply: false)
            #expect(plan.entries.last?.leaves == ["11"] && plan.unclear.isEmpty, "shown before it is written")
            #expect(plan.shortAfter == 4, "she comes as before")
            try Self.paste(chain + "\n2. " + line, desk)
            #expect(try Self.claims(desk) == ["12 郑姐"] && desk.store.counts("volunteers", "11")?["claimed"] == 0)
            let again = try Self.paste(chain + "\n2. " + line, desk)
            #expect(!again.isOpen && again.unclear.isEmpty, "the same chain again writes nothing")
        }
    }

    @Test func aMoveIsReadInTheChainThatBringsHer() async throws {
        try await Self.with { desk in
            for _ in 1...2 {
                try Self.paste("1. 11栋 郑姐\n2. 郑姐 改12栋", desk)
                #expect(try Self.claims(desk) == ["12 郑姐"])
            }
        }
    }

    @Test func whoGaveABuildingUpIsAskedBeforeHeHasItAgain() async throws {
        try await Self.with { desk in
            try Self.paste("1. 张勇 11栋", desk)
            try await desk.press("释放", on: "/volunteers")
            let again = try Self.paste("1. 张勇 11栋", desk)
            #expect(again.unclear.map(\.doubt) == ["gave_up_before"])
            #expect(try Self.claims(desk).isEmpty)
        }
    }

    @Test func ofSeveralBuildingsNobodyGuessesWhichIsLeft() async throws {
        try await Self.with { desk in
            let plan = try Self.paste("张勇 11栋\n张勇 13栋", desk)
            #expect(plan.entries.last?.keeps == ["11"], "two buildings, and the page says so")
            #expect(try Self.paste("张勇 改12栋", desk).unclear.map(\.doubt) == ["moves_from_several"])
            let page = try await desk.post(
                form: "chain=张勇 改12栋&task=\(Fixture.campaign)&apply=0", to: "/desk/volunteers/chain?lang=zh-Hans")
            #expect(page.contains("<button class=\"primary\" name=\"state\" value=\"moved\">只去这栋，放开别的"))
            _ = try await desk.post(
                form: "chain=张勇 改12栋&line=1&task=\(Fixture.campaign)&volunteer=张勇&building=12&state=moved",
                to: "/desk/volunteers/line?lang=zh-Hans")
            #expect(try Self.claims(desk) == ["12 张勇"])
        }
    }

    @Test func whatIsDoneStaysDone() async throws {
        try await Self.with { desk in
            try Self.paste("1. 张勇 11栋", desk)
            try await desk.press("完成", on: "/volunteers")
            try Self.paste("1. 张勇 11栋\n2. 张勇 改12栋", desk)
            #expect(try Self.claims(desk) == ["11 张勇", "12 张勇"])
        }
    }

    // MARK: Called the same

    @Test func twoWhoAreCalledTheSameAreAskedAboutOnce() async throws {
        try await Self.with { desk in
            let chain = "1. 2栋 李姐\n2. 3栋 李姐(两口子)"
            let page = try await desk.post(
                form: "chain=\(chain.replacing("\n", with: "%0A"))&task=\(Fixture.campaign)&apply=1",
                to: "/desk/volunteers/chain?lang=zh-Hans")
            #expect(page.contains("同一个人按“报名”，不是按“另一位”") && page.contains("name=\"state\" value=\"another\""))
            _ = try await desk.post(
                form:
                    "chain=\(chain.replacing("\n", with: "%0A"))&line=2&task=\(Fixture.campaign)&volunteer=李姐、李姐家属&building=3&state=another",
                to: "/desk/volunteers/line?lang=zh-Hans")
            #expect(try Self.claims(desk) == ["2 李姐", "3 3栋李姐", "3 3栋李姐家属"])
            #expect(try desk.store.board().filled == 3)
            let again = try Self.paste(chain, desk)
            #expect(!again.isOpen && again.unclear.isEmpty, "asked once")
            #expect(try Self.paste("李姐 不去了", desk).unclear.map(\.doubt) == ["person_unknown"], "which of them?")
            try Self.paste("李姐 3栋 不去了", desk)
            #expect(try Self.claims(desk) == ["2 李姐", "3 3栋李姐家属"])
        }
    }

    @Test func theSamePersonMayHaveTwoBuildings() async throws {
        try await Self.with { desk in
            try Self.paste("2栋 小王", desk)
            #expect(try Self.paste("3栋 小王", desk).unclear.map(\.doubt) == ["same_address"])
            _ = try desk.store.signUp(.join(["小王"], building: Code("3")), for: Fixture.campaign, by: Clerk.desk)
            #expect(try Self.claims(desk) == ["2 小王", "3 小王"] && desk.store.board().filled == 1)
            #expect(try Self.paste("3栋 小王", desk).unclear.isEmpty)
            #expect(try Self.paste("张勇 2栋\n张勇 3栋", desk).unclear.isEmpty, "a whole name is one person")
        }
    }
}
