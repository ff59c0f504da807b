package import Coverage
package import Federation

/// What is held, as plain values: for the checks of a scrub and of a simulation. Nothing here is on a hot path.
extension Ledger {
    package struct Held: Sendable, Equatable {
        /// The incarnation that counts, and where it stands; nil before the first verified snapshot.
        package var active: Incarnation?
        package var position: Position?
        package var disputed: Bool
        package var epoch: Epoch?
        package var shadows: [Incarnation]
        /// How many copies claim to be the active one; anything but 0 and 1 is broken.
        package var actives: Int
        fileprivate var packed: PackedRows
        /// The rows of the active copy, unpacked with every call.
        package var rows: [RowKey: RowBody] { packed.rows }
        /// Whether another look at this aggregator found the same bytes; takes no unpacking.
        package func hasSameRows(as other: Held) -> Bool { packed == other.packed }

        package static func == (a: Held, b: Held) -> Bool {
            a.active == b.active && a.position == b.position && a.disputed == b.disputed && a.epoch == b.epoch
                && a.shadows == b.shadows && a.actives == b.actives && (a.packed == b.packed || a.rows == b.rows)
        }
    }

    fileprivate struct PackedRows: Sendable, Equatable {
        var blocks: [Cut: RowBlock]
        var shelf: CatalogueShelf

        static func == (a: PackedRows, b: PackedRows) -> Bool {
            a.blocks == b.blocks && a.shelf.catalogues.map(\.hash) == b.shelf.catalogues.map(\.hash)
        }

        var rows: [RowKey: RowBody] {
            var rows: [RowKey: RowBody] = [:]
            for (cut, block) in blocks {
                for entry in block.entries {
                    rows[RowKey(dataset: cut.dataset, period: cut.period, subject: entry.subject)] = RowBody(
                        catalogue: shelf[entry.catalogue].hash, counts: entry.counts, asOf: entry.asOf)
                }
            }
            return rows
        }
    }

    package func held(_ unit: Code) -> Held? {
        guard let index = tally.registered.tree.speaker(unit) else { return nil }
        let copies = tally.speakers[index]
        let active = copies.active
        return Held(
            active: active?.parent.incarnation, position: active?.parent.held, disputed: copies.disputed,
            epoch: copies.epoch,
            shadows: copies.copies.filter { $0.parent.role == .shadow }.map(\.parent.incarnation),
            actives: copies.copies.count { $0.parent.role == .active },
            packed: PackedRows(blocks: active?.blocks ?? [:], shelf: tally.shelf))
    }

    /// Whether the unit enters a cut exactly.
    package func isKnown(_ unit: Code, _ dataset: Code, _ period: Code) -> Bool {
        guard let index = tally.registered.tree.unit(unit) else { return false }
        let totals = tally.rollup.cuts[Cut(dataset: dataset, period: period)] ?? tally.rollup.empty(period)
        return totals.standings[index] == .known
    }

    /// Whether the unit is in the totals of today.
    package func isCounted(_ unit: Code) -> Bool {
        tally.registered.tree.unit(unit).map { tally.registered.tree.isCounted($0) } ?? false
    }

    /// The figure of a division, subtree included.
    ///
    /// - Returns: nil for a division without units.
    package func figure(_ division: String, _ measure: Measure, _ period: Code) -> Figure? {
        guard let place = tally.registered.tree.place(division) else { return nil }
        let picture = Picture(tally, now: 0, wall: 0, revision: 0)
        return picture.figures(place, Question(period: period, measures: [measure])).measures.first?.figure
    }

    /// Tokens of households that are not counted exactly once.
    package func openClaims(_ period: Code) -> Set<Code> {
        Set((tally.claims.board.live(period)?.open.keys.map { $0 } ?? []).compactMap { Code(Hex.text($0)) })
    }

    /// Whether the totals that were kept up with every change are those that the rows give.
    package func addsUp(now: Int64) -> Bool { tally.addsUp(now: now) }

    /// Rows of unfinished pushes that are kept aside.
    package var stagedRows: Int { tally.stagedRows }
}
