import Federation
import Laws
import Testing

@testable import District

/// The laws of merges, applied to everything that an aggregator puts together.
@Suite struct DistrictMergeLaws {
    private static let tree = RollupTests.tree(units: 7)

    // MARK: Claims

    /// What follows from the claims of a round.
    private struct Ruling: Equatable {
        var owners: [Int?]
        var told: [[String: [String]]?]
        var open: [OpenClaims]
    }

    /// What units claim, each the only writer of its own, in the order in which it comes in.
    private typealias Reports = [(unit: Int, claims: [UInt64: (Int64, Int64?)])]

    private static func ruling(_ reports: Reports) -> Ruling {
        var claims = Claims(ClaimTests.registered(decided: [2: tree.units[5].code]))
        var known: [Int: UnitCopies] = [:]
        for (unit, tokens) in reports {
            let next = ClaimTests.unit(tokens)
            _ = claims.settle(unit, from: known[unit] ?? UnitCopies(), to: next, cuts: nil, tree: tree)
            known[unit] = next
        }
        return Ruling(
            owners: (1...3).map { claims.owner($0, ClaimTests.period) },
            told: tree.units.indices.map { claims.board.notYours($0) },
            open: tree.units.indices.map { claims.board.open(of: $0, ClaimTests.period) })
    }

    /// Sets of claims of one moment: whose a household is follows from the set.
    @Test func claimSets() {
        let samples: [Reports] = [
            [(1, [1: (1, 1), 2: (1, 1)])], [(4, [1: (1, 1), 3: (2, 0)])],
            [(5, [2: (1, nil)]), (1, [1: (1, 1), 2: (1, 1)])], [],
        ]
        let broken = MergeLaw.broken(samples, view: Self.ruling, merge: +)
        #expect(broken.isEmpty, "\(broken)")
    }

    /// Reports as they come in: any order, any repetition.
    @Test(arguments: 1...20) func claimsInAnyOrder(_ seed: UInt64) {
        var chance = SplitMix(seed)
        let reports = (0..<7).map { unit in
            let tokens = (1...3).filter { _ in Bool.random(using: &chance) }.map { UInt64($0) }
            let claims = tokens.map { ($0, (Int64(1), Bool.random(using: &chance) ? 1 : nil as Int64?)) }
            return (unit: unit, claims: Dictionary(uniqueKeysWithValues: claims))
        }
        #expect(OrderLaw.broken(reports, rounds: 8, using: &chance, view: Self.ruling) == nil)
    }

    @Test func openClaimsAddUp() {
        let samples = [
            OpenClaims(), OpenClaims(surplus: 2), OpenClaims(surplus: 1, deficit: 4), OpenClaims(deficit: 9),
        ]
        let broken = MergeLaw.broken(samples, laws: [.commutative, .associative], view: { $0 }) { a, b in
            var sum = a
            sum.add(b)
            return sum
        }
        #expect(broken.isEmpty, "\(broken)")
    }

    // MARK: Which incarnation counts

    /// A parent learns the highest pair, whatever the order in which its children repeat what they have seen.
    @Test func epochsThatChildrenRepeat() {
        let merge = Merge(
            pace: Pace(milliseconds: 100, graceMilliseconds: 50, leaseMilliseconds: 1000), startedAt: 0)
        let epochs = [(1, 9), (2, 1), (2, 5), (7, 3)].map {
            Epoch(number: $0.0, holder: Incarnation(value: $0.1))
        }
        var chance = SplitMix(3)
        let order = OrderLaw.broken(epochs, rounds: 40, using: &chance) { epochs in
            epochs.reduce(into: UnitCopies()) { unit, epoch in
                var received = Received(outcome: .busy(retryAfterSeconds: nil))
                let push = Push(
                    kind: .delta, incarnation: Incarnation(value: 1), epoch: epoch,
                    session: Session(counter: 1, tag: 1), id: 1, part: 1, from: nil, to: .origin, changes: [])
                merge.learnEpoch(push, &unit, &received)
            }.epoch
        }
        #expect(order == nil)
    }

    // MARK: The book

    private static func receipt(_ deposed: UInt128, _ heir: UInt128, at seq: UInt64?) -> Receipt {
        Receipt(
            unit: Code(literal: "u"), deposed: Incarnation(value: deposed), heir: Incarnation(value: heir), at: 1,
            deposedAt: seq.map { Position(seq: $0, digest: .empty) }, heirAt: .origin, since: nil, lines: [])
    }

