import Coverage
import Federation
import Wire

/// What somebody in a community has to do with beside its figures: orders to its compounds, counts that were rung up for
/// them, and households that two of them have.
struct CommunityAffairs: Sendable {
    struct Compound: Sendable {
        var code: Code
        var name: String
        var standing: Standing
        var telephone: String
        /// Of the round, in the order in which they came.
        var calls: [PhoneIn]
    }

    /// Households that the same compounds have and that are not settled.
    struct Shared: Sendable {
        struct Claimant: Sendable, Equatable {
            /// Nil where the reader may not see who it is.
            var compound: Compound?
            var counts: Bool

            static func == (a: Claimant, b: Claimant) -> Bool {
                a.compound?.code == b.compound?.code && a.counts == b.counts
            }
        }
        var claimants: [Claimant]
        /// Place of the owner among the claimants.
        var owner: Int?
        var households: Int
        /// Seconds since 1970 by the claimants' clocks: the oldest of them.
        var since: Int64
    }

    /// What was published to compounds here and holds, the newest first.
    struct Order: Sendable {
        var directive: Directive
        /// Of those here that it is for, in their order.
        var held: [(compound: Compound, state: DirectiveReading.State)]
    }

    var compounds: [Compound]
    var orders: [Order]
    /// Published before those that are shown.
    var earlierOrders: Int
    var shared: [Shared]
    /// Counts are taken for compounds that don't report by themselves now.
    var takesCalls: Bool
    let campaign: Code

    /// - Returns: nil for a place that has no compound directly below it.
    init?(_ picture: Picture, _ place: Int, _ campaign: RegistryCampaign, _ reader: Reader) {
        let tree = picture.rollup.tree
        guard !tree.places[place].units.isEmpty else { return nil }
        self.campaign = campaign.code
        let units = tree.places[place].units
        compounds = units.map { CommunityAffairs.compound($0, picture, campaign.code) }
        (orders, earlierOrders) = CommunityAffairs.orders(picture, Array(zip(units, compounds)), campaign.code)
        takesCalls = reader.may(.phoneIn) && !campaign.closed
        shared = CommunityAffairs.shared(picture, Set(tree.places[place].units), campaign.code, reader)
    }

    /// - Parameter unit: a place of its own.
    init(_ picture: Picture, unit: Int, _ campaign: RegistryCampaign, _ reader: Reader) {
        self.campaign = campaign.code
        compounds = [CommunityAffairs.compound(unit, picture, campaign.code)]
        (orders, earlierOrders) = CommunityAffairs.orders(picture, [(unit, compounds[0])], campaign.code)
        takesCalls = reader.may(.phoneIn) && !campaign.closed && picture.rollup.tree.isCounted(unit)
        shared = CommunityAffairs.shared(picture, [unit], campaign.code, reader)
    }

    private static func compound(_ unit: Int, _ picture: Picture, _ campaign: Code) -> Compound {
        let entry = picture.rollup.tree.units[unit]
        return Compound(
            code: entry.code, name: entry.name,
            standing: picture.cut(Measure.completion.dataset, campaign).standings[unit], telephone: entry.dutyTelephone,
            calls: (picture.book.phoneIns[entry.code] ?? []).filter { $0.campaign == campaign })
    }

    /// As many as stand on a page before the rest is only counted.
    private static let mostOrders = 10

    /// The round itself is what the page is about; an order of another round isn't.
    private static func orders(
        _ picture: Picture, _ units: [(unit: Int, compound: Compound)], _ campaign: Code
    ) -> ([Order], earlier: Int) {
        let compounds = Dictionary(uniqueKeysWithValues: units.map { ($0.unit, $0.compound) })
        let orders = picture.directives.latest.reversed().compactMap { directive -> Order? in
            guard !directive.withdrawn, directive.kind != Directive.Kind.round.rawValue,
                directive.campaign == nil || directive.campaign == campaign.text
            else { return nil }
            let lines = DirectiveReading(directive, picture, among: units.map(\.unit)).lines
            guard !lines.isEmpty else { return nil }
            let held = lines.compactMap { line in compounds[line.unit].map { (compound: $0, state: line.state) } }
            return Order(directive: directive, held: held)
        }
        return (Array(orders.prefix(mostOrders)), max(0, orders.count - mostOrders))
    }

    private static func shared(_ picture: Picture, _ units: Set<Int>, _ campaign: Code, _ reader: Reader) -> [Shared] {
        let tree = picture.rollup.tree
        var lines: [Shared] = []
        for (token, household) in (picture.claims.live(campaign)?.open ?? [:]).sorted(by: { $0.key < $1.key })
        where household.claims.contains(where: { units.contains($0.unit) }) {
            let claimants = household.claims.map { claim in
                let isSeen = reader.sees(tree.units[claim.unit].code.text, in: tree)
                return Shared.Claimant(
                    compound: isSeen ? compound(claim.unit, picture, campaign) : nil, counts: claim.counted != 0)
            }
            let since = household.claims.compactMap { picture.claim(token, of: $0.unit, campaign)?.asOf }.max() ?? 0
            let owner = household.claims.firstIndex { $0.unit == household.owner }
            if let same = lines.firstIndex(where: { $0.claimants == claimants && $0.owner == owner }) {
                lines[same].households += 1
                lines[same].since = min(lines[same].since, since)
            } else {
                lines.append(Shared(claimants: claimants, owner: owner, households: 1, since: since))
            }
        }
        return lines
    }
}
