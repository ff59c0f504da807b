import Coverage
import District
import Federation

/// Invariant 3: of each unit exactly one incarnation is counted, and nothing of it is counted twice.
final class NoDoubleCount: Checker {
    private unowned let world: World
    private var open: [String: Set<Code>] = [:]
    init(_ world: World) { self.world = world }

    func committed(_ ledger: Ledger, _ district: DistrictMachine, clock: Int64) {
        var known: [Completion] = Array(repeating: Completion(), count: world.roundsOpen)
        var own: [[RowKey: RowBody]] = []
        for unit in district.counted {
            // Rows of whoever speaks for the unit; a relay's are one for each of its units.
            guard let held = ledger.held(unit.home ?? unit.code) else { continue }
            if unit.home == nil { own.append(held.rows) }
            let rows = unit.home == nil ? held.rows : held.rows.filter { $0.key.subject == unit.code }
            if held.actives > 1 { world.violate(3, "\(unit.code) has \(held.actives) active copies") }
            for round in known.indices where ledger.isKnown(unit.code, Rounds.dataset, Rounds.all[round]) {
                if held.disputed { world.violate(3, "\(unit.code) is in dispute and counted") }
                known[round] = known[round] + NoDoubleCount.sum(rows, Rounds.all[round])
            }
        }
        if district !== world.city { for round in known.indices { checkClaims(own, ledger, district, round) } }
        for round in known.indices {
            guard let figure = ledger.figure(district.code, .completion, Rounds.all[round]) else { continue }
            if figure.evidence.numerator != known[round].done || figure.evidence.denominator != known[round].due {
                world.violate(3, "the total is not the sum of the units that are known, each once")
            }
        }
    }

    /// A household that is not settled is counted as often as the ledger says; any other once.
    private func checkClaims(
        _ held: [[RowKey: RowBody]], _ ledger: Ledger, _ district: DistrictMachine, _ round: Int
    ) {
        let unsettled = ledger.openClaims(Rounds.all[round])
        let before = open.updateValue(unsettled, forKey: "\(district.number) \(round)") ?? []
        world.count(.doubleClaimOpened, unsettled.subtracting(before).count)
        for token in district.addresses.compactMap({ district.token(of: $0, round) }) where !unsettled.contains(token) {
            let key = RowKey(dataset: Rounds.claims, period: Rounds.all[round], subject: token)
            let counting = held.count { ($0[key]?.counts.last?.known ?? 0) > 0 }
            let claiming = held.count { $0[key] != nil }
            if claiming > 1, before.contains(token) { world.count(.doubleClaimSettled) }
            if counting != min(claiming, 1) {
                world.violate(3, "a settled household is counted by \(counting) of \(claiming)")
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
