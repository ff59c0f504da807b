import Daemon
import Federation
import Foundation
import Sync
import Testing

@testable import Compound

/// A phone of somebody who was invited: what opens, what stays shut, and whose its records are.
@Suite struct InviteTests {
    private static let token = InviteToken(draw: 7)

    private struct Phone {
        let store: CompoundStore
        let queue = SerialQueue("phone")
        var token: InviteToken? = InviteTests.token
        var asHeader = true

        var routes: [Route] { NodeDaemon.publicRoutes(store, queue, PinGate(pin: "246810")) }

        func ask(_ method: String, _ path: String, query: [String: String] = [:], body: String = "") async throws
            -> Reply
        {
            let parts = path.split(separator: "/").map(String.init)
            for route in routes where route.method == method {
                let places = route.pattern.split(separator: "/").map(String.init)
                guard places.count == parts.count,
                    zip(places, parts).allSatisfy({ $0.hasPrefix("{") || $0 == $1 })
                else { continue }
                let captures = zip(places, parts).reduce(into: [String: String]()) {
                    if $1.0.hasPrefix("{") { $0[String($1.0.dropFirst().dropLast())] = $1.1 }
                }
                return try await call(route, path, captures, query: query, body: body)
            }
            Issue.record("no route \(method) \(path)")
            return .text("", status: 0)
        }

        func call(
            _ route: Route, _ path: String, _ captures: [String: String], query: [String: String] = [:],
            body: String = ""
        ) async throws -> Reply {
            var headers: [String: String] = [:]
            if let token {
                headers =
                    asHeader
                    ? ["authorization": "Invite \(token.text)"] : ["cookie": "\(InviteToken.cookie)=\(token.text)"]
            }
            return try await route.handler(
                Call(
                    method: route.method, path: path, captures: captures,
                    query: query.merging(["lang": "zh-Hans"]) { $1 }, headers: headers, body: Array(body.utf8)))
        }
    }

