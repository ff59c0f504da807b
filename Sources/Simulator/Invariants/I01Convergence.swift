import District
import Federation

/// Invariant 1: after the faults every level holds, byte for byte, what the level below has.
final class Convergence: Checker {
    private unowned let world: World
    private var acknowledged: [Int: Int64] = [:]
    init(_ world: World) { self.world = world }

    func acknowledged(by machine: CompoundMachine, _ link: ChildLink) { acknowledged[machine.number] = world.now }

    func disagreement() -> String? {
        for machine in world.compounds where !machine.retired {
            let unit = machine.frame.unit
            guard let store = machine.store else { return "\(machine.name) is down" }
            guard let held = machine.district.held(unit) else { return "the aggregator of \(unit) is down" }
            // One of two identical copies agrees by chance until it speaks.
            if acknowledged[machine.number, default: 0] < World.faultPhase {
                return "\(machine.name) has not been heard since"
            }
            if held.disputed { return "\(unit) is in dispute" }
            if held.active != store.incarnation {
                return "\(unit): \(held.active.map { "\($0)" } ?? "nobody") is counted, not \(machine.name)"
            }
            if held.position != store.position { return "\(unit): another position is held" }
            if held.rows != store.rows { return "\(unit): equal positions, different rows" }
            for round in 0..<world.roundsOpen {
                if world.isClosed(round), store.holdsKey(round) { return "\(machine.name) keeps a key" }
                guard machine.district.ledger?.isKnown(unit, Rounds.dataset, Rounds.all[round]) == true else {
                    return "\(unit) is unknown in round \(round + 1)"
                }
            }
        }
        for district in world.districts {
            for round in 0..<world.roundsOpen where district.ledger?.openClaims(Rounds.all[round]).isEmpty != true {
                return "district \(district.number) has claims that are not settled"
            }
        }
        return nil
    }

    func healed() { if let why = disagreement() { world.violate(1, why) } }
}
