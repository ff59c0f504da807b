/// Two consecutive releases, as whoever reads may take them together: he may assume that what is done only rises, that what
/// is missing only falls, and that what is due stays or rises, wherever that is so. With another round done and missing
/// begin anew; the people who are due are the same.
struct ReleaseLink: Sendable {
    private let earlier: ReleaseTable
    private let later: ReleaseTable
    private let isOneRound: Bool
    /// By place of the one where it stands in the other; nil where both have the same tree.
    private let places: (ofEarlier: [Int?], ofLater: [Int?])?

    /// Of which of the two a shift is sought; the other's is known.
    enum Side { case earlier, later }

    init(_ earlier: ReleaseTable, _ later: ReleaseTable, isOneRound: Bool) {
        (self.earlier, self.later, self.isOneRound) = (earlier, later, isOneRound)
        func places(of one: ReleaseTable, in other: ReleaseTable) -> [Int?] {
            let numbers = Dictionary(other.places.enumerated().map { ($1.code, $0) }) { first, _ in first }
            return one.places.map { numbers[$0.code] }
        }
        self.places =
            later.hasTree(of: earlier) ? nil : (places(of: earlier, in: later), places(of: later, in: earlier))
    }

    /// The same cell in the other release; nil where that has no such place.
    func other(_ cell: Int, of side: Side) -> Int? {
        guard let places else { return cell }
        return (side == .earlier ? places.ofEarlier : places.ofLater)[cell / 3].map { $0 * 3 + cell % 3 }
    }

    /// What is known of one release's shift, by the cells of the one that is sought.
    func known(_ shift: Shift, seeking side: Side) -> Shift {
        guard places != nil else { return shift }
        return Dictionary(
            uniqueKeysWithValues: shift.compactMap { cell, amount in
                other(cell, of: side == .earlier ? .later : .earlier).map { ($0, amount) }
            })
    }

    /// Where a cell's shift must lie, the other release's being known.
    func bounds(_ cell: Int, given known: Int64, seeking side: Side) -> ClosedRange<Int64> {
        let column = ReleaseTable.column(cell)
        guard isOneRound || column == .due, let other = other(cell, of: side) else { return ReleaseLink.free }
        let growth =
            side == .later ? later.values[cell] - earlier.values[other] : later.values[other] - earlier.values[cell]
        let limit = side == .later ? known - growth : known + growth
        switch column {
        case .due where growth == 0: return known...known
        case .done where growth >= 0, .due where growth > 0: return atLeast(limit, side == .later)
        case .missing where growth <= 0: return atLeast(limit, side == .earlier)
        default: return ReleaseLink.free
        }
    }

    private func atLeast(_ limit: Int64, _ isLeast: Bool) -> ClosedRange<Int64> {
        isLeast ? limit...(.max / 4) : (.min / 4)...limit
    }

    private static let free: ClosedRange<Int64> = (.min / 4)...(.max / 4)
}

extension ClosedRange<Int64> {
    /// - Returns: nil where they have nothing in common.
    func intersection(_ other: ClosedRange<Int64>) -> ClosedRange<Int64>? {
        let (low, high) = (Swift.max(lowerBound, other.lowerBound), Swift.min(upperBound, other.upperBound))
        return low <= high ? low...high : nil
    }

    func clamp(_ value: Int64) -> Int64 { Swift.min(Swift.max(value, lowerBound), upperBound) }
}
