package import Federation

/// Where an aggregator's rows are durable. Several calls never overlap; each returns after its fsync, or throws and
/// leaves nothing half written.
package protocol RowKeeping {
    func commit(_ writes: [RowWrite], catalogues: [(place: Int, catalogue: Catalogue)]) throws
    /// Everything, as it stood when the last batch was committed.
    ///
    /// - Parameters:
    ///   - now: milliseconds on the serving clock.
    ///   - wall: seconds since 1970.
    func load(now: Int64, wall: Int64, pace: Pace) throws -> RowsHeld
}

/// What one batch changed of one unit: all of it is written in one transaction, or the process ends.
package struct RowWrite: Sendable {
    package var unit: Code
    /// As it is on the disk: what didn't change isn't written again.
    var before: UnitCopies
    var state: UnitCopies
    var blocks: [(incarnation: Incarnation, cut: Cut, body: RowBlock)]
    /// Incarnations that are no longer kept.
    var dropped: [Incarnation]
}

/// What a store holds of every unit, named by the registry or not.
package struct RowsHeld: Sendable {
    var shelf = CatalogueShelf()
    var units: [Code: UnitCopies] = [:]

    package init() {}

    init(shelf: CatalogueShelf, units: [Code: UnitCopies]) {
        self.shelf = shelf
        self.units = units
    }

    /// The same writes on a store of any kind leave the same rows.
    package mutating func apply(_ writes: [RowWrite], catalogues: [(place: Int, catalogue: Catalogue)]) {
        for (_, catalogue) in catalogues { shelf.add(catalogue) }
        for write in writes { units[write.unit] = write.state }
    }

    /// As a process that starts now finds it.
    package func reopened(now: Int64, wall: Int64, pace: Pace) -> RowsHeld {
        var held = self
        for (code, unit) in units {
            held.units[code]?.copies = unit.copies.map {
                Copy(
                    parent: $0.parent, past: $0.past, heardAt: $0.heardAt, given: $0.paceMilliseconds,
                    blocks: $0.blocks, now: now, wall: wall, pace: pace)
            }
        }
        return held
    }
}
