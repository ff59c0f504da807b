import Federation
import Laws
import Testing

@testable import District

/// A relay speaks for many units: each is counted through its home and in no other way.
@Suite struct RelayTests {
    private static let survey = Code(literal: "survey")
    private static let period = Code(literal: "round-1")
    private static let cut = Cut(dataset: survey, period: period)
    private static let own = Catalogue(text: "survey\nunvisited households open\ncompleted households open\n")!
    private static let derived = Catalogue(
        dataset: survey, indicators: DerivedRow.standings.map(\.indicator) + own.indicators)
    private static let codes = (0..<4).map { Code("421303001001-00\($0)")! }

    /// Units 0 and 1 speak for themselves, 2 and 3 through a relay, which is speaker 4.
    private static let tree = PlaceTree(
        units: codes.enumerated().map { number, code in
            RegistryUnit(
                code: code, name: code.text, community: "c", expectedHouseholds: 10, expectedResidents: nil,
                dutyTelephone: "", ceilingPercent: 100, home: number < 2 ? nil : Code(literal: "421303000000"))
        },
        relays: [
            RegistryRelay(
                code: Code(literal: "421303000000"), name: "district", division: "c", dutyTelephone: "")
        ]
    ) { _ in [RegistryDivision(code: "c", name: "c", level: "community", parent: "")] }

    private static func shelf() -> CatalogueShelf { CatalogueShelf([own, derived]) }

    private static func copies(_ block: RowBlock, appointment: Int64 = 100) -> UnitCopies {
        var copy = Copy(
            parent: ParentCopy(incarnation: Incarnation(value: 1), role: .active, verified: true), heardAt: 50,
            paceMilliseconds: 10, appointment: appointment, leaseEnds: 0, firstHeard: 0, lastHeard: 0)
        if !block.isEmpty { copy.blocks[cut] = block }
        return UnitCopies(copies: [copy])
    }

    /// What the relay says of a unit.
    private static func row(
        _ unit: Int, _ standing: Standing, _ unvisited: Int64, _ completed: Int64, asOf: Int64 = 40
    ) -> RowBlock.Entry {
        let flags = DerivedRow.standings.map { Count($0.standing == standing ? 1 : 0)! }
        return RowBlock.Entry(
            subject: codes[unit], seq: 1, asOf: asOf, catalogue: 1,
            counts: flags + [Count(unvisited)!, Count(completed)!])
    }

    private static func counted(_ rollup: Rollup) -> [Int64] {
        let totals = rollup.cuts[cut] ?? rollup.empty(cut.period)
        let derivedSums = totals.sums[1].map { Array($0.known[6...7]) } ?? [0, 0]
        return zip(totals.sums[0]?.known ?? [0, 0], derivedSums).map(+)
    }

    @Test func rowsThroughAnotherChildAreKeptAndNotCounted() {
        var rollup = Rollup(Hierarchy(current: Self.tree), shelf: Self.shelf())
        let relay = Self.copies(RowBlock([Self.row(1, .known, 5, 5), Self.row(2, .known, 3, 7)]))
        rollup.settle(4, from: UnitCopies(), to: relay, cuts: nil, now: 0)
        #expect(Self.counted(rollup) == [3, 7], "the relay may not speak for a unit that speaks for itself")
        let stray = RowBlock([.init(subject: Code(literal: "7"), seq: 1, asOf: 0, catalogue: 0, counts: [9, 9])])
        rollup.settle(2, from: UnitCopies(), to: Self.copies(stray), cuts: nil, now: 0)
        #expect(Self.counted(rollup) == [3, 7], "nor a unit for itself that has a relay")
        rollup.settle(0, from: UnitCopies(), to: Self.copies(stray), cuts: nil, now: 0)
        #expect(Self.counted(rollup) == [12, 16])
        #expect(rollup.cuts[Self.cut]?.standings == [.known, .neverConnected, .known, .silent])
    }

    /// Two districts have one compound in their tables: the city's registry names the one that it is counted through, and
    /// whoever rings up is told so.
    @Test func case23TwoDistrictsGetOneCompound() throws {
        let districts = ["421303000000", "421381000000"].compactMap { Code($0) }
        let registered = RegistryUnit(
            code: Self.codes[2], name: "u", community: "c", expectedHouseholds: 10, expectedResidents: nil,
            dutyTelephone: "", ceilingPercent: 100, home: districts[1])
        let tree = PlaceTree(
            units: [registered],
            relays: districts.map { RegistryRelay(code: $0, name: $0.text, division: "c", dutyTelephone: "") }
        ) { _ in [RegistryDivision(code: "c", name: "c", level: "community", parent: "")] }
        let said = [Self.row(2, .known, 3, 7), Self.row(2, .known, 1, 9)].map { Self.copies(RowBlock([$0])) }
        let rollup = Rollup.recomputed(
            Hierarchy(current: tree), shelf: Self.shelf(), speakers: Paged([UnitCopies()] + said), now: 0)
        #expect(Self.counted(rollup) == [1, 9], "once, through its home")
        let picture = Picture(
            rollup: rollup, speakers: Paged([UnitCopies()] + said), campaigns: [], edition: nil, now: 0, wall: 0,
            revision: 0,
            tokens: [:])
        let why = Why(picture, unit: 0, campaign: Self.period, now: 0)
        #expect(why.through == "421381000000")
        #expect(why.reason == "最近一次按约上报 / kept its last appointment")
        let strayed = Rollup.recomputed(
            Hierarchy(current: tree), shelf: Self.shelf(), speakers: Paged([UnitCopies(), said[0], UnitCopies()]),
            now: 0)
        #expect(strayed.cuts[Self.cut]?.standings[0] != .known, "the other district may not stand in for it")
    }

