import Federation

/// Stage 7: the totals of everything counted, at every place. In memory only: rebuilt from rows at
/// start, and verified against them (`recomputed`).
struct Rollup: Sendable {
    private var hierarchy: Hierarchy
    /// What is read along: today's, or another that a reader asks for.
    private(set) var tree: PlaceTree
    private(set) var cuts: [Cut: CutTotals] = [:]
    private(set) var shelf: CatalogueShelf
    /// Per unit: whether anything was ever heard of it.
    private(set) var connected: [Bool]
    private var unsent = UnsentCuts()

    init(_ hierarchy: Hierarchy, shelf: CatalogueShelf) {
        self.hierarchy = hierarchy
        tree = hierarchy.current
        self.shelf = shelf
        connected = Array(repeating: false, count: tree.units.count)
    }

    mutating func learn(_ shelf: CatalogueShelf) { self.shelf = shelf }

    /// Brings what is counted through one speaker from `old` to `new`.
    ///
    /// - Parameter cuts: what changed; nil if the role of a copy did, and everything may have.
    mutating func settle(_ speaker: Int, from old: UnitCopies, to new: UnitCopies, cuts changed: [Cut]?, now: Int64) {
        let before = old.active?.blocks ?? [:]
        let after = new.active?.blocks ?? [:]
        for unit in hierarchy.current.units(through: speaker) where connected[unit] != (new.active != nil) {
            connected[unit].toggle()
            unsent = UnsentCuts()
        }
        let touched = changed ?? Array(Set(before.keys).union(after.keys).union(cuts.keys))
        for cut in touched {
            let tree = hierarchy[cut.period]
            let units = tree.units(through: speaker)
            guard !units.isEmpty else { continue }
            var totals = cuts.removeValue(forKey: cut) ?? empty(cut.period)
            let block = after[cut] ?? RowBlock()
            if tree.relay(speaker) == nil {
                replace(speaker, old: before[cut] ?? RowBlock(), by: block, new, now, cut.period, &totals)
            } else {
                settleRelayed(speaker, units, block, new, now, everything: changed == nil, cut.period, &totals)
            }
            cuts[cut] = totals
        }
    }

    /// Of a relay's rows those that differ from what stood, each of which is all that is said of one unit: a push
    /// costs what changed.
    private func settleRelayed(
        _ relay: Int, _ units: [Int], _ block: RowBlock, _ copies: UnitCopies, _ now: Int64, everything: Bool,
        _ period: Code, _ totals: inout CutTotals
    ) {
        let tree = hierarchy[period]
        var said: [Int: RowBlock] = [:]
        for entry in block.entries {
            guard let unit = tree.unit(entry.subject), tree.units[unit].home == relay else { continue }
            said[unit] = RowBlock([entry])
        }
        for unit in units {
            let (old, new) = (totals.relayed[unit] ?? RowBlock(), said[unit] ?? RowBlock())
            if everything || old != new { replace(unit, old: old, by: new, copies, now, period, &totals) }
        }
    }

    private func replace(
        _ unit: Int, old: RowBlock, by new: RowBlock, _ home: UnitCopies, _ now: Int64, _ period: Code,
        _ totals: inout CutTotals
    ) {
        totals.replace(
            unit, old: old, by: new, standing: standing(unit, home, new, now, period), tree: hierarchy[period],
            shelf: shelf)
    }

    /// Re-reads the standing of units whose rows did not change: their speaker's appointment passed or was kept.
    mutating func restate(_ speaker: Int, _ copies: UnitCopies, now: Int64) {
        let blocks = copies.active?.blocks ?? [:]
        for cut in cuts.keys {
            let tree = hierarchy[cut.period]
            for unit in tree.units(through: speaker) {
                let block = (tree.isRelayed(unit) ? cuts[cut]?.relayed[unit] : blocks[cut]) ?? RowBlock()
                let standing = standing(unit, copies, block, now, cut.period)
                guard cuts[cut]?.standings[unit] != standing else { continue }
                cuts[cut]?.replace(unit, old: block, by: block, standing: standing, tree: tree, shelf: shelf)
            }
        }
    }

