import District
import Coverage

/// Invariant 2: the published totals equal a fold over all facts that the kept machines' journals hold.
final class TotalsEqualTheOracle: Checker {
    private unowned let world: World
    init(_ world: World) { self.world = world }

    func healed() {
        for district in world.districts {
            for round in 0..<world.roundsOpen {
                let truth = world.compounds.filter { !$0.retired && $0.district === district }
                    .compactMap { $0.store?.completions()[round] }.reduce(Completion(), +)
                let figure = district.ledger?.figure(district.code, .completion, Rounds.all[round])
                guard let figure, figure.isExact, figure.evidence.numerator == truth.done,
                    figure.evidence.denominator == truth.due
                else {
                    world.violate(
                        2,
                        "district \(district.number), round \(round + 1): the journals say \(truth.done)/\(truth.due), "
                            + "published is \(figure.map { "\($0.evidence)" } ?? "nothing")")
                    continue
                }
            }
        }
    }
}
