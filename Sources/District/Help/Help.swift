import Federation
import Wire

/// Help between compounds in every open round, read from the rows that are held. It changes no figure.
struct Help: Sendable, Equatable {
    private(set) var boards: [Code: HelpBoard] = [:]

    static let datasets: Set<Code> = [HelpOffer.dataset, HelpOffer.answers]

    init() {}

    init(_ registered: Tally.Registered, _ rollup: Rollup, _ speakers: Paged<UnitCopies>) {
        for campaign in registered.campaigns where !campaign.closed {
            let board = HelpBoard(Help.said(campaign.code, registered.tree, rollup, speakers))
            if !board.offers.isEmpty { boards[campaign.code] = board }
        }
    }

    /// What is short or spare counts while it is known; an answer is somebody's word until he says otherwise. A district
    /// settles its own: nobody speaks for compounds behind a relay.
    private static func said(
        _ round: Code, _ tree: PlaceTree, _ rollup: Rollup, _ speakers: Paged<UnitCopies>
    ) -> [HelpBoard.Said] {
        let (help, answers) = (
            Cut(dataset: HelpOffer.dataset, period: round), Cut(dataset: HelpOffer.answers, period: round)
        )
        guard let totals = rollup.cuts[help] else { return [] }
        return tree.units.indices.compactMap { unit in
            guard tree.isCounted(unit), !tree.isRelayed(unit), let copy = speakers[unit].active else { return nil }
            var said = HelpBoard.Said(unit: tree.units[unit].code.text, above: above(unit, tree))
            if totals.standings[unit] == .known {
                for entry in copy.blocks[help]?.entries ?? [] { add(entry, rollup.shelf, to: &said) }
            }
            said.answers = (copy.blocks[answers]?.entries ?? []).compactMap { answer($0, rollup.shelf) }
            return said.short.isEmpty && said.spare.isEmpty && said.answers.isEmpty ? nil : said
        }
    }

    private static func above(_ unit: Int, _ tree: PlaceTree) -> [String?] {
        let divisions = tree.divisions(above: unit)
        return HelpMatching.levels.map { level in divisions.last { $0.level == level }?.code }
    }

    private static func add(_ entry: RowBlock.Entry, _ shelf: CatalogueShelf, to said: inout HelpBoard.Said) {
        for (indicator, count) in zip(shelf[entry.catalogue].indicators, entry.counts) {
            guard let people = count.known, people > 0 else { continue }
            let name = indicator.code.text
            if name.hasPrefix("short_") { said.short[String(name.dropFirst(6)), default: 0] += people }
            if name.hasPrefix("spare_") { said.spare[String(name.dropFirst(6)), default: 0] += people }
        }
    }

    private static func answer(_ entry: RowBlock.Entry, _ shelf: CatalogueShelf) -> HelpBoard.Answer? {
        guard let (side, role, unit) = HelpOffer.named(by: entry.subject) else { return nil }
        let catalogue = shelf[entry.catalogue]
        func count(_ name: StaticString) -> Int64 {
            catalogue.place(of: Code(literal: name)).flatMap {
                entry.counts.indices.contains($0) ? entry.counts[$0].known : nil
            } ?? 0
        }
        guard count("yes") + count("no") == 1 else { return nil }
        return HelpBoard.Answer(
            side: side, role: role, other: unit, isYes: count("yes") == 1, people: count("people"))
    }

    // MARK: What a unit is told

    /// - Returns: nil for nothing.
    func told(_ speaker: Int, _ tree: PlaceTree) -> [HelpOffer]? {
        guard !boards.isEmpty, tree.relay(speaker) == nil else { return nil }
        let code = tree.code(ofSpeaker: speaker).text
        let told = boards.sorted { $0.key < $1.key }.flatMap { task, board in
            board.offers.compactMap { Help.told($0, task, to: code, tree) }
        }
        return told.isEmpty ? nil : told
    }

    private static func told(_ offer: HelpBoard.Offer, _ task: Code, to code: String, _ tree: PlaceTree) -> HelpOffer? {
        let isGiver = offer.pair.giver == code
        guard isGiver || offer.pair.taker == code else { return nil }
        let other = isGiver ? offer.pair.taker : offer.pair.giver
        guard let unit = Code(other).flatMap({ tree.unit($0) }) else { return nil }
        let theirs = isGiver ? offer.taker : offer.giver
        return HelpOffer(
            task: task.text, side: isGiver ? .give : .take, role: offer.pair.role, people: offer.people,
            short: offer.short, level: tree.place(offer.within).map { tree.places[$0].level } ?? "", unit: other,
            name: tree.units[unit].name, dutyTelephone: tree.units[unit].dutyTelephone,
            theirs: theirs.map { $0 ? "yes" : "no" })
    }

    /// Units that are told something else than before.
    func changed(from before: Help) -> Set<String> {
        func offers(_ help: Help) -> [Code: [HelpBoard.Offer]] { help.boards.mapValues(\.offers) }
        let (old, new) = (offers(before), offers(self))
        return Set(old.keys).union(new.keys).reduce(into: []) { units, task in
            let (was, now) = (old[task] ?? [], new[task] ?? [])
            for offer in was.filter({ !now.contains($0) }) + now.filter({ !was.contains($0) }) {
                units.formUnion([offer.pair.giver, offer.pair.taker])
            }
        }
    }
}
