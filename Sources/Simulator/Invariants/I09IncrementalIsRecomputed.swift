import District

/// Invariant 9: totals that are kept up with every change are those that the rows give.
final class IncrementalIsRecomputed: Checker {
    private unowned let world: World
    private var batches = 0
    init(_ world: World) { self.world = world }

    func committed(_ ledger: Ledger, _ district: DistrictMachine, clock: Int64) {
        batches += 1
        if batches % 16 == 0 { check(ledger, district, clock) }
    }

    func healed() {
        for district in world.aggregators {
            if let ledger = district.ledger { check(ledger, district, district.clockNow) }
        }
    }

    private func check(_ ledger: Ledger, _ district: DistrictMachine, _ clock: Int64) {
        var swept = ledger
        _ = swept.sweep(now: clock)
        if !swept.addsUp(now: clock) {
            world.violate(9, "the totals of aggregator \(district.number) are not those of its rows")
        }
    }
}
