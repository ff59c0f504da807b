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
            let after = world.compounds.filter { !$0.retired }.map { $0.district.held($0.frame.unit) }
            for (old, new) in zip(before, after) where old?.rows != new?.rows || old?.active != new?.active {
                world.violate(7, "repeated requests changed what is held")
            }
        } else {
            world.violate(7, "repeated requests broke the agreement: \(world.checks.disagreement() ?? "")")
        }
    }
}
