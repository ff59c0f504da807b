import Federation
import Laws
import Testing

@testable import District

@Suite struct RollupTests {
    private static let catalogue = Catalogue(text: "survey\nunvisited households open\ncompleted households open\n")!
    private static let survey = Code(literal: "survey")
    private static let period = Code(literal: "2022-04-06-survey")

    static func tree(units: Int) -> PlaceTree {
        let units = (0..<units).map { number in
            RegistryUnit(
                code: Code("42130300100\(number % 4)-00\(number)")!, name: "u\(number)",
                community: "42130300100\(number % 4)",
                expectedHouseholds: number == 3 ? nil : 10, expectedResidents: 30, dutyTelephone: "",
                ceilingPercent: 100)
        }.sorted { $0.code < $1.code }
        return PlaceTree(units: units) { community in
            let street = community.hasSuffix("0") ? "421303001000" : "421303002000"
            return [
                RegistryDivision(code: "421300000000", name: "city", level: "city", parent: ""),
                RegistryDivision(code: street, name: "street", level: "street", parent: "421300000000"),
                RegistryDivision(code: community, name: "community", level: "community", parent: street),
            ]
        }
    }

    /// (new − old) added up the tree equals everything added anew, after any history of rows, silences and disputes.
    @Test func incrementalEqualsRecomputed() {
        for seed in 1...60 {
            var chance = SplitMix(UInt64(seed))
            var shelf = CatalogueShelf()
            shelf.add(Self.catalogue)
            let tree = Self.tree(units: 7)
            var units = Array(repeating: UnitCopies(), count: 7)
            var rollup = Rollup(Hierarchy(current: tree), shelf: shelf)
            var now: Int64 = 0
            for _ in 0..<150 {
                now += Int64.random(in: 0..<30, using: &chance)
                let unit = Int.random(in: 0..<7, using: &chance)
                var next = units[unit]
                var cuts: [Cut]?
                switch Int.random(in: 0..<6, using: &chance) {
                case 0: next.disputed.toggle()
                case 1 where !next.copies.isEmpty: next.copies[0].parent.role = .shadow
                case 2 where !next.copies.isEmpty: next.copies[0].parent.role = .active
                default:
                    if next.copies.isEmpty { next.copies.append(Self.copy()) }
                    let cut = Cut(dataset: Self.survey, period: Self.period)
                    next.copies[0].blocks[cut] = Self.block(using: &chance)
                    if next.copies[0].blocks[cut]?.isEmpty == true { next.copies[0].blocks[cut] = nil }
                    next.copies[0].appointment = now + 40
                    cuts = units[unit].copies.isEmpty || next.disputed != units[unit].disputed ? nil : [cut]
                }
                rollup.settle(unit, from: units[unit], to: next, cuts: cuts, now: now)
                units[unit] = next
                for unit in units.indices { rollup.restate(unit, units[unit], now: now) }
                let standings = units.map { $0.active == nil ? Standing.neverConnected : .silent }
                #expect(rollup.empty(Self.unsent).standings == standings, "a round that nobody has sent, seed \(seed)")
            }
            let fresh = Rollup.recomputed(Hierarchy(current: tree), shelf: shelf, speakers: Paged(units), now: now)
            for (cut, totals) in rollup.cuts {
                let other = fresh.cuts[cut] ?? fresh.empty(cut.period)
                #expect(totals.standings == other.standings, "seed \(seed)")
                #expect(totals.counts == other.counts)
                #expect(totals.knownExpected == other.knownExpected)
                for (catalogue, sums) in totals.sums {
                    let zero = CutTotals.Sums(width: sums.width, places: tree.places.count)
                    #expect(sums == other.sums[catalogue] ?? zero, "seed \(seed)")
                }
            }
        }
    }

    static func copy() -> Copy {
        Copy(
            parent: ParentCopy(incarnation: Incarnation(value: 1), role: .active, verified: true), heardAt: 0,
            paceMilliseconds: 10, appointment: 0, leaseEnds: 0, firstHeard: 0, lastHeard: 0)
    }

    private static func block(using chance: inout SplitMix) -> RowBlock {
        RowBlock(
            (0..<Int.random(in: 0..<4, using: &chance)).map { number in
                let unknown = Int.random(in: 0..<12, using: &chance) == 0
                return RowBlock.Entry(
                    subject: Code("b\(number)")!, seq: 1, asOf: 0, catalogue: 0,
                    counts: (0..<2).map { _ in unknown ? .unknown : Count(Int64.random(in: 0..<50, using: &chance))! })
            })
    }

    private static let unsent = Code(literal: "unsent")

    @Test func unitsBelowAPlaceAreThoseWhosePathLeadsThere() {
        let tree = Self.tree(units: 7)
        for place in tree.places.indices {
            let below = tree.units.indices.filter { tree.path(tree.units[$0].place).contains(place) }
            #expect(tree.units(below: place).sorted() == below)
        }
    }

    @Test func blocksKeepEveryRow() {
        let entries = [
            RowBlock.Entry(
                subject: Code(literal: "-"), seq: 9_000_000_000, asOf: 1_649_239_200, catalogue: 3, counts: []),
            RowBlock.Entry(
                subject: Code("b" + String(repeating: "x", count: 63))!, seq: 1, asOf: 0, catalogue: 0,
                counts: [0, .unknown, 1_000_000_000, 127, 128]),
        ]
        #expect(RowBlock(entries).entries == entries)
        #expect(RowBlock([]).isEmpty && RowBlock().entries.isEmpty)
    }

    @Test func aRowOfEightSmallCountsTakesAtMostFortyBytes() {
        let block = RowBlock(
            (0..<12).map { number in
                RowBlock.Entry(
                    subject: Code("b\(number)")!, seq: UInt64(1000 + number), asOf: 1_649_239_200, catalogue: 0,
                    counts: (0..<8).map { Count(Int64($0 * 40))! })
            })
        #expect(block.bytes.count <= 12 * 40)
    }
}
