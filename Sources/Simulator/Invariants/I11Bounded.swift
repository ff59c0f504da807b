import District
import Federation
import Wire

/// Invariant 11: memory, bytes and queues are bounded, shadows and staged parts included.
final class Bounded: Checker {
    private unowned let world: World
    init(_ world: World) { self.world = world }

    func leaves(_ request: PushRequest, _ push: Push) {
        if request.body.count > Limits.inflated { world.violate(11, "a request of \(request.body.count) bytes") }
        if push.changes.count > Limits.rows { world.violate(11, "a part of \(push.changes.count) rows") }
    }

    func committed(_ ledger: Ledger, _ district: DistrictMachine, clock: Int64) {
        for unit in district.speakers {
            guard let held = ledger.held(unit) else { continue }
            if !held.shadows.isEmpty { world.count(.shadow) }
            // The one that arrives while four are kept is the fifth until it is counted or the oldest goes.
            if held.shadows.count > 5 { world.violate(11, "\(unit) keeps \(held.shadows.count) shadows") }
        }
        if ledger.stagedRows > 10_000 { world.violate(11, "\(ledger.stagedRows) rows are kept aside") }
    }
}
