import District
import Federation

/// Invariant 1: after the faults every level holds, byte for byte, what the level below has; and at any time whoever
/// holds a position holds its rows.
final class Convergence: Checker {
    private unowned let world: World
    private var acknowledged: [Int: Int64] = [:]
    /// The last position of each child at which rows were compared.
    private var compared: [Int: Position] = [:]
    init(_ world: World) { self.world = world }

    func acknowledged(by machine: any Child, _ link: ChildLink) {
        acknowledged[machine.number] = world.now
        guard let store = machine.rowsHeld, compared[machine.number] != store.position,
            let held = machine.parent.held(machine.unit), held.active == store.incarnation,
            held.position == store.position
        else { return }
        compared[machine.number] = store.position
        if held.rows != store.rows { world.violate(1, "\(machine.unit): equal positions, different rows") }
    }

    func disagreement() -> String? {
        for machine in world.children where !machine.retired {
            let unit = machine.unit
            guard let store = machine.rowsHeld else { return "\(machine.name) is down" }
            guard let held = machine.parent.held(unit) else { return "the aggregator of \(unit) is down" }
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
            if let node = machine as? CompoundMachine, let store = node.store {
                for round in 0..<world.roundsOpen where world.isClosed(round) == store.holdsKey(round) {
                    return "\(node.name) \(world.isClosed(round) ? "keeps the" : "has no") key of round \(round + 1)"
                }
            }
        }
        for relay in world.districts.compactMap(\.relay) {
            // What is published is equal above and below, and yet of before.
            if relay.district.content.campaigns.count < world.roundsOpen {
                return "\(relay.name) has not heard of a round"
            }
            if relay.lastCut != relay.district.standpoint(relay.district.ledger) {
                return "\(relay.name) has not published what it has"
            }
        }
        for district in world.aggregators {
            for (unit, round) in district.counted.flatMap({ unit in
                (0..<world.roundsOpen).map { (unit.code, $0) }
            }) where district.ledger?.isKnown(unit, Rounds.dataset, Rounds.all[round]) != true {
                return "\(unit) is unknown in round \(round + 1) at aggregator \(district.number)"
            }
        }
        for district in world.aggregators {
            if let waiting = district.content.lineage.changes.first(where: { $0.settledAt == nil }) {
                return "change \(waiting.number) waits at aggregator \(district.number)"
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
