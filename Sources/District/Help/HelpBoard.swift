import Federation
import Wire

/// Offers of one round: what was answered stands, what is left is matched. A pure function of what the units say.
struct HelpBoard: Sendable, Equatable {
    /// What a unit says, in one round.
    struct Said: Sendable, Equatable {
        var unit: String
        /// Its community, street and district.
        var above: [String?]
        var short: [String: Int64] = [:]
        var spare: [String: Int64] = [:]
        var answers: [Answer] = []
    }

    struct Answer: Sendable, Equatable {
        var side: HelpOffer.Side
        var role: String
        /// Whom it answers.
        var other: String
        var isYes: Bool
        var people: Int64
    }

    struct Offer: Sendable, Equatable {
        var pair: HelpMatching.Pair
        var people: Int64
        /// What the taker lacks in the role.
        var short: Int64
        var within: String
        /// Nil while the side hasn't answered.
        var giver: Bool?
        var taker: Bool?
    }

    private(set) var offers: [Offer] = []

    init() {}

    init(_ units: [Said]) {
        let units = Dictionary(units.map { ($0.unit, $0) }) { a, _ in a }
        var left = units
        // What both want goes first: what only one wants is kept for the other out of what that leaves.
        let said = HelpBoard.answered(units).sorted { HelpBoard.precedes($0.key, $1.key) }
        for (pair, words) in said.filter(\.value.isAgreed) + said.filter({ !$0.value.isAgreed }) {
            settle(pair, words, units, &left)
        }
        let answered = Set(offers.map(\.pair))
        let matching = HelpMatching(
            short: HelpBoard.sides(left, \.short), spare: HelpBoard.sides(left, \.spare), refused: answered)
        offers += matching.matches.map { match in
            Offer(
                pair: .init(role: match.role, giver: match.giver, taker: match.taker), people: match.people,
                short: units[match.taker]?.short[match.role] ?? 0, within: match.within)
        }
        offers.sort { HelpBoard.precedes($0.pair, $1.pair) }
    }

    private static func precedes(_ a: HelpMatching.Pair, _ b: HelpMatching.Pair) -> Bool {
        (a.role, a.taker, a.giver) < (b.role, b.taker, b.giver)
    }

    private static func sides(
        _ units: [String: Said], _ people: KeyPath<Said, [String: Int64]>
    ) -> [HelpMatching.Side] {
        units.values.flatMap { said in
            said[keyPath: people].map { .init(unit: said.unit, role: $0.key, people: $0.value, above: said.above) }
        }
    }

    // MARK: What was answered

    private struct Words {
        var giver: Answer?
        var taker: Answer?
        var isAgreed: Bool { giver?.isYes == true && taker?.isYes == true }
    }

    private static func answered(_ units: [String: Said]) -> [HelpMatching.Pair: Words] {
        var pairs: [HelpMatching.Pair: Words] = [:]
        for said in units.values {
            for answer in said.answers where units[answer.other] != nil && answer.other != said.unit {
                switch answer.side {
                case .give:
                    pairs[.init(role: answer.role, giver: said.unit, taker: answer.other), default: Words()].giver =
                        answer
                case .take:
                    pairs[.init(role: answer.role, giver: answer.other, taker: said.unit), default: Words()].taker =
                        answer
                }
            }
        }
        return pairs
    }

    /// A no is told to both, while there is anything to say no to, and matches nothing; what both want is as many as both
    /// said; what one wants is kept for the other as far as it is still there.
    private mutating func settle(
        _ pair: HelpMatching.Pair, _ said: Words, _ units: [String: Said], _ left: inout [String: Said]
    ) {
        guard let giver = units[pair.giver], let taker = units[pair.taker],
            let distance = HelpMatching.distance(
                .init(unit: taker.unit, role: pair.role, people: 0, above: taker.above),
                .init(unit: giver.unit, role: pair.role, people: 0, above: giver.above)),
            let within = taker.above[distance]
        else { return }
        let words = [said.giver, said.taker].compactMap { $0 }
        var people = words.map(\.people).min() ?? 0
        if words.allSatisfy(\.isYes) {
            let (short, spare) = (left[pair.taker]?.short[pair.role] ?? 0, left[pair.giver]?.spare[pair.role] ?? 0)
            if words.count < 2 { people = min(people, short, spare) }
            guard people > 0 else { return }
            left[pair.taker]?.short[pair.role] = max(0, short - people)
            left[pair.giver]?.spare[pair.role] = max(0, spare - people)
        } else if (taker.short[pair.role] ?? 0) == 0 || (giver.spare[pair.role] ?? 0) == 0 {
            return
        }
        offers.append(
            Offer(
                pair: pair, people: people, short: taker.short[pair.role] ?? 0, within: within,
                giver: said.giver?.isYes, taker: said.taker?.isYes))
    }
}
