import Federation
import District

/// Invariant 7: requests that are repeated, in any order, followed by the ordinary retry, give the same state.
final class RetriesChangeNothing: Checker {
    private unowned let world: World
    init(_ world: World) { self.world = world }

    func healed() {
        let before = world.compounds.filter { !$0.retired }.map { $0.district.held($0.frame.unit) }
        for (request, machine) in world.network.requests.shuffled(using: &world.chance) {
            world.network.deliver(request, machine) { _ in }
        }
        world.advance(to: world.now + 10)
        if Operators(world).waitForAgreement(until: world.now + World.healPhase) {
            for (machine, old) in zip(world.compounds.filter { !$0.retired }, before) {
                let new = machine.district.held(machine.frame.unit)
                // A twin that was switched off may still be heard from, late, and then its copy starts a new life.
                let sameLife = machine.rewound || old?.active == new?.active
                if old?.rows != new?.rows || !sameLife {
                    world.violate(7, "repeated requests changed what is held of \(machine.frame.unit)")
                }
            }
        } else {
            world.violate(7, "repeated requests broke the agreement: \(world.checks.disagreement() ?? "")")
        }
    }
}
