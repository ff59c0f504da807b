/// What is going to happen, in order of time; at one moment, in the order in which it was planned.
struct Agenda {
    private struct Entry {
        var at: Int64
        var order: UInt64
        var body: () -> Void

        func precedes(_ other: Entry) -> Bool { at != other.at ? at < other.at : order < other.order }
    }
    private var heap: [Entry] = []
    private var planned: UInt64 = 0

    mutating func add(at: Int64, _ body: @escaping () -> Void) {
        planned += 1
        heap.append(Entry(at: at, order: planned, body: body))
        var child = heap.count - 1
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// - Returns: what happens next, if it happens before `end`.
    mutating func next(before end: Int64) -> (at: Int64, body: () -> Void)? {
        guard let first = heap.first, first.at < end else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.at, first.body)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].precedes(heap[least])
            {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
