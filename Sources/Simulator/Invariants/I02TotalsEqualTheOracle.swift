import District
import Coverage

/// Invariant 2: the published totals equal a fold over all facts that the kept machines' journals hold.
final class TotalsEqualTheOracle: Checker {
    private unowned let world: World
    /// What the journals of nodes that took over a copy's have to hold.
    private var unions: [Int: Set<String>] = [:]
    init(_ world: World) { self.world = world }

    func tookOver(_ machine: CompoundMachine, union: Set<String>) { unions[machine.number] = union }

    /// Every household once, at its owner, whatever the aggregator holds.
    private func truth(_ district: DistrictMachine, _ round: Int) -> Completion {
        let kept = world.compounds.filter { !$0.retired && $0.district === district }.compactMap { machine in
            machine.store.map { (unit: machine.frame.unit, told: $0.told()) }
        }
        return kept.reduce(Completion()) { sum, one in
            let lost = one.told.byAddress.keys.filter { address in
                let claimants = kept.filter { $0.told.byAddress[address] != nil }.map(\.unit).sorted()
                let decided = district.decided(address, round)
                return (claimants.first { $0 == decided } ?? claimants.first) != one.unit
            }
            return sum + one.told.without(Set(lost), round)
        }
    }

    func healed() {
        for machine in world.compounds where !machine.retired {
            guard let union = unions[machine.number], machine.store.map({ !$0.journaled.isSuperset(of: union) }) ?? true
            else { continue }
            world.violate(2, "\(machine.name) took over a journal and hasn't all of it")
        }
        expectNoOpenCall()
        for district in world.aggregators {
            for round in 0..<world.roundsOpen {
                let below = district === world.city ? world.districts : [district]
                let truth = below.map { self.truth($0, round) }.reduce(Completion(), +)
                let figure = district.ledger?.figure(district.code, .completion, Rounds.all[round])
                guard let figure, figure.isExact, figure.evidence.numerator == truth.done,
                    figure.evidence.denominator == truth.due
                else {
                    world.violate(
                        2,
                        "aggregator \(district.number), round \(round + 1): the journals say \(truth.done)/\(truth.due), "
                            + "published is \(figure.map { "\($0.evidence)" } ?? "nothing")")
                    continue
                }
            }
        }
    }

    /// Where a unit's own rows count, nothing that was phoned in does.
    private func expectNoOpenCall() {
        for district in world.districts {
            for unit in district.counted {
                let open = district.ledger?.book.openPhoneIns(of: unit.code) ?? []
                if let call = open.first { world.violate(2, "\(unit.code) is known and call \(call.number) is open") }
            }
        }
    }
}
