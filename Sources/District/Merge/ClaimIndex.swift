import Federation

/// The claims of one round: which units have which household, and whose it is. Everything follows from the set of
/// present claims, whatever the order in which they came.
struct ClaimIndex: Sendable, Equatable {
    /// Nearly every household has one claimant that counts it once: a city has millions of these.
    private enum Claimants: Sendable, Equatable {
        case sole(Int32)
        case several([HouseholdClaim])
    }

    private var claimants: [UInt64: Claimants] = [:]
    /// The registry's word.
    private let decided: [UInt64: Int]
    private(set) var round = ClaimRound()

    /// - Parameter decided: by token the place of the unit that an officer named.
    init(decided: [UInt64: Int]) { self.decided = decided }

    /// The registry's word if it names a claimant, else the claimant with the smallest code.
    static func owner(_ claims: [HouseholdClaim], decided: Int?) -> Int? {
        if let decided, claims.contains(where: { $0.unit == decided }) { return decided }
        // Units are numbered in the order of their codes.
        return claims.map(\.unit).min()
    }

    func owner(_ token: UInt64) -> Int? { ClaimIndex.owner(claims(token), decided: decided[token]) }

    private func claims(_ token: UInt64) -> [HouseholdClaim] {
        switch claimants[token] {
        case .sole(let unit)?: [HouseholdClaim(unit: Int(unit), claimed: 1, counted: 1)]
        case .several(let claims)?: claims
        case nil: []
        }
    }

    // MARK: Keeping up

    /// Brings what one unit claims from one block to the next.
    ///
    /// - Returns: units that have to be told something else than before.
    mutating func replace(_ unit: Int, old: RowBlock, by new: RowBlock, tree: PlaceTree) -> Set<Int> {
        let (before, after) = (ClaimIndex.claims(old, unit), ClaimIndex.claims(new, unit))
        var told: Set<Int> = []
        for token in Set(before.keys).union(after.keys) where before[token] != after[token] {
            told.formUnion(set(token, unit, after[token], tree))
        }
        return told
    }

    /// Subjects that aren't tokens are somebody else's idea of a claim, and settle nothing.
    private static func claims(_ block: RowBlock, _ unit: Int) -> [UInt64: HouseholdClaim] {
        block.entries.reduce(into: [:]) { claims, entry in
            guard let token = Hex.uint64(entry.subject.text), entry.counts.count >= 2 else { return }
            // A row whose counts are unknown claims one household, and may or may not count it.
            let claimed = max(1, entry.counts[0].known ?? 1)
            claims[token] = HouseholdClaim(unit: unit, claimed: claimed, counted: entry.counts[1].known ?? -1)
        }
    }

    private mutating func set(_ token: UInt64, _ unit: Int, _ claim: HouseholdClaim?, _ tree: PlaceTree) -> Set<Int> {
        let before = claims(token)
        var after = before.filter { $0.unit != unit }
        if let claim { after.append(claim) }
        after.sort { $0.unit < $1.unit }
        let losers = rule(token, before, sign: -1, tree)
        keep(token, after)
        return losers.symmetricDifference(rule(token, after, sign: 1, tree))
    }

    private mutating func keep(_ token: UInt64, _ claims: [HouseholdClaim]) {
        guard let first = claims.first else { return claimants[token] = nil }
        let isSole = claims.count == 1 && first.claimed == 1 && first.counted == 1
        claimants[token] = isSole ? .sole(Int32(first.unit)) : .several(claims)
    }

    /// - Returns: the claimants that don't own the household.
    private mutating func rule(_ token: UInt64, _ claims: [HouseholdClaim], sign: Int64, _ tree: PlaceTree) -> Set<Int>
    {
        guard let owner = ClaimIndex.owner(claims, decided: decided[token]) else { return [] }
        let household = ClaimRound.Household(owner: owner, isDecided: owner == decided[token], claims: claims)
        round.rule(token, household, sign: sign, tree)
        return Set(claims.map(\.unit).filter { $0 != owner })
    }
}
