/// What one release said of a measure, and what it was made of.
package struct Release: Sendable {
    package let table: ReleaseTable
    /// By cell.
    package internal(set) var hidden: [Bool]
    /// What it counts: between releases of one round done and missing are the same people's, between rounds what is due.
    package let round: String
    let network: CellNetwork
    /// To the release before it; nil at the first.
    private(set) var link: ReleaseLink?

    package init(_ table: ReleaseTable, hidden: [Bool], round: String = "") {
        self.table = table
        self.hidden = hidden
        self.round = round
        network = CellNetwork(table)
    }

    func linked(after last: Release?) -> Release {
        var linked = self
        linked.link = last.map { ReleaseLink($0.table, table, isOneRound: $0.round == round) }
        return linked
    }

    /// How far a cell may be shifted as far as this release goes.
    func room(_ cell: Int) -> ClosedRange<Int64> {
        let (value, range) = (table.values[cell], table.range(cell))
        return range.lowerBound - value...range.upperBound - value
    }
}

/// The releases of one measure, round after round, in the order of their times; a release from which it was withheld says
/// nothing of it and isn't here.
///
/// A hidden count is safe if it could differ by `Disclosure.spread` with everything that is public being as it is. To be
/// sure of that nobody need solve for what an outsider could find out: it is enough to name two other truths between which
/// it differs so much, and to be able to go on with both from release to release. These are the *witnesses*. One that has
/// come back to the truth needn't be followed any further.
package struct ReleaseHistory: Sendable {
    package private(set) var releases: [Release] = []
    /// Those that have not come back to the truth at the last release.
    private(set) var witnesses: [Witness] = []

    /// Another truth: what speaks for one direction of one hidden cell.
    struct Witness: Sendable {
        var release: Int
        var cell: Int
        /// At the last release.
        var shift: Shift
    }

    package init() {}

    /// Takes in a release as it was published. Whatever of earlier releases it gives away is given away.
    package mutating func append(_ release: Release) {
        let release = release.linked(after: releases.last)
        witnesses = witnesses.compactMap { followed($0, release) } + own(release).flatMap { $0.witnesses ?? [] }
        witnesses.removeAll { $0.shift.isEmpty }
        releases.append(release)
    }

    /// A witness one release further; nil where it can't go on.
    ///
    /// - Parameter price: of shifting a cell that isn't hidden; nil where that may not be.
    func followed(_ witness: Witness, _ release: Release, price: ((Int) -> Int64)? = nil) -> Witness? {
        var further = witness
        guard let link = release.link,
            let shift = ReleaseNeighbour(release, link, .later, knowing: witness.shift, price: price).shift
        else { return nil }
        further.shift = shift
        return further
    }

    /// Of each hidden cell of a release that follows: its witnesses; nil where there are none.
    func own(_ release: Release) -> [(cell: Int, witnesses: [Witness]?)] {
        release.hidden.indices.filter { release.hidden[$0] }.map { ($0, witnesses(of: $0, in: release)) }
    }

    func witnesses(of cell: Int, in release: Release) -> [Witness]? {
        var found: [Witness] = []
        var spread: Int64 = 0
        for rising in Witness.directions(cell) {
            let needed = Disclosure.spread - spread
            guard needed > 0, let (amount, shift) = furthest(cell, rising, most: needed, release) else { continue }
            spread += amount
            found.append(Witness(release: releases.count, cell: cell, shift: shift))
        }
        return spread >= Disclosure.spread ? found : nil
    }

    private func furthest(_ cell: Int, _ rising: Bool, most: Int64, _ release: Release) -> (Int64, Shift)? {
        for amount in (1...most).reversed() {
            if let shift = shift(cell, by: rising ? amount : -amount, release) { return (amount, shift) }
        }
        return nil
    }

    /// Another truth in which a cell of a release that follows differs by so much, and which fits all releases before it.
    func shift(_ cell: Int, by amount: Int64, _ release: Release, price: ((Int) -> Int64)? = nil) -> Shift? {
        guard release.room(cell).contains(amount) else { return nil }
        // Either the releases before are as they were, or what was hidden in them is shifted too.
        for before in [nil, releases.last] {
            let closer = ShiftCloser(
                network: release.network,
                bounds: { cell in
                    guard let link = release.link else { return release.room(cell) }
                    if let before, let other = link.other(cell, of: .later), before.hidden[other] {
                        return release.room(cell)
                    }
                    return release.room(cell).intersection(link.bounds(cell, given: 0, seeking: .later))
                }, price: { release.hidden[$0] ? 0 : price?($0) })
            guard closer.bounds(cell)?.contains(amount) == true else { continue }
            if let shift = closer.closed([cell: amount], locked: cell), fitsPast(shift, release) { return shift }
        }
        return continued(cell, by: amount, release, price: price)
    }

    /// Another truth of earlier releases in which the cell differs the same way, one release further and by so much.
    private func continued(_ cell: Int, by amount: Int64, _ release: Release, price: ((Int) -> Int64)?) -> Shift? {
        guard let link = release.link, let before = link.other(cell, of: .later) else { return nil }
        for witness in witnesses where witness.shift[before, default: 0].signum() == amount.signum() {
            let neighbour = ReleaseNeighbour(release, link, .later, knowing: witness.shift, price: price)
            if let further = neighbour.shift(with: cell, by: amount) { return further }
        }
        return nil
    }

    private func fitsPast(_ shift: Shift, _ release: Release) -> Bool {
        var (shift, link) = (shift, release.link)
        for release in releases.reversed() {
            guard let after = link,
                let before = ReleaseNeighbour(release, after, .earlier, knowing: shift).shift
            else { return false }
            if before.isEmpty { return true }
            (shift, link) = (before, release.link)
        }
        return true
    }
}

extension ReleaseHistory.Witness {
    /// First the way in which a count comes back to the truth by itself, as the round goes on.
    static func directions(_ cell: Int) -> [Bool] {
        ReleaseTable.column(cell) == .missing ? [true, false] : [false, true]
    }
}
