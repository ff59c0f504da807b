package import Federation

/// What became of units on a day: an entry of the registry's lineage. Written once; only `settledAt` follows.
package struct UnitChange: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable { case split, merge, move, close }

    package var number: Int64
    package var kind: Kind
    /// `YYYY-MM-DD`: the first day on which it holds.
    package var day: String
    /// Seconds since 1970 at which it was written down.
    package var at: Int64
    /// Seconds since 1970 since when it is counted so. Nil while the predecessors' rows stand, because not everybody
    /// who follows them has delivered rows yet.
    package var settledAt: Int64?
    /// Units that end, or the one that moves.
    package var before: [Code]
    /// Units that begin.
    package var after: [Code] = []
    /// Where a unit moves to, and the relay that speaks for it there; nil leaves that as it is.
    package var community: String?
    package var home: Code?
    package var reason: String
    package var officer: String

    package init(
        number: Int64, kind: Kind, day: String, at: Int64, settledAt: Int64?, before: [Code], after: [Code] = [],
        community: String? = nil, home: Code? = nil, reason: String, officer: String
    ) {
        (self.number, self.kind, self.day, self.at, self.settledAt) = (number, kind, day, at, settledAt)
        (self.before, self.after, self.community, self.home) = (before, after, community, home)
        (self.reason, self.officer) = (reason, officer)
    }

    /// - Parameter known: seconds since 1970; what was settled later, or in this second, was not known then.
    func isInForce(on day: String, known: Int64) -> Bool {
        self.day <= day && (settledAt.map { $0 < known } ?? false)
    }
}

/// Whether a unit is counted on a day. Its code is never used again, and its rows are kept whatever becomes of it.
package enum Life: Sendable, Equatable {
    case counted
    /// It begins once everybody who begins with it has delivered rows.
    case awaited
    /// From this day, and known since then (seconds since 1970).
    case ended(day: String, since: Int64)
}

/// The dated registry: units as they stood on a day, as far as that was known at a time.
package struct Lineage: Sendable, Equatable {
    /// In the order in which they were written.
    package var changes: [UnitChange] = []

    package init(_ changes: [UnitChange] = []) { self.changes = changes }

    package func units(_ units: [RegistryUnit], on day: String, known: Int64 = .max) -> [RegistryUnit] {
        guard !changes.isEmpty else { return units }
        let places = Dictionary(units.indices.map { (units[$0].code, $0) }) { first, _ in first }
        var stood = units
        func set(_ codes: [Code], _ life: Life) {
            for place in codes.compactMap({ places[$0] }) { stood[place].life = life }
        }
        for change in inOrder where change.kind != .move {
            #if DEBUG
                if Mutation.successorsCountedAtOnce.isActive { continue }
            #endif
            set(change.after, change.isInForce(on: day, known: known) ? .counted : .awaited)
        }
        for change in inOrder where change.isInForce(on: day, known: known) {
            if change.kind == .move {
                for place in change.before.compactMap({ places[$0] }) {
                    stood[place].community = change.community ?? stood[place].community
                    stood[place].home = change.home ?? stood[place].home
                }
            } else {
                set(change.before, .ended(day: change.day, since: change.settledAt ?? change.at))
            }
        }
        return stood
    }

    private var inOrder: [UnitChange] { changes.sorted { ($0.day, $0.number) < ($1.day, $1.number) } }

    /// Changes whose day has come and whose successors are waited for.
    func waiting(on day: String) -> [UnitChange] { changes.filter { $0.settledAt == nil && $0.day <= day } }

    /// The last change that a unit ended or began with; moves aside.
    func change(of unit: Code) -> UnitChange? {
        inOrder.last { $0.kind != .move && ($0.before.contains(unit) || $0.after.contains(unit)) }
    }
}
