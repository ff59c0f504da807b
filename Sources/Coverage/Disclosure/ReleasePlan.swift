extension ReleaseHistory {
    /// What the next release has to hide, so that neither its own hidden cells nor those of earlier releases can be
    /// narrowed down. The same history and table always give the same answer.
    ///
    /// - Returns: by cell; nil where no way was found, and nothing may be said of the measure this time.
    package func plan(_ table: ReleaseTable) -> [Bool]? {
        guard table.addsUp else { return nil }
        var plan = ReleasePlan(self, table)
        return plan.isMended() ? plan.hidden : nil
    }
}

/// The next release while it is decided what it hides: the small cells first, then of others as little as will do.
private struct ReleasePlan {
    private let history: ReleaseHistory
    private let table: ReleaseTable
    private let network: CellNetwork
    private(set) var hidden: [Bool]
    /// Of earlier releases, now that this one is known.
    private let settled: [Room]
    /// Spans that end with this release, by their length: how far cells may be shifted, and which are hidden before it.
    private var spans: [(start: Int, room: Room, before: [Bool])] = []
    private var next: Int { history.releases.count }

    init(_ history: ReleaseHistory, _ table: ReleaseTable) {
        self.history = history
        self.table = table
        network = CellNetwork(table)
        hidden = table.values.indices.map(table.isSmall)
        settled = history.settled(before: table)
        let next = history.releases.count
        let all = Array(repeating: true, count: table.values.count)
        for start in [next] + history.starts(through: next - 1, table) {
            let before = start == next ? all : history.hidden(start...(next - 1))
            spans.append((start, history.room(start...next, table, next: nil), before))
        }
    }

    mutating func isMended() -> Bool {
        // Whatever is hidden later only gives others more room, so each cell is looked at once.
        for release in history.releases.indices {
            for cell in history.releases[release].hidden.indices where history.releases[release].hidden[cell] {
                guard isMended(cell, in: release) else { return false }
            }
        }
        var seen = Array(repeating: false, count: hidden.count)
        while let cell = hidden.indices.first(where: { hidden[$0] && !seen[$0] }) {
            guard isMended(cell, in: next) else { return false }
            seen[cell] = true
        }
        return true
    }

    /// Hides more until the cell has its spread; false where that can't be had.
    private mutating func isMended(_ cell: Int, in release: Int) -> Bool {
        while true {
            let spread = spread(cell, in: release)
            if spread >= Disclosure.spread { return true }
            guard hide(for: cell, in: release, by: Disclosure.spread - spread) || hide(for: cell, in: release, by: 1)
            else { return false }
        }
    }

    private func spread(_ cell: Int, in release: Int) -> Int64 {
        var (up, down) = release < next ? (settled[release].up[cell], settled[release].down[cell]) : (0, 0)
        for span in spans where span.start <= release {
            guard up + down < Disclosure.spread, hidden[cell], span.before[cell] else { continue }
            let reach = Detours.reach(cell, network, span.room, usable(span.before))
            (up, down) = (max(up, reach.up), max(down, reach.down))
        }
        return up + down
    }

    private func usable(_ before: [Bool]) -> [Bool] { zip(hidden, before).map { $0 && $1 } }

    /// Hides the cells whose loss costs least among those that let a cell differ by so much more.
    private mutating func hide(for cell: Int, in release: Int, by least: Int64) -> Bool {
        var best: (cells: [Int], cost: Int64)?
        for span in spans where span.start <= release && span.before[cell] {
            let usable = usable(span.before)
            for rising in [false, true] {
                var detours = Detours(network: network, room: span.room)
                if usable[cell] { _ = detours.shift(cell, rising: rising, limit: Disclosure.spread, usable: usable) }
                guard detours.room.of(cell, rising: rising) >= least,
                    let found = detours.path(
                        cell, rising: rising, least: least, cost: { span.before[$0] ? price($0) : nil })
                else { continue }
                let cells = ([cell] + found.steps.map(\.cell)).filter { !hidden[$0] }
                let cost = found.cost + price(cell)
                guard !cells.isEmpty, cost < best?.cost ?? .max else { continue }
                best = (cells, cost)
            }
        }
        guard let best else { return false }
        for cell in best.cells { hidden[cell] = true }
        return true
    }

    /// What readers lose: a figure of so many people, and what is due is part of every rate.
    private func price(_ cell: Int) -> Int64 {
        if hidden[cell] { return 0 }
        let due = ReleaseTable.cell(cell / 3, .due)
        return max(1, table.values[due]) * (cell == due ? 2 : 1)
    }
}
