import Federation
import District

/// Invariant 7: requests that are repeated, in any order, followed by the ordinary retry, give the same state.
final class RetriesChangeNothing: Checker {
    private unowned let world: World
    init(_ world: World) { self.world = world }

    func healed() {
        let children = world.children.filter { !$0.retired }
        let before = children.map { $0.parent.held($0.unit) }
        for (request, machine) in world.network.requests.shuffled(using: &world.chance) {
            world.network.deliver(request, machine) { _ in }
        }
        world.advance(to: world.now + 10)
        if Operators(world).waitForAgreement(until: world.now + World.healPhase) {
            for (machine, old) in zip(children, before) {
                let new = machine.parent.held(machine.unit)
                // A twin that was switched off may still be heard from, late, and then its copy starts a new life.
                let sameLife = machine.rewound || old?.active == new?.active
                // A district's row says since when, and a unit that was in doubt for a while has another time.
                let relay = machine as? RelayMachine
                let sameRows = relay.map { counts(old, $0) == counts(new, $0) } ?? (old?.rows == new?.rows)
                if !sameLife {
                    world.violate(7, "repeated requests gave \(machine.unit) another life")
                } else if !sameRows {
                    let differing = Set((old?.rows ?? [:]).keys).union((new?.rows ?? [:]).keys).sorted().filter {
                        old?.rows[$0] != new?.rows[$0]
                    }.map { "\($0.dataset)/\($0.period)/\($0.subject)" }
                    world.violate(7, "repeated requests changed rows that are held of \(machine.unit): \(differing)")
                }
            }
        } else {
            world.violate(7, "repeated requests broke the agreement: \(world.checks.disagreement() ?? "")")
        }
    }

    /// Of units that are counted: nobody hears the others any more, and their rows say so after a while.
    private func counts(_ held: Ledger.Held?, _ relay: RelayMachine) -> [RowKey: [Count]] {
        (held?.rows ?? [:]).filter { relay.district.isCounted($0.key.subject) }.mapValues(\.counts)
    }
}
