import Federation

/// What is held of a unit, whoever said it: itself, or a relay on its behalf. Readers ask here and nowhere else.
extension Picture {
    /// The copies of whoever speaks for the unit.
    func home(_ unit: Int) -> UnitCopies { speakers[rollup.tree.units[unit].home] }

    /// The unit's rows in a cut, as they are counted or shown; nil where nothing was said.
    func block(_ unit: Int, _ cut: Cut) -> RowBlock? {
        rollup.tree.isRelayed(unit) ? rollup.cuts[cut]?.relayed[unit] : speakers[unit].active?.blocks[cut]
    }

    /// Seconds since 1970 at which the unit was last heard, by what stands in a cut.
    func heardAt(_ unit: Int, _ totals: CutTotals) -> Int64? { rollup.heardAt(unit, home(unit), totals) }

    /// The same over all that was said of the unit.
    func heardAt(_ unit: Int) -> Int64? {
        guard rollup.tree.isRelayed(unit) else { return home(unit).heardAt }
        return rollup.cuts.values.compactMap { heardAt(unit, $0) }.max()
    }

    /// How the unit stands in all that was said of it: the standing that most needs a person.
    func standing(_ unit: Int) -> Standing {
        let said = rollup.cuts.values.filter { $0.relayed[unit] != nil }.map { $0.standings[unit] }
        let order: [Standing] = [.disputed, .stale, .unknownRows, .known, .silent, .neverConnected]
        return order.first(where: said.contains) ?? (home(unit).active == nil ? .neverConnected : .silent)
    }
}
