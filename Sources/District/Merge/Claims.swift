import Federation

/// The claims of all rounds. Rounds with a key are settled household by household; of a round that is over only
/// the numbers stay that were open when it was closed.
struct Claims: Sendable, Equatable {
    static let dataset = Code(literal: "claim")

    private var indexes: [Code: ClaimIndex] = [:]
    private var frozen: [Code: ClaimRound] = [:]

    init(_ registered: Tally.Registered) {
        #if DEBUG
            if Mutation.doubleClaimsSummed.isActive { return }
        #endif
        let tree = registered.tree
        for campaign in registered.campaigns where campaign.claimKey != nil {
            let decided = registered.claimDecisions[campaign.code, default: [:]].compactMapValues { tree.unit($0) }
            indexes[campaign.code] = ClaimIndex(decided: decided)
        }
        for (campaign, units) in registered.unsettledClaims {
            frozen[campaign] = units.reduce(into: ClaimRound()) { round, open in
                let tree = registered.hierarchy[campaign]
                if let unit = tree.unit(open.key) { round.add(open.value, of: unit, tree) }
            }
        }
    }

    /// Everything computed anew from rows alone.
    static func recomputed(_ registered: Tally.Registered, speakers: Paged<UnitCopies>) -> Claims {
        var claims = Claims(registered)
        for (index, unit) in speakers.enumerated() {
            _ = claims.settle(index, from: UnitCopies(), to: unit, cuts: nil, tree: registered.tree)
        }
        return claims
    }

    /// Brings what one unit claims from `old` to `new`, of the copies that count.
    ///
    /// - Parameter cuts: what changed; nil if everything may have.
    /// - Returns: units whose registry document changed.
    mutating func settle(_ unit: Int, from old: UnitCopies, to new: UnitCopies, cuts: [Cut]?, tree: PlaceTree)
        -> Set<Int>
    {
        // A relay's households are settled at its own aggregator. Whoever isn't counted takes nobody's household.
        guard tree.relay(unit) == nil, !tree.isRelayed(unit), tree.isCounted(unit) else { return [] }
        let (before, after) = (old.active?.blocks ?? [:], new.active?.blocks ?? [:])
        var told: Set<Int> = []
        for round in indexes.keys {
            let cut = Cut(dataset: Claims.dataset, period: round)
            guard cuts?.contains(cut) ?? true, before[cut] != nil || after[cut] != nil else { continue }
            let changed = indexes[round]?.replace(
                unit, old: before[cut] ?? RowBlock(), by: after[cut] ?? RowBlock(), tree: tree)
            told.formUnion(changed ?? [])
        }
        return told
    }

    func owner(_ token: UInt64, _ period: Code) -> Int? { indexes[period]?.owner(token) }

    /// What readers see. It has no household that only one unit has, so that a picture costs no copy of them all.
    var board: ClaimBoard { ClaimBoard(live: indexes.mapValues(\.round), frozen: frozen) }
}

/// What follows from the claims of all rounds.
struct ClaimBoard: Sendable {
    private let live: [Code: ClaimRound]
    private let frozen: [Code: ClaimRound]

    init(live: [Code: ClaimRound] = [:], frozen: [Code: ClaimRound] = [:]) {
        self.live = live
        self.frozen = frozen
    }

    /// - Returns: nil for a round without claims, and for one that is over.
    func live(_ period: Code) -> ClaimRound? { live[period] }

    func open(at place: Int, _ period: Code) -> OpenClaims {
        #if DEBUG
            if Mutation.openClaimsNotWidened.isActive { return OpenClaims() }
        #endif
        return round(period)?.places[place] ?? OpenClaims()
    }

    /// The same, added up along another tree that numbers units alike.
    func gathered(_ tree: PlaceTree) -> ClaimBoard {
        ClaimBoard(live: live.mapValues { $0.gathered(tree) }, frozen: frozen.mapValues { $0.gathered(tree) })
    }

    func open(of unit: Int, _ period: Code) -> OpenClaims { round(period)?.units[unit] ?? OpenClaims() }

    private func round(_ period: Code) -> ClaimRound? { live[period] ?? frozen[period] }

    /// What a unit is told, by round, in ascending order; nil for nothing.
    func notYours(_ unit: Int) -> [String: [String]]? {
        let told = live.compactMap { period, round in
            round.notYours[unit].map { (period.text, $0.sorted().map { Hex.text($0) }) }
        }
        return told.isEmpty ? nil : Dictionary(uniqueKeysWithValues: told)
    }
}
