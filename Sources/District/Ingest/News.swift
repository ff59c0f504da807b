import Federation

/// What a batch or a sweep changed for readers. Nodes push every few seconds, nearly always to say that they live: who
/// reads figures isn't told of that, or every tag would be old before it is sent back.
package enum News: Int, Comparable, Sendable {
    case nothing
    /// What pages show and figures don't say, such as when units were last heard.
    case pages
    /// A count, a standing, a decision, the registry.
    case figures

    package static func < (a: News, b: News) -> Bool { a.rawValue < b.rawValue }
}

extension Tally {
    static let survey = Code(literal: "survey")

    /// Rounds whose figures name a last contact that has moved: open ones, and those in which a call stands for the unit.
    /// Who isn't heard in a round that is closed stays so, and its contacts are no news.
    func movedContacts(_ speaker: Int, since former: UnitCopies) -> Set<Code> {
        guard former.heardAt != speakers[speaker].heardAt else { return [] }
        let open = registered.campaigns.lazy.filter { !$0.closed }.map(\.code)
        return Set(open).union(phonedIn(through: speaker)).filter {
            rollup.movesContact(speaker, from: former, to: speakers[speaker], $0)
        }
    }

    private func phonedIn(through speaker: Int) -> [Code] {
        guard !registered.book.phoneIns.isEmpty else { return [] }
        return registered.tree.units(through: speaker).flatMap {
            registered.book.openPhoneIns(of: registered.tree.units[$0].code).map(\.campaign)
        }
    }
}

extension Rollup {
    /// Seconds since 1970 at which a unit was last heard, by the clock of the aggregator that heard it.
    ///
    /// A unit that a relay calls known was heard within that relay's pace of the relay's own push. Else its row says
    /// when, and never later than the relay itself.
    ///
    /// - Parameter home: the copies of whoever speaks for it.
    func heardAt(_ unit: Int, _ home: UnitCopies, _ totals: CutTotals) -> Int64? {
        guard let heardAt = home.heardAt else { return nil }
        guard tree.isRelayed(unit) else { return heardAt }
        guard let row = totals.relayed[unit]?.entries.first, row.asOf > 0 else { return nil }
        return DerivedRow.standing(RowBlock([row]), shelf) == .known ? heardAt : min(row.asOf, heardAt)
    }

    /// Whether a last contact that figures name is another than before: that of a unit that isn't known in the round.
    func movesContact(_ speaker: Int, from old: UnitCopies, to new: UnitCopies, _ round: Code) -> Bool {
        let along = along(round)
        let totals = cuts[Cut(dataset: Tally.survey, period: round)] ?? empty(round)
        return along.tree.units(through: speaker).contains { unit in
            totals.standings[unit] != .known
                && along.heardAt(unit, old, totals) != along.heardAt(unit, new, totals)
        }
    }
}
