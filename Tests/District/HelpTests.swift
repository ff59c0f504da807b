import Coverage
import Daemon
import Federation
import Laws
import Testing
import Wire

@testable import District

/// Help across compounds: matched by role and nearness, offered and never ordered.
@Suite struct HelpTests {
    // MARK: Matching

    private typealias Side = HelpMatching.Side

    private static func side(_ unit: String, _ people: Int64, _ above: [String?], role: String = "survey") -> Side {
        Side(unit: unit, role: role, people: people, above: above)
    }

    private static let (here, near, far, away): ([String?], [String?], [String?], [String?]) = (
        ["c1", "s1", "d1"], ["c2", "s1", "d1"], ["c3", "s2", "d1"], ["c4", "s3", "d2"]
    )

    @Test func theNearestComeFirst() {
        let matching = HelpMatching(
            short: [Self.side("a", 5, Self.here)],
            spare: [
                Self.side("w", 9, Self.away), Self.side("x", 2, Self.far), Self.side("y", 2, Self.near),
                Self.side("z", 2, Self.here),
            ])
        #expect(matching.matches.map(\.giver) == ["z", "y", "x"] && matching.matches.map(\.people) == [2, 2, 1])
        #expect(matching.matches.map(\.within) == ["c1", "s1", "d1"], "nobody comes from another district")
    }

    /// A near one isn't taken by somebody who lives farther, whatever the codes are.
    @Test func whoIsNearGetsItBeforeWhoIsFar() {
        let matching = HelpMatching(
            short: [Self.side("a", 2, Self.far), Self.side("b", 2, Self.here)], spare: [Self.side("z", 2, Self.here)])
        #expect(matching.matches.map(\.taker) == ["b"])
    }