    @Test func aUnitIsAtBestWhatItsRelaySays() {
        for said in Standing.allCases {
            var rollup = Rollup(Hierarchy(current: Self.tree), shelf: Self.shelf())
            var relay = Self.copies(RowBlock([Self.row(2, said, 3, 7)]))
            rollup.settle(4, from: UnitCopies(), to: relay, cuts: nil, now: 0)
            #expect(rollup.cuts[Self.cut]?.standings[2] == said)
            #expect(Self.counted(rollup) == (said == .known ? [3, 7] : [0, 0]), "only what is known is added")
            rollup.restate(4, relay, now: 101)
            let hasRows = said == .known || said.hasLast
            #expect(
                rollup.cuts[Self.cut]?.standings[2] == (hasRows ? .stale : said), "the relay missed its appointment")
            #expect(Self.counted(rollup) == [0, 0])
            relay.disputed = true
            rollup.settle(4, from: relay, to: relay, cuts: nil, now: 0)
            #expect(rollup.cuts[Self.cut]?.standings[2] == (hasRows ? .disputed : said))
        }
    }

    /// A relay speaks every few seconds for units that it hasn't heard for hours: that is no later contact of theirs.
    @Test func aRelaysHeartbeatMovesNoContactThatItDoesNotName() {
        func moves(_ rows: [RowBlock.Entry], disputed: Bool = false, heardAt: Int64 = 60) -> Bool {
            var relay = Self.copies(RowBlock(rows))
            relay.disputed = disputed
            var rollup = Rollup(Hierarchy(current: Self.tree), shelf: Self.shelf())
            rollup.settle(4, from: UnitCopies(), to: relay, cuts: nil, now: 0)
            var later = relay
            later.copies[0].heardAt = heardAt
            return rollup.movesContact(4, from: relay, to: later, Self.period)
        }
        let known = Self.row(2, .known, 3, 7)
        #expect(!moves([known, Self.row(3, .known, 1, 1)]), "whoever is known has no last contact in the figures")
        #expect(!moves([known]) && !moves([known, Self.row(3, .stale, 1, 1)]), "what the relay says of it stands")
        #expect(moves([known, Self.row(3, .stale, 1, 1, asOf: 55)]), "it was never later than the relay's own word")
        #expect(moves([known], disputed: true) && !moves([known], disputed: true, heardAt: 50))
    }

    /// What isn't of the form is never counted: no flag, two, or an unknown sum.
    @Test func aRowThatSaysNothingIsUnknown() {
        var rows = [Self.row(2, .known, 3, 7), Self.row(2, .known, 3, 7), Self.row(2, .known, 3, 7)]
        rows[0].counts[0] = 0
        rows[1].counts[1] = 1
        rows[2].counts[7] = .unknown
        for row in rows {
            var rollup = Rollup(Hierarchy(current: Self.tree), shelf: Self.shelf())
            rollup.settle(4, from: UnitCopies(), to: Self.copies(RowBlock([row])), cuts: nil, now: 0)
            #expect(rollup.cuts[Self.cut]?.standings[2] == .unknownRows && Self.counted(rollup) == [0, 0])
        }
        var plain = Self.row(2, .known, 3, 7)
        (plain.catalogue, plain.counts) = (0, [3, 7])
        var rollup = Rollup(Hierarchy(current: Self.tree), shelf: Self.shelf())
        rollup.settle(4, from: UnitCopies(), to: Self.copies(RowBlock([plain])), cuts: nil, now: 0)
        #expect(rollup.cuts[Self.cut]?.standings[2] == .unknownRows && Self.counted(rollup) == [0, 0])
    }

    /// (new − old) of a relay's rows equals everything added anew, after any history.
    @Test func incrementalEqualsRecomputed() {
        for seed in 1...40 {
            var chance = SplitMix(UInt64(seed))
            var speakers = Array(repeating: UnitCopies(), count: Self.tree.speakers)
            var rollup = Rollup(Hierarchy(current: Self.tree), shelf: Self.shelf())
            for now in stride(from: Int64(0), to: 3000, by: 20) {
                var next = speakers[4]
                var cuts: [Cut]? = [Self.cut]
                if next.copies.isEmpty || Int.random(in: 0..<8, using: &chance) == 0 {
                    next = Self.copies(RowBlock())
                    next.disputed = Bool.random(using: &chance)
                    cuts = nil
                }
                let rows = (0..<4).filter { _ in Bool.random(using: &chance) }.map { unit in
                    Self.row(
                        unit, Standing.allCases.randomElement(using: &chance)!, .random(in: 0..<9, using: &chance),
                        .random(in: 0..<9, using: &chance))
                }
                next.copies[0].blocks[Self.cut] = rows.isEmpty ? nil : RowBlock(rows)
                next.copies[0].appointment = now + 50
                rollup.settle(4, from: speakers[4], to: next, cuts: cuts, now: now)
                rollup.restate(4, next, now: now)
                speakers[4] = next
                let later = now + Int64.random(in: 0..<90, using: &chance)
                rollup.restate(4, next, now: later)
                let fresh = Rollup.recomputed(
                    Hierarchy(current: Self.tree), shelf: Self.shelf(), speakers: Paged(speakers), now: later)
                #expect(
                    (rollup.cuts[Self.cut] ?? rollup.empty(Self.cut.period)).sameFigures(
                        as: fresh.cuts[Self.cut] ?? fresh.empty(Self.cut.period)),
                    "seed \(seed)")
            }
        }
    }
}
