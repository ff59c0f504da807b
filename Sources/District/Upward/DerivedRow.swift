import Federation

/// What an aggregator says upward of one unit in one cut: how the unit stands, and the sums of its rows. A row like
/// any other under a catalogue of its own; `Wire/PROTOCOL.md` §14 has the format.
enum DerivedRow {
    /// One-hot: exactly one of them is 1. Sums of units by standing, like any other indicator.
    static let standings: [(indicator: Indicator, standing: Standing)] = [
        ("unit.known", .known), ("unit.stale", .stale), ("unit.silent", .silent), ("unit.never", .neverConnected),
        ("unit.disputed", .disputed), ("unit.unknown_rows", .unknownRows),
    ].compactMap { name, standing in
        Code(name).map { (Indicator(code: $0, unit: .units, suppression: Code(literal: "open")), standing) }
    }

    static func flags(_ standing: Standing) -> [Count] { standings.map { $0.standing == standing ? 1 : 0 } }

    /// What was known is as it last was.
    static func aged(_ body: RowBody) -> RowBody {
        guard body.counts.starts(with: flags(.known)) else { return body }
        var aged = body
        aged.counts.replaceSubrange(0..<standings.count, with: flags(.stale))
        return aged
    }

    /// What a catalogue counts of a unit's own, without how the unit stands.
    static func own(_ catalogue: Catalogue) -> ArraySlice<Indicator> {
        isDerived(catalogue) ? catalogue.indicators.dropFirst(standings.count) : catalogue.indicators[...]
    }

    static func isDerived(_ catalogue: Catalogue) -> Bool {
        catalogue.indicators.starts(with: standings.lazy.map(\.indicator))
    }

    /// How a relay says that a unit stands. What isn't of the form says nothing that may be counted.
    static func standing(_ block: RowBlock, _ shelf: CatalogueShelf) -> Standing {
        guard let entry = block.entries.first, isDerived(shelf[entry.catalogue]) else { return .unknownRows }
        let flags = entry.counts.prefix(standings.count)
        guard flags.count == standings.count, flags.reduce(0, { $0 + ($1.known ?? 2) }) == 1,
            let place = flags.firstIndex(of: 1)
        else { return .unknownRows }
        let said = standings[place].standing
        // A sum that no row can hold is unknown: then the unit is.
        return said == .known && entry.counts.contains(.unknown) ? .unknownRows : said
    }

    /// Whether a published row names its unit as one that has been heard.
    static func wasConnected(_ body: RowBody) -> Bool {
        standings.firstIndex { $0.standing == .neverConnected }.map {
            body.counts.indices.contains($0) && body.counts[$0] == 0
        }
            ?? false
    }
}