    @Test func rolesAreNotMixedAndNobodyHelpsHimself() {
        #expect(
            HelpMatching(short: [Self.side("a", 2, Self.here)], spare: [Self.side("b", 2, Self.here, role: "gate")])
                .matches.isEmpty)
        #expect(
            HelpMatching(short: [Self.side("a", 2, Self.here)], spare: [Self.side("a", 2, Self.here)]).matches.isEmpty)
        let nowhere: [String?] = [nil, nil, nil]
        #expect(HelpMatching(short: [Self.side("a", 2, nowhere)], spare: [Self.side("b", 2, nowhere)]).matches.isEmpty)
        let refused = HelpMatching(
            short: [Self.side("a", 2, Self.here)], spare: [Self.side("b", 2, Self.here)],
            refused: [.init(role: "survey", giver: "b", taker: "a")])
        #expect(refused.matches.isEmpty)
    }

    /// A city of made-up compounds.
    private static func sides(_ chance: inout some RandomNumberGenerator) -> (short: [Side], spare: [Side]) {
        var (short, spare): ([Side], [Side]) = ([], [])
        for unit in 0..<24 {
            let community = Int.random(in: 0..<8, using: &chance)
            let above: [String?] = [
                Int.random(in: 0..<9, using: &chance) == 0 ? nil : "c\(community)", "s\(community / 2)",
                "d\(community / 4)",
            ]
            for role in ["gate", "survey"] where Bool.random(using: &chance) {
                let people = Int64.random(in: 0..<6, using: &chance)
                if Bool.random(using: &chance) {
                    short.append(side("u\(unit)", people, above, role: role))
                } else {
                    spare.append(side("u\(unit)", people, above, role: role))
                }
            }
        }
        return (short, spare)
    }

    @Test func neverMoreThanIsSpareOrShortNearestFirstAndTheSameInAnyOrder() {
        for seed in 1...200 as ClosedRange<UInt64> {
            var chance = SplitMix(seed)
            let (short, spare) = Self.sides(&chance)
            let matches = HelpMatching(short: short, spare: spare).matches
            #expect(
                matches
                    == HelpMatching(short: short.shuffled(using: &chance), spare: spare.shuffled(using: &chance))
                    .matches)
            var (wanted, offered) = (
                Self.left(short, matches.map { ($0.taker, $0.role, $0.people) }),
                Self.left(spare, matches.map { ($0.giver, $0.role, $0.people) })
            )
            #expect(wanted.values.allSatisfy { $0.1 >= 0 } && offered.values.allSatisfy { $0.1 >= 0 }, "seed \(seed)")
            #expect(matches.allSatisfy { $0.people > 0 })
            // Undone from the end, a match was always the nearest that either side could have had.
            for match in matches.reversed() {
                let (taker, giver) = (["\(match.taker)", match.role], ["\(match.giver)", match.role])
                wanted[taker]?.1 += match.people
                offered[giver]?.1 += match.people
                guard let to = wanted[taker]?.0, let from = offered[giver]?.0,
                    let distance = HelpMatching.distance(to, from)
                else {
                    Issue.record("a match of strangers")
                    continue
                }
                let nearer = offered.values.contains { other, people in
                    other.role == match.role && people > 0 && other.unit != to.unit
                        && HelpMatching.distance(to, other) ?? 9 < distance
                }
                #expect(!nearer, "seed \(seed): somebody nearer was free")
            }
        }
    }

    private static func left(_ sides: [Side], _ taken: [(String, String, Int64)]) -> [[String]: (Side, Int64)] {
        var left = Dictionary(uniqueKeysWithValues: sides.map { ([$0.unit, $0.role], ($0, $0.people)) })
        for (unit, role, people) in taken { left[[unit, role]]?.1 -= people }
        return left
    }

    // MARK: Answers

    private static func said(
        _ unit: String, short: Int64 = 0, spare: Int64 = 0, _ answers: [HelpBoard.Answer] = []
    ) -> HelpBoard.Said {
        .init(unit: unit, above: here, short: ["survey": short], spare: ["survey": spare], answers: answers)
    }

    private static func answer(_ side: HelpOffer.Side, _ other: String, _ isYes: Bool, _ people: Int64 = 2)
        -> HelpBoard.Answer
    {
        .init(side: side, role: "survey", other: other, isYes: isYes, people: people)
    }

    private static func offers(_ units: HelpBoard.Said...) -> [String] {
        HelpBoard(units).offers.map {
            "\($0.pair.giver)>\($0.pair.taker) \($0.people) \($0.giver.map { $0 ? "yes" : "no" } ?? "-") \($0.taker.map { $0 ? "yes" : "no" } ?? "-")"
        }
    }

    @Test func whatIsAnsweredStandsAndTheRestIsMatched() {
        #expect(
            Self.offers(Self.said("a", short: 3), Self.said("b", spare: 2), Self.said("c", spare: 4)) == [
                "b>a 2 - -", "c>a 1 - -",
            ])
        let willing = Self.said("c", spare: 4, [Self.answer(.give, "a", true, 1)])
        #expect(
            Self.offers(Self.said("a", short: 3), Self.said("b", spare: 2), willing) == ["b>a 2 - -", "c>a 1 yes -"])
        let wanted = Self.said("a", short: 3, [Self.answer(.take, "c", true, 1)])
        #expect(Self.offers(wanted, Self.said("b", spare: 2), willing) == ["b>a 2 - -", "c>a 1 yes yes"])
        let unwilling = Self.said("b", spare: 2, [Self.answer(.give, "a", false)])
        #expect(
            Self.offers(Self.said("a", short: 3), unwilling, Self.said("c", spare: 4)) == ["b>a 2 no -", "c>a 3 - -"],
            "who says no is told to both, and the next is asked")
    }

    /// Whoever has gone to help is spare no more, whatever his own compound's row says.
    @Test func whatBothWantIsOfferedToNobodyElse() {
        let giver = Self.said("b", spare: 2, [Self.answer(.give, "a", true)])
        let taker = Self.said("a", short: 2, [Self.answer(.take, "b", true)])
        #expect(Self.offers(taker, giver, Self.said("d", short: 4)) == ["b>a 2 yes yes"])
        #expect(
            Self.offers(
                Self.said("a", [Self.answer(.take, "b", true)]), Self.said("b", [Self.answer(.give, "a", true)])) == [
                    "b>a 2 yes yes"
                ], "until one of them takes it back")
        #expect(
            Self.offers(Self.said("a", short: 2), Self.said("b", [Self.answer(.give, "a", true)])).isEmpty,
            "one yes alone, and nobody spare any more")
    }

    /// Whoever agreed comes: nobody else's people are held for a place that is taken.
    @Test func whatBothWantGoesBeforeWhatOneWants() {
        let taker = Self.said("t", short: 1, [Self.answer(.take, "z", true, 1)])
        let eager = Self.said("a", spare: 1, [Self.answer(.give, "t", true, 1)])
        let agreed = Self.said("z", spare: 1, [Self.answer(.give, "t", true, 1)])
        #expect(Self.offers(taker, eager, agreed) == ["z>t 1 yes yes"])
    }

    /// "Still 0 short" is nothing that anybody can refuse; the word stands, and is told again with the need.
    @Test func aNoIsToldWhileThereIsANeedAndPeople() {
        let unwilling = Self.said("b", spare: 2, [Self.answer(.give, "a", false)])
        #expect(Self.offers(Self.said("a", short: 0), unwilling).isEmpty)
        #expect(Self.offers(Self.said("a", short: 3), Self.said("b", [Self.answer(.give, "a", false)])).isEmpty)
        #expect(Self.offers(Self.said("a", short: 3), unwilling) == ["b>a 2 no -"])
    }

    @Test func aWordAboutStrangersSaysNothing() {
        #expect(
            Self.offers(Self.said("a", short: 2, [Self.answer(.take, "nobody", true), Self.answer(.take, "a", true)]))
                .isEmpty)
    }

    // MARK: From rows to what a compound is told

    private static let round = Code(literal: "round-1")
    private static let catalogues = [
        Catalogue(text: "help\nshort_survey people open\nspare_survey people open\nshort_gate people open\n")!,
        Catalogue(text: "help_answer\nyes units open\nno units open\npeople people open\n")!,
        Catalogue(text: "volunteers\nneed people open\nfilled people open\nshort people open\n")!,
    ]
    private static let codes = ["421303001001-001", "421303001001-002", "421303001002-001"].map { Code($0)! }

    private static let tree = PlaceTree(
        units: codes.enumerated().map { number, code in
            RegistryUnit(
                code: code, name: "小区\(number)", community: String(code.text.prefix(12)), expectedHouseholds: 10,
                expectedResidents: nil, dutyTelephone: "0722-\(number)", ceilingPercent: 100)
        }
    ) { code in
        [
            RegistryDivision(code: "421303000000", name: "曾都区", level: "district", parent: ""),
            RegistryDivision(code: "421303001000", name: "西城街道", level: "street", parent: "421303000000"),
            RegistryDivision(code: code, name: code, level: "community", parent: "421303001000"),
        ]
    }

    private static func row(_ dataset: String, _ subject: String, _ catalogue: Int, _ counts: [Count]) -> (
        Cut, RowBlock
    ) {
        (
            Cut(dataset: Code(dataset)!, period: round),
            RowBlock([.init(subject: Code(subject)!, seq: 1, asOf: 5, catalogue: catalogue, counts: counts)])
        )
    }

    private static func picture(
        _ rows: [[(Cut, RowBlock)]], appointments: [Int64] = [100, 100, 100], closed: Bool = false
    ) -> Picture {
        let speakers = zip(rows, appointments).map { rows, appointment -> UnitCopies in
            var copy = RollupTests.copy()
            copy.appointment = appointment
            for (cut, block) in rows { copy.blocks[cut] = block }
            return UnitCopies(copies: [copy])
        }
        let campaigns = [RegistryCampaign(code: round, name: "摸底", opens: 0, deadline: 9, order: "", closed: closed)]
        let rollup = Rollup.recomputed(
            Hierarchy(current: tree), shelf: CatalogueShelf(catalogues), speakers: Paged(speakers), now: 50)
        var picture = Picture(
            rollup: rollup, speakers: Paged(speakers), campaigns: campaigns, edition: nil, now: 50, wall: 0,
            revision: 0,
            tokens: [:])
        picture.help = Help(
            Tally.Registered(hierarchy: Hierarchy(current: tree), campaigns: campaigns, edition: nil, tokens: [:]),
            rollup, Paged(speakers))
        return picture
    }

    private static let short = row("help", "-", 0, [3, 0, 1])
    private static let spare = row("help", "-", 0, [0, 2, 0])

    @Test func bothAreToldWithTheOthersTelephone() throws {
        let picture = Self.picture([[Self.short], [Self.spare], [Self.spare]])
        let taker = try #require(picture.help.told(0, Self.tree))
        #expect(taker.map(\.unit) == ["421303001001-002", "421303001002-001"] && taker.map(\.people) == [2, 1])
        #expect(
            taker.map(\.level) == ["community", "street"] && taker.allSatisfy { $0.side == "take" && $0.short == 3 })
        #expect(taker.map(\.dutyTelephone) == ["0722-1", "0722-2"])
        let giver = try #require(picture.help.told(1, Self.tree)).first
        #expect(
            giver?.side == "give" && giver?.unit == "421303001001-001" && giver?.people == 2 && giver?.theirs == nil)
    }

    @Test func answersReachTheOtherSideAndTheOfficer() throws {
        let yes = Self.row("help_answer", "give:survey:421303001001-001", 1, [1, 0, 2])
        let picture = Self.picture([[Self.short], [Self.spare, yes], []])
        #expect(picture.help.told(0, Self.tree)?.map(\.theirs) == ["yes"])
        #expect(picture.help.told(1, Self.tree)?.map(\.theirs) == [nil], "one's own word is known at home")
        let page = HelpPage.html(HelpPage.Model(picture), .zhHans).source
        #expect(
            page.contains("小区0") && page.contains("● 可以") && page.contains("○ 未答复") && page.contains("还差 3")
                && !page.contains("⟦"))
        // Neither yes nor no, or both, is no word.
        for counts in [[0, 0, 2], [1, 1, 2], [.unknown, 0, 2]] as [[Count]] {
            let odd = Self.row("help_answer", "give:survey:421303001001-001", 1, counts)
            #expect(
                Self.picture([[Self.short], [Self.spare, odd], []]).help.told(0, Self.tree)?.map(\.theirs) == [nil])
        }
    }

    /// Old numbers are offered to nobody, and a round that is over needs nobody.
    @Test func onlyWhatIsKnownNowIsMatched() {
        #expect(Self.picture([[Self.short], [Self.spare], []], appointments: [100, 10, 100]).help.boards.isEmpty)
        #expect(Self.picture([[Self.short], [Self.spare], []], appointments: [10, 100, 100]).help.boards.isEmpty)
        #expect(Self.picture([[Self.short], [Self.spare], []], closed: true).help.boards.isEmpty)
    }

    /// The gap stays the sum of what each lacks, never netted, whatever is offered and agreed.
    @Test func anOfferChangesNoFigure() {
        let volunteers = [Self.row("volunteers", "-", 2, [5, 2, 3]), Self.row("volunteers", "-", 2, [1, 3, 0])]
        let yes = [
            Self.row("help_answer", "take:survey:421303001001-002", 1, [1, 0, 2]),
            Self.row("help_answer", "give:survey:421303001001-001", 1, [1, 0, 2]),
        ]
        let without = Self.picture([[volunteers[0]], [volunteers[1]], []])
        let with = Self.picture([[volunteers[0], Self.short, yes[0]], [volunteers[1], Self.spare, yes[1]], []])
        #expect(with.help.told(0, Self.tree)?.map(\.people) == [2])
        let question = Question(period: Self.round, measures: Measure.all)
        let (before, after) = (without.figures(0, question), with.figures(0, question))
        #expect(after.counts["short"] == 3 && before.counts == after.counts && before.others == after.others)
        #expect(
            before.measures.map(\.figure) == after.measures.map(\.figure) && before.completeness == after.completeness)
        #expect(
            DerivedRows(with).rows.keys.allSatisfy { $0.dataset.text == "volunteers" }, "a district settles its own")
    }

    @Test func whoIsToldSomethingElseIsKnown() {
        let (one, two) = (
            Self.picture([[Self.short], [Self.spare], []]).help, Self.picture([[Self.short], [], [Self.spare]]).help
        )
        #expect(two.changed(from: one) == Set(Self.codes.map(\.text)) && one.changed(from: one).isEmpty)
    }
}
