import Daemon
import Federation
import Sync
import Testing

@testable import Compound

/// Who records at the desk: each browser is somebody of her own.
@Suite struct Clerks {
    private static let register = "/desk/registry/household"
    private static func residents(_ count: Int) -> String { "door=7-1-101&residents=\(count)&state=occupied" }

    /// All who had said the PIN were one recorder once: the second clerk corrected the first, and nobody heard of it.
    @Test func aClerkCorrectsHerselfAndContradictsAnother() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900))
            let wang = try await desk.browser(of: "王姐")
            try await wang.send(form: Self.residents(3), to: Self.register)
            try await wang.send(form: Self.residents(2), to: Self.register)
            try await desk.browser(of: "王姐").send(form: Self.residents(4), to: Self.register)
            #expect(try desk.store.conflicts().isEmpty, "the same name in two browsers is one person")
            try await desk.browser(of: "0231").send(form: Self.residents(5), to: Self.register)
            try await desk.expect(on: "/conflicts", zh: "王姐", en: "王姐")
            try await desk.expect(on: "/conflicts", zh: "0231", en: "0231")
            try await wang.press("以此为准：4 人，自住", on: "/conflicts", why: .phone)
            try desk.expectSettled()
            let rows = try desk.store.changes(after: 0, limit: 1000).changes
            #expect(!"\(rows)".contains(try #require(Clerk(name: "王姐")).code.text), "names stay here")
        }
    }

    @Test func aWordAboutAClaimIsEachClerksOwn() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .claim(901, "7", "v01"))
            let claim = "task=\(Fixture.campaign)&building=7&volunteer=v01&state="
            try await desk.browser(of: "王姐").send(form: claim + "done", to: "/desk/volunteers/claim")
            try await desk.browser(of: "李主任").send(form: claim + "released", to: "/desk/volunteers/claim")
            #expect(try desk.store.conflicts().map(\.kind) == ["released_and_done"])
        }
    }

    @Test func aDoorSaysWhoRecordedIt() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900))
            let visit = "campaign=\(Fixture.campaign)&door=7-1-101&disposition=refused"
            try await desk.browser(of: "王姐").send(form: visit, to: "/desk/survey/visit")
            try await desk.expect(on: "/survey/7/7-1-101", zh: " · 登记人 王姐", en: " · recorded by 王姐")
        }
    }

    /// Work goes on without a name: then it is the browser that is told apart.
    @Test func aBrowserWithoutANameIsAPlaceOfTheDesk() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900))
            let (one, other) = (try await desk.browser(of: ""), try await desk.browser(of: ""))
            let recorder = String(try #require(one.cookie.split(separator: "=").last))
            #expect(recorder.hasPrefix("desk-") && one.cookie != other.cookie, "or one chance in 65,536")
            let shown = "值班台 \(recorder.dropFirst(5))"
            #expect(try await one.page("/volunteers", .zhHans).contains("登记人：\(shown)</a>"))
            try await one.send(form: Self.residents(3), to: Self.register)
            try await other.send(form: Self.residents(2), to: Self.register)
            try await one.expect(on: "/conflicts", .zhHans, shown)
            // Neither cookie nor name: a script, or a browser that keeps nothing.
            try await desk.send(form: "task=\(Fixture.campaign)&required=2", to: "/desk/volunteers/need")
            #expect(try desk.store.value("SELECT recorder FROM observation WHERE field = 'need'") == "desk")
        }
    }

    @Test func whatIsNoNameIsRefusedWithItsField() async throws {
        try await CaseDesk.with { desk in
            let page = try await desk.post(form: "clerk=\(String(repeating: "王", count: 22))", to: "/clerk")
            #expect(page.contains("不是姓名") && page.contains("name=\"clerk\" aria-invalid=\"true\""))
        }
    }

    /// Called so she would be taken for a table, whose word gives way to anybody's, or for another place of the desk.
    @Test(arguments: ["import", "desk", "desk-0231"]) func aWordThatMeansSomethingElseIsNoName(word: String)
        async throws
    {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .visit(1, "7-1-101", .refused))
            #expect(try await desk.post(form: "clerk=\(word)", to: "/clerk").contains("“\(word)”不是姓名"))
            let named = "campaign=\(Fixture.campaign)&door=7-1-101&disposition=refused&recorder=\(word)"
            #expect(try await desk.post(form: named, to: "/desk/survey/visit").contains("“\(word)”不是姓名"))
            let verified =
                "campaign=\(Fixture.campaign)&door=7-1-101&checks=\(Hex.text(UInt128(1)))&same=1&recorder=\(word)"
            #expect(try await desk.post(form: verified, to: "/desk/survey/verify").contains("不是姓名"))
            let record = """
                {"kind":"household","id":"\(Hex.text(UInt128(7)))","door":"7-1-101","residents":3,"state":"occupied","recorder":"\(word)","observed_at":\(Fixture.evening)}
                """
            let refused = try await desk.send(records: record).body["refused"] as? [[String: Any]]
            let isTable = word == Correction.table.text
            #expect(refused?.map { $0["field"] as? String } == (isTable ? ["recorder"] : []), "phones are the desk's")
        }
    }

    // MARK: Signing in

    @Test func thePinIsAskedWithAName() async throws {
        try await CaseDesk.with { desk in
            let gate = PinGate(pin: "246810")
            func signIn(_ form: String) async throws -> (status: Int, cookies: [String], page: String) {
                let routes = NodePages(store: desk.store, queue: SerialQueue("clerks"), gate: gate).routes
                let route = try #require(routes.first { $0.method == "POST" && $0.pattern == "/pin" })
                let reply = try await route.handler(Call(method: "POST", path: "/pin", body: Array(form.utf8)))
                let cookies = reply.headers.filter { $0.name == "set-cookie" }.map(\.value)
                return (reply.status, cookies, String(decoding: reply.body, as: UTF8.self))
            }
            let named = try await signIn("pin=246810&clerk=王姐").cookies
            #expect(named.count == 2 && named[1].hasPrefix("jiayuan_clerk=n:e78e8be5a790; HttpOnly; SameSite=Strict"))
            let unnamed = try await signIn("pin=246810&clerk=").cookies
            #expect(unnamed.count == 2 && unnamed[1].hasPrefix("jiayuan_clerk=desk-"))
            let wrong = try await signIn("pin=1&clerk=王姐")
            #expect(wrong.status == 403 && wrong.cookies.isEmpty && wrong.page.contains("value=\"王姐\""), "typed once")
            let long = try await signIn("pin=246810&clerk=\(String(repeating: "王", count: 22))")
            #expect(long.status == 403 && long.cookies.isEmpty && long.page.contains("最多 10 个汉字"))
        }
    }
}