    private static func with(_ body: (Phone, Fixture) async throws -> Void) async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .building(901, "8"), .need(902, 1))
            _ = try desk.store.make(invite(), token)
            try await body(Phone(store: desk.store), desk.fixture)
        }
    }

    private static func invite(_ buildings: [String] = ["7"]) -> Invite {
        Invite(
            code: Code(literal: "i-0000002a"), person: VolunteerName.code("张勇")!,
            buildings: buildings.compactMap { Code($0) }, until: Fixture.evening + 20_000 + 3600)
    }

    private static func visit(_ door: String, id: Int = 1, _ more: String = "") -> String {
        """
        {"kind":"visit","id":"\(Hex.text(UInt128(id)))","campaign":"\(Fixture.campaign)","door":"\(door)",\
        "disposition":"completed","people":{"tested":2},"recorder":"boss","device":"x9","observed_at":1649242800\(more)}
        """
    }

    // MARK: What opens

    /// The list of what is open is complete: any other address that staff have, today's and tomorrow's, is shut.
    @Test(arguments: [true, false]) func everythingElseIsShut(asHeader: Bool) async throws {
        try await Self.with { phone, _ in
            var phone = phone
            phone.asHeader = asHeader
            let free = [
                "/", "/pin", "/healthz", "/i/{token}", "/assets/style.css", "/assets/page.js",
                "/assets/{version}/{name}",
            ]
            let open = [
                "/walk", "/walk/{building}", "/api/v1/walk/{building}", "/survey/{building}",
                "/survey/{building}/{door}",
                "/api/v1/survey", "/desk/survey/visit", "/api/v1/records",
            ]
            for route in phone.routes where !free.contains(route.pattern) {
                let own = ["building": "7", "door": "7-1-101", "token": Self.token.text]
                let reply = try await phone.call(route, route.pattern, own, query: ["building": "7"])
                #expect((reply.status == 403) == !open.contains(route.pattern), "\(route.method) \(route.pattern)")
                let other = ["building": "8", "door": "8-1-101"]
                guard !["/walk", "/api/v1/records"].contains(route.pattern) else { continue }
                let body = "campaign=\(Fixture.campaign)&door=8-1-101&disposition=refused"
                let refused = try await phone.call(route, route.pattern, other, query: ["building": "8"], body: body)
                #expect(refused.status == 403, "\(route.method) \(route.pattern) of another building")
            }
        }
    }

    @Test func aPageSaysWhatIsShut() async throws {
        try await Self.with { phone, _ in
            let shut = String(decoding: try await phone.ask("GET", "/survey/8").body, as: UTF8.self)
            #expect(shut.contains("href=\"/pin?lang=zh-Hans\""), "staff who opened a link to try it find back")
            #expect(shut.contains("邀请不包括这里") && shut.contains("href=\"/walk?lang=zh-Hans\""))
            let page = String(decoding: try await phone.ask("GET", "/survey/7/7-1-101").body, as: UTF8.self)
            #expect(page.contains("都已检") && !page.contains("/desk/registry/household"))
            #expect(!page.contains("/volunteers") && !page.contains("未送达"), "neither the desks nor what was sent")
            let survey = try await phone.ask("GET", "/api/v1/survey")
            #expect(survey.status == 403, "the list of all buildings")
            #expect(String(decoding: survey.body, as: UTF8.self).contains("\"error\":\"invite_shut\""))
        }
    }

    @Test func theLinkIsThePageAndLeavesACookie() async throws {
        try await Self.with { phone, _ in
            var stranger = phone
            stranger.token = nil
            let reply = try await stranger.ask("GET", "/i/\(Self.token.text)")
            let header = { (name: String) in reply.headers.filter { $0.name == name }.map(\.value) }
            #expect(reply.status == 200 && header("set-cookie").first?.hasPrefix("jiayuan_invite=0000") == true)
            #expect(header("cache-control") == ["private, max-age=86400, stale-if-error=604800"])
            let page = String(decoding: reply.body, as: UTF8.self)
            #expect(page.contains("data-device=\"i-0000002a\"") && page.contains("张勇") && !page.contains("8栋"))
            let script = try #require(page.firstMatch(of: #/src="(/assets/[0-9a-f]{12}/walk.js)"/#)).output.1
            let asset = try await stranger.ask("GET", String(script))
            #expect(asset.headers.contains { $0.value == "public, max-age=31536000, immutable" })
            let older = try await stranger.ask("GET", "/assets/000000000000/walk.js")
            #expect(older.headers.contains { $0.value == "no-store" })
            let words = page.matches(of: #/⟦/#).count
            #expect(words == 0, "every word is in the catalogue")
            #expect(try await stranger.ask("GET", "/i/\(Hex.text(UInt128(8)))").status == 403)
            #expect(try await stranger.ask("GET", "/survey/7").status == 303, "without a cookie the PIN is asked for")
        }
    }

    @Test func overIsOverAndSaysWhatToDo() async throws {
        try await Self.with { phone, fixture in
            #expect(try await phone.ask("GET", "/survey/7").status == 200)
            fixture.clock.now += 3600
            let late = try await phone.ask("GET", "/survey/7")
            #expect(late.status == 403 && String(decoding: late.body, as: UTF8.self).contains("接着送"))
            let link = try await phone.ask("GET", "/i/\(Self.token.text)")
            #expect(link.status == 403 && String(decoding: link.body, as: UTF8.self).contains("邀请已到点"))
            let records = try await phone.ask("POST", "/api/v1/records", body: Self.visit("7-1-101"))
            #expect(records.status == 403)
            #expect(String(decoding: records.body, as: UTF8.self).contains("\"error\":\"invite_expired\""))
            fixture.clock.now -= 3600
            try phone.store.end(Self.invite().code)
            let ended = try await phone.ask("POST", "/api/v1/records", body: Self.visit("7-1-101"))
            #expect(String(decoding: ended.body, as: UTF8.self).contains("\"error\":\"invite_ended\""))
            #expect(try phone.store.progress().left == 24, "nothing was recorded")
        }
    }

    /// It outlives the process, and the file doesn't hold what opens it.
    @Test func itIsKeptWithoutItsToken() async throws {
        try await Self.with { phone, fixture in
            let again = try fixture.open()
            #expect(try again.invite(Self.token) == Self.invite())
            let kept: Data = try #require(try again.value("SELECT token FROM invite"))
            #expect(kept.count == 32 && kept != Data(Self.token.text.utf8))
            let rows: Int = try #require(try again.value("SELECT count(*) FROM observation"))
            #expect(rows == 3, "an invite is no observation")
            _ = phone
        }
    }

    // MARK: Whose the records are

    @Test func aRecordIsItsPersonsWhateverItSays() async throws {
        try await Self.with { phone, _ in
            let reply = try await phone.ask("POST", "/api/v1/records", body: "[\(Self.visit("7-1-101"))]")
            #expect(reply.status == 200)
            let form = "campaign=\(Fixture.campaign)&door=7-1-102&disposition=refused&recorder=boss"
            #expect(try await phone.ask("POST", "/desk/survey/visit", body: form).status == 303)
            let who: String? = try phone.store.value(
                "SELECT group_concat(DISTINCT recorder || ' ' || device) FROM observation WHERE desk = 'survey'")
            #expect(who == "n:e5bca0e58b87 i-0000002a")
            let line = try #require(try phone.store.invites().first)
            #expect(line.records == 2 && line.lastUsed != nil)
        }
    }

    /// What its person said on another phone is his to correct, a colleague's isn't; and whoever settles says why here too.
    @Test func aPhoneIsToldWhatIsItsPersons() async throws {
        try await Self.with { phone, _ in
            let person = Self.invite().person.text
            try phone.store.take(
                Record.visit(11, "7-1-101", .refused, by: person).on("i-00000001"), .visit(12, "7-1-102", .refused),
                .visit(13, "7-1-201", .nobodyHome, by: person, at: 19_900))
            let walked = try await phone.ask("GET", "/api/v1/walk/7", query: ["building": "7"])
            let told = try #require(try JSONSerialization.jsonObject(with: Data(walked.body)) as? [String: Any])
            #expect(told["own"] as? [String: [String]] == ["7-1-101": [Hex.text(UInt128(11))]])
            try phone.store.take(.visit(14, "7-1-101", .vacant, at: 200))
            let both = [11, 14].map { Hex.text(UInt128($0)) }.joined(separator: ",")
            let form = "campaign=\(Fixture.campaign)&door=7-1-101&disposition=refused&supersedes=\(both)"
            #expect(try await phone.ask("POST", "/desk/survey/visit", body: form).status == 400)
            #expect(try phone.store.conflicts().count == 1)
            #expect(try await phone.ask("POST", "/desk/survey/visit", body: form + "&why=visit").status == 303)
            #expect(try phone.store.conflicts().isEmpty)
        }
    }

    @Test(arguments: [
        ("8-1-101", "", "door"), ("7-1-101", #","supersedes":["00000000000000000000000000000063"]"#, "supersedes"),
    ]) func whatIsNotItsIsRefusedByItself(_ door: String, _ more: String, _ field: String) async throws {
        try await Self.with { phone, _ in
            try phone.store.take(.visit(99, "8-1-102", .refused))
            let body = "[\(Self.visit(door, id: 1, more)),\(Self.visit("7-1-102", id: 2))]"
            let reply = try await phone.ask("POST", "/api/v1/records", body: body)
            let text = String(decoding: reply.body, as: UTF8.self)
            #expect(reply.status == 200 && text.contains("\"code\":\"not_invited\"") && text.contains("\"\(field)\""))
            #expect(text.contains("\"recorded\":[\"\(Hex.text(UInt128(2)))\"]"), "the other one is taken")
        }
    }

    @Test func onlyVisitsInRoundsThatAreKnown() async throws {
        try await Self.with { phone, _ in
            let bodies = [
                Self.visit("7-1-101").replacing("\(Fixture.campaign)", with: "made-up"),
                #"{"kind":"household","id":"\#(Hex.text(UInt128(5)))","door":"7-1-101","residents":9,"state":"let","recorder":"s","observed_at":1}"#,
            ]
            for body in bodies {
                let reply = try await phone.ask("POST", "/api/v1/records", body: body)
                #expect(String(decoding: reply.body, as: UTF8.self).contains("\"code\":\"not_invited\""))
            }
            let rounds: Int = try #require(try phone.store.value("SELECT count(*) FROM campaign"))
            #expect(rounds == 1)
        }
    }

    /// A second invite sends what the first one's answer was lost for: once is once, and the first keeps its name.
    @Test func aSecondInviteSendsAgainWhatWasSent() async throws {
        try await Self.with { phone, _ in
            _ = try await phone.ask("POST", "/api/v1/records", body: Self.visit("7-1-101"))
            var second = Self.invite()
            (second.code, second.person) = (Code(literal: "i-0000002b"), Code(literal: "v02"))
            _ = try phone.store.make(second, InviteToken(draw: 9))
            var other = phone
            other.token = InviteToken(draw: 9)
            let reply = try await other.ask("POST", "/api/v1/records", body: Self.visit("7-1-101"))
            #expect(String(decoding: reply.body, as: UTF8.self).contains("\"refused\":[]"))
            let changed = Self.visit("7-1-101").replacing("\"tested\":2", with: "\"tested\":3")
            let refused = try await other.ask("POST", "/api/v1/records", body: changed)
            #expect(String(decoding: refused.body, as: UTF8.self).contains("\"id_reused\""))
            let rows: Int = try #require(
                try phone.store.value("SELECT count(*) FROM observation WHERE desk = 'survey'"))
            #expect(rows == 1)
        }
    }

    // MARK: The desk

    @Test func staffMakeAndEndAnInvite() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .building(901, "8"), .need(902, 1))
            let page = try await desk.page("/invites", .zhHans)
            #expect(page.contains("name=\"b.7\"") && page.contains("手机打不开"), "without a PIN no phone gets here")
            let token = try #require(page.firstMatch(of: #/name="token" value="([0-9a-f]{32})"/#)).output.1
            let form = "token=\(token)&person=张勇&hours=4&b.7=on&wifi=门岗 <b>&address=192.168.1.20:8080"
            let made = try await desk.post(form: form, to: "/invites?lang=zh-Hans")
            #expect(made.contains("http://192.168.1.20:8080/i/\(token)</p>") && made.contains("<svg class=\"qr\""))
            #expect(made.contains("门岗 &lt;b&gt;") && made.contains("用手机流量打不开"))
            _ = try await desk.post(form: form, to: "/invites?lang=zh-Hans")
            let line = try #require(try desk.store.invites().first)
            #expect(try desk.store.invites().count == 1, "a form that is sent twice makes one invite")
            #expect(line.invite.buildings.map(\.text) == ["7"] && line.lastUsed == nil)
            let list = try await desk.page("/invites", .en)
            #expect(list.contains("never opened") && !list.contains(token))
            try await desk.press("结束", on: "/invites")
            #expect(try desk.store.invites().first?.invite.endedAt != nil)
        }
    }

    /// Whoever holds a building gets his invite from there.
    @Test func aClaimLeadsToItsInvite() async throws {
        try await CaseDesk.with { desk in
            let name = try #require(VolunteerName.code("张 <勇>"))
            try desk.store.take(.building(900), .building(901, "8"), .need(902, 1), .claim(903, "8", name.text))
            let page = try await desk.page("/volunteers", .zhHans)
            let link = try #require(page.firstMatch(of: #/href="(/invites[^"]*)">手机邀请</#)).output.1
            #expect(link == "/invites?lang=zh-Hans&amp;building=8&amp;person=%E5%BC%A0%20%3C%E5%8B%87%3E")
            let routes = NodePages(store: desk.store, queue: SerialQueue("q"), gate: PinGate(pin: nil)).routes
            let route = try #require(routes.first { $0.pattern == "/invites" && $0.method == "GET" })
            let query = ["building": "8", "person": "张 <勇>", "lang": "zh-Hans"]
            let reply = try await route.handler(Call(method: "GET", path: "/invites", query: query))
            let form = String(decoding: reply.body, as: UTF8.self)
            #expect(form.contains("name=\"b.8\" checked") && !form.contains("name=\"b.7\" checked"))
            #expect(form.contains("value=\"张 &lt;勇&gt;\""))
        }
    }

    @Test(arguments: [
        "person=&hours=4&b.7=on", "person=张勇&hours=4", "person=张勇&hours=0&b.7=on", "person=张勇&hours=4&b.9=on",
        "person=张勇&hours=4&b.7=on&address=evil.example/x",
    ]) func whatIsMissingIsSaid(_ form: String) async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .need(902, 1))
            let whole = "token=\(Hex.text(UInt128(3)))&address=10.0.0.1:80&" + form
            let page = try await desk.post(form: whole, to: "/invites?lang=zh-Hans")
            #expect(page.contains("没有记录") && page.contains("role=\"alert\""))
            #expect(try desk.store.invites().isEmpty)
        }
    }
}
