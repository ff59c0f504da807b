import Coverage
import District
import Federation

/// Invariant 12: whatever becomes of units, each household is counted in one of them: those before or those after, never
/// both and never neither; what is expected stays, and so do the households at the moment of the change. Communities
/// add up to their district, however units move between them.
final class Conservation: Checker {
    private unowned let world: World
    private var batches = 0
    init(_ world: World) { self.world = world }

    func committed(_ ledger: Ledger, _ district: DistrictMachine, clock: Int64) {
        guard !district.content.lineage.changes.isEmpty else { return }
        for change in district.content.lineage.changes where !change.after.isEmpty {
            let (before, after) = (change.before.filter(ledger.isCounted), change.after.filter(ledger.isCounted))
            let isBefore = before.count == change.before.count && after.isEmpty
            // Whoever followed may have been followed since.
            if !isBefore, change.settledAt == nil || !before.isEmpty {
                world.violate(12, "change \(change.number): \(before) and \(after) are counted at once")
            }
        }
        batches += 1
        guard batches % 4 == 0, district !== world.city else { return }
        for round in 0..<world.roundsOpen { checkCommunities(ledger, district, round) }
    }

    private func checkCommunities(_ ledger: Ledger, _ district: DistrictMachine, _ round: Int) {
        func evidence(_ code: String) -> Evidence? {
            ledger.figure(code, .completion, Rounds.all[round])?.evidence
        }
        let parts = district.communities.compactMap(evidence)
        guard let whole = evidence(district.code) else { return world.violate(12, "a district without units") }
        if parts.reduce(0, { $0 + $1.numerator }) != whole.numerator
            || parts.reduce(0, { $0 + $1.denominator }) != whole.denominator
            || parts.reduce(0, { $0 + $1.totalCeiling }) != whole.totalCeiling
        {
            world.violate(12, "the communities are not their district")
        }
    }

    func handedOver(_ change: UnitChange, _ before: Ledger, _ after: Ledger, _ district: DistrictMachine) {
        for round in 0..<world.roundsOpen where !world.isClosed(round) {
            let period = Rounds.all[round]
            let ceilings = [before, after].map {
                $0.figure(district.code, .completion, period)?.evidence.totalCeiling ?? -1
            }
            // Each unit's ceiling is rounded up to whole households.
            if abs(ceilings[0] - ceilings[1]) >= change.before.count + change.after.count {
                world.violate(12, "change \(change.number): \(ceilings) are expected before and after")
            }
            guard district !== world.city, let had = households(change.before, period, before),
                let have = households(change.after, period, after)
            else { continue }
            if had != have {
                world.violate(12, "change \(change.number), round \(round + 1): \(had) households became \(have)")
            }
        }
    }

    /// - Returns: nil where some row is unknown, or nothing was said.
    private func households(_ units: [Code], _ period: Code, _ ledger: Ledger) -> Int64? {
        var sum: Int64 = 0
        for unit in units {
            let rows = (ledger.held(unit)?.rows ?? [:]).filter {
                $0.key.dataset == Rounds.dataset && $0.key.period == period
            }
            guard !rows.isEmpty else { return nil }
            for count in rows.values.flatMap({ $0.counts[Rounds.households($0.counts.count)] }) {
                guard let known = count.known else { return nil }
                sum += known
            }
        }
        return sum
    }
}
