/// Parts of a push that is not complete yet: kept aside, uncounted and bounded.
package struct StagedPush: Sendable {
    package let incarnation: Incarnation
    package let session: Session
    package let id: UInt64
    package let kind: Push.Kind
    package let from: Position?
    package private(set) var parts = 0
    package private(set) var changes: [RowChange] = []
    /// What the rows may add up to at most once all parts are here.
    package private(set) var sums: UpperSums

    /// - Parameter held: what is held and may stay under this push.
    package init(first push: Push, held: UpperSums) {
        incarnation = push.incarnation
        session = push.session
        id = push.id
        kind = push.kind
        from = push.from
        sums = held
    }

    package func belongs(_ push: Push) -> Bool {
        incarnation == push.incarnation && session == push.session && id == push.id && kind == push.kind
            && from == push.from
    }

    /// Takes the next part. A part that is here already is a repeated request and changes nothing.
    ///
    /// - Returns: false where a part is missing in between or there would be more rows than `limit`.
    package mutating func add(_ push: Push, limit: Int) -> Bool {
        if push.part <= parts { return true }
        guard push.part == parts + 1, changes.count + push.changes.count <= limit else { return false }
        parts += 1
        changes += push.changes
        for change in push.changes { change.body.map { sums.add(change.key, $0.counts) } }
        return true
    }
}

/// Sums of rows by dataset and period, column by column, from above: a row that replaces another is added to it.
/// A unit's total has to be judged with each part, since only rows of the part at hand can still be refused.
package struct UpperSums: Sendable {
    private struct Period: Hashable {
        var dataset: Code
        var period: Code
    }
    private struct Sum {
        var rows: Int64 = 0
        var columns: [Int64] = []
    }
    private var sums: [Period: Sum] = [:]

    package init() {}

    package mutating func add(_ key: RowKey, _ counts: [Count]) {
        let period = Period(dataset: key.dataset, period: key.period)
        var sum = sums.removeValue(forKey: period) ?? Sum()
        sum.rows += 1
        for (column, count) in counts.enumerated() {
            if column == sum.columns.count { sum.columns.append(0) }
            sum.columns[column] += count.known ?? 0
        }
        sums[period] = sum
    }

    /// - Returns: places of the rows because of which a sum lies above `ceiling`; empty if none does.
    package func excess(_ changes: [RowChange], above ceiling: Int64) -> [Int] {
        let heavy = changes.indices.filter { contributes(changes[$0], above: ceiling) { $0 > $1.sum / $1.rows } }
        guard heavy.isEmpty else { return heavy }
        return changes.indices.filter { contributes(changes[$0], above: ceiling) { count, _ in count > 0 } }
    }

    private func contributes(
        _ change: RowChange, above ceiling: Int64, _ isMuch: (Int64, (sum: Int64, rows: Int64)) -> Bool
    ) -> Bool {
        let period = Period(dataset: change.key.dataset, period: change.key.period)
        guard let body = change.body, let sum = sums[period] else { return false }
        return zip(body.counts, sum.columns).contains { count, column in
            column > ceiling && isMuch(count.known ?? 0, (column, sum.rows))
        }
    }
}