    /// A cut that nobody has sent: everyone is expected and nobody is known.
    func empty(_ period: Code) -> CutTotals {
        unsent.totals(period) { CutTotals(tree: hierarchy[period], connected: connected) }
    }

    /// The edition that a round is counted along; nil where it is today's.
    func edition(_ period: Code) -> String? { hierarchy.editions[period] }

    /// The same, read along the tree that a round is counted in.
    func along(_ period: Code) -> Rollup {
        var rollup = self
        rollup.tree = hierarchy[period]
        return rollup
    }

    /// The rows of a round added up anew along another tree that numbers units alike. How units stand stays as it is.
    ///
    /// - Parameter rows: of a unit in a cut.
    func gathered(_ tree: PlaceTree, _ period: Code, _ rows: (Int, Cut) -> RowBlock) -> Rollup {
        var rollup = self
        (rollup.hierarchy, rollup.tree, rollup.cuts) = (Hierarchy(current: tree), tree, [:])
        rollup.unsent = UnsentCuts()
        for (cut, totals) in cuts where cut.period == period {
            var sums = rollup.empty(period)
            for unit in tree.places[0].units {
                sums.replace(
                    unit, old: RowBlock(), by: rows(unit, cut), standing: totals.standings[unit], tree: tree,
                    shelf: shelf)
            }
            rollup.cuts[cut] = sums
        }
        return rollup
    }

    /// Known: the active incarnation kept its last appointment, isn't in dispute, has rows in the cut
    /// and none of them unknown. A connected unit without a row in the cut is silent, not zero.
    ///
    /// A unit behind a relay is at best what the relay says of it: two appointments have to be kept.
    func standing(_ unit: Int, _ home: UnitCopies, _ block: RowBlock, _ now: Int64, _ period: Code) -> Standing {
        let tree = hierarchy[period]
        guard let active = home.active else { return .neverConnected }
        // Rows that didn't add up were forgotten: it was heard, and has to send everything again.
        if block.isEmpty || !active.parent.verified { return .silent }
        let said = tree.isRelayed(unit) ? DerivedRow.standing(block, shelf) : block.hasUnknown ? .unknownRows : .known
        guard said == .known || said.hasLast else { return said }
        if home.disputed { return .disputed }
        #if DEBUG
            if Breakage.chosen == .staleAsCurrent { return .known }
            if Mutation.nullsAsZeros.isActive { return active.appointment < now ? .stale : .known }
        #endif
        return active.appointment < now && !isFinal(unit, active, period) ? .stale : said
    }

    /// A unit that ended has nothing more to say of a round that was closed before it was last heard.
    /// One that sent its final report neither: its office may be switched off for the night. Behind a relay it is the
    /// relay that has to keep its appointments.
    private func isFinal(_ unit: Int, _ active: Copy, _ period: Code) -> Bool {
        if !hierarchy[period].isRelayed(unit), FinalReport.isSent(active, period, shelf) { return true }
        guard case .ended = hierarchy.current.units[unit].life, let closedAt = hierarchy.closed[period] else {
            return false
        }
        return active.heardAt > closedAt
    }

    /// Units that ended and of which nothing is held.
    var forgotten: Set<Code> {
        Set(
            hierarchy.current.units.indices.filter { unit in
                if case .ended = hierarchy.current.units[unit].life { !connected[unit] } else { false }
            }.map { hierarchy.current.units[$0].code })
    }

    /// The totals computed anew from rows alone; differs from `self` only if something is broken.
    static func recomputed(
        _ hierarchy: Hierarchy, shelf: CatalogueShelf, speakers: Paged<UnitCopies>, now: Int64
    ) -> Rollup {
        var rollup = Rollup(hierarchy, shelf: shelf)
        for (index, copies) in speakers.enumerated() {
            rollup.settle(index, from: UnitCopies(), to: copies, cuts: nil, now: now)
        }
        return rollup
    }
}
