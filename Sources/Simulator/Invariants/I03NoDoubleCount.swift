import Coverage
import District
import Federation

/// Invariant 3: of each unit exactly one incarnation is counted, and nothing of it is counted twice.
final class NoDoubleCount: Checker {
    private unowned let world: World
    init(_ world: World) { self.world = world }

    func committed(_ ledger: Ledger, _ district: DistrictMachine, clock: Int64) {
        var known: [Completion] = Array(repeating: Completion(), count: world.roundsOpen)
        for unit in district.content.units {
            guard let held = ledger.held(unit.code) else { continue }
            if held.actives > 1 { world.violate(3, "\(unit.code) has \(held.actives) active copies") }
            for round in known.indices where ledger.isKnown(unit.code, Rounds.dataset, Rounds.all[round]) {
                if held.disputed { world.violate(3, "\(unit.code) is in dispute and counted") }
                known[round] = known[round] + NoDoubleCount.sum(held.rows, Rounds.all[round])
            }
        }
        for round in known.indices {
            guard let figure = ledger.figure(district.code, .completion, Rounds.all[round]) else { continue }
            if figure.evidence.numerator != known[round].done || figure.evidence.denominator != known[round].due {
                world.violate(3, "the total is not the sum of the units that are known, each once")
            }
        }
    }

    /// As an oracle adds up rows: by position in the vector, not by the product's rules.
    static func sum(_ rows: [RowKey: RowBody], _ period: Code) -> Completion {
        rows.reduce(into: Completion()) { sum, row in
            guard row.key.period == period, row.key.dataset == Rounds.dataset else { return }
            let counts = row.value.counts.map { Int($0.known ?? 0) }
            let (done, open) = Rounds.columns(counts.count)
            let finished = done.reduce(0) { $0 + counts[$1] }
            sum = sum + Completion(done: finished, due: finished + open.reduce(0) { $0 + counts[$1] })
        }
    }
}