    /// Receipts: one for each pair of lives, the one from the deposed copy's latest position.
    @Test func receiptsOfTheBook() {
        let samples = [
            [Self.receipt(1, 2, at: 5)], [Self.receipt(1, 2, at: 9)], [Self.receipt(2, 3, at: 1)],
            [Self.receipt(1, 2, at: nil), Self.receipt(2, 3, at: 4)], [],
        ].map { receipts in
            var decided = Decided()
            decided.receipts = receipts
            var book = DecisionBook()
            book.apply(decided)
            return book
        }
        let broken = MergeLaw.broken(
            samples,
            view: { book in
                (book.receipts[Code(literal: "u")] ?? []).map { "\($0.deposed) \($0.heir) \($0.deposedAt?.seq ?? 0)" }
                    .sorted()
            },
            merge: { book, other in
                var (book, decided) = (book, Decided())
                decided.receipts = other.receipts[Code(literal: "u")] ?? []
                book.apply(decided)
                return book
            })
        #expect(broken.isEmpty, "\(broken)")
    }

    /// Calls: the last number of each campaign stands, and one that ended stays ended. The book gives each its number,
    /// so none is ever written twice.
    @Test func callsThatStand() {
        let calls = (1...6).map { number in
            var call = PhoneIn(
                at: 0, unit: Code(literal: "u"), campaign: Code(number % 2 == 0 ? "a" : "b")!,
                counts: PhoneIn.Counts(done: Int64(number), due: 9), caller: "", officer: "")
            call.number = Int64(number)
            if number == 6 { call.returned = PhoneIn.Return(at: 1, counts: PhoneIn.Counts(done: 9, due: 9)) }
            return call
        }
        var chance = SplitMix(4)
        let order = OrderLaw.broken(calls, mayRepeat: false, rounds: 20, using: &chance) { calls in
            var (book, decided) = (DecisionBook(), Decided())
            decided.phoneIns = calls
            book.apply(decided)
            return book.openPhoneIns(of: Code(literal: "u")).map(\.number)
        }
        #expect(order == nil)
    }

    // MARK: Rows

    /// Catalogues that rows were counted under: a set, whatever places it gives them.
    @Test func catalogues() {
        let texts = (1...4).map { Catalogue(text: "survey\nc\($0) households open\n")! }
        let samples = [CatalogueShelf(Array(texts[..<2])), CatalogueShelf(Array(texts[1...])), CatalogueShelf()]
        let broken = MergeLaw.broken(samples, view: { $0.catalogues.map(\.hash.value).sorted() }) { shelf, other in
            var shelf = shelf
            for catalogue in other.catalogues { shelf.add(catalogue) }
            return shelf
        }
        #expect(broken.isEmpty, "\(broken)")
    }

    /// Totals: units in any order, each as often as it says the same again.
    @Test(arguments: 1...10) func totals(_ seed: UInt64) {
        var chance = SplitMix(seed)
        let cut = Cut(dataset: Code(literal: "survey"), period: ClaimTests.period)
        let shelf = CatalogueShelf([
            Catalogue(text: "survey\nunvisited households open\ncompleted households open\n")!
        ])
        let speakers = (0..<7).map { unit in
            var copies = UnitCopies(copies: [RollupTests.copy()])
            copies.copies[0].appointment = Bool.random(using: &chance) ? 100 : -1
            let counts = (0..<2).map { _ in Count(Int64.random(in: 0..<50, using: &chance))! }
            copies.copies[0].blocks[cut] = RowBlock([
                RowBlock.Entry(subject: Code(literal: "7"), seq: 1, asOf: 0, catalogue: 0, counts: counts)
            ])
            return (unit: unit, copies: copies)
        }
        struct View: Equatable {
            let totals: CutTotals
            static func == (a: View, b: View) -> Bool { a.totals.sameFigures(as: b.totals) }
        }
        let order = OrderLaw.broken(speakers, rounds: 6, using: &chance) { speakers in
            var (rollup, known) = (Rollup(Hierarchy(current: Self.tree), shelf: shelf), [Int: UnitCopies]())
            for (unit, copies) in speakers {
                rollup.settle(unit, from: known[unit] ?? UnitCopies(), to: copies, cuts: nil, now: 0)
                known[unit] = copies
            }
            return rollup.cuts[cut].map(View.init)
        }
        #expect(order == nil, "seed \(seed)")
    }
}
