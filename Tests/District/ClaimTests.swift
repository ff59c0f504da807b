import Coverage
import Daemon
import Federation
import Laws
import Testing

@testable import District

@Suite struct ClaimTests {
    private static let catalogue = Catalogue(text: "claim\nclaimed households open\ncounted households open\n")!
    static let period = Code(literal: "2022-04-06-survey")
    private static let cut = Cut(dataset: Claims.dataset, period: period)
    private static let tree = RollupTests.tree(units: 7)

    static func registered(
        decided: [UInt64: Code] = [:], key: UInt128? = 1, unsettled: [Code: OpenClaims] = [:]
    ) -> Tally.Registered {
        Tally.Registered(
            hierarchy: Hierarchy(current: tree),
            campaigns: [
                RegistryCampaign(
                    code: period, name: "survey", opens: 0, deadline: 1, order: "", closed: key == nil, claimKey: key)
            ], edition: nil, tokens: [:], claimDecisions: [period: decided], unsettledClaims: [period: unsettled])
    }

    /// The rows of a unit: by token how many doors it claims and counts; nil counts are unknown.
    static func block(_ claims: [UInt64: (Int64, Int64?)]) -> RowBlock {
        RowBlock(
            claims.sorted { $0.key < $1.key }.map { token, counts in
                RowBlock.Entry(
                    subject: Code(Hex.text(token))!, seq: 1, asOf: 7, catalogue: 0,
                    counts: [Count(counts.0)!, counts.1.flatMap { Count($0) } ?? .unknown])
            })
    }

    static func unit(_ claims: [UInt64: (Int64, Int64?)]) -> UnitCopies {
        var unit = UnitCopies(copies: [RollupTests.copy()])
        let block = block(claims)
        unit.copies[0].blocks[cut] = block.isEmpty ? nil : block
        return unit
    }

    private static func told(_ claims: Claims, _ unit: Int) -> [String] {
        claims.board.notYours(unit)?[period.text] ?? []
    }

    // MARK: Whose it is

