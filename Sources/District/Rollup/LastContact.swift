import Federation

extension Rollup {
    /// Seconds since 1970 at which a unit was last heard, by the clock of the aggregator that heard it.
    ///
    /// A unit that a relay calls known was heard within that relay's pace of the relay's own push. Else its row says
    /// when, and never later than the relay itself.
    ///
    /// - Parameter home: the copies of whoever speaks for it.
    func heardAt(_ unit: Int, _ home: UnitCopies, _ totals: CutTotals) -> Int64? {
        guard let heardAt = home.heardAt else { return nil }
        guard tree.isRelayed(unit) else { return heardAt }
        guard let row = totals.relayed[unit]?.entries.first, row.asOf > 0 else { return nil }
        return DerivedRow.standing(RowBlock([row]), shelf) == .known ? heardAt : min(row.asOf, heardAt)
    }

    /// Whether a last contact that figures name is another than before: that of a unit that isn't known in the round.
    func movesContact(_ speaker: Int, from old: UnitCopies, to new: UnitCopies, _ round: Code) -> Bool {
        let along = along(round)
        let totals = cuts[Cut(dataset: Tally.survey, period: round)] ?? empty(round)
        return along.tree.units(through: speaker).contains { unit in
            totals.standings[unit] != .known
                && along.heardAt(unit, old, totals) != along.heardAt(unit, new, totals)
        }
    }
}
