import District
import Federation

/// Invariant 5: what an aggregator said it holds is held after any crash, unless somebody took the rows back.
final class AcknowledgedIsDurable: Checker {
    private struct Promise {
        var seq: UInt64
        var rewinds: Int
    }
    private unowned let world: World
    private var promised: [Code: [Incarnation: Promise]] = [:]
    init(_ world: World) { self.world = world }

    func answered(_ answer: Answer, to push: Push, of unit: Code, by district: DistrictMachine) {
        guard case .held(let position) = answer.outcome else { return }
        promised[unit, default: [:]][push.incarnation] = Promise(seq: position.seq, rewinds: district.rewinds)
    }

    func committed(_ ledger: Ledger, _ district: DistrictMachine, clock: Int64) {
        for unit in district.speakers {
            guard let held = ledger.held(unit), let active = held.active,
                let promise = promised[unit]?[active], promise.rewinds == district.rewinds
            else { continue }
            if (held.position?.seq ?? 0) < promise.seq {
                world.violate(
                    5, "\(unit) was told that \(promise.seq) is held; it stands at \(held.position?.seq ?? 0)")
            }
        }
    }
}
