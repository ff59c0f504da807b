import Federation
import Testing

@testable import District

/// Sums of a unit that endanger the totals, and numbers that the wire can't carry.
@Suite struct UnitTotals {
    private static let catalogue = Catalogue(text: "demo\ndone households open\n")!
    private static let incarnation = Incarnation(value: 7)
    private static let merge = Merge(
        pace: Pace(milliseconds: 100, graceMilliseconds: 50, leaseMilliseconds: 1000), startedAt: 0,
        bounds: Merge.Bounds(stagedRows: 100, allStagedRows: 100, unitSum: 1000))

    private var unit = UnitCopies()
    private var staged: StagedPush?
    private var digest = Digest.empty

    private func row(_ seq: UInt64, _ count: Int64) -> RowChange {
        RowChange(
            seq: seq,
            key: RowKey(
                dataset: Code(literal: "demo"), period: Code(literal: "now"),
                subject: Code("\(seq)") ?? Code(literal: "-")),
            body: RowBody(catalogue: Self.catalogue.hash, counts: [Count(unchecked: count)], asOf: 0))
    }

    private mutating func hear(
        _ changes: [RowChange], part: Int = 1, last: Bool = true, from: Position? = nil, id: UInt64 = 1,
        epoch: Epoch? = nil
    ) -> Answer.Outcome {
        for change in changes { digest.replace(change.key, nil, by: change.body, in: Self.incarnation) }
        let end = Position(seq: changes.last?.seq ?? 0, digest: digest)
        let push = Push(
            kind: from == nil ? .snapshot : .delta, incarnation: Self.incarnation, epoch: epoch,
            session: Session(counter: 1, tag: 1), id: id, part: part, from: from, to: last ? end : nil,
            changes: changes)
        return Self.merge.receive(
            push, unit: &unit, staged: &staged, place: 0, shelf: CatalogueShelf([Self.catalogue]), now: 0, wall: 0
        ).outcome
    }

    private func refused(_ lines: Int...) -> Answer.Outcome {
        .refused(lines.map { RowRefusal(line: $0, why: "unit_total_out_of_range") })
    }

    @Test mutating func theHeaviestRowsAreRefused() {
        #expect(hear([row(1, 3), row(2, 998), row(3, 2)]) == refused(2))
    }

    /// A row of 1 is the last straw: whoever sends it must hear which row it was.
    @Test mutating func aSmallRowOnTopOfWhatIsHeldIsRefusedByName() {
        let held = hear([row(1, 500), row(2, 500)])
        #expect(held == .held(Position(seq: 2, digest: digest)))
        let at = Position(seq: 2, digest: digest)
        #expect(hear([row(3, 1), row(4, 0)], from: at, id: 2) == refused(1))
    }

    /// A child finds a refused row by its place in the part that was answered, and in no other.
    @Test mutating func ofAPushInPartsOnlyTheRowsAtHandAreRefused() {
        #expect(hear([row(1, 400), row(2, 400)], last: false) == .staged(part: 1))
        #expect(hear([row(3, 0), row(4, 300)], part: 2, last: false) == refused(2))
        #expect(staged == nil, "the child starts the push anew")
    }

    @Test mutating func whatIsHeldCountsInEveryPart() {
        let held = hear([row(1, 900)])
        #expect(held == .held(Position(seq: 1, digest: digest)))
        let at = Position(seq: 1, digest: digest)
        #expect(hear([row(2, 90)], last: false, from: at, id: 2) == .staged(part: 1))
        #expect(hear([row(3, 20)], part: 2, from: at, id: 2) == refused(1))
    }

    @Test mutating func anEpochBeyondAllDecisionsIsNotHeard() {
        let far = Epoch(number: 9_007_199_254_740_991, holder: Incarnation(value: 99))
        _ = hear([row(1, 1)], epoch: far)
        #expect(unit.epoch == Epoch(number: 1, holder: Self.incarnation))
    }
}
