/// A release's part of another truth, sought while the part of the release before or after it is known.
struct ReleaseNeighbour {
    private let release: Release
    private let link: ReleaseLink
    private let side: ReleaseLink.Side
    /// The neighbouring release's part, by the cells of this one.
    private let known: Shift
    /// Of shifting a cell that isn't hidden; nil where that may not be.
    private let price: ((Int) -> Int64)?

    init(
        _ release: Release, _ link: ReleaseLink, _ side: ReleaseLink.Side, knowing other: Shift,
        price: ((Int) -> Int64)? = nil
    ) {
        (self.release, self.link, self.side, self.price) = (release, link, side, price)
        known = link.known(other, seeking: side)
    }

    /// The truth itself if that will do, else what is near it; nil where nothing was found.
    var shift: Shift? {
        known.keys.allSatisfy { linked($0).contains(0) } ? [:] : closed(nil)
    }

    /// One in which a cell differs by so much.
    func shift(with cell: Int, by amount: Int64) -> Shift? {
        bounds(cell)?.contains(amount) == true ? closed((cell, amount)) : nil
    }

    /// What differs as little as it may goes on most easily; what differs as it did adds up as it did.
    private func closed(_ fixed: (cell: Int, amount: Int64)?) -> Shift? {
        let closer = ShiftCloser(network: release.network, bounds: bounds, price: toll)
        for isNear in [true, false] {
            if let start = start(fixed, isNear: isNear), let closed = closer.closed(start, locked: fixed?.cell) {
                return closed
            }
        }
        return nil
    }

    private func start(_ fixed: (cell: Int, amount: Int64)?, isNear: Bool) -> Shift? {
        var start: Shift = [:]
        for (cell, amount) in known where cell != fixed?.cell {
            // What is shown is as it is, if that will do.
            if !release.hidden[cell], linked(cell).contains(0) { continue }
            guard toll(cell) != nil, let bounds = bounds(cell) else { return nil }
            start[cell] = bounds.clamp(isNear ? 0 : amount)
        }
        if let fixed { start[fixed.cell] = fixed.amount }
        return start
    }

    private func linked(_ cell: Int) -> ClosedRange<Int64> {
        link.bounds(cell, given: known[cell, default: 0], seeking: side)
    }
    private func bounds(_ cell: Int) -> ClosedRange<Int64>? { release.room(cell).intersection(linked(cell)) }
    private func toll(_ cell: Int) -> Int64? { release.hidden[cell] ? 0 : price?(cell) }
}
