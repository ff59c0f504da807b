import Coverage
import Federation

/// Calls that stand in the place of what their units last said. There are few of them at any moment, so they are added
/// when reading.
extension Picture {
    /// Calls of a campaign that are newer than their unit's last contact, while the unit is unknown.
    func standingPhoneIns(_ period: Code) -> [(unit: Int, call: PhoneIn)] {
        guard !book.phoneIns.isEmpty else { return [] }
        let totals = cut(Measure.completion.dataset, period)
        return book.phoneIns.keys.sorted().compactMap { code in
            guard let unit = rollup.tree.unit(code), totals.standings[unit] != .known,
                let call = book.openPhoneIns(of: code).first(where: { $0.campaign == period }),
                call.at >= heardAt(unit, totals) ?? .min
            else { return nil }
            return (unit, call)
        }
    }

    /// The same, of units below a place.
    func standingPhoneIns(_ period: Code, below place: Int) -> [(unit: Int, call: PhoneIn)] {
        standingPhoneIns(period).filter { isBelow($0.unit, place) }
    }

    private func isBelow(_ unit: Int, _ place: Int) -> Bool {
        var at = rollup.tree.units[unit].place
        while at >= 0, at != place { at = rollup.tree.places[at].parent }
        return at == place
    }

    /// Puts what was phoned in where the unit's last rows stand. A bound is never touched: it has no use for what
    /// somebody said.
    func replaceLast(of calls: [(unit: Int, call: PhoneIn)], _ measure: Measure, in evidence: inout Evidence) {
        for (unit, call) in calls {
            guard let said = call.counts.pair(measure) else { continue }
            let last = lastRows(unit, measure, call.campaign)
            evidence.lastNumerator += said.numerator - last.numerator
            evidence.lastDenominator += said.denominator - last.denominator
        }
    }

    /// What the roll-up has of the unit as last known.
    private func lastRows(_ unit: Int, _ measure: Measure, _ period: Code) -> (numerator: Int64, denominator: Int64) {
        guard let dataset = Code(measure.dataset), cut(measure.dataset, period).standings[unit].hasLast else {
            return (0, 0)
        }
        let block = block(unit, Cut(dataset: dataset, period: period)) ?? RowBlock()
        return block.counted(measure, rollup.shelf)
    }
}
