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
        var sums: [Code: [Code: [Code: Completion]]] = [:]
        for unit in district.counted {
            let speaker = unit.home ?? unit.code
            guard let held = ledger.held(speaker) else { continue }
            let rows = district.rows(held, of: speaker)
            if unit.home == nil { own.append(rows) }
            let parts = sums[speaker] ?? NoDoubleCount.sums(rows)
            sums[speaker] = parts
            if held.actives > 1 { world.violate(3, "\(unit.code) has \(held.actives) active copies") }
            for round in known.indices where ledger.isKnown(unit.code, Rounds.dataset, Rounds.all[round]) {
                if held.disputed { world.violate(3, "\(unit.code) is in dispute and counted") }
                // Rows of whoever speaks for the unit; a relay's are one for each of its units.
                let buildings = parts[Rounds.all[round]] ?? [:]
                known[round] =
                    unit.home == nil
                    ? buildings.values.reduce(known[round], +) : known[round] + (buildings[unit.code] ?? Completion())
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

    /// As an oracle adds up rows, by round and subject: by position in the vector, not by the product's rules.
    private static func sums(_ rows: [RowKey: RowBody]) -> [Code: [Code: Completion]] {
        rows.reduce(into: [:]) { sums, row in
            guard row.key.dataset == Rounds.dataset else { return }
            let counts = row.value.counts.map { Int($0.known ?? 0) }
            let (done, open) = Rounds.columns(counts.count)
            // A district's row of a unit that it doesn't know says only why.
            guard (done + open).allSatisfy(counts.indices.contains) else { return }
            let finished = done.reduce(0) { $0 + counts[$1] }
            sums[row.key.period, default: [:]][row.key.subject] = Completion(
                done: finished, due: finished + open.reduce(0) { $0 + counts[$1] })
        }
    }
}
