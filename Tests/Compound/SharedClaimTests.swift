import Daemon
import Federation
import Testing

@testable import Compound

/// Two people of one line are two volunteers on one building, and neither is the other's reserve.
@Suite struct SharedClaims {
    private static let couple = "3栋 李姐(两口子)"

    private static func with(_ body: (CaseDesk) async throws -> Void) async throws {
        try await CaseDesk.with { desk in
            desk.fixture.clock.now = Fixture.evening + 600
            try desk.store.take(.building(900, "3"), .building(901, "4"), .need(902, 4))
            try await body(desk)
        }
    }

    private static func paste(_ chain: String, _ desk: CaseDesk) throws -> SignUps {
        try desk.store.signUp(chain, for: Fixture.campaign, by: Clerk.desk, apply: true)
    }

    private static func ranks(_ desk: CaseDesk) throws -> [String] {
        try desk.store.board().claims.map { "\(VolunteerName.text($0.volunteer)) \($0.rank)" }
    }

    @Test func aCoupleIsTwoPeopleOnOneBuilding() async throws {
        try await Self.with { desk in
            #expect(try Self.paste(Self.couple, desk).shortAfter == 2)
            #expect(try Self.ranks(desk) == ["李姐 0", "李姐家属 0"])
            #expect(try desk.store.counts("volunteers", "3")?["claimed"] == 1)
            try desk.expectSettled()
            try await desk.expect(on: "/volunteers", zh: "已认领 · 和 李姐家属 一起", en: "Claimed · together with 李姐家属")
            #expect(try !Self.paste(Self.couple, desk).isOpen, "the same line again writes nothing")
            // Somebody else is reserve as ever, and asked about.
            #expect(try Self.paste("4. 张勇 3栋", desk).entries.map(\.isReserve) == [true])
            #expect(try Self.ranks(desk) == ["李姐 0", "李姐家属 0", "张勇 1"])
            #expect(try desk.store.conflicts().map(\.kind) == ["two_claims"])
            try await desk.expect(
                on: "/conflicts", zh: "暂由 李姐和李姐家属 一起负责（认领在先），其余为候补。",
                en: "李姐 and 李姐家属 hold it together meanwhile (claimed first), the others are reserve.")
        }
    }

    @Test func whatOneOfThemHasDoneIsDone() async throws {
        try await Self.with { desk in
            _ = try Self.paste(Self.couple, desk)
            func handOver() throws -> String {
                CallTexts(try desk.store.board(), now: Fixture.evening + 600, .zhHans).all.last?.body ?? ""
            }
            #expect(try handOver().contains("进行中：3栋 李姐和李姐家属"))
            try await desk.press("完成", on: "/volunteers")
            #expect(try desk.store.counts("volunteers", "3")?["done"] == 1)
            #expect(try await !desk.page("/volunteers", .zhHans).contains(">完成</button>"))
            #expect(try !handOver().contains("李姐"))
        }
    }

    @Test func whoStaysHoldsTheBuilding() async throws {
        try await Self.with { desk in
            _ = try Self.paste(Self.couple + "\n张勇 3栋\n李姐 不去了", desk)
            #expect(try Self.ranks(desk) == ["李姐家属 0", "张勇 1"])
            #expect(try desk.store.board().claims.allSatisfy { $0.after == nil }, "she held it all the time")
            try desk.store.take(.attendance(903, VolunteerName.code("李姐家属")!.text, .absent, at: 500))
            #expect(try Self.ranks(desk) == ["张勇 0", "李姐家属 1"], "who doesn't come holds nothing")
        }
    }

    /// Claims of an older program, and those that were typed one by one, don't say who belongs together.
    @Test func twoWhoWereTypedApartCanBePutTogether() async throws {
        try await Self.with { desk in
            let (one, other) = (VolunteerName.code("李姐")!.text, VolunteerName.code("李姐家属")!.text)
            try desk.store.take(.claim(903, "3", one), .claim(904, "3", other), .claim(905, "4", "v01"))
            try desk.store.take(.claim(906, "4", "v02"), .claim(907, "4", "v03", at: 31))
            #expect(try desk.store.conflicts().count == 2)
            _ = try Self.paste(Self.couple, desk)
            #expect(try desk.store.conflicts().map(\.subject) == ["\(Fixture.campaign)/4"])
            try await desk.press("v02 和 v01 一起负责", on: "/conflicts")
            #expect(try Self.ranks(desk).suffix(3) == ["v01 0", "v02 0", "v03 1"])
            try await desk.press("v03 和 v01 一起负责", on: "/conflicts")
            try desk.expectSettled()
        }
    }
}
