import Coverage
import District
import Federation

/// Invariant 16: the truth lies between the bounds at every moment: for a known unit what its journal said at
/// the accepted position, for an unknown one what its journal says now.
final class TruthLiesInTheBounds: Checker {
    private struct Moment: Hashable {
        var incarnation: Incarnation
        var position: Position
    }
    private unowned let world: World
    private var said: [Moment: Told] = [:]
    private var now: [Code: Told] = [:]
    private var batches = 0
    init(_ world: World) { self.world = world }

    func written(by machine: CompoundMachine, _ store: any CompoundStoring, _ incarnation: Incarnation) {
        let moment = Moment(incarnation: incarnation, position: store.position)
        let told = said[moment] ?? store.told()
        said[moment] = told
        now[machine.frame.unit] = told
    }

    func committed(_ ledger: Ledger, _ district: DistrictMachine, clock: Int64) {
        sign(ledger, district)
        batches += 1
        guard batches % 4 == 0 else { return }
        let held = Dictionary(
            uniqueKeysWithValues: district.content.units.map { ($0.code, ledger.held($0.code)) })
        for round in 0..<world.roundsOpen where !world.isClosed(round) {
            check(ledger, district, round, held)
        }
    }

    private func check(
        _ ledger: Ledger, _ district: DistrictMachine, _ round: Int, _ all: [Code: Ledger.Held?]
    ) {
        let claims = ClaimOracle(district, round, held: all.compactMapValues { $0?.rows })
        var truth = Completion()
        for unit in district.content.units {
            let households = Int(unit.expectedHouseholds ?? 0)
            let lost = claims.lost(unit.code)
            var own = now[unit.code]?.without(lost, round) ?? Completion(done: 0, due: households)
            if ledger.isKnown(unit.code, Rounds.dataset, Rounds.all[round]), let held = all[unit.code] ?? nil,
                let active = held.active, let position = held.position
            {
                guard let then = said[Moment(incarnation: active, position: position)] else {
                    return world.violate(16, "\(unit.code) is counted at a position that no journal ever had")
                }
                own = then.without(lost, round)
            }
            truth = truth + own
        }
        guard let figure = ledger.figure(district.code, .completion, Rounds.all[round]), let lower = figure.lower,
            let upper = figure.upper
        else { return world.violate(16, "no bound though every unit has a ceiling") }
        let (n, d) = (Int64(truth.done), Int64(truth.due))
        if lower.numerator * d > n * lower.denominator || upper.numerator * d < n * upper.denominator {
            world.violate(16, "round \(round + 1): \(n)/\(d) is outside \(lower) … \(upper)")
        }
    }

    /// What is published, for the comparison of two runs (invariant 13).
    private func sign(_ ledger: Ledger, _ district: DistrictMachine) {
        for round in 0..<world.roundsOpen {
            guard let figure = ledger.figure(district.code, .completion, Rounds.all[round]) else { continue }
            world.sign(UInt64(truncatingIfNeeded: figure.evidence.numerator))
            world.sign(UInt64(truncatingIfNeeded: figure.evidence.denominator))
            world.sign(UInt64(truncatingIfNeeded: figure.evidence.unknownCeiling))
        }
    }
}
