package import Federation

/// What a scrub found: rows that are not what was acknowledged, or totals that are not those of the rows.
package struct Finding: Sendable, Equatable {
    package enum Place: String, Sendable {
        /// Rows in `rows.sqlite`.
        case disk
        /// Rows in memory.
        case memory
        /// The totals that were kept up with every change.
        case totals
    }
    package var place: Place
    /// Nil for the totals.
    package var unit: Code?
    package var incarnation: Incarnation?
}

/// How much was looked at, and what was found.
package struct Scrub: Sendable, Equatable {
    package var units = 0
    package var rows = 0
    package var findings: [Finding] = []
}

extension Copy {
    /// Whether the rows are those whose digest was acknowledged. A copy that never was complete promises nothing.
    func addsUp(_ shelf: CatalogueShelf) -> Bool {
        guard parent.verified else { return true }
        var digest = Digest.empty
        for (cut, block) in blocks {
            guard block.isWellFormed(shelf) else { return false }
            for entry in block.entries {
                let key = RowKey(dataset: cut.dataset, period: cut.period, subject: entry.subject)
                let body = RowBody(catalogue: shelf[entry.catalogue].hash, counts: entry.counts, asOf: entry.asOf)
                digest.replace(key, nil, by: body, in: parent.incarnation)
            }
        }
        return digest == parent.position.digest
    }

    /// Forgets rows that can't be trusted: the unit is unknown until its child, asked by the next answer, has sent
    /// everything again.
    mutating func distrust() {
        blocks = [:]
        parent.verified = false
    }
}

extension UnitCopies {
    /// - Returns: the incarnations whose rows were not what they were acknowledged as, forgotten now.
    mutating func distrustWhatDoesNotAddUp(_ shelf: CatalogueShelf) -> [Incarnation] {
        let broken = copies.indices.filter { !copies[$0].addsUp(shelf) }
        for index in broken { copies[index].distrust() }
        return broken.map { copies[$0].parent.incarnation }
    }
}
