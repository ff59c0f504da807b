import Federation

/// Stage 7: the totals of everything counted, at every place. In memory only: rebuilt from rows at
/// start, and verified against them (`recomputed`).
struct Rollup: Sendable {
    let tree: PlaceTree
    private(set) var cuts: [Cut: CutTotals] = [:]
    private(set) var shelf: CatalogueShelf
    private var connected: [Bool]

    init(tree: PlaceTree, shelf: CatalogueShelf) {
        self.tree = tree
        self.shelf = shelf
        connected = Array(repeating: false, count: tree.units.count)
    }

    mutating func learn(_ shelf: CatalogueShelf) { self.shelf = shelf }

    /// Brings what is counted of one unit from `old` to `new`.
    ///
    /// - Parameter cuts: what changed; nil if the role of a copy did, and everything may have.
    mutating func settle(_ unit: Int, from old: UnitCopies, to new: UnitCopies, cuts changed: [Cut]?, now: Int64) {
        let before = old.active?.blocks ?? [:]
        let after = new.active?.blocks ?? [:]
        connected[unit] = new.active != nil
        let touched = changed ?? Array(Set(before.keys).union(after.keys).union(cuts.keys))
        for cut in touched {
            var totals = cuts.removeValue(forKey: cut) ?? empty()
            let block = after[cut] ?? RowBlock()
            totals.replace(
                unit, old: before[cut] ?? RowBlock(), by: block, standing: Rollup.standing(new, block, now), tree: tree,
                shelf: shelf)
            cuts[cut] = totals
        }
    }

    /// Re-reads the standing of a unit whose rows did not change: an appointment passed or was kept.
    mutating func restate(_ unit: Int, _ copies: UnitCopies, now: Int64) {
        let blocks = copies.active?.blocks ?? [:]
        for cut in cuts.keys {
            let block = blocks[cut] ?? RowBlock()
            let standing = Rollup.standing(copies, block, now)
            guard cuts[cut]?.standings[unit] != standing else { continue }
            cuts[cut]?.replace(unit, old: block, by: block, standing: standing, tree: tree, shelf: shelf)
        }
    }

    /// A cut that nobody has sent: everyone is expected and nobody is known.
    func empty() -> CutTotals { CutTotals(tree: tree, connected: connected) }

    /// Known: the active incarnation kept its last appointment, isn't in dispute, has rows in the cut
    /// and none of them unknown. A connected unit without a row in the cut is silent, not zero.
    static func standing(_ unit: UnitCopies, _ block: RowBlock, _ now: Int64) -> Standing {
        guard let active = unit.active else { return .neverConnected }
        // Rows that didn't add up were forgotten: it was heard, and has to send everything again.
        if block.isEmpty || !active.parent.verified { return .silent }
        if unit.disputed { return .disputed }
        #if DEBUG
            if Breakage.chosen == .staleAsCurrent { return .known }
            if Mutation.nullsAsZeros.isActive { return active.appointment < now ? .stale : .known }
        #endif
        if active.appointment < now { return .stale }
        return block.hasUnknown ? .unknownRows : .known
    }

    /// The totals computed anew from rows alone; differs from `self` only if something is broken.
    static func recomputed(tree: PlaceTree, shelf: CatalogueShelf, units: [UnitCopies], now: Int64) -> Rollup {
        var rollup = Rollup(tree: tree, shelf: shelf)
        for (index, unit) in units.enumerated() {
            rollup.settle(index, from: UnitCopies(), to: unit, cuts: nil, now: now)
        }
        return rollup
    }
}
