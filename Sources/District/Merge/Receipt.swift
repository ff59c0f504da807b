package import Federation

/// What a takeover took back (恢复差异单): every row that was acknowledged to the deposed incarnation and that its heir
/// counts differently, and since when records that were never acknowledged may be missing as well.
package struct Receipt: Sendable, Equatable {
    /// One indicator of a row. Zero, unknown and absent are three things here too.
    package struct Difference: Sendable, Equatable {
        package var indicator: Code
        package var old: Count
        /// Nil where the heir has no such row or indicator.
        package var new: Count?
    }

    package struct Line: Sendable, Equatable {
        package var key: RowKey
        package var counts: [Difference]
    }

    package var unit: Code
    package var deposed: Incarnation
    package var heir: Incarnation
    /// Seconds since 1970 by this aggregator.
    package var at: Int64
    /// Where the deposed copy stood; nil if its rows were no longer held, so that nothing can be listed.
    package var deposedAt: Position?
    package var heirAt: Position
    /// Seconds since 1970 of the deposed copy's last contact; nil if its copy was no longer held.
    package var since: Int64?
    package var lines: [Line]
}

extension Receipt {
    /// The receipt of the change from one counted incarnation to another.
    ///
    /// - Parameters:
    ///   - learnt: an epoch that came with what changed the unit: a parent without rows may know nothing else of
    ///     whoever was counted before.
    ///   - at: seconds since 1970.
    /// - Returns: nil if the same incarnation is counted as before, or nobody was, or nobody is.
    static func ofTakeover(
        unit code: Code, before: UnitCopies, after: UnitCopies, learnt: Epoch? = nil, at: Int64, _ shelf: CatalogueShelf
    ) -> Receipt? {
        let highest = [before.epoch, learnt].compactMap { $0 }.max()
        guard let heir = after.active, let former = before.active?.parent.incarnation ?? highest?.holder,
            former != heir.parent.incarnation
        else { return nil }
        let deposed = before.index(of: former).map { before.copies[$0] }
        return Receipt(
            unit: code, deposed: former, heir: heir.parent.incarnation, at: at, deposedAt: deposed?.parent.held,
            heirAt: heir.parent.position, since: deposed?.heardAt,
            lines: deposed.map { Receipt.lines($0, heir, shelf) } ?? [])
    }

    /// Rows of `old` whose counts `new` doesn't repeat, in the order of keys. An indicator that only the newer
    /// catalogue has was never acknowledged and is no loss.
    private static func lines(_ old: Copy, _ new: Copy, _ shelf: CatalogueShelf) -> [Line] {
        #if DEBUG
            if Mutation.receiptWithoutRows.isActive { return [] }
        #endif
        // Claims name households: they follow from the registry's addresses, and end with their round's key.
        let blocks = old.blocks.filter { $0.key.dataset != Claims.dataset }
        return blocks.sorted { $0.key < $1.key }.flatMap { cut, block in
            let heirs = (new.blocks[cut] ?? RowBlock()).entries.reduce(into: [:]) { $0[$1.subject] = $1 }
            return block.entries.compactMap { entry in
                let counts = differences(entry, heirs[entry.subject], shelf)
                let key = RowKey(dataset: cut.dataset, period: cut.period, subject: entry.subject)
                return counts.isEmpty ? nil : Line(key: key, counts: counts)
            }
        }
    }

    private static func differences(
        _ old: RowBlock.Entry, _ new: RowBlock.Entry?, _ shelf: CatalogueShelf
    ) -> [Difference] {
        let heirs = new.map { named($0, shelf) } ?? [:]
        return zip(shelf[old.catalogue].indicators, old.counts).compactMap { indicator, count in
            let now = heirs[indicator.code]
            return now == count ? nil : Difference(indicator: indicator.code, old: count, new: now)
        }
    }

    private static func named(_ entry: RowBlock.Entry, _ shelf: CatalogueShelf) -> [Code: Count] {
        Dictionary(zip(shelf[entry.catalogue].indicators.map(\.code), entry.counts)) { a, _ in a }
    }

    /// Whether this one takes the place of `other`, which is about the same two incarnations: a crash may come between
    /// the receipt and the switch, and the deposed copy may say more before the switch is made. A parent whose rows
    /// were taken back makes its switch once more, from less, and that tells nothing new.
    func replaces(_ other: Receipt) -> Bool { (deposedAt?.seq ?? 0) >= (other.deposedAt?.seq ?? 0) }
}
