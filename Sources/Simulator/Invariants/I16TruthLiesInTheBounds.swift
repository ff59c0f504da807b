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
    private var cuts: [Moment: [Code: Ledger.Held]] = [:]
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
        let held = held(ledger, district)
        for round in 0..<world.roundsOpen where !world.isClosed(round) {
            check(ledger, district, round, held)
        }
    }

    /// What stands behind each unit here: its own rows, or what its district held when it cut the unit's row.
    private func held(_ ledger: Ledger, _ district: DistrictMachine) -> [Code: Ledger.Held] {
        guard district === world.city else {
            return district.content.units.reduce(into: [:]) { $0[$1.code] = ledger.held($1.code) }
        }
        return district.content.relays.reduce(into: [:]) { all, relay in
            guard let held = ledger.held(relay.code), let active = held.active, let position = held.position else {
                return
            }
            all.merge(cuts[Moment(incarnation: active, position: position)] ?? [:]) { $1 }
        }
    }

    /// By whoever settles its units' claims: a district, for each of them.
    private func oracles(_ district: DistrictMachine, _ round: Int, _ all: [Code: Ledger.Held]) -> [Code: ClaimOracle] {
        let below = district === world.city ? world.districts : [district]
        return below.reduce(into: [:]) { oracles, one in
            let codes = Set(one.counted.map(\.code))
            let held = all.filter { codes.contains($0.key) }
            let oracle = ClaimOracle(
                one, round,
                held: Dictionary(uniqueKeysWithValues: held.map { ($0.key, one.rows($0.value, of: $0.key)) }))
            for code in codes.union([Code(one.code)].compactMap { $0 }) { oracles[code] = oracle }
        }
    }

    private func check(_ ledger: Ledger, _ district: DistrictMachine, _ round: Int, _ all: [Code: Ledger.Held]) {
        let claims = oracles(district, round, all)
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
