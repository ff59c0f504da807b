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
