extension ReleaseHistory {
    /// What the next release has to hide, so that neither its own hidden cells nor those of earlier releases can be
    /// narrowed down. The same history and table always give the same answer.
    ///
    /// - Returns: by cell; nil where no way was found, and nothing may be said of the measure this time.
    package func plan(_ table: ReleaseTable, round: String = "") -> [Bool]? {
        guard table.addsUp else { return nil }
        let bare = Release(table, hidden: table.values.indices.map(table.isSmall), round: round)
            .linked(after: releases.last)
        var plan = ReleasePlan(self, bare)
        return plan.isMended() ? plan.release.hidden : nil
    }
}

/// The next release while it is decided what it hides: the small cells first, then of others as little as will do.
private struct ReleasePlan {
    private let history: ReleaseHistory
    private(set) var release: Release

    init(_ history: ReleaseHistory, _ release: Release) {
        self.history = history
        self.release = release
    }

    /// Whatever is hidden later only gives others more room; yet a way that was found for one may be found no more when there
    /// are others, so all is looked at until nothing is left to do.
    mutating func isMended() -> Bool {
        while true {
            let before = release.hidden
            for witness in history.witnesses where history.followed(witness, release) == nil {
                let further = history.followed(witness, release, price: price)
                guard let further, hide(further.shift.keys) else { return false }
            }
            var cell = 0
            while let next = release.hidden[cell...].firstIndex(of: true) {
                guard isMended(next) else { return false }
                cell = next + 1
                if cell == release.hidden.count { break }
            }
            if release.hidden == before { return true }
        }
    }

    /// Hides more until the cell has its witnesses; false where it can't have them.
    private mutating func isMended(_ cell: Int) -> Bool {
        while history.witnesses(of: cell, in: release) == nil {
            guard let cheapest = cheapest(cell), hide(cheapest.keys) else { return false }
        }
        return true
    }

    /// The way to let a cell differ by more that costs readers least: by all that it lacks, or else by a little.
    private func cheapest(_ cell: Int) -> Shift? {
        var reach: [Bool: Int64] = [:]
        for rising in [false, true] { reach[rising] = furthest(cell, rising) }
        let lacking = Disclosure.spread - reach.values.reduce(0, +)
        for more in [lacking, 1] {
            let ways = [false, true].compactMap { rising -> Shift? in
                let amount = reach[rising, default: 0] + more
                return history.shift(cell, by: rising ? amount : -amount, release, price: price)
            }
            if let best = ways.min(by: { cost($0) < cost($1) }) { return best }
        }
        return nil
    }

    private func furthest(_ cell: Int, _ rising: Bool) -> Int64 {
        (1...Disclosure.spread).reversed().first {
            history.shift(cell, by: rising ? $0 : -$0, release) != nil
        } ?? 0
    }

    /// - Returns: false where all of them are hidden already.
    private mutating func hide(_ cells: some Collection<Int>) -> Bool {
        let shown = cells.filter { !release.hidden[$0] }
        for cell in shown { release.hidden[cell] = true }
        return !shown.isEmpty
    }

    private func cost(_ shift: Shift) -> Int64 { shift.keys.reduce(0) { $0 + (release.hidden[$1] ? 0 : price($1)) } }

    /// What readers lose: a figure of so many people, and what is due is part of every rate.
    private func price(_ cell: Int) -> Int64 {
        let due = ReleaseTable.cell(cell / 3, .due)
        return max(1, release.table.values[due]) * (cell == due ? 2 : 1)
    }
}
