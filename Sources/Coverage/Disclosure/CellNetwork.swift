/// A table's sums as a network: each cell is an edge, and what flows into a node flows out of it. The `done` flow down the
/// tree, the `missing` likewise, at the leaves they join, and the `due` flow up again. So the values that all cells may
/// have together are exactly the circulations, and how far one may differ is a question of detours.
struct CellNetwork: Sendable {
    /// By cell: where its edge begins and ends.
    let tails: [Int]
    let heads: [Int]
    /// By node: the cells whose edges touch it.
    let touching: [[Int]]

    init(_ table: ReleaseTable) {
        let places = table.places
        var isLeaf = Array(repeating: true, count: places.count)
        for place in places where place.parent >= 0 { isLeaf[place.parent] = false }
        let outside = places.count * 3
        func node(_ place: Int, _ column: Int) -> Int {
            place < 0 ? outside : place * 3 + (isLeaf[place] ? 0 : column)
        }
        var (tails, heads): ([Int], [Int]) = ([], [])
        for (index, place) in places.enumerated() {
            for column in ReleaseTable.Column.allCases {
                let above = node(place.parent, column.rawValue)
                let here = node(index, column.rawValue)
                tails.append(column == .due ? here : above)
                heads.append(column == .due ? above : here)
            }
        }
        var touching: [[Int]] = Array(repeating: [], count: outside + 1)
        for cell in tails.indices {
            touching[tails[cell]].append(cell)
            touching[heads[cell]].append(cell)
        }
        (self.tails, self.heads, self.touching) = (tails, heads, touching)
    }
}

/// How far each cell may still rise or fall.
struct Room: Sendable {
    var up: [Int64]
    var down: [Int64]

    func of(_ cell: Int, rising: Bool) -> Int64 { rising ? up[cell] : down[cell] }

    mutating func shift(_ step: Step, by amount: Int64) {
        up[step.cell] -= step.rising ? amount : -amount
        down[step.cell] -= step.rising ? -amount : amount
    }
}

/// One cell of a detour, and which way it goes.
struct Step: Sendable {
    var cell: Int
    var rising: Bool
}

/// Other values that a cell could have, everything that is public being as it is.
struct Detours {
    let network: CellNetwork
    var room: Room

    /// Shifts a cell as far as the rest can follow.
    ///
    /// - Parameter usable: the cells that aren't shown.
    /// - Returns: how far, at most `limit`.
    mutating func shift(_ cell: Int, rising: Bool, limit: Int64, usable: [Bool]) -> Int64 {
        var total: Int64 = 0
        while total < limit, room.of(cell, rising: rising) > 0 {
            guard
                let rest = path(cell, rising: rising, least: 1, cost: { usable[$0] ? 0 : nil })
            else { break }
            let path = rest.steps + [Step(cell: cell, rising: rising)]
            let amount = path.reduce(limit - total) { min($0, room.of($1.cell, rising: $1.rising)) }
            for step in path { room.shift(step, by: amount) }
            total += amount
        }
        return total
    }

    /// The cheapest way in which the other cells let this one rise or fall.
    ///
    /// - Parameters:
    ///   - least: how much each of them must let through.
    ///   - cost: of using a cell; nil where it may not be used.
    func path(_ cell: Int, rising: Bool, least: Int64, cost: (Int) -> Int64?) -> (steps: [Step], cost: Int64)? {
        let from = rising ? network.heads[cell] : network.tails[cell]
        let goal = rising ? network.tails[cell] : network.heads[cell]
        var reached: [Int: Int64] = [from: 0]
        var cameBy: [Int: Step] = [:]
        var open = CheapestFirst()
        open.add(0, from)
        while let (spent, node) = open.next() {
            if node == goal { return (steps(to: goal, from: from, cameBy), spent) }
            guard reached[node] == spent else { continue }
            for other in network.touching[node] where other != cell {
                let step = Step(cell: other, rising: network.tails[other] == node)
                guard room.of(other, rising: step.rising) >= least, let price = cost(other) else { continue }
                let next = step.rising ? network.heads[other] : network.tails[other]
                guard spent + price < reached[next] ?? .max else { continue }
                reached[next] = spent + price
                cameBy[next] = step
                open.add(spent + price, next)
            }
        }
        return nil
    }

    private func steps(to goal: Int, from: Int, _ cameBy: [Int: Step]) -> [Step] {
        var steps: [Step] = []
        var node = goal
        while node != from, let step = cameBy[node] {
            steps.append(step)
            node = step.rising ? network.tails[step.cell] : network.heads[step.cell]
        }
        return steps
    }
}

/// Nodes by what it costs to reach them; of two that cost the same the smaller number, so that every run chooses alike.
private struct CheapestFirst {
    private var heap: [(cost: Int64, node: Int)] = []

    private func precedes(_ a: Int, _ b: Int) -> Bool { (heap[a].cost, heap[a].node) < (heap[b].cost, heap[b].node) }

    mutating func add(_ cost: Int64, _ node: Int) {
        heap.append((cost, node))
        var at = heap.count - 1
        while at > 0, precedes(at, (at - 1) / 2) {
            heap.swapAt(at, (at - 1) / 2)
            at = (at - 1) / 2
        }
    }

    mutating func next() -> (cost: Int64, node: Int)? {
        guard !heap.isEmpty else { return nil }
        heap.swapAt(0, heap.count - 1)
        defer { sink() }
        return heap.removeLast()
    }

    private mutating func sink() {
        var at = 0
        while true {
            let children = [2 * at + 1, 2 * at + 2].filter { $0 < heap.count }
            guard let least = children.min(by: precedes), precedes(least, at) else { return }
            heap.swapAt(least, at)
            at = least
        }
    }
}
