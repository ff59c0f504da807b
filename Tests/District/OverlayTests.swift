import Coverage
import Daemon
import Federation
import Foundation
import Laws
import Testing

@testable import District

/// Sets that are counted beside the division tree: what is added up, of whom, and on which day.
@Suite struct OverlayTests {
    private typealias District = ServedDistrict
    private static let period = CaseDistrict.campaign
    private static let day = "2022-04-06"
    private static let question = Question(period: period, measures: [.completion, .tested])

    private static func overlay(_ members: String...) -> Overlay {
        Overlay(
            code: Code(literal: "gaoxin"), name: "高新区", kind: .zone,
            members: members.map { Overlay.Member(code: $0, from: day, until: nil) })
    }

    /// Seven units in four communities; every unit at random is silent, late, in dispute, or has rows, unknown ones too.
    private static func world(_ seed: UInt64) -> Picture {
        var chance = SplitMix(seed)
        let tree = RollupTests.tree(units: 7)
        let shelf = CatalogueShelf([CaseDistrict.catalogue])
        let cut = Cut(dataset: CaseDistrict.catalogue.dataset, period: period)
        let speakers = tree.units.map { _ -> UnitCopies in
            if Int.random(in: 0..<6, using: &chance) == 0 { return UnitCopies() }
            var unit = UnitCopies(copies: [RollupTests.copy()])
            unit.copies[0].appointment = Int.random(in: 0..<4, using: &chance) == 0 ? -1 : 10
            unit.disputed = Int.random(in: 0..<8, using: &chance) == 0
            let rows = (0..<Int.random(in: 0..<4, using: &chance)).map { number in
                RowBlock.Entry(
                    subject: Code("b\(number)")!, seq: 1, asOf: 0, catalogue: 0,
                    counts: (0..<2).map { _ in
                        Int.random(in: 0..<20, using: &chance) == 0
                            ? .unknown : Count(Int64.random(in: 0..<9, using: &chance))!
                    })
            }
            if !rows.isEmpty { unit.copies[0].blocks[cut] = RowBlock(rows) }
            return unit
        }
        var claims = Claims(ClaimTests.registered())
        for unit in tree.units.indices {
            let tokens = (0..<3).map { _ in (UInt64.random(in: 1..<6, using: &chance), (Int64(1), Int64(1) as Int64?)) }
            _ = claims.settle(
                unit, from: UnitCopies(), to: ClaimTests.unit(Dictionary(tokens) { a, _ in a }), cuts: nil, tree: tree)
        }
        let round = RegistryCampaign(code: period, name: "r", opens: 0, deadline: 1, order: "", closed: false)
        var picture = Picture(
            rollup: Rollup.recomputed(Hierarchy(current: tree), shelf: shelf, speakers: Paged(speakers), now: 0),
            speakers: Paged(speakers), campaigns: [round], edition: "2023", now: 0, wall: 0, revision: 1, tokens: [:])
        picture.claims = claims.board
        return picture
    }

    private static func parts(_ figure: Figure) -> [Int64] {
        let evidence = figure.evidence
        return [
            evidence.numerator, evidence.denominator, evidence.lastNumerator, evidence.lastDenominator,
            evidence.unknownCeiling, evidence.totalCeiling, Int64(evidence.unbounded),
        ]
    }

    private static func counts(_ all: Completeness) -> [Int] {
        [all.expected, all.known, all.stale, all.silent, all.neverConnected, all.disputed, all.unknownRows]
    }

    // MARK: What is added up

    @Test func anOverlayIsTheSumOfItsUnits() {
        for seed in 1...60 as ClosedRange<UInt64> {
            var chance = SplitMix(seed + 1000)
            let picture = Self.world(seed)
            let tree = picture.rollup.tree
            let units = tree.units.indices.filter { _ in Bool.random(using: &chance) }
            var set = Self.overlay()
            set.members = units.map { Overlay.Member(code: tree.units[$0].code.text, from: Self.day, until: nil) }
            let whole = picture.along(set, Self.period, on: Self.day).figures(0, Self.question)
            let each = units.map { picture.figures(unit: $0, Self.question) }
            for measure in 0..<2 {
                let sums = each.map { Self.parts($0.measures[measure].figure) }
                    .reduce(Array(repeating: 0, count: 7)) { zip($0, $1).map(+) }
                #expect(Self.parts(whole.measures[measure].figure) == sums, "seed \(seed)")
            }
            let counts = each.map { Self.counts($0.completeness) }
                .reduce(Array(repeating: 0, count: 7)) { zip($0, $1).map(+) }
            #expect(Self.counts(whole.completeness) == counts, "seed \(seed)")
            let surplus = units.reduce(Int64(0)) { $0 + picture.unsettled(of: $1, Self.period).surplus }
            #expect(whole.openClaims.surplus == surplus, "seed \(seed)")
        }
    }

