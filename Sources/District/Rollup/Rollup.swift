import Federation

/// Stage 7: the totals of everything counted, at every place. In memory only: rebuilt from rows at
/// start, and verified against them (`recomputed`).
struct Rollup: Sendable {
    let tree: PlaceTree
    private(set) var cuts: [Cut: CutTotals] = [:]
    private(set) var shelf: CatalogueShelf
    /// Per unit: whether anything was ever heard of it.
    private(set) var connected: [Bool]

    init(tree: PlaceTree, shelf: CatalogueShelf) {
        self.tree = tree
        self.shelf = shelf
        connected = Array(repeating: false, count: tree.units.count)
    }

    mutating func learn(_ shelf: CatalogueShelf) { self.shelf = shelf }

    /// Brings what is counted through one speaker from `old` to `new`.
    ///
    /// - Parameter cuts: what changed; nil if the role of a copy did, and everything may have.
    mutating func settle(_ speaker: Int, from old: UnitCopies, to new: UnitCopies, cuts changed: [Cut]?, now: Int64) {
        let units = tree.units(through: speaker)
        guard !units.isEmpty else { return }
        let before = old.active?.blocks ?? [:]
        let after = new.active?.blocks ?? [:]
        for unit in units { connected[unit] = new.active != nil }
        let touched = changed ?? Array(Set(before.keys).union(after.keys).union(cuts.keys))
        for cut in touched {
            var totals = cuts.removeValue(forKey: cut) ?? empty()
            let block = after[cut] ?? RowBlock()
            if tree.relay(speaker) == nil {
                replace(speaker, old: before[cut] ?? RowBlock(), by: block, new, now, &totals)
            } else {
                settleRelayed(speaker, units, block, new, now, everything: changed == nil, &totals)
            }
            cuts[cut] = totals
        }
    }

    /// Of a relay's rows those that differ from what stood, each of which is all that is said of one unit: a push
    /// costs what changed.
    private func settleRelayed(
        _ relay: Int, _ units: [Int], _ block: RowBlock, _ copies: UnitCopies, _ now: Int64, everything: Bool,
        _ totals: inout CutTotals
    ) {
        var said: [Int: RowBlock] = [:]
        for entry in block.entries {
            guard let unit = tree.unit(entry.subject), tree.units[unit].home == relay else { continue }
            said[unit] = RowBlock([entry])
        }
        for unit in units {
            let (old, new) = (totals.relayed[unit] ?? RowBlock(), said[unit] ?? RowBlock())
            if everything || old != new { replace(unit, old: old, by: new, copies, now, &totals) }
        }
    }

    private func replace(
        _ unit: Int, old: RowBlock, by new: RowBlock, _ home: UnitCopies, _ now: Int64, _ totals: inout CutTotals
    ) {
        totals.replace(
            unit, old: old, by: new, standing: standing(unit, home, new, now), tree: tree, shelf: shelf)
    }

    /// Re-reads the standing of units whose rows did not change: their speaker's appointment passed or was kept.
    mutating func restate(_ speaker: Int, _ copies: UnitCopies, now: Int64) {
        let blocks = copies.active?.blocks ?? [:]
        for unit in tree.units(through: speaker) {
            for cut in cuts.keys {
                let block = (tree.isRelayed(unit) ? cuts[cut]?.relayed[unit] : blocks[cut]) ?? RowBlock()
                let standing = standing(unit, copies, block, now)
                guard cuts[cut]?.standings[unit] != standing else { continue }
                cuts[cut]?.replace(unit, old: block, by: block, standing: standing, tree: tree, shelf: shelf)
            }
        }
    }

    /// A cut that nobody has sent: everyone is expected and nobody is known.
    func empty() -> CutTotals { CutTotals(tree: tree, connected: connected) }

    /// Known: the active incarnation kept its last appointment, isn't in dispute, has rows in the cut
    /// and none of them unknown. A connected unit without a row in the cut is silent, not zero.
    ///
    /// A unit behind a relay is at best what the relay says of it: two appointments have to be kept.
    func standing(_ unit: Int, _ home: UnitCopies, _ block: RowBlock, _ now: Int64) -> Standing {
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
        return active.appointment < now ? .stale : said
    }

    /// The totals computed anew from rows alone; differs from `self` only if something is broken.
    static func recomputed(tree: PlaceTree, shelf: CatalogueShelf, speakers: [UnitCopies], now: Int64) -> Rollup {
        var rollup = Rollup(tree: tree, shelf: shelf)
        for (index, copies) in speakers.enumerated() {
            rollup.settle(index, from: UnitCopies(), to: copies, cuts: nil, now: now)
        }
        return rollup
    }
}
