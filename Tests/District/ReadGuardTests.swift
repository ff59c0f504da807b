import Daemon
import Federation
import Foundation
import Testing

@testable import District

/// Who may read what: every route there is, asked by whoever may see one community and nothing else.
@Suite struct ReadGuardTests {
    private typealias District = ServedDistrict

    /// What was decided about a route.
    private enum Decision {
        /// Nothing about any place, or what everybody is told.
        case open
        /// Units' own credentials open it; a read token never does.
        case units
        /// Only for whoever sees everything.
        case everything
        /// A reader of one place is led there.
        case home(String)
        /// By the place or unit in the address.
        case path
        /// By these parameters; without them it is about everything.
        case query([String])
    }

    /// A route that isn't in here is not decided, and the test fails.
    private static let decisions: [String: Decision] = [
        "POST /v1/units/{unit}/delta": .units, "POST /v1/units/{unit}/snapshot": .units,
        "GET /v1/registry": .units,
        "GET /v1/stats": .query(["division"]), "GET /v1/units": .query(["division"]),
        "GET /v1/units/{unit}/why": .path, "GET /v1/units/{unit}/buildings.csv": .path, "GET /v1/upward": .everything,
        "GET /metrics": .everything,
        "GET /v1/openapi.json": .open, "GET /healthz": .open,
        "GET /v1/receipts": .query(["unit", "division"]), "GET /v1/phone-ins": .query(["unit", "division"]),
        "GET /v1/stats.csv": .query(["division"]), "GET /v1/export/dhis2.json": .query(["division"]),
        "GET /v1/export/dhis2-complete.json": .query(["division"]), "GET /v1/export/adx.xml": .query(["division"]),
        "GET /v1/export/fhir.json": .query(["division"]),
        "GET /v1/series": .query(["division"]), "GET /v1/series.csv": .query(["division"]),
        "GET /": .home("/division/"), "GET /wall": .home("/wall/"), "GET /division/{code}": .path,
        "GET /wall/{code}": .path, "GET /unit/{code}": .path, "GET /overlay/{code}": .everything,
        "GET /live": .everything, "GET /login": .open,
        "GET /v1/work": .query(["division"]), "GET /work": .everything, "GET /work/{code}": .path,
        "POST /work": .everything, "POST /work/{code}": .path,
        "POST /unit/{code}/phone-in": .path, "GET /assets/style.css": .open, "GET /assets/page.js": .open,
        "GET /v1/directives": .everything, "GET /directives": .everything, "GET /directive/{code}": .everything,
        "POST /directives/publish": .everything, "POST /directives/withdraw": .everything,
        "GET /directives/rule": .everything,
        "POST /directives/round": .everything, "GET /help": .everything,
        "GET /public": .open, "GET /public/{name}": .open,
    ]

    private static func ask(
        _ route: Route, _ district: District, _ query: [String: String] = [:], code: String, token: String?
    ) async throws -> Reply {
        var call = district.call(route.method, route.pattern, query, token: token)
        for name in ["code", "unit"] { call.captures[name] = code }
        return try await District.answer(route, call)
    }