    /// Bounds, completeness, claims: to the last digit those of the division, whatever else is in the tree.
    @Test func anOverlayOfADivisionIsTheDivision() {
        for seed in 1...40 as ClosedRange<UInt64> {
            let picture = Self.world(seed)
            let tree = picture.rollup.tree
            for place in tree.places.indices {
                let code = tree.places[place].code
                // Its units are named beside it, and each is counted once.
                var set = Self.overlay(code)
                set.members += tree.units(below: place).map {
                    Overlay.Member(code: tree.units[$0].code.text, from: Self.day, until: nil)
                }
                let own = picture.figures(place, Self.question)
                let same = picture.along(set, Self.period, on: Self.day).figures(0, Self.question)
                #expect(own.measures.map(\.figure) == same.measures.map(\.figure), "seed \(seed), \(code)")
                #expect(Self.counts(own.completeness) == Self.counts(same.completeness))
                #expect(own.openClaims == same.openClaims && own.oldestContact == same.oldestContact)
            }
        }
    }

    @Test func whoeverIsNotRegisteredLeavesNoBound() {
        let picture = Self.world(5)
        let tree = picture.rollup.tree
        let set = Self.overlay(tree.units[0].code.text, "421303009009-001", "421303009009")
        let along = picture.along(set, Self.period, on: Self.day)
        let figures = along.figures(0, Self.question)
        #expect(figures.measures.allSatisfy { $0.figure.noBound == .noCeiling && $0.figure.missingAtMost == nil })
        #expect(figures.completeness.expected == 3 && figures.completeness.neverConnected >= 2)
        #expect(along.cutWords.unresolved == ["421303009009", "421303009009-001"])
        let known = picture.along(Self.overlay(tree.units[0].code.text), Self.period, on: Self.day)
        #expect(known.figures(0, Self.question).measures[0].figure.noBound != .noCeiling)
        #expect(figures.measures[0].figure.shareUnknown == nil, "nobody knows how much is behind it")
        let page = DivisionPage.html(
            DivisionPage.Model(along, 0, Self.period, asked: nil, SeriesLog(), since: nil), .english)
        #expect(page.source.contains("421303009009-001") && page.source.contains("nobody knows what share"))
        #expect(!page.source.contains(Messages.english("dash.nobody_to_ring")))
        // In a round of which nobody has sent anything, too, it is not the city that is counted.
        let other = Code(literal: "other")
        let silent = picture.along(set, other, on: Self.day).figures(
            0, Question(period: other, measures: [.completion]))
        #expect(silent.completeness.expected == 3)
        #expect(Self.counts(silent.completeness).dropFirst().reduce(0, +) == 3)
    }

