import Laws
import Testing

@testable import Federation

/// The checkers of the laws themselves: each law is broken once by a merge that everybody has written before.
@Suite struct MergeLawCheckers {
    private let samples = [0, 3, 4, 9]

    @Test func maximaHoldEveryLaw() {
        #expect(MergeLaw.broken(samples, view: { $0 }, merge: max).isEmpty)
    }

    @Test func aSumIsNotIdempotent() {
        #expect(MergeLaw.broken(samples, view: { $0 }, merge: +) == ["not idempotent: samples [1]"])
        #expect(MergeLaw.broken(samples, laws: [.commutative, .associative], view: { $0 }, merge: +).isEmpty)
    }

    /// Last writer wins.
    @Test func whoeverArrivesLastIsNotCommutative() {
        #expect(MergeLaw.broken(samples, view: { $0 }, merge: { $1 }) == ["not commutative: samples [0, 1]"])
    }

    @Test func aMeanIsNotAssociative() {
        let broken = MergeLaw.broken(samples, view: { $0 }, merge: { ($0 + $1) / 2 })
        #expect(broken == ["not associative: samples [0, 0, 1]"])
    }

    @Test func theOrderLawFindsAnOrderAndARepetition() {
        var chance = SplitMix(1)
        #expect(OrderLaw.broken(samples, rounds: 20, using: &chance, view: \.last) != nil)
        #expect(OrderLaw.broken(samples, rounds: 20, using: &chance) { $0.reduce(0, +) } != nil)
        #expect(OrderLaw.broken(samples, mayRepeat: false, rounds: 20, using: &chance) { $0.reduce(0, +) } == nil)
        #expect(OrderLaw.broken(samples, rounds: 20, using: &chance) { $0.max() } == nil)
    }
}

/// The laws, applied to what is merged between a child and its parent.
@Suite struct FederationMergeLaws {
    /// Which incarnation counts: the highest pair wins.
    @Test func epochs() {
        let samples = [(1, 9), (2, 1), (2, 5), (7, 3)].map { number, holder in
            Epoch(number: number, holder: Incarnation(value: holder))
        }
        #expect(MergeLaw.broken(samples, view: { $0 }, merge: max).isEmpty)
        // What a child makes of its parent's answers, late and repeated ones included.
        var chance = SplitMix(2)
        let order = OrderLaw.broken(samples, rounds: 40, using: &chance) { epochs in
            var link = ChildLink(
                incarnation: Incarnation(value: 1), session: Session(counter: 1, tag: 1), cursor: nil, floor: 0,
                epoch: nil, parent: nil, catalogues: [], firstPush: 1)
            for epoch in epochs { FederationMergeLaws.hear(epoch, &link) }
            return link.epoch
        }
        #expect(order == nil)
    }

    /// Posts what there is and hears that it is held.
    private static func hear(_ epoch: Epoch, _ link: inout ChildLink) {
        let own = Position.origin
        _ = link.step(.due, draw: 1)
        guard case .post(let push) = link.step(.part(changes: [], reachesEnd: true, own: own), draw: 1) else { return }
        _ = link.step(
            .answer(Answer(outcome: .held(own), parent: Incarnation(value: 2), push: push.id, epoch: epoch)), draw: 1)
    }

    /// Runs of one node: the last one that was heard.
    @Test func sessions() {
        let samples = (1...5).map { Session(counter: $0, tag: 77 * $0 % 10) }
        #expect(MergeLaw.broken(samples, view: { $0 }, merge: { $1.mayFollow($0) ? $1 : $0 }).isEmpty)
    }

    /// What a parent holds of one incarnation.
    private struct Held {
        var copy = ParentCopy(incarnation: FederationMergeLaws.incarnation, role: .active)
        var rows: [RowKey: RowBody] = [:]
        /// The history up to here, as the child's store has it.
        var child: RowModel
    }
    private static let incarnation = Incarnation(value: 7)

    /// Rows of one writer: the maximum of `seq`. One parent is sent what the other has, and takes what is newer.
    @Test func rowsOfOneWriter() {
        var chance = SplitMix(3)
        var model = RowModel(incarnation: Self.incarnation)
        let samples = (0..<5).map { _ in
            for _ in 0..<6 { model.change(using: &chance) }
            return Self.merge(Held(child: model), Held(child: model))
        }
        #expect(samples.allSatisfy { $0.rows == $0.child.rows && !$0.rows.isEmpty })
        struct View: Equatable {
            var position: Position
            var rows: [RowKey: RowBody]
        }
        let broken = MergeLaw.broken(
            samples, view: { View(position: $0.copy.position, rows: $0.rows) }, merge: Self.merge)
        #expect(broken.isEmpty, "\(broken)")
    }

    private static func merge(_ held: Held, _ other: Held) -> Held {
        var held = held
        let kind = held.copy.verified ? Push.Kind.delta : .snapshot
        let changes = other.child.changes(after: held.copy.held?.seq ?? 0)
        let push = Push(
            kind: kind, incarnation: incarnation, epoch: nil, session: Session(counter: 1, tag: 1), id: 1, part: 1,
            from: held.copy.held, to: other.child.position, changes: changes)
        guard held.copy.judge(push) == .take,
            let applied = RowsApplied.verify(
                changes, kind: kind, from: push.from, to: other.child.position, in: incarnation,
                held: { held.rows[$0] }, others: { Array(held.rows.keys) })
        else { return held }
        for one in applied.replacements { held.rows[one.key] = one.new }
        (held.copy.position, held.copy.verified, held.child) = (applied.position, true, other.child)
        return held
    }

    /// A set of rows has one digest, in whatever order they were written. It is a sum: a row that is added twice is
    /// two rows, which is why a change always takes out what stood.
    @Test func digests() {
        var chance = SplitMix(4)
        var model = RowModel(incarnation: Self.incarnation)
        for _ in 0..<20 { model.change(using: &chance) }
        let rows = model.rows.sorted { $0.key < $1.key }
        let order = OrderLaw.broken(rows, mayRepeat: false, rounds: 20, using: &chance) { rows in
            rows.reduce(into: Digest.empty) { $0.replace($1.key, nil, by: $1.value, in: Self.incarnation) }
        }
        #expect(order == nil && !rows.isEmpty)
    }

    /// Parts of one push: those that follow on each other, however often each is repeated.
    @Test func partsOfOnePush() {
        let parts = (1...4).map { part in
            Push(
                kind: .delta, incarnation: Self.incarnation, epoch: nil, session: Session(counter: 1, tag: 1), id: 5,
                part: part, from: .origin, to: nil,
                changes: [RowChange(seq: UInt64(part), key: RowModel.key(part), body: nil)])
        }
        var chance = SplitMix(5)
        for _ in 0..<20 {
            var staged = StagedPush(first: parts[0], held: UpperSums())
            // Each part goes out once the one before it was acknowledged; repeats of earlier ones arrive in between.
            for part in parts {
                let late = parts.prefix(part.part - 1).filter { _ in Bool.random(using: &chance) }
                for push in late + [part, part] {
                    let isTaken = staged.add(push, limit: 10)
                    #expect(isTaken)
                }
            }
            #expect(staged.changes == parts.flatMap(\.changes) && staged.parts == 4)
        }
    }
}
