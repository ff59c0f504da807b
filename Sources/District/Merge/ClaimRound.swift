import Federation

/// What is not settled about claims at a unit or a place, in households.
package struct OpenClaims: Sendable, Equatable {
    /// Counted there, though another unit owns them: to be taken out.
    package var surplus: Int64 = 0
    /// Owned there and not counted yet: to be put in.
    package var deficit: Int64 = 0

    package init(surplus: Int64 = 0, deficit: Int64 = 0) {
        self.surplus = surplus
        self.deficit = deficit
    }

    var isNone: Bool { surplus == 0 && deficit == 0 }

    mutating func add(_ other: OpenClaims, sign: Int64 = 1) {
        surplus += sign * other.surplus
        deficit += sign * other.deficit
    }
}

/// One unit's row about a household.
struct HouseholdClaim: Sendable, Equatable {
    var unit: Int
    /// Doors of the unit that are the household.
    var claimed: Int64
    /// How many of them it counts; −1 where that is unknown.
    var counted: Int64

    /// What is open where the unit owns the household, and where it doesn't. Unknown counts may be either.
    var owned: OpenClaims { OpenClaims(deficit: counted < 0 ? claimed : max(0, claimed - counted)) }
    var lost: OpenClaims { OpenClaims(surplus: counted < 0 ? claimed : counted) }
}

/// What follows from a round's claims, as readers see it: small beside the claims themselves, which nearly all are
/// nobody else's.
struct ClaimRound: Sendable, Equatable {
    struct Household: Sendable, Equatable {
        var owner: Int
        /// An officer named the owner.
        var isDecided: Bool
        var claims: [HouseholdClaim]
    }

    /// By unit, the tokens that another unit counts.
    private(set) var notYours: [Int: Set<UInt64>] = [:]
    /// By unit and by place, subtree included; nothing where all is settled.
    private(set) var units: [Int: OpenClaims] = [:]
    private(set) var places: [Int: OpenClaims] = [:]
    /// Households that are not settled, by token.
    private(set) var open: [UInt64: Household] = [:]

    /// Adds what follows from the claims of a household, or takes it out again.
    mutating func rule(_ token: UInt64, _ household: Household, sign: Int64, _ tree: PlaceTree) {
        var isOpen = false
        for claim in household.claims {
            let isOwner = claim.unit == household.owner
            if !isOwner { tell(claim.unit, token, sign) }
            let state = isOwner ? claim.owned : claim.lost
            add(state, of: claim.unit, sign: sign, tree)
            isOpen = isOpen || !state.isNone
        }
        open[token] = isOpen && sign > 0 ? household : nil
    }

    mutating func add(_ state: OpenClaims, of unit: Int, sign: Int64 = 1, _ tree: PlaceTree) {
        guard !state.isNone else { return }
        ClaimRound.add(state, sign, to: &units, at: unit)
        tree.forEachPlace(above: unit) { ClaimRound.add(state, sign, to: &places, at: $0) }
    }

    func gathered(_ tree: PlaceTree) -> ClaimRound {
        var round = self
        round.places = [:]
        for (unit, state) in units {
            tree.forEachPlace(above: unit) { ClaimRound.add(state, 1, to: &round.places, at: $0) }
        }
        return round
    }

    private mutating func tell(_ unit: Int, _ token: UInt64, _ sign: Int64) {
        if sign > 0 {
            notYours[unit, default: []].insert(token)
        } else {
            notYours[unit]?.remove(token)
            if notYours[unit]?.isEmpty == true { notYours[unit] = nil }
        }
    }

    private static func add(_ state: OpenClaims, _ sign: Int64, to table: inout [Int: OpenClaims], at place: Int) {
        var sum = table[place] ?? OpenClaims()
        sum.add(state, sign: sign)
        table[place] = sum.isNone ? nil : sum
    }
}
