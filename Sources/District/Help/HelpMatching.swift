/// Who could help whom: open shortages and spare people matched by role and nearness in the tree. Pure, and the same
/// whatever the order in which units come.
///
/// Nothing is ordered: a match is put to both sides, and changes no figure.
struct HelpMatching: Sendable, Equatable {
    /// What one unit says of one role.
    struct Side: Sendable, Equatable {
        var unit: String
        var role: String
        var people: Int64
        /// Its community, street and district, each nil where it has none: how near two units are is told by the first that they
        /// share.
        var above: [String?]

        init(unit: String, role: String, people: Int64, above: [String?]) {
            (self.unit, self.role, self.people, self.above) = (unit, role, people, above)
        }
    }

    struct Match: Sendable, Equatable {
        var role: String
        var giver: String
        var taker: String
        var people: Int64
        /// The nearest division that both stand in.
        var within: String
    }

    /// Two units that aren't matched in a role: one of them said no.
    struct Pair: Hashable, Sendable {
        var role: String
        var giver: String
        var taker: String
    }

    private(set) var matches: [Match] = []

    /// - Parameters:
    ///   - short, spare: at most one for each unit and role.
    ///   - refused: pairs that aren't matched.
    init(short: [Side], spare: [Side], refused: Set<Pair> = []) {
        for role in Set(short.map(\.role)).sorted() {
            var (wanted, offered) = (Self.open(short, role), Self.open(spare, role))
            for distance in 0..<HelpMatching.levels.count { match(&wanted, &offered, role, at: distance, refused) }
        }
    }

    private static func open(_ sides: [Side], _ role: String) -> [Side] {
        sides.filter { $0.role == role && $0.people > 0 }.sorted { ($0.unit, $0.people) < ($1.unit, $1.people) }
    }

    /// Everything that can be had within this distance, before anybody is asked to come from farther.
    private mutating func match(
        _ wanted: inout [Side], _ offered: inout [Side], _ role: String, at distance: Int, _ refused: Set<Pair>
    ) {
        for taker in wanted.indices {
            for giver in offered.indices where wanted[taker].people > 0 && offered[giver].people > 0 {
                let (to, from) = (wanted[taker], offered[giver])
                guard to.unit != from.unit, Self.distance(to, from) == distance, let within = to.above[distance],
                    !refused.contains(Pair(role: role, giver: from.unit, taker: to.unit))
                else { continue }
                let people = min(to.people, from.people)
                matches.append(Match(role: role, giver: from.unit, taker: to.unit, people: people, within: within))
                wanted[taker].people -= people
                offered[giver].people -= people
            }
        }
    }

    /// Whom somebody is near, the nearest first; farther than a district nobody is asked to come from.
    static let levels = ["community", "street", "district"]

    /// The first level at which both stand in one division; nil for none.
    static func distance(_ a: Side, _ b: Side) -> Int? {
        zip(a.above, b.above).enumerated().first { $1.0 != nil && $1.0 == $1.1 }?.offset
    }
}
