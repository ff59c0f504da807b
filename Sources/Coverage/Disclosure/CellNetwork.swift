/// A table's sums as a network: each cell is an edge, and what flows into a node flows out of it. The `done` flow down the
/// tree, the `missing` likewise, at the leaves they join, and the `due` flow up again. So the values that all cells may
/// have together are exactly the circulations.
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

/// By how much cells differ from the truth, where they do, in another truth that fits all sums.
typealias Shift = [Int: Int64]

/// Makes a shift fit the sums by shifting other cells too.
struct ShiftCloser {
    let network: CellNetwork
    /// How far a cell may be shifted; nil where it can't be shifted to anything.
    let bounds: (Int) -> ClosedRange<Int64>?
    /// What it costs to shift a cell at all; nil where it may not be.
    let price: (Int) -> Int64?

    /// - Parameter locked: a cell that stays as it is.
    /// - Returns: nil where nothing fits.
    func closed(_ start: Shift, locked: Int? = nil) -> Shift? {
        var shift = start
        var surplus: [Int: Int64] = [:]
        for (cell, amount) in start {
            surplus[network.heads[cell], default: 0] += amount
            surplus[network.tails[cell], default: 0] -= amount
        }
        while let node = surplus.filter({ $0.value > 0 }).keys.min() {
            guard let path = path(from: node, shift, locked, isGoal: { surplus[$0, default: 0] < 0 }),
                let goal = path.last.map({ $0.rising ? network.heads[$0.cell] : network.tails[$0.cell] })
            else { return nil }
            let most = min(surplus[node, default: 0], -surplus[goal, default: 0])
            let amount = path.reduce(most) { min($0, room($1, shift)) }
            for step in path { shift[step.cell, default: 0] += step.rising ? amount : -amount }
            surplus[node, default: 0] -= amount
            surplus[goal, default: 0] += amount
        }
        return shift.filter { $0.value != 0 }
    }

    /// One cell on the way, and which way it goes.
    private struct Step {
        var cell: Int
        var rising: Bool
    }

    private func room(_ step: Step, _ shift: Shift) -> Int64 {
        guard let bounds = bounds(step.cell) else { return 0 }
        let now = shift[step.cell, default: 0]
        return step.rising ? bounds.upperBound - now : now - bounds.lowerBound
    }

    /// The cheapest way along which what is too much at one node can go to one that has too little.
    private func path(from: Int, _ shift: Shift, _ locked: Int?, isGoal: (Int) -> Bool) -> [Step]? {
        var reached: [Int: Int64] = [from: 0]
        var cameBy: [Int: Step] = [:]
        var open = CheapestFirst()
        open.add(0, from)
        while let (spent, node) = open.next() {
            if isGoal(node) { return steps(to: node, from: from, cameBy) }
            guard reached[node] == spent else { continue }
            for cell in network.touching[node] where cell != locked {
                let step = Step(cell: cell, rising: network.tails[cell] == node)
                // What is shifted already costs nothing more.
                guard let price = shift[cell, default: 0] == 0 ? price(cell) : 0, room(step, shift) > 0 else {
                    continue
                }
                let next = step.rising ? network.heads[cell] : network.tails[cell]
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
        return steps.reversed()
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
