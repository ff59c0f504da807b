import District
import Federation
import Sync

/// Invariant 15: a row that the parent can't store costs that row, never the unit's others.
final class OneBadRowStopsNobody: Checker {
    private unowned let world: World
    init(_ world: World) { self.world = world }

    func acknowledged(by machine: any Child, _ link: ChildLink) {
        guard let machine = machine as? CompoundMachine, let store = machine.store,
            (0..<world.roundsOpen).contains(where: store.hasUnknown),
            let held = machine.district.held(machine.frame.unit), held.active == store.incarnation,
            held.position == store.position
        else { return }
        world.count(.quarantined)
        if held.rows != store.rows { world.violate(15, "\(machine.name): rows beside a refused one are not held") }
    }
}
