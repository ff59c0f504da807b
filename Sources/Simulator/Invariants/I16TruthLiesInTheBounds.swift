import Coverage
import District
import Federation

/// Invariant 16: the truth lies between the bounds at every moment: for a known unit what its journal said at
/// the accepted position, for an unknown one what its journal says now. At the city the accepted position is the
/// one that the district held when it cut the row.
final class TruthLiesInTheBounds: Checker {
    private struct Moment: Hashable {
        var incarnation: Incarnation
        var position: Position
    }
    private unowned let world: World
    private var said: [Moment: Told] = [:]
    /// What stood behind a district's rows at a position of its own.
    private var cuts: [Moment: Standpoint] = [:]
    private var now: [Code: Told] = [:]
    private var batches = 0
    init(_ world: World) { self.world = world }

    func written(by machine: any Child, _ store: any LinkStoring, _ incarnation: Incarnation) {
        let moment = Moment(incarnation: incarnation, position: store.position)
        if let relay = machine as? RelayMachine { return cuts[moment] = relay.lastCut ?? cuts[moment] }
        guard let store = store as? any CompoundStoring else { return }
        let told = said[moment] ?? store.told()
        said[moment] = told
        now[machine.unit] = told
    }

    func committed(_ ledger: Ledger, _ district: DistrictMachine, clock: Int64) {
        sign(ledger, district)
        batches += 1
        guard batches % 4 == 0 else { return }
        let standpoints = standpoints(ledger, district)
        for round in 0..<world.roundsOpen where !world.isClosed(round) {
            check(ledger, district, round, standpoints)
        }
    }

    /// What stands behind the units here, by whoever settles their claims: this district, or each of the city's as it
    /// stood when it cut its rows.
    private func standpoints(_ ledger: Ledger, _ district: DistrictMachine) -> [(DistrictMachine, Standpoint)] {
        guard district === world.city else { return [(district, district.standpoint(ledger))] }
        return world.districts.compactMap { one in
            guard let relay = one.relay, let held = ledger.held(relay.unit), let active = held.active,
                let position = held.position, let cut = cuts[Moment(incarnation: active, position: position)]
            else { return nil }
            return (one, cut)
        }
    }

    private func oracles(_ standpoints: [(DistrictMachine, Standpoint)], _ round: Int) -> [Code: ClaimOracle] {
        standpoints.reduce(into: [:]) { oracles, each in
            let (one, standpoint) = each
            let codes = Set(one.counted.map(\.code))
            let oracle = ClaimOracle(one, round, standpoint.counting(codes))
            for code in codes.union([Code(one.code)].compactMap { $0 }) { oracles[code] = oracle }
        }
    }

    private func check(
        _ ledger: Ledger, _ district: DistrictMachine, _ round: Int, _ standpoints: [(DistrictMachine, Standpoint)]
    ) {
        let claims = oracles(standpoints, round)
        let all = standpoints.reduce(into: [:]) { all, each in all.merge(each.1.held) { $1 } }
        var truth = Completion()
        for unit in district.counted {
            let households = Int(unit.expectedHouseholds ?? 0)
            let lost = claims[unit.home ?? unit.code]?.lost(unit.code) ?? []
            var own = now[unit.code]?.without(lost, round) ?? Completion(done: 0, due: households)
            if ledger.isKnown(unit.code, Rounds.dataset, Rounds.all[round]) {
                guard let held = all[unit.code], let active = held.active, let position = held.position,
                    let then = said[Moment(incarnation: active, position: position)]
                else {
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
