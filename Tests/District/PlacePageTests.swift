import Coverage
import Daemon
import Federation
import Testing

@testable import District

/// What a page of a place says where little is known, and where little is registered.
@Suite struct PlacePageTests {
    private typealias District = ServedDistrict

    private static func page(_ path: String, _ district: District, _ language: String = "en") async throws -> String {
        try await district.get(path, ["lang": language], token: District.token).words
    }

    // MARK: Missing, zero and unknown

    @Test func nobodyEverHeardIsNoZeroAtLastKnown() async throws {
        try await District.with { district in
            for path in ["/", "/division/\(District.community)", "/wall"] {
                let page = try await Self.page(path, district)
                #expect(page.contains("<b>0</b> <small>to</small> <b>"), "\(path): the bounds are wide")
                #expect(page.contains("No data this round") && !page.contains("last known: 0"), "\(path)")
                #expect(!page.contains("of those heard 0 / 0"), "\(path): nobody was")
            }
        }
    }

    @Test func whoSaysThatNothingIsDueIsZeroAtLastKnown() throws {
        let nothing = Figure(
            Evidence(
                numerator: 0, denominator: 0, lastNumerator: 0, lastDenominator: 0, unknownCeiling: 0, totalCeiling: 9,
                unbounded: 0))
        #expect(MissingTile.html(nothing, nothing, wasHeard: true, .english).source.contains("last known: 0"))
    }

    /// Counts before rates, on a compound's page as on a city's; what it said last stands with its time.
    @Test func aUnitsPageBeginsWithWhoIsMissing() throws {
        try BookDistrict.with { district in
            var node = CaseNode(1)
            node.count("7", completed: 30, unvisited: 50)
            try district.hear(node.push(from: nil))
            let page = district.page(.en)
            let first = try #require(page.firstMatch(of: /<div class="tiles">(<section [^\n]*\n[^\n]*\n[^\n]*)/)).output
                .1
            #expect(first.contains("tile first") && first.contains("Still missing <b>50</b> households"), "\(first)")
        }
        let old = Figure(
            Evidence(
                numerator: 0, denominator: 0, lastNumerator: 20, lastDenominator: 30, unknownCeiling: 60,
                totalCeiling: 60, unbounded: 0))
        let tile = MissingTile.html(old, old, wasHeard: true, at: "18:05", .english).source
        #expect(tile.contains("last known: 10 still missing (18:05)"))
    }

    // MARK: What isn't received

    @Test func whatIsNotReceivedIsSaidAsAShareOfThePeople() async throws {
        try await District.with { district in
            let table = "code,name,expected_households,expected_residents,duty_telephone\n"
            let page = try await Self.page("/", district)
            #expect(page.contains("units not received or stale hold 100.0 % of the people due"))
            try await district.admin("/admin/units", body: table + "\(District.units[0]),a,100,,0722-555-0100")
            let households = try await Self.page("/division/\(District.community)", district)
            #expect(households.contains("units not received or stale hold 100.0 % of the households due"))
        }
    }

    // MARK: Whom to ring

    @Test func whereNoTelephoneIsRegisteredThatIsSaid() async throws {
        try await District.with { district in
            let table = "code,name,expected_households,expected_residents,duty_telephone\n"
            try await district.admin("/admin/units", body: table + "421303003006-002,b,900,900,")
            for path in ["/", "/unit/421303003006-002", "/work", "/division/\(District.other)"] {
                let page = try await Self.page(path, district)
                #expect(!page.contains("href=\"tel:\""), "\(path) has a link that rings nobody")
                #expect(path == "/work" || page.contains("no duty telephone registered"), "\(path)")
            }
        }
    }

    // MARK: What a page is about

    private static func head(_ page: String) -> [String] {
        [/<title>([^<]*)</, /<h1>([^<]*)/].map { page.firstMatch(of: $0).map { String($0.output.1) } ?? "" }
    }

    @Test func everyPageHasAHeadingAndATitleOfItsOwn() async throws {
        try await District.with { district in
            let named = [
                "/": "r · city", "/division/\(District.community)": "r · north",
                "/unit/\(District.units[0])": "421303003003-001",
                "/work": "Work list", "/division/9": "There is no such page", "/directives": "Orders and notices",
            ]
            for (path, name) in named {
                let page = try await Self.page(path, district)
                #expect(Self.head(page) == ["\(name) · Jiayuan · Aggregator", name], "\(path)")
            }
            let token = try await district.token(["scope": District.community]).token
            let shut = try await district.get("/work", ["lang": "en"], token: token).words
            #expect(Self.head(shut)[1].hasPrefix("this read token is for") && !shut.contains("/directives"))
        }
    }

    @Test func whereNothingIsDueThePlaceIsNamed() async throws {
        try await District.with(round: false) { district in
            for path in ["/", "/wall"] {
                let page = try await Self.page(path, district)
                #expect(Self.head(page)[1] == "city" && page.contains("<p>nothing due</p>"), "\(path)")
            }
        }
    }

