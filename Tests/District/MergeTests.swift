import Federation
import Testing

@testable import District

@Suite struct MergeTests {
    private static let catalogue = Catalogue(text: "demo\ndone households open\n")!
    private static let merge = Merge(
        pace: Pace(milliseconds: 100, graceMilliseconds: 50, leaseMilliseconds: 1000), startedAt: 0)

    /// A child as simply as it can be, and what its parent makes of it.
    private struct Child {
        var incarnation: Incarnation
        var session = Session(counter: 1, tag: 1)
        var seq: UInt64 = 0
        var digest = Digest.empty
        var value: Int64 = 0

        mutating func push(_ value: Int64, from: Position?) -> Push {
            let key = RowKey(dataset: Code(literal: "demo"), period: Code(literal: "now"), subject: Code(literal: "7"))
            func body(_ value: Int64) -> RowBody {
                RowBody(catalogue: MergeTests.catalogue.hash, counts: [Count(value)!], asOf: 0)
            }
            digest.replace(key, seq > 0 ? body(self.value) : nil, by: body(value), in: incarnation)
            seq += 1
            self.value = value
            return Push(
                kind: from == nil ? .snapshot : .delta, incarnation: incarnation, epoch: nil, session: session, id: seq,
                part: 1,
                from: from, to: Position(seq: seq, digest: digest),
                changes: [RowChange(seq: seq, key: key, body: body(value))])
        }

        var position: Position { Position(seq: seq, digest: digest) }
    }

    private struct Parent {
        var unit = UnitCopies()
        var staged: StagedPush?
        var shelf = CatalogueShelf([MergeTests.catalogue])

        @discardableResult
        mutating func hear(_ push: Push, at now: Int64) -> Received {
            MergeTests.merge.receive(push, unit: &unit, staged: &staged, place: 0, shelf: shelf, now: now, wall: 0)
        }

        /// The sum that is counted: of one incarnation, or nothing.
        var counted: Int64 {
            unit.active?.blocks.values.flatMap(\.entries).reduce(0) { $0 + ($1.counts[0].known ?? 0) } ?? 0
        }
    }

    @Test func aRepeatedPushChangesNothing() {
        var (child, parent) = (Child(incarnation: Incarnation(value: 1)), Parent())
        let first = child.push(5, from: nil)
        let at = child.position
        #expect(parent.hear(first, at: 0).outcome == .held(at))
        #expect(parent.hear(first, at: 1).outcome == .held(at))
        let second = child.push(7, from: at)
        parent.hear(second, at: 2)
        #expect(parent.hear(first, at: 3).outcome == .contradicted(have: child.position, .stale))
        #expect(parent.counted == 7)
    }

    @Test func aRestoredNodeWaitsForTheLeaseAndTakesOverOnce() {
        var (old, new, parent) = (
            Child(incarnation: Incarnation(value: 1)), Child(incarnation: Incarnation(value: 2)), Parent()
        )
        parent.hear(old.push(10, from: nil), at: 0)
        parent.hear(new.push(6, from: nil), at: 200)
        #expect(parent.unit.active?.parent.incarnation == old.incarnation && parent.counted == 10)
        parent.hear(new.push(7, from: new.position), at: 900)
        #expect(parent.counted == 10, "not before three appointments and the lease")
        parent.hear(new.push(8, from: new.position), at: 1300)
        #expect(parent.unit.active?.parent.incarnation == new.incarnation && parent.counted == 8)
        #expect(parent.unit.epoch == Epoch(number: 2, holder: new.incarnation))
        parent.hear(old.push(11, from: old.position), at: 1400)
        #expect(parent.unit.disputed, "the deposed one is alive: a person decides")
        parent.hear(old.push(12, from: old.position), at: 9000)
        #expect(parent.unit.active?.parent.incarnation == new.incarnation, "nothing switches by itself any more")
    }

    @Test func oneLateRequestOfADeadProcessIsNoSecondLife() {
        var (old, new, parent) = (
            Child(incarnation: Incarnation(value: 1)), Child(incarnation: Incarnation(value: 2)), Parent()
        )
        parent.hear(old.push(10, from: nil), at: 0)
        let late = old.push(11, from: old.position)
        parent.hear(new.push(6, from: nil), at: 200)
        parent.hear(late, at: 220)
        #expect(!parent.unit.disputed)
    }

    @Test func twoLivingCopiesAreDisputedAndNeverSummed() {
        var (one, two, parent) = (
            Child(incarnation: Incarnation(value: 1)), Child(incarnation: Incarnation(value: 2)), Parent()
        )
        parent.hear(one.push(10, from: nil), at: 0)
        parent.hear(two.push(20, from: nil), at: 50)
        for time in stride(from: Int64(100), to: 900, by: 100) {
            parent.hear(one.push(10, from: one.position), at: time)
            parent.hear(two.push(20, from: two.position), at: time + 50)
            #expect(parent.counted == 10)
        }
        #expect(parent.unit.disputed)
        #expect(Self.merge.retire(two.incarnation, &parent.unit))
        parent.hear(two.push(21, from: two.position), at: 1000)
        parent.hear(one.push(12, from: one.position), at: 1100)
        #expect(!parent.unit.disputed && parent.counted == 12)
    }

    @Test func shadowsAreBounded() {
        var parent = Parent()
        for number in 1...40 {
            var child = Child(incarnation: Incarnation(value: UInt128(number)))
            parent.hear(child.push(Int64(number), from: nil), at: Int64(number))
        }
        #expect(parent.unit.copies.count == 1 + UnitCopies.shadowLimit)
        #expect(parent.counted == 1)
    }

    @Test func anEmptiedParentCountsTheHolderOfTheEpochAtOnceAndOthersOnlyAfterALease() {
        var (child, parent) = (Child(incarnation: Incarnation(value: 1)), Parent())
        var push = child.push(5, from: nil)
        push.epoch = Epoch(number: 4, holder: Incarnation(value: 9))
        parent.hear(push, at: 10)
        #expect(parent.unit.active == nil)
        parent.hear(child.push(6, from: child.position), at: 1200)
        #expect(parent.counted == 6 && parent.unit.epoch == Epoch(number: 5, holder: child.incarnation))
    }

    @Test func stagedPartsAreNeverCountedAndABadLastPartWritesNothing() {
        var (child, parent) = (Child(incarnation: Incarnation(value: 1)), Parent())
        var push = child.push(5, from: nil)
        let to = push.to
        push.to = nil
        #expect(parent.hear(push, at: 0).outcome == .staged(part: 1))
        #expect(parent.counted == 0)
        push.part = 2
        push.changes = []
        push.to = Position(seq: 1, digest: .empty)
        #expect(parent.hear(push, at: 0).outcome == .contradicted(have: nil, .mismatch))
        push.part = 1
        push.to = to
        push.id = 99
        #expect(parent.hear(push, at: 0).outcome == .contradicted(have: nil, .mismatch))
        #expect(parent.counted == 0)
    }

    @Test func unitsAreSpreadOverThePeriodAndNeverHurried() {
        let pace = Pace(milliseconds: 60_000, graceMilliseconds: 1, leaseMilliseconds: 1)
        let waits = (0..<1000).map { pace.next(after: 12_345, unit: $0) }
        #expect(waits.allSatisfy { (30_000...90_000).contains($0) })
        #expect(Set(waits.map { $0 / 6000 }).count == 10)
    }
}
