/// What one release said of a measure, and what it was made of.
package struct Release: Sendable {
    package let table: ReleaseTable
    /// By cell.
    package let hidden: [Bool]
    let network: CellNetwork

    package init(_ table: ReleaseTable, hidden: [Bool]) {
        self.table = table
        self.hidden = hidden
        network = CellNetwork(table)
    }
}

/// The releases of one measure in one round, in the order of their times; a release from which it was withheld says
/// nothing of it and isn't here.
///
/// A hidden count is safe if it could differ by `Disclosure.spread` with everything that is public being as it is. To be
/// sure of that nobody need solve for what an outsider could find out: it is enough to show two other truths. They are
/// found as detours through hidden cells that are carried by a *span* of consecutive releases alike. Across the ends of a
/// span whoever reads may assume that what is done only rises, what is missing only falls, and what is due stays or rises,
/// wherever that is so.
package struct ReleaseHistory: Sendable {
    package private(set) var releases: [Release] = []
    /// By release and cell: how far it may rise and fall by spans that nothing later can narrow.
    private(set) var settled: [Room] = []

    package init() {}

    /// Takes in a release as it was published.
    package mutating func append(_ release: Release) {
        settle(before: release.table)
        releases.append(release)
        settled.append(Room(none: release.table))
    }

    /// Spans that end at the last release, now that it is known what follows.
    private mutating func settle(before next: ReleaseTable) { settled = settled(before: next) }

    func settled(before next: ReleaseTable) -> [Room] {
        var settled = settled
        guard let last = releases.indices.last else { return settled }
        for start in starts(through: last, releases[last].table) {
            let room = room(start...last, releases[last].table, next: next)
            let usable = hidden(start...last)
            for cell in usable.indices where usable[cell] {
                guard (start...last).contains(where: { settled[$0].spread(cell) < Disclosure.spread }) else { continue }
                let reach = releases[last].reach(cell, room, usable)
                for release in start...last { settled[release].widen(cell, reach) }
            }
        }
        return settled
    }

    /// The releases with which a span may begin that ends at one of this tree, latest first.
    func starts(through last: Int, _ table: ReleaseTable) -> [Int] {
        var starts: [Int] = []
        for release in releases.indices.prefix(last + 1).reversed() {
            guard releases[release].table.hasTree(of: table) else { break }
            starts.append(release)
        }
        return starts
    }

    /// Cells that are hidden in all of these releases.
    func hidden(_ span: ClosedRange<Int>) -> [Bool] {
        var hidden = releases[span.lowerBound].hidden
        for release in span.dropFirst() {
            for cell in hidden.indices where !releases[release].hidden[cell] { hidden[cell] = false }
        }
        return hidden
    }

    /// How far cells may be shifted in all releases of a span alike.
    ///
    /// - Parameters:
    ///   - latest: what stands at the end of the span where that isn't published yet.
    ///   - next: what follows the span; nil at the end.
    func room(_ span: ClosedRange<Int>, _ latest: ReleaseTable, next: ReleaseTable?) -> Room {
        let tables = span.map { releases.indices.contains($0) ? releases[$0].table : latest }
        var room = Room(unlimited: latest)
        for table in tables { room.narrow(to: table) }
        if span.lowerBound > 0, let first = tables.first {
            room.narrow(between: releases[span.lowerBound - 1].table, and: first, shifting: .later)
        }
        if let next { room.narrow(between: tables[tables.count - 1], and: next, shifting: .earlier) }
        return room
    }
}

extension Release {
    /// How far a cell may rise and fall; no further than is asked for.
    func reach(_ cell: Int, _ room: Room, _ usable: [Bool]) -> (up: Int64, down: Int64) {
        Detours.reach(cell, network, room, usable)
    }
}

extension Detours {
    static func reach(_ cell: Int, _ network: CellNetwork, _ room: Room, _ usable: [Bool]) -> (up: Int64, down: Int64) {
        var (rising, falling) = (Detours(network: network, room: room), Detours(network: network, room: room))
        return (
            rising.shift(cell, rising: true, limit: Disclosure.spread, usable: usable),
            falling.shift(cell, rising: false, limit: Disclosure.spread, usable: usable)
        )
    }
}

extension Room {
    enum Side { case earlier, later }

    init(none table: ReleaseTable) {
        up = Array(repeating: 0, count: table.values.count)
        down = up
    }

    init(unlimited table: ReleaseTable) {
        up = Array(repeating: .max / 4, count: table.values.count)
        down = up
    }

    func spread(_ cell: Int) -> Int64 { up[cell] + down[cell] }

    mutating func widen(_ cell: Int, _ reach: (up: Int64, down: Int64)) {
        up[cell] = max(up[cell], reach.up)
        down[cell] = max(down[cell], reach.down)
    }

    fileprivate mutating func narrow(to table: ReleaseTable) {
        for (cell, value) in table.values.enumerated() {
            let range = table.range(cell)
            up[cell] = min(up[cell], range.upperBound - value)
            down[cell] = min(down[cell], value - range.lowerBound)
        }
    }

    /// Shifting one of two consecutive releases and not the other must not turn round what whoever reads may assume.
    fileprivate mutating func narrow(between earlier: ReleaseTable, and later: ReleaseTable, shifting side: Side) {
        let isAlike = earlier.hasTree(of: later)
        let places =
            isAlike
            ? [:]
            : Dictionary(
                uniqueKeysWithValues: (side == .later ? earlier : later).places.enumerated().map { ($1.code, $0) })
        let (mine, others) = side == .later ? (later, earlier) : (earlier, later)
        for (cell, value) in mine.values.enumerated() {
            var other: Int? = cell
            if !isAlike { other = places[mine.places[cell / 3].code].map { $0 * 3 + cell % 3 } }
            guard let other else { continue }
            let growth = side == .later ? value - others.values[other] : others.values[other] - value
            narrow(cell, growth, side)
        }
    }

    /// - Parameter growth: from the earlier release to the later one.
    private mutating func narrow(_ cell: Int, _ growth: Int64, _ side: Side) {
        let rises = side == .earlier
        switch ReleaseTable.column(cell) {
        case .due where growth == 0: (up[cell], down[cell]) = (0, 0)
        case .done where growth >= 0, .due where growth > 0: limit(cell, rising: rises, to: growth)
        case .missing where growth <= 0: limit(cell, rising: !rises, to: -growth)
        default: break
        }
    }

    private mutating func limit(_ cell: Int, rising: Bool, to most: Int64) {
        if rising { up[cell] = min(up[cell], most) } else { down[cell] = min(down[cell], most) }
    }
}