    /// DOMAIN §2.10, case 4: the registry's word, else the smallest code; whatever the order in which they came.
    @Test func case04AHouseholdOfTwoCompoundsBelongsToOneWhateverTheOrder() {
        let reports = [(1, Self.unit([5: (1, 1)])), (4, Self.unit([5: (1, 1)])), (2, Self.unit([5: (1, 1)]))]
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0]] {
            for decided in [nil, 4, 6] as [Int?] {
                let word = decided.map { [UInt64(5): Self.tree.units[$0].code] } ?? [:]
                var claims = Claims(Self.registered(decided: word))
                for place in order {
                    let (unit, copies) = reports[place]
                    _ = claims.settle(unit, from: UnitCopies(), to: copies, cuts: nil, tree: Self.tree)
                }
                let owner = decided == 4 ? 4 : 1
                #expect(
                    claims.owner(5, Self.period) == owner,
                    "who decides for a unit that claims nothing decides nothing")
                for unit in [1, 2, 4] {
                    #expect(Self.told(claims, unit) == (unit == owner ? [] : ["0000000000000005"]))
                    let open = claims.board.open(of: unit, Self.period)
                    #expect(open == OpenClaims(surplus: unit == owner ? 0 : 1))
                }
                let open = claims.board.open(at: 0, Self.period)
                #expect(open == OpenClaims(surplus: 2))
                #expect(FigureText.claims(open, .zhHans).source.contains("◇ 2 户两处登记，待核实"))
                #expect(
                    FigureText.claims(open, .english).source.contains("◇ households claimed twice, to be settled: 2"))
            }
        }
    }

    /// One compound straddles a boundary: two communities each have all of it in their books.
    @Test func oneCompoundStraddlingTwoCommunitiesIsCountedOnce() {
        let doors = Dictionary(uniqueKeysWithValues: (1...40).map { (UInt64($0), (Int64(1), Int64(1) as Int64?)) })
        var claims = Claims(Self.registered())
        var (first, second) = (Self.unit(doors), Self.unit(doors))
        _ = claims.settle(0, from: UnitCopies(), to: first, cuts: nil, tree: Self.tree)
        let told = claims.settle(3, from: UnitCopies(), to: second, cuts: nil, tree: Self.tree)
        #expect(told == [3] && Self.told(claims, 3).count == 40 && Self.told(claims, 0).isEmpty)
        #expect(claims.board.open(of: 3, Self.period).surplus == 40)
        // The second takes them out.
        let out = Self.unit(doors.mapValues { ($0.0, 0) })
        #expect(claims.settle(3, from: second, to: out, cuts: [Self.cut], tree: Self.tree).isEmpty)
        #expect(claims.board.open(at: 0, Self.period).isNone)
        second = out
        // The first was the one that was wrong: the second owns them and doesn't count them yet.
        #expect(claims.settle(0, from: first, to: Self.unit([:]), cuts: [Self.cut], tree: Self.tree) == [3])
        first = Self.unit([:])
        #expect(claims.board.open(of: 3, Self.period) == OpenClaims(deficit: 40))
        #expect(Self.told(claims, 3).isEmpty)
        #expect(claims == Claims.recomputed(Self.registered(), speakers: units([0: first, 3: second])))
    }

    private func units(_ known: [Int: UnitCopies]) -> Paged<UnitCopies> {
        Paged((0..<7).map { known[$0] ?? UnitCopies() })
    }

    @Test func unknownCountsAreOpenBothWays() {
        var claims = Claims(Self.registered())
        _ = claims.settle(0, from: UnitCopies(), to: Self.unit([9: (1, nil)]), cuts: nil, tree: Self.tree)
        #expect(claims.board.open(of: 0, Self.period) == OpenClaims(deficit: 1))
        _ = claims.settle(1, from: UnitCopies(), to: Self.unit([9: (1, nil)]), cuts: nil, tree: Self.tree)
        #expect(claims.board.open(of: 1, Self.period) == OpenClaims(surplus: 1))
    }

    /// Kept up with every change = computed anew, after any history of claims, roles and decisions.
    @Test func incrementalEqualsRecomputed() {
        for seed in 1...60 {
            var chance = SplitMix(UInt64(seed))
            let registered = Self.registered(decided: [2: Self.tree.units[5].code, 3: Self.tree.units[1].code])
            var (claims, units) = (Claims(registered), Paged(repeatElement(UnitCopies(), count: 7)))
            for _ in 0..<150 {
                let index = Int.random(in: 0..<7, using: &chance)
                var next = Self.unit(Self.random(using: &chance))
                if Int.random(in: 0..<8, using: &chance) == 0 { next.copies[0].parent.role = .shadow }
                let told = claims.settle(index, from: units[index], to: next, cuts: nil, tree: Self.tree)
                let before = units.indices.map { Claims.recomputed(registered, speakers: units).board.notYours($0) }
                units[index] = next
                let fresh = Claims.recomputed(registered, speakers: units)
                #expect(claims == fresh, "seed \(seed)")
                #expect(
                    told == Set(units.indices.filter { before[$0] != fresh.board.notYours($0) }),
                    "who hears, and nobody else"
                )
            }
        }
    }

    private static func random(using chance: inout SplitMix) -> [UInt64: (Int64, Int64?)] {
        (0..<Int.random(in: 0..<4, using: &chance)).reduce(into: [:]) { claims, _ in
            let claimed = Int64.random(in: 1...2, using: &chance)
            let counted = Int64.random(in: -1...claimed, using: &chance)
            claims[UInt64.random(in: 1...5, using: &chance)] = (claimed, counted < 0 ? nil : counted)
        }
    }

    // MARK: Figures

    @Test func whatIsOpenWidensTheBoundsOfEveryPlaceAbove() {
        let code = Self.tree.units[3].code
        var claims = Claims(Self.registered(key: nil, unsettled: [code: OpenClaims(surplus: 2, deficit: 1)]))
        #expect(
            claims.board.open(of: 3, Self.period) == OpenClaims(surplus: 2, deficit: 1),
            "a closed round keeps what was open")
        Self.tree.forEachPlace(above: 3) { #expect(claims.board.open(at: $0, Self.period).surplus == 2) }
        let others = Set(Self.tree.places.indices).subtracting(Self.tree.path(Self.tree.units[3].place))
        for place in others { #expect(claims.board.open(at: place, Self.period).isNone) }
        _ = claims.settle(3, from: UnitCopies(), to: Self.unit([1: (1, 1)]), cuts: nil, tree: Self.tree)
        #expect(claims.board.open(of: 3, Self.period).surplus == 2, "rows of a closed round settle nothing")
    }
}