    @Test func everyRouteDecidesWhoMayAsk() async throws {
        try await District.with { district in
            let token = try await district.token(["scope": District.community, "may": "phone-in,settle,publish"]).token
            let served = district.open.map { "\($0.method) \($0.pattern)" }
            #expect(
                Set(served) == Set(Self.decisions.keys), "a route without a decision, or a decision without a route")
            for route in district.open {
                let name = "\(route.method) \(route.pattern)"
                guard let decision = Self.decisions[name] else { continue }
                try await Self.expect(decision, of: route, name, district, token)
                if case .open = decision { continue }
                if case .units = decision { continue }
                let stranger = try await Self.ask(route, district, code: District.community, token: nil)
                #expect(stranger.status == 401, "\(name) without a token")
            }
        }
    }

    private static func expect(
        _ decision: Decision, of route: Route, _ name: String, _ district: District, _ token: String?
    ) async throws {
        func status(_ code: String, _ query: [String: String] = [:]) async throws -> Int {
            let reply = try await ask(route, district, query, code: code, token: token)
            if reply.status == 403 { #expect(reply.words.contains(District.community), "\(name) says what it is for") }
            return reply.status
        }
        let (own, foreign) = (District.community, District.other)
        let foreigners = [foreign, District.street, "421300000000", District.units[2].text, "999", "all"]
        switch decision {
        case .open: break
        case .units:
            var call = district.call(route.method, route.pattern, [:], token: nil)
            call.headers["authorization"] = "Bearer \(token ?? "")"
            #expect(try await District.answer(route, call).status == 401, "\(name)")
        case .everything: #expect(try await status(foreign) == 403, "\(name)")
        case .home(let start):
            let reply = try await ask(route, district, ["lang": "en"], code: foreign, token: token)
            #expect(reply.status == 303)
            #expect(reply.headers.contains { $0.name == "location" && $0.value == "\(start)\(own)?lang=en" })
        case .path:
            for code in foreigners { #expect(try await status(code) == 403, "\(name) of \(code)") }
            let isWhole = name.contains("unit")
            // A form that is empty is looked at before it is refused.
            let answered = name.hasPrefix("POST") ? 422 : 200
            #expect(try await status(isWhole ? District.units[0].text : own) == answered, "\(name)")
        case .query(let parameters):
            #expect(try await status(own) == 403, "\(name) about everything")
            for parameter in parameters {
                for code in foreigners {
                    #expect(try await status(own, [parameter: code]) == 403, "\(name) \(parameter)=\(code)")
                }
                let mine = parameter == "unit" ? District.units[0].text : own
                #expect(try await status(own, [parameter: mine]) == 200, "\(name) \(parameter)")
            }
            if parameters.count > 1 {
                let both = [parameters[0]: District.units[0].text, parameters[1]: foreign]
                #expect(try await status(own, both) == 403, "\(name): one of two is enough to be refused")
            }
        }
    }

    @Test func whatIsBelowAPlaceIsAllThatItsReaderIsTold() async throws {
        try await District.with { district in
            let token = try await district.token(["scope": District.community]).token
            let units = try await district.get("/v1/units", ["division": District.community], token: token).words
            #expect(units.contains("003003-001") && units.contains("003003-002") && !units.contains("003006-001"))
            let page = try await district.get("/division/\(District.community)", ["lang": "en"], token: token)
            #expect(page.status == 200 && !page.words.contains("/division/\(District.street)"), "no way up")
            #expect(page.words.contains("/unit/\(District.units[0])"))
            let unit = try await district.get("/unit/\(District.units[0])", ["lang": "en"], token: token).words
            #expect(unit.contains("/division/\(District.community)") && !unit.contains("/division/\(District.street)"))
            let refused = try await district.get("/division/\(District.other)", ["lang": "en"], token: token)
            #expect(refused.status == 403)
            #expect(refused.words.contains("this read token is for \(District.community) and what lies below it"))
            // Of a whole district the crumbs are whole, and its page isn't the one that was kept for the other reader.
            let whole = try await district.get("/division/\(District.community)", ["lang": "en"], token: District.token)
            #expect(whole.words.contains("/division/\(District.street)"))
            let tags = [page, whole].map { $0.headers.first { $0.name == "etag" }?.value }
            #expect(tags[0] != tags[1])
        }
    }

    @Test func aTokenMayBeOfOneUnitAndOfEverything() async throws {
        try await District.with { district in
            let one = try await district.token(["scope": District.units[0].text]).token
            let home = try await district.get("/", token: one)
            #expect(home.headers.contains { $0.name == "location" && $0.value == "/unit/\(District.units[0])" })
            #expect(try await district.get("/unit/\(District.units[0])", token: one).status == 200)
            #expect(try await district.get("/unit/\(District.units[1])", token: one).status == 403)
            #expect(try await district.get("/division/\(District.community)", token: one).status == 403)
            // A division of which no unit is registered has a page too: one that says that there is nothing.
            let empty = try await district.token(["scope": "421303003009"]).token
            let start = try await district.get("/", token: empty)
            #expect(start.headers.contains { $0.name == "location" && $0.value == "/division/421303003009" })
            let all = try await district.token([:]).token
            #expect(try await district.get("/metrics", token: all).status == 200)
            #expect(try await district.get("/v1/stats", token: all).status == 200)
        }
    }

    @Test func anotherDaysHierarchyIsAskedAbout() async throws {
        try await District.with { district in
            let token = try await district.token(["scope": District.community]).token
            let today = district.aggregator.today
            for (division, status) in [(District.community, 200), (District.units[1].text, 200), (District.other, 403)]
            {
                let reply = try await district.get("/v1/stats", ["division": division, "on": today], token: token)
                #expect(reply.status == status, "\(division)")
            }
        }
    }

    @Test func tokensAreShownOnceEndedForGoodAndKeptAsHashes() async throws {
        try await District.with { district in
            let made = try await district.token(["scope": District.community, "until": "2999-01-01"])
            let token = try #require(made.token)
            let list = try await district.admin("/admin/tokens", method: "GET").words
            #expect(
                list.contains(District.community) && list.contains("2999-01-01") && !list.contains(token.suffix(64)))
            let held = try district.aggregator.registry.readTokens()
            #expect(held.keys.map { Array($0) } == [Token.hash(token)])
            #expect(try await district.get("/division/\(District.community)", token: token).status == 200)
            try await district.admin("/admin/tokens/end", ["number": "\(made.number)"])
            let ended = try await district.get("/v1/stats", ["division": District.community], token: token)
            #expect(ended.status == 401 && ended.words.contains("read_token_ended"))
            #expect(
                try await district.get("/login", ["token": token, "lang": "en"], token: nil).words.contains("has ended")
            )
        }
    }

    @Test func aTokenEndsWithItsLastDay() {
        let token = ReadToken(name: "n", madeAt: 0, until: "2022-04-07")
        // Midnight in China.
        #expect(!token.hasEnded(at: 1_649_260_799) && token.hasEnded(at: 1_649_260_800))
    }

    @Test func whatCantBeIsNotMade() async throws {
        try await District.with { district in
            for wrong in [
                ["name": " "], ["name": "n", "scope": "999"], ["name": "n", "may": "write"],
                ["name": "n", "until": "2022-04-06"], ["name": "n", "until": "soon"],
            ] {
                let route = try #require(district.local.first { $0.pattern == "/admin/tokens" && $0.method == "POST" })
                let reply = try await District.answer(route, Call(method: "POST", path: "", query: wrong))
                #expect(reply.status == 422, "\(wrong)")
            }
        }
    }
}
