import Federation

/// When units give way to those that follow them. Until everybody who follows has delivered, the predecessors' rows
/// stand and age; then all of them change places at once: nothing is counted twice, and nothing is missing in between.
struct Handover {
    let lineage: Lineage
    let rollup: Rollup
    let speakers: Paged<UnitCopies>
    private let openRounds: [Code]

    init(lineage: Lineage, rollup: Rollup, speakers: Paged<UnitCopies>, campaigns: [RegistryCampaign]) {
        self.lineage = lineage
        self.rollup = rollup
        self.speakers = speakers
        openRounds = campaigns.filter { !$0.closed }.map(\.code)
    }

    /// Who has rows in this dataset has answered for the round.
    private static let survey = Code(literal: "survey")

    /// What one who follows still owes.
    struct Owed: Equatable {
        /// It has not been heard since the day of the change, or not completely.
        var contact = false
        /// Rounds that are open, that the predecessors have rows in, and it has none.
        var rounds: [Code] = []
        var isNone: Bool { !contact && rounds.isEmpty }
    }

    /// All who follow have fewer households together than the predecessors had.
    struct Shortfall: Equatable {
        var round: Code
        var before: Int64
        var after: Int64
    }

    /// Changes whose day has come and that wait for nobody.
    func due(on day: String) -> [UnitChange] {
        lineage.waiting(on: day).filter { change in
            change.after.allSatisfy { owed(by: $0, change).isNone } && shortfalls(change).isEmpty
        }
    }

    func owed(by code: Code, _ change: UnitChange) -> Owed {
        guard let unit = rollup.tree.unit(code),
            let active = speakers[rollup.tree.units[unit].home].active, active.parent.verified,
            Day.of(active.heardAt) >= change.day
        else { return Owed(contact: true) }
        let before = change.before.compactMap { rollup.tree.unit($0) }
        return Owed(
            rounds: openRounds.filter { round in
                before.contains { !said(of: $0, round).isEmpty } && said(of: unit, round).isEmpty
            })
    }

    /// A household that nobody took over would be missing from every total.
    func shortfalls(_ change: UnitChange) -> [Shortfall] {
        guard !change.after.isEmpty else { return [] }
        return openRounds.compactMap { round in
            let (before, after) = (households(change.before, round), households(change.after, round))
            return after < before ? Shortfall(round: round, before: before, after: after) : nil
        }
    }

    private func households(_ units: [Code], _ round: Code) -> Int64 {
        units.compactMap { rollup.tree.unit($0) }.reduce(0) { $0 + said(of: $1, round).households(rollup.shelf) }
    }

    private func said(of unit: Int, _ round: Code) -> RowBlock {
        let cut = Cut(dataset: Handover.survey, period: round)
        guard rollup.tree.isRelayed(unit) else { return speakers[unit].active?.blocks[cut] ?? RowBlock() }
        // A relay names every unit; one that has nothing to show has said nothing.
        let row = rollup.cuts[cut]?.relayed[unit] ?? RowBlock()
        let standing = DerivedRow.standing(row, rollup.shelf)
        return standing == .known || standing.hasLast ? row : RowBlock()
    }
}

extension Handover {
    init(_ picture: Picture) {
        self.init(
            lineage: picture.lineage, rollup: picture.rollup, speakers: picture.speakers, campaigns: picture.campaigns)
    }

    init(_ tally: Tally) {
        self.init(
            lineage: tally.registered.lineage, rollup: tally.rollup, speakers: tally.speakers,
            campaigns: tally.registered.campaigns)
    }
}

extension Ledger {
    /// Changes of units that wait for nobody any more: to be settled in the registry, which is then read anew.
    package func changesDue(on day: String) -> [UnitChange] {
        tally.registered.lineage.changes.isEmpty ? [] : Handover(tally).due(on: day)
    }
}

extension RowBlock {
    /// All that are sorted into classes, whatever the class.
    fileprivate func households(_ shelf: CatalogueShelf) -> Int64 {
        sums.reduce(0) { total, entry in
            let own = DerivedRow.own(shelf[entry.key])
            return zip(own.indices, own).reduce(total) { total, column in
                let isCounted = column.1.unit == .households && column.0 < entry.value.count
                return isCounted ? total + entry.value[column.0] : total
            }
        }
    }
}
