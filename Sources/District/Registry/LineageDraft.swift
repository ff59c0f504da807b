import Federation

/// A change before it is written down, and what speaks against it.
struct LineageDraft {
    private(set) var change: UnitChange
    private(set) var beginning: [RegistryUnit]
    private(set) var problems: [String] = []

    /// - Parameters:
    ///   - units, lineage: what the registry has.
    ///   - beginning: units that the change begins with.
    init(
        change: UnitChange, units: [RegistryUnit], lineage: Lineage, beginning: [RegistryUnit], today: String
    ) {
        self.change = change
        self.beginning = beginning
        self.change.after = beginning.map(\.code)
        guard Day.isDay(change.day) else {
            problems = ["on: expected a day such as 2022-04-06"]
            return
        }
        let known = Dictionary(lineage.units(units, on: max(today, change.day)).map { ($0.code, $0) }) { first, _ in
            first
        }
        for code in change.before {
            if known[code]?.life != .counted {
                problems.append(
                    known[code] == nil ? "\(code) is not registered here" : "\(code) is not counted any more")
            }
            if lineage.changes.contains(where: { $0.settledAt == nil && ($0.before + $0.after).contains(code) }) {
                problems.append("\(code) is in a change that is waiting; see `jiayuan unit changes`")
            }
        }
        if Set(change.before).count < change.before.count { problems.append("a unit is named twice") }
        problems += beginning.filter { known[$0.code] != nil }.map { "\($0.code) is taken: a code is never used again" }
        countSides()
        guard problems.isEmpty else { return }
        takeOver(change.before.compactMap { known[$0] })
    }

    private mutating func countSides() {
        switch change.kind {
        case .split where change.before.count != 1 || beginning.count < 2:
            problems.append("a split ends one unit and begins two or more")
        case .merge where change.before.count < 2 || beginning.count != 1:
            problems.append("a merge ends two units or more and begins one")
        case .move where change.before.count != 1, .close where change.before.count != 1:
            problems.append("expected one unit")
        default: break
        }
    }

    /// Whoever follows is reached as its predecessors were, and has what they had together: a household that is on
    /// nobody's list would be missing from every bound.
    private mutating func takeOver(_ before: [RegistryUnit]) {
        guard !beginning.isEmpty else { return }
        let homes = Set(before.map(\.home))
        for place in beginning.indices where beginning[place].home == nil {
            if homes.count == 1, let home = homes.first { beginning[place].home = home }
        }
        if homes.count > 1, beginning.contains(where: { $0.home == nil }) {
            problems.append("through: the units are counted through different relays; name one")
        }
        compare("households", before.map(\.expectedHouseholds), beginning.map(\.expectedHouseholds))
        compare("residents", before.map(\.expectedResidents), beginning.map(\.expectedResidents))
    }

    private mutating func compare(_ what: String, _ before: [Int64?], _ after: [Int64?]) {
        func sum(_ numbers: [Int64?]) -> Int64? {
            numbers.contains(nil) ? nil : numbers.reduce(0) { $0 + ($1 ?? 0) }
        }
        guard let had = sum(before) else { return }
        guard sum(after) != had else { return }
        problems.append(
            "expected_\(what): \(had) before and \(sum(after).map(String.init) ?? "nobody knows how many") after; "
                + "the same must be expected of both (mend the number later with `jiayuan unit add`)")
    }
}
