import Coverage
import Daemon
import Federation
import Foundation
import GRDB
import Testing

@testable import District

/// A community's page: what was rung up, by whom; households that two compounds have; and down to the building.
@Suite struct CommunityPageTests {
    private typealias District = ServedDistrict

    private static let form = "campaign=2022-04-06-survey&done=65&due=82&caller=w&officer=li&reason=power+cut"

    // MARK: Phoning in

    @Test func whoeverMayPhoneInWritesItDownOnThePage() async throws {
        try await District.with { district in
            let unit = District.units[0]
            let token = try await district.token(["scope": District.community, "may": "phone-in"])
            let page = "/division/\(District.community)"
            #expect(
                try await district.get(page, ["lang": "en"], token: token.token).words.contains(
                    "/unit/\(unit)/phone-in"))
            let before = try await district.get("/v1/stats", ["division": unit.text], token: token.token).words
            let sent = try await district.post("/unit/\(unit)/phone-in", Self.form, token: token.token)
            #expect(sent.status == 303 && sent.headers.contains { $0.value.hasPrefix("/unit/\(unit)?lang=") })
            let shown = try await district.get(page, ["lang": "en"], token: token.token).words
            #expect(shown.contains("<span class=\"phoned\">65 / 82</span>") && shown.contains("power cut"))
            let own = try await district.get("/unit/\(unit)", ["lang": "en"], token: token.token).words
            #expect(own.contains("<ul><li><span class=\"phoned\">65 / 82</span>") && !own.contains("HTML("))
            let call = try #require(district.aggregator.registry.book().phoneIns[unit]?.first)
            #expect(call.officer == "li" && call.reason == "power cut" && call.readToken == token.number)
            func bounds(_ words: String) throws -> [Int?] {
                struct Stats: Decodable {
                    struct Measured: Decodable { var lower_permille, upper_permille: Int? }
                    struct Place: Decodable { var measures: [Measured] }
                    var place: Place
                }
                let stats = try JSONDecoder().decode(Stats.self, from: Data(words.utf8))
                return stats.place.measures.flatMap { [$0.lower_permille, $0.upper_permille] }
            }
            let after = try await district.get("/v1/stats", ["division": unit.text], token: token.token).words
            #expect(try bounds(before) == bounds(after) && bounds(after)[0] == 0)
        }
    }

    @Test func whoeverOnlyReadsHasNoFormAndIsRefused() async throws {
        try await District.with { district in
            let readers = [try await district.token(["scope": District.community]).token, District.token] as [String?]
            for token in readers {
                let page = try await district.get("/division/\(District.community)", token: token)
                #expect(page.status == 200 && !page.words.contains("phone-in"))
                let sent = try await district.post("/unit/\(District.units[0])/phone-in", Self.form, token: token)
                #expect(sent.status == 403)
            }
            #expect(try district.aggregator.registry.book().phoneIns.isEmpty)
        }
    }

    @Test func aFormThatCantBeTakenComesBackWithWhatWasTyped() async throws {
        try await District.with { district in
            let token = try await district.token(["scope": District.community, "may": "phone-in"]).token
            let path = "/unit/\(District.units[0])/phone-in"
            for (form, word, field) in [
                (Self.form.replacing("done=65", with: "done=90"), "countsImpossible", "due"),
                (Self.form.replacing("reason=power+cut", with: "reason=+"), "missing", "reason"),
                (Self.form.replacing("due=82", with: "due=-82"), "numbers", "due"),
                (Self.form.replacing("2022-04-06-survey", with: "other"), "campaignUnknown", ""),
            ] as [(String, String, String)] {
                let reply = try await district.post(path, form, token: token)
                #expect(
                    reply.status == 422 && reply.words.contains(Messages.zhHans("phone_in.refused.\(word)")), "\(word)")
                #expect(reply.words.contains("value=\"li\""), "what was typed is there")
                guard !field.isEmpty else { continue }
                let mark = try Regex("name=\"\(field)\"[^>]*aria-invalid")
                #expect(reply.words.firstMatch(of: mark) != nil, "\(field) is marked")
            }
            var foreign = district.call("POST", path, [:], token: token, body: Self.form)
            foreign.headers["origin"] = "http://evil.example"
            foreign.captures["code"] = District.units[0].text
            let route = try #require(district.open.first { $0.pattern == "/unit/{code}/phone-in" })
            #expect(try await District.answer(route, foreign).status == 403)
            #expect(try district.aggregator.registry.book().phoneIns.isEmpty)
        }
    }

    @Test func whatWasReplacedOrEndedIsCrossedOutWithTheDifference() throws {
        try BookDistrict.with { district in
            var (node, other) = (CaseNode(1), CaseNode(2))
            node.count("7", completed: 30, unvisited: 50)
            other.count("1", completed: 40, unvisited: 50)
            try district.hear(node.push(from: nil))
            try district.hear(other.push(from: nil), of: BookDistrict.other)
            district.now = 10 * BookDistrict.minute
            _ = district.sweptFigures
            for done in [64, 65] as [Int64] {
                let counts = PhoneIn.Counts(done: done, due: 82)
                try district.perform(
                    .phoneIn(
                        PhoneIn(
                            at: district.wall, unit: BookDistrict.unit, campaign: BookDistrict.campaign, counts: counts,
                            caller: "w", officer: "li")))
            }
            let rung = district.division(.en)
            #expect(rung.contains("<s>64 / 82</s>") && rung.contains("replaced by a later call"))
            #expect(rung.contains("<span class=\"phoned\">65 / 82</span>"))
            let at = node.position
            node.count("7", completed: 61, unvisited: 20)
            try district.hear(node.push(from: at))
            let back = district.division(.en)
            #expect(back.contains("<s>65 / 82</s>") && back.contains("differs from the call by -4 / -1"))
        }
    }

    @Test func anOlderRegistrysCallsHaveNoReason() throws {
        try BookDistrict.with { district in
            try district.registry.database.write {
                try $0.execute(
                    sql: """
                        INSERT INTO phone_in (number, at, unit, campaign, done, due, caller, officer)
                        VALUES (1, 1, '421303587002-001', '2022-04-06-survey', 1, 2, 'w', 'li')
                        """)
            }
            let call = try #require(try district.registry.book().phoneIns[BookDistrict.unit]?.first)
            #expect(call.reason.isEmpty && call.readToken == nil && call.counts.done == 1)
        }
    }

    // MARK: Households that two compounds have

    @Test func whoHasTheSameHouseholdsIsNamedAsFarAsTheReaderSees() throws {
        let list = try #require(Catalogue(text: "claim\nclaimed households open\ncounted households open\n"))
        let tree = RollupTests.tree(units: 7)
        var claims = Claims(ClaimTests.registered())
        var speakers = Paged(repeatElement(UnitCopies(), count: tree.units.count))
        for (unit, tokens) in [0: [1, 2, 3], 1: [1, 2], 4: [3]] as [Int: [UInt64]] {
            let said = ClaimTests.unit(
                Dictionary(uniqueKeysWithValues: tokens.map { ($0, (Int64(1), Int64(1) as Int64?)) }))
            _ = claims.settle(unit, from: speakers[unit], to: said, cuts: nil, tree: tree)
            speakers[unit] = said
        }
        let round = RegistryCampaign(
            code: ClaimTests.period, name: "r", opens: 0, deadline: 1, order: "", closed: false, claimKey: 1)
        var picture = Picture(
            rollup: Rollup.recomputed(
                Hierarchy(current: tree), shelf: CatalogueShelf([list]), speakers: Paged(speakers), now: 0),
            speakers: Paged(speakers),
            campaigns: [round], edition: nil, now: 0, wall: 0, revision: 1, tokens: [:])
        picture.claims = claims.board
        let place = try #require(tree.place("421303001000"))
        func page(_ reader: Reader) throws -> (CommunityAffairs, String) {
            let affairs = try #require(CommunityAffairs(picture, place, round, reader))
            return (affairs, CommunitySections.html(affairs, asOf: 0, asked: nil, .english).source)
        }
        let (whole, all) = try page(.everything)
        #expect(whole.shared.map(\.households) == [2, 1] && all.contains(">u2<"))
        let (_, own) = try page(Reader(scope: "421303001000"))
        #expect(own.contains(">u0<") && own.contains(">u4<") && !own.contains("u2"))
        #expect(
            own.contains("a compound outside this token&#39;s place")
                || own.contains("a compound outside this token's place"))
        func items(_ place: Int?) -> Int {
            picture.work(ClaimTests.period, below: place).count { $0.matter.kind == .doubleClaim }
        }
        #expect(items(nil) == 3 && items(place) == 2, "whose it is, is settled where both are seen")
        #expect(CommunityAffairs(picture, 0, round, .everything) == nil, "a city has no compound directly below it")
    }

    // MARK: Orders

    /// A community reads the orders to its compounds and who has read them; others' orders aren't told there.
    @Test func aCommunityReadsTheOrdersToItsCompounds() async throws {
        try await District.with { district in
            func publish(_ code: String, _ members: String) async throws {
                try await district.admin(
                    "/admin/directives",
                    body: #"{"code":"\#(code)","kind":"order","title":"title-\#(code)","text":"text-\#(code)","#
                        + #""reason":"first","officer":"zhang"\#(members)}"#)
            }
            try await publish("ours", #","to":["\#(District.community)"]"#)
            try await publish("theirs", #","to":["\#(District.other)"]"#)
            try await publish("alls", "")
            let token = try await district.token(["scope": District.community]).token
            let page = try await district.get("/division/\(District.community)", ["lang": "en"], token: token).words
            #expect(page.contains("title-ours") && page.contains("text-ours") && page.contains("title-alls"))
            #expect(!page.contains("title-theirs") && page.contains("not received"))
            let unit = try await district.get("/unit/\(District.units[1])", ["lang": "en"], token: token).words
            #expect(unit.contains("title-ours") && !unit.contains("title-theirs"))
            #expect(try await district.get("/directive/ours", token: token).status == 403, "it says who else has it")
            let street = try await district.get("/division/\(District.street)", token: District.token).words
            #expect(!street.contains("text-ours"), "officers have the page of orders")
            try await district.admin(
                "/admin/directives/withdraw", body: #"{"code":"ours","reason":"over","officer":"zhang"}"#)
            let after = try await district.get("/division/\(District.community)", token: token).words
            #expect(!after.contains("title-ours") && after.contains("title-alls"))
        }
    }

    // MARK: Down to the building

    @Test func aSilentCompoundsBuildingsAreNeverShownAsIfTheyWereCurrent() throws {
        try BookDistrict.with { district in
            var node = CaseNode(1)
            node.count("10", completed: 3, unvisited: 7)
            node.count("7", completed: 30, unvisited: 50)
            node.countUnknown("9")
            try district.hear(node.push(from: nil))
            func table(_ language: Language) -> String {
                let page = district.page(language)
                return page.firstRange(of: Messages.of(language)("dash.buildings")).map {
                    String(page[$0.upperBound...])
                } ?? ""
            }
            /// Numbers of the table of data by building: done, due, bounds, last done and due.
            func data() throws -> [String: [String]] {
                let unit = try #require(district.picture.rollup.tree.unit(BookDistrict.unit))
                let bytes = BuildingsCSV.encoded(unit, BookDistrict.campaign, district.picture)
                let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").dropFirst()
                return Dictionary(
                    uniqueKeysWithValues: lines.map { line in
                        let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                        return (cells[5], Array(cells[7..<13]))
                    })
            }
            #expect(try data()["7"] == ["", "", "", "", "30", "80"] && data()["9"] == Array(repeating: "", count: 6))
            // A null row makes the unit unknown, and the others' counts old.
            #expect(table(.en).contains("unknown rows") && table(.en).contains("not how things stand now"))
            let at = node.position
            node.count("9", completed: 5, unvisited: 5)
            try district.hear(node.push(from: at))
            let known = table(.en)
            #expect(known.contains("30 / 80") && known.contains("37.5") && !known.contains("not how things stand now"))
            let order = ["7", "9", "10"].map { known.firstRange(of: "building \($0)<")?.lowerBound }
            #expect(order.allSatisfy { $0 != nil } && order.compactMap { $0 } == order.compactMap { $0 }.sorted())
            #expect(try data()["7"] == ["30", "80", "37.5", "37.5", "30", "80"])
            district.now = 10 * BookDistrict.minute
            _ = district.sweptFigures
            #expect(try data()["7"] == ["", "", "", "", "30", "80"])
            for (language, words) in [(Language.zhHans, "不是现在的数"), (.en, "not how things stand now")] {
                let old = table(language)
                #expect(
                    old.contains(words) && old.contains("18:00") && old.contains(">37.5 %</td>")
                        && old.contains("<td class=\"muted\""))
                #expect(!old.contains("<b>37.5</b>"), "no figure in the words of current ones")
            }
        }
    }
}