    @Test func membersAreThoseOfTheDay() {
        var set = Self.overlay()
        set.members = [
            Overlay.Member(code: "a", from: "2022-04-06", until: "2022-04-10"),
            Overlay.Member(code: "a", from: "2022-04-12", until: nil),
            Overlay.Member(code: "b", from: "2022-04-08", until: nil),
        ]
        for (day, members) in [
            ("2022-04-05", []), ("2022-04-06", ["a"]), ("2022-04-09", ["a", "b"]), ("2022-04-10", ["b"]),
            ("2022-04-12", ["a", "b"]),
        ] as [(String, [String])] { #expect(set.members(on: day) == members, "\(day)") }
    }

    // MARK: As it is written and read

    private static let table = """
        code,name,kind,member,from,until
        gaoxin,高新区,zone,421303003003-001,2022-04-01,
        gaoxin,高新区,zone,421303003006,2022-04-01,2022-04-20
        fk-1,1号封控区,lockdown,421303003003-002,2022-04-01,
        """

    @Test func aTableIsReadPublishedAndCounted() async throws {
        try await District.with { district in
            var node = CaseNode(1)
            node.count("7", completed: 30, unvisited: 50)
            await district.hear(&node, of: District.units[0])
            let said = try await district.admin("/admin/overlays", body: Self.table).words
            #expect(said.contains("gaoxin 高新区: 1 units today") && said.contains("fk-1 1号封控区: 1 units today"))
            let stats = try await district.get("/v1/stats", ["overlay": "gaoxin"], token: District.token).words
            #expect(stats.contains(#""kind":"zone""#) && stats.contains("按“高新区”口径（功能区，"))
            #expect(stats.contains(#""numerator":30"#) && stats.contains(#""expected":1"#))
            let then = try await district.get(
                "/v1/stats", ["overlay": "gaoxin", "on": "2022-04-06"], token: District.token
            ).words
            #expect(then.contains("421303003006-001") && then.contains(#""expected":2"#))
            let csv = try await district.get("/v1/stats.csv", ["overlay": "gaoxin"], token: District.token).words
            #expect(csv.contains(",zone,gaoxin,") && csv.contains("overlay,gaoxin,高新区"))
            let division = try await district.get("/v1/stats", token: District.token).words
            #expect(division.contains(#""kind":"division""#) && division.contains("by divisions"))
            for (language, cut) in [("zh-Hans", "按“高新区”口径（功能区"), ("en", "by “高新区” (zone")] {
                let page = try await district.get("/overlay/gaoxin", ["lang": language], token: District.token).words
                #expect(page.contains(cut) && page.contains("/v1/stats?overlay=gaoxin") && page.contains("37.5"))
                let start = try await district.get("/", ["lang": language], token: District.token).words
                #expect(start.contains("/overlay/fk-1"))
            }
            let list = try await district.admin("/admin/overlays", ["on": "2022-04-06"], method: "GET").words
            #expect(list.contains("421303003006") && list.contains("lockdown"))
        }
    }

    @Test func whatIsSaidOfASetAgainReplacesItWhole() async throws {
        try await District.with { district in
            try await district.admin("/admin/overlays", body: Self.table)
            let again = "code,name,kind,member,from,until\ngaoxin,开发区,zone,421303003003-002,2022-04-01,\n"
            try await district.admin("/admin/overlays", body: again)
            let overlays = try district.aggregator.registry.overlays()
            #expect(overlays.map(\.name) == ["1号封控区", "开发区"])
            #expect(overlays[1].members.map(\.code) == ["421303003003-002"])
            #expect(district.aggregator.look().overlays == overlays)
        }
    }

    @Test func aTableThatCantBeIsRefusedByLine() async throws {
        try await District.with { district in
            let route = try #require(district.local.first { $0.method == "POST" && $0.pattern == "/admin/overlays" })
            for (line, word) in [
                ("gaoxin,n,park,421303003003,2022-04-01,", "is no kind"),
                (",n,zone,421303003003,2022-04-01,", "is no code"),
                ("g,,zone,421303003003,2022-04-01,", "has no name"), ("g,n,zone,421303003003,soon,", "is no day"),
                ("g,n,zone,421303003003,2022-04-01,2022-04-01", "no day after from"),
                ("421303003003,n,zone,421303003003,2022-04-01,", "of a division or unit already"),
                ("g,n,zone,a,2022-04-01,\ng,n,zone,a,2022-04-01,", "stands on line 2 already"),
                ("g,n,zone,a,2022-04-01,\ng,m,zone,b,2022-04-01,", "another name or kind"),
                ("", "no line below its head"),
            ] {
                let body = Array("code,name,kind,member,from,until\n\(line)\n".utf8)
                let reply = try await District.answer(route, Call(method: "POST", path: "", body: body))
                #expect(reply.status == 422 && reply.words.contains(word), "\(line): \(reply.words)")
            }
            #expect(try district.aggregator.registry.overlays().isEmpty)
        }
    }

    @Test func aQuestionThatMixesCutsIsRefused() async throws {
        try await District.with { district in
            try await district.admin("/admin/overlays", body: Self.table)
            for more in [["division": District.community], ["level": "unit"], ["at": "1649239200"]] {
                let query = more.merging(["overlay": "gaoxin"]) { a, _ in a }
                #expect(try await district.get("/v1/stats", query, token: District.token).status == 422, "\(more)")
            }
            #expect(try await district.get("/v1/stats", ["overlay": "x"], token: District.token).status == 404)
            #expect(
                try await district.get("/v1/export/dhis2.json", ["overlay": "gaoxin"], token: District.token).status
                    == 422)
            let scoped = try await district.token(["scope": District.community]).token
            #expect(try await district.get("/v1/stats", ["overlay": "gaoxin"], token: scoped).status == 403)
            #expect(try await district.get("/overlay/gaoxin", token: scoped).status == 403)
            let page = try await district.get("/division/\(District.community)", token: scoped).words
            #expect(!page.contains("/overlay/"))
        }
    }
}