    /// Nothing due is a quiet state: after a round, and before one, nobody is an alarm who says nothing.
    @Test func silenceIsNoAlarmWhereARoundIsOverOrHasNotBegun() async throws {
        try await District.with { district in
            func publish(_ more: String) async throws {
                let round = #"{"code":"2022-04-06-survey","name":"r","reason":"x","officer":"li",\#(more)}"#
                try await district.admin("/admin/campaigns", body: round)
            }
            func rings() async throws -> [Bool] {
                let (page, work) = (try await Self.page("/", district), try await Self.page("/work", district))
                return [page.contains("Ring these first"), page.contains("to settle"), work.contains("Not on time")]
                    + [page.contains("This round is over"), page.contains("This round begins 2")]
            }
            #expect(try await rings() == [true, true, true, false, false], "late is going on")
            try await publish(#""opens":1649239200,"deadline":1649260800,"closed":true"#)
            #expect(try await rings() == [false, false, false, true, false])
            try await publish(#""opens":4805000000,"deadline":4805003600"#)
            #expect(try await rings() == [false, false, false, false, true])
            #expect(try await Self.page("/work", district).contains("Nothing to settle"))
        }
    }

    // MARK: How figures are written

    @Test func aNumberWithoutBoundIsGroupedAsEveryOther() {
        let open = Figure(
            Evidence(
                numerator: 0, denominator: 23_456, lastNumerator: 0, lastDenominator: 0, unknownCeiling: 0,
                totalCeiling: 0, unbounded: 1))
        #expect(FigureText.missing(open, .english).source.hasPrefix("<b>23,456</b> "))
    }

    @Test func whatASilentPlaceSaidLastStandsInTheParenthesesOfItsLanguage() throws {
        try BookDistrict.with { district in
            var node = CaseNode(1)
            node.count("7", completed: 30, unvisited: 50)
            try district.hear(node.push(from: nil))
            district.now = 10 * BookDistrict.minute
            _ = district.sweptFigures
            #expect(district.division(.en).contains("37.5 % (18:00)"))
            #expect(district.division(.zhHans).contains("37.5 %（18:00）"))
        }
    }

    // MARK: What is settled

    @Test func aFormOfTheWorkListThatIsRefusedComesBackWithWhatWasTyped() async throws {
        try await District.with { district in
            let token = try #require(try await district.token(["scope": District.community, "may": "settle"]).token)
            let path = "/work/\(District.community)"
            let key = "unheard/\(District.units[0])/\(District.campaign)"
            let asked = Call(
                method: "POST", path: path, query: ["lang": "en", "campaign": District.campaign.text],
                headers: ["cookie": "jiayuan_read=\(token)"],
                body: Array("key=\(key)&act=note&reason=line+%3Ccut%3E&officer=+".utf8), peer: "10.0.0.2")
            let answer = try await district.ask(district.open, asked)
            #expect(answer.status == 422 && answer.words.contains("please fill in: Name"))
            for kept in [
                "value=\"line &lt;cut&gt;\"",
                "name=\"officer\" value=\"\" required maxlength=\"60\" autocomplete=\"name\" aria-invalid",
                "value=\"\(key)\"", "action=\"\(path)?lang=en&amp;campaign=\(District.campaign)\"",
            ] { #expect(answer.words.contains(kept), "\(kept)") }
            #expect(try district.aggregator.registry.book().notes.isEmpty)
            let gone = try await district.post(path, "key=nothing&act=note&reason=r&officer=o", token: token)
            #expect(gone.status == 409 && gone.words.contains("<dd>r</dd>") && !gone.words.contains("<form"))
        }
    }

    /// The address of a form's answer is none to ask for: a page that did would say that the server is away.
    @Test func theAnswerToAFormIsNotAskedForAgain() async throws {
        try await District.with { district in
            let token = try await district.token(["scope": District.community, "may": "phone-in"]).token
            let unit = "/unit/\(District.units[0])/phone-in"
            let refused = try await district.post(unit, "campaign=\(District.campaign)&done=1", token: token)
            #expect(refused.status == 422 && refused.words.contains("<body data-still"))
        }
    }

    // MARK: On the wall

    /// Sixty courses on one screen were sixty names, everything else cut off.
    @Test func manyPlacesOnTheWallAreTilesWithTheirFigures() async throws {
        try await District.with { district in
            func add(_ units: ClosedRange<Int>) async throws {
                let lines = units.map { "\(District.other)-\($0),c\($0),\($0),\($0),1\n" }.joined()
                try await district.admin(
                    "/admin/units",
                    body: "code,name,expected_households,expected_residents,duty_telephone\n" + lines)
            }
            let path = "/wall/\(District.other)"
            try await add(101...111)
            #expect(try await Self.page(path, district).contains("class=\"round\""), "twelve courses have room")
            try await add(112...127)
            let tiles = try await Self.page(path, district)
            #expect(!tiles.contains("class=\"round\"") && !tiles.contains("Not listed"))
            #expect(
                tiles.matches(of: /<p><span class="bad">○ not connected<\/span><\/p><svg class="spark"/).count == 28)
            try await add(128...130)
            #expect(try await Self.page(path, district).contains("Not listed: 3,"))
        }
    }

    @Test func aTileHasBothBoundsInFewLetters() {
        func range(_ done: Int64, _ due: Int64, _ unknown: Int64, unbounded: Int = 0) -> String {
            let evidence = Evidence(
                numerator: done, denominator: due, lastNumerator: 0, lastDenominator: 0, unknownCeiling: unknown,
                totalCeiling: due + unknown, unbounded: unbounded)
            return FigureText.range(Figure(evidence), .english)
        }
        #expect(range(2, 3, 0) == "66.7 %" && range(2, 3, 4) == "28.5–85.8 %", "outwards")
        #expect(range(0, 0, 0) == "nothing due" && range(1, 2, 0, unbounded: 1) == "–")
    }
}
