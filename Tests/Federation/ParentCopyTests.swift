import Laws
import Testing

@testable import Federation

/// The parent's half alone: what is taken, and what the rows must add up to.
@Suite struct ParentCopyTests {
    private static let incarnation = Incarnation(value: 7)
    private static let held = Position(seq: 5, digest: Digest(value: 9))
    private static let session = Session(counter: 4, tag: 4)

    private static func push(
        _ kind: Push.Kind, from: Position?, to: Position? = nil, session: Session = session, part: Int = 1,
        changes: [RowChange] = [], id: UInt64 = 1
    ) -> Push {
        Push(
            kind: kind, incarnation: incarnation, epoch: nil, session: session, id: id, part: part, from: from, to: to,
            changes: changes)
    }

    @Test func compareAndSet() {
        let copy = ParentCopy(
            incarnation: Self.incarnation, position: Self.held, session: Self.session, role: .active, verified: true)
        let next = Position(seq: 6, digest: Digest(value: 1))
        let other = Position(seq: 5, digest: Digest(value: 8))
        #expect(copy.judge(Self.push(.delta, from: Self.held, to: next)) == .take)
        #expect(copy.judge(Self.push(.delta, from: other, to: next)) == .contradicted(.stale))
        #expect(copy.judge(Self.push(.delta, from: nil, to: next)) == .contradicted(.stale))
        #expect(copy.judge(Self.push(.delta, from: other, to: Self.held)) == .alreadyHeld)
        #expect(copy.judge(Self.push(.snapshot, from: Self.held, to: next)) == .take)
        #expect(copy.judge(Self.push(.snapshot, from: nil, to: next)) == .contradicted(.stale))
        let older = Self.push(.delta, from: Self.held, to: next, session: Session(counter: 3, tag: 4))
        let twin = Self.push(.delta, from: Self.held, to: Self.held, session: Session(counter: 4, tag: 5))
        #expect(copy.judge(older) == .contradicted(.fork) && copy.judge(twin) == .contradicted(.fork))
        let unverified = ParentCopy(incarnation: Self.incarnation, role: .shadow)
        #expect(unverified.judge(Self.push(.delta, from: .origin, to: next)) == .contradicted(.unknown))
        #expect(unverified.judge(Self.push(.snapshot, from: nil, to: .origin)) == .take)
    }

    private final class World {
        var model = RowModel(incarnation: ParentCopyTests.incarnation)
        var rows: [RowKey: RowBody] = [:]
        var at = Position.origin

        func apply(_ changes: [RowChange], _ kind: Push.Kind, to: Position) -> Bool {
            let applied = RowsApplied.verify(
                changes, kind: kind, from: kind == .delta ? at : nil, to: to, in: model.incarnation,
                held: { rows[$0] }, others: { Array(rows.keys) })
            guard let applied else { return false }
            for one in applied.replacements { rows[one.key] = one.new }
            at = applied.position
            return true
        }
    }

    @Test func whateverIsChangedOrLeftOutNothingIsApplied() {
        for seed in 1...300 {
            var chance = SplitMix(UInt64(seed))
            let world = World()
            for _ in 0..<20 { world.model.change(using: &chance) }
            #expect(world.apply(world.model.changes(after: 0), .snapshot, to: world.model.position))
            for _ in 0..<8 { world.model.change(using: &chance) }
            let changes = world.model.changes(after: world.at.seq)
            let before = (world.rows, world.at)
            guard let hit = changes.indices.randomElement(using: &chance) else { continue }
            var damaged = changes
            switch Int.random(in: 0..<4, using: &chance) {
            case 0 where damaged[hit].body != world.rows[damaged[hit].key]: damaged.remove(at: hit)
            case 1: damaged[hit].body = RowBody(catalogue: CatalogueHash(value: 1), counts: [77], asOf: 0)
            case 2: damaged[hit].seq = world.at.seq
            default: damaged[hit].seq = world.model.position.seq + 1
            }
            if damaged != changes {
                #expect(!world.apply(damaged, .delta, to: world.model.position), "seed \(seed)")
                #expect(world.rows == before.0 && world.at == before.1)
            }
            #expect(world.apply(changes, .delta, to: world.model.position) && world.rows == world.model.rows)
        }
    }

    /// A restored child whose rows went there and back has the same digest under a lower number.
    @Test func aPositionNeverGoesBack() {
        let world = World()
        var chance = SplitMix(1)
        for _ in 0..<9 { world.model.change(using: &chance) }
        #expect(world.apply(world.model.changes(after: 0), .snapshot, to: world.model.position))
        let back = Position(seq: world.at.seq - 1, digest: world.at.digest)
        #expect(!world.apply([], .delta, to: back))
        #expect(world.apply([], .delta, to: world.at), "an empty push keeps its appointment")
    }

    @Test func whatASnapshotDoesNotNameIsDeletedAndAnUnknownDeletionIsNothing() {
        let world = World()
        let body = RowBody(catalogue: CatalogueHash(value: 1), counts: [3], asOf: 0)
        world.rows = [RowModel.key(1): body, RowModel.key(2): body]
        world.model.write(RowModel.key(2), body)
        world.model.write(RowModel.key(9), body)
        world.model.write(RowModel.key(9), nil)
        #expect(world.apply(world.model.changes(after: 0), .snapshot, to: world.model.position))
        #expect(world.rows == [RowModel.key(2): body])
    }

    @Test func partsComeInOrderAndARepeatedOneChangesNothing() {
        let change = RowChange(seq: 1, key: RowModel.key(1), body: nil)
        let first = Self.push(.delta, from: Self.held, changes: [change])
        var staged = StagedPush(first: first, held: UpperSums())
        #expect(staged.add(first, limit: 9) && staged.add(first, limit: 9) && staged.changes.count == 1)
        #expect(staged.add(Self.push(.delta, from: Self.held, part: 3, changes: [change]), limit: 9) == false)
        #expect(
            staged.add(Self.push(.delta, from: Self.held, part: 2, changes: [change]), limit: 9)
                && staged.changes.count == 2)
        for other in [
            Self.push(.snapshot, from: Self.held), Self.push(.delta, from: nil),
            Self.push(.delta, from: Self.held, id: 2),
            Self.push(.delta, from: Self.held, session: Session(counter: 5, tag: 4)),
        ] {
            #expect(!staged.belongs(other))
        }
    }
}
