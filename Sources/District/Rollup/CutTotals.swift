import Federation

/// How a unit enters one cut.
enum Standing: UInt8, Sendable, CaseIterable {
    /// It never sent anything.
    case neverConnected
    /// It is connected, and nothing of this round has come.
    case silent
    /// Its rows are counted exactly.
    case known
    /// It missed its last appointment.
    case stale
    /// Two incarnations live.
    case disputed
    /// It has a row whose counts are unknown.
    case unknownRows

    /// Has rows that are shown as last known.
    var hasLast: Bool { self == .stale || self == .disputed || self == .unknownRows }
}

/// The sums of one cut at every place: adding a change costs one pass up the tree, whatever the
/// number of units.
struct CutTotals: Sendable, Equatable {
    /// Sums per place under one catalogue, place by place.
    struct Sums: Sendable, Equatable {
        let width: Int
        var known: [Int64]
        var last: [Int64]

        init(width: Int, places: Int) {
            self.width = width
            known = Array(repeating: 0, count: width * places)
            last = known
        }
    }

    /// By place of the catalogue on the shelf.
    private(set) var sums: [Int: Sums] = [:]
    /// Per unit.
    private(set) var standings: [Standing]
    /// What a relay says of a unit: its one row, kept apart so that reading it costs the same as reading a unit's own.
    private(set) var relayed: [Int: RowBlock] = [:]
    /// How many units stand how, place by place.
    private(set) var counts: [Int32]
    /// Per place: what the known units are expected to have, to be taken off the ceilings.
    private(set) var knownExpected: [PlaceTree.Expected]

    /// - Parameter connected: per unit, whether it ever sent anything.
    init(tree: PlaceTree, connected: [Bool]) {
        standings = connected.map { $0 ? .silent : .neverConnected }
        counts = Array(repeating: 0, count: Standing.allCases.count * tree.places.count)
        knownExpected = Array(repeating: PlaceTree.Expected(), count: tree.places.count)
        for unit in tree.units.indices { count(unit, standings[unit], sign: 1, tree) }
        if tree.unresolved > 0 { counts[CutTotals.slot(0, .neverConnected)] += Int32(tree.unresolved) }
    }

    private static func slot(_ place: Int, _ standing: Standing) -> Int {
        place * Standing.allCases.count + Int(standing.rawValue)
    }

    /// How many units of a subtree stand so.
    func number(of standing: Standing, at place: Int) -> Int { Int(counts[CutTotals.slot(place, standing)]) }

    /// Takes the unit's old rows out and puts the new ones in: (new − old) up the tree.
    mutating func replace(
        _ unit: Int, old: RowBlock, by new: RowBlock, standing: Standing, tree: PlaceTree, shelf: CatalogueShelf
    ) {
        let before = standings[unit]
        if tree.isRelayed(unit) { relayed[unit] = new.isEmpty ? nil : new }
        if before == .known || before.hasLast { add(old, unit, known: before == .known, sign: -1, tree, shelf) }
        if standing == .known || standing.hasLast { add(new, unit, known: standing == .known, sign: 1, tree, shelf) }
        guard before != standing else { return }
        count(unit, before, sign: -1, tree)
        count(unit, standing, sign: 1, tree)
        standings[unit] = standing
    }

    private mutating func count(_ unit: Int, _ standing: Standing, sign: Int32, _ tree: PlaceTree) {
        var place = tree.units[unit].place
        while place >= 0 {
            counts[CutTotals.slot(place, standing)] += sign
            if standing == .known { knownExpected[place].add(tree.units[unit], sign: Int(sign)) }
            place = tree.places[place].parent
        }
    }

    private mutating func add(
        _ block: RowBlock, _ unit: Int, known: Bool, sign: Int64, _ tree: PlaceTree, _ shelf: CatalogueShelf
    ) {
        for (catalogue, vector) in block.sums {
            let width = shelf[catalogue].indicators.count
            var table = sums.removeValue(forKey: catalogue) ?? Sums(width: width, places: tree.places.count)
            var place = tree.units[unit].place
            while place >= 0 {
                let start = place * width
                for column in 0..<min(width, vector.count) {
                    if known {
                        table.known[start + column] += sign * vector[column]
                    } else {
                        table.last[start + column] += sign * vector[column]
                    }
                }
                place = tree.places[place].parent
            }
            sums[catalogue] = table
        }
    }
}

extension RowBlock {
    /// The sum of the known counts, by catalogue.
    var sums: [Int: [Int64]] {
        #if DEBUG
            if let broken = Breakage.sums(self) { return broken }
        #endif
        // Nearly every block has one catalogue, so the vector in hand is put down only where that changes.
        var sums: [Int: [Int64]] = [:]
        var vector: [Int64] = []
        var current = -1
        forEach { catalogue, column, count in
            if catalogue != current {
                if current >= 0 { sums[current] = vector }
                vector = sums.removeValue(forKey: catalogue) ?? []
                current = catalogue
            }
            if column == vector.count { vector.append(0) }
            vector[column] += count.known ?? 0
        }
        if current >= 0 { sums[current] = vector }
        return sums
    }

    var hasUnknown: Bool {
        var found = false
        forEach { _, _, count in found = found || count == .unknown }
        return found
    }
}

extension CutTotals {
    /// Equal but for sums that are all zero and may as well be absent.
    func sameFigures(as other: CutTotals) -> Bool {
        func solid(_ totals: CutTotals) -> [Int: Sums] {
            totals.sums.filter { $0.value.known.contains { $0 != 0 } || $0.value.last.contains { $0 != 0 } }
        }
        return standings == other.standings && relayed == other.relayed && counts == other.counts
            && knownExpected == other.knownExpected && solid(self) == solid(other)
    }
}
