import Daemon
import Federation
import Testing
import Wire

@testable import Compound

@Suite struct Pages {
    /// Six doors with two answers each: the page still shows the buildings first.
    @Test func conflictsLeaveADeskItsQuestion() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .claim(901, "7", "v01"), .claim(902, "7", "v02"))
            for (index, door) in ["101", "102", "201", "202", "301", "302"].enumerated() {
                try desk.store.take(
                    .visit(UInt128(index * 2 + 1), "7-1-\(door)", .refused, by: "v01"),
                    .visit(UInt128(index * 2 + 2), "7-1-\(door)", .completed, [.tested: 2], by: "v02"))
            }
            let survey = try await desk.page("/survey", .zhHans)
            #expect(survey.contains("◇ 待核实 6 条</a>") && !survey.contains("<li><p>"))
            let volunteers = try await desk.page("/volunteers", .zhHans)
            #expect(volunteers.contains("◇ 待核实 1 条</a>") && !volunteers.contains("<li><p>"))
            let list = try await desk.page("/conflicts", .zhHans)
            #expect(list.matches(of: /<li><p>/).count == 7 && list.contains("待核实 7 条"))
            #expect(try await desk.page("/registry", .zhHans).contains("待核实") == false)
        }
    }

    /// A building of eighteen floors is longer than a screen: what is open stands above its doors.
    @Test func aBuildingsOpenDoorsStandOnTop() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .building(902, "8", floors: 11), .need(901, 1))
            #expect(try await desk.page("/survey/8", .en).contains("44 of 44 doors left</span></p>"), "too many")
            #expect(try await desk.page("/survey/7", .en).contains("12 of 12 doors left</span><a "))
            for (index, room) in (1...3).flatMap({ ["\($0)01", "\($0)02"] }).enumerated() {
                for unit in [1, 2] where (unit, room) != (2, "301") {
                    try desk.store.take(
                        .visit(UInt128(index * 2 + unit), "7-\(unit)-\(room)", .completed, [.tested: 2], by: "v01"))
                }
            }
            try desk.store.take(.visit(1000, "7-1-101", .refused, by: "v02"))
            let page = try await desk.page("/survey/7", .en)
            #expect(page.contains("1 of 12 doors left</span>") && page.contains(">○ unit 2 301</a>"))
            #expect(page.contains(">◇ unit 1 101</a>"), "and what is to be settled")
            #expect(page.contains("<strong>101</strong> <small>◇ "))
        }
    }

    /// A claim is wanted for a building that nobody has.
    @Test func unclaimedBuildingsAreOfferedFirst() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .building(901, "8"), .need(902, 2), .claim(903, "7", "v01"))
            let page = try await desk.page("/volunteers", .en)
            #expect(page.matches(of: /<option value="(.)">/).map(\.output.1) == ["8", "7"])
        }
    }

    // MARK: Language

    /// A form leads to a page in the language of the page that it stands on, and so does its refusal.
    @Test func aFormKeepsItsLanguage() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .need(901, 48))
            for path in ["/volunteers", "/registry", "/survey/7/7-1-101"] {
                let page = try await desk.page(path, .en)
                let actions = page.matches(of: /action="([^"]+)"/).map(\.output.1)
                #expect(!actions.isEmpty && actions.allSatisfy { $0.hasSuffix("?lang=en") }, "\(path): \(actions)")
            }
            let form = "task=\(Fixture.campaign)&required=50"
            #expect(try await desk.send(form: form, to: "/desk/volunteers/need?lang=en") == "/volunteers?lang=en")
            let settled = try await desk.send(form: form + "&back=conflicts", to: "/desk/volunteers/need?lang=en")
            #expect(settled == "/conflicts?lang=en")
        }
    }

    /// A building without a name of its own is named in the reader's language.
    @Test func aBuildingsNameIsInThePagesLanguage() async throws {
        try await CaseDesk.with { desk in
            var named = Record.building(901, "8")
            var eight = try #require(named.content as? Record.Building)
            eight.label = "老八栋"
            named.content = eight
            var plain = Record.building(900)
            var seven = try #require(plain.content as? Record.Building)
            seven.label = nil
            plain.content = seven
            try desk.store.take(plain, named, .need(902, 1))
            for path in ["/survey", "/registry"] {
                try await desk.expect(on: path, zh: "7栋", en: "Building 7")
                try await desk.expect(on: path, zh: "老八栋", en: "老八栋")
                #expect(try await !desk.page(path, .en).contains("7栋"))
            }
        }
    }

    // MARK: Claims

    @Test func aClaimIsTakenAndFinishedOnThePage() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .need(901, 1))
            let page = try await desk.page("/volunteers", .zhHans)
            #expect(page.contains(">认领</button>") && !page.contains(">已认领</button>"))
            try desk.store.take(.claim(902, "7", "v01"), .claim(903, "7", "v02", at: 40))
            #expect(
                try await desk.page("/volunteers", .zhHans).matches(of: />完成<\/button>/).count == 1, "not the reserve's"
            )
            try await desk.press("完成", on: "/volunteers")
            #expect(try desk.store.board().claims.map(\.state) == ["done", "claimed"])
            #expect(
                try desk.store.counts("volunteers", "7")?.filter { $0.value != 0 } == [
                    "buildings": 1, "claimed": 1, "done": 1,
                ])
            #expect(try desk.store.conflicts().map(\.kind) == ["two_claims"])
            #expect(try await !desk.page("/volunteers", .zhHans).contains(">完成</button>"))
        }
    }

    /// Somebody who takes a building comes, whether or not he answered the call before.
    @Test func whoeverTakesABuildingHasAnsweredTheCall() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .building(901, "8"), .need(902, 3), .fill(903, "v02"))
            func claim(_ building: String, _ who: String, _ more: String = "") async throws {
                let form = "task=\(Fixture.campaign)&building=\(building)&volunteer=\(who)&state=claimed"
                try await desk.send(form: form + more, to: "/desk/volunteers/claim")
            }
            try await claim("7", "v01")
            #expect(try desk.store.counts("volunteers", "-")?["filled"] == 2)
            try await claim("8", "v01")
            try await claim("8", "v02")
            #expect(try desk.store.board().volunteers == ["v01", "v02"], "one person once")
            #expect(try desk.store.board().short == 1)
            let released = "task=\(Fixture.campaign)&building=8&volunteer=v03&state=released"
            try await desk.send(form: released, to: "/desk/volunteers/claim")
            #expect(try desk.store.board().filled == 2, "who gives a building back answers no call")
            try desk.store.take(.restriction(904, "v04", [.survey]))
            _ = try await desk.post(
                form: "task=\(Fixture.campaign)&building=8&volunteer=v04&state=claimed", to: "/desk/volunteers/claim")
            #expect(try desk.store.board().filled == 2, "nor who was refused it")
        }
    }

    // MARK: Rounds

    private static let other = Code(literal: "2022-04-03-survey")

    /// The round that was chosen on the survey's page is the one that is recorded at the door.
    @Test func aChosenRoundIsKeptThroughLinksAndForms() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900))
            try desk.store.adopt(.naming([Fixture.campaign.text, Self.other.text]), digest: "1")
            let chosen = "lang=zh-Hans&amp;campaign=\(Self.other)"
            for path in ["/survey", "/survey/7", "/survey/7/7-1-101", "/volunteers"] {
                let page = try await desk.page("\(path)?campaign=\(Self.other)", .zhHans)
                let links = page.matches(of: /(?:href|action)="(\/[^"]+)"/).map(\.output.1).filter {
                    !$0.hasPrefix("/assets") && !$0.contains("lang=en")
                }
                #expect(links.count > 3 && links.allSatisfy { $0.hasSuffix(chosen) }, "\(path): \(links)")
            }
            let door = try await desk.page("/survey/7/7-1-101?campaign=\(Self.other)", .zhHans)
            #expect(
                door.contains("name=\"campaign\" value=\"\(Self.other)\"")
                    && !door.contains("value=\"\(Fixture.campaign)\""))
            let next = try await desk.send(
                form: "id=\(Hex.text(UInt128(5)))&campaign=\(Self.other)&door=7-1-101&disposition=refused",
                to: "/desk/survey/visit?lang=zh-Hans&campaign=\(Self.other)")
            #expect(next == "/survey/7?done=\(Hex.text(UInt128(5)))&lang=zh-Hans&campaign=\(Self.other)")
            #expect(try await desk.page(next, .zhHans).contains("● 拒绝"))
            #expect(try await !desk.page("/survey/7", .zhHans).contains("拒绝"), "the current round knows nothing of it")
            _ = try await desk.page("/survey?campaign=nonsense", .zhHans, status: 404)
        }
    }

    @Test func aRoundToComeIsNotTheCurrentOne() throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            func publish(_ code: String, opens: Int64, closed: Bool = false) throws {
                var document = RegistryDocument.naming([code], closed: closed)
                document.campaigns[0].opens = opens
                try store.adopt(document, digest: code)
            }
            let now = fixture.clock.now
            try publish("to-come", opens: now + 86_400)
            #expect(try store.status().campaign == "to-come", "better than none")
            try publish("over", opens: now - 90, closed: true)
            #expect(try store.status().campaign == "over")
            try publish("first", opens: now - 7200)
            try publish("second", opens: now - 3600)
            #expect(try store.status().campaign == "second")
            fixture.clock.now += 86_400
            #expect(try store.status().campaign == "to-come", "it has begun")
        }
    }
}
