import Federation

/// One household that two units have and that is not settled: what an officer sees.
package struct OpenClaim: Codable, Sendable, Equatable {
    package struct Claimant: Codable, Sendable, Equatable {
        package var unit: String
        package var name: String
        package var telephone: String
        /// Whether the unit counts the household now.
        package var counts: Bool
    }
    /// What both compounds call the household; never an address.
    package var token: String
    package var owner: String
    /// An officer named the owner; else it is the smallest code.
    package var decided: Bool
    /// Seconds since 1970 by the claimants' clocks: the last change of any of them.
    package var since: Int64
    package var claimants: [Claimant]
}

extension Picture {
    /// What is not settled in a round, unit by unit.
    func openClaims(_ campaign: Code) -> [Code: OpenClaims] {
        rollup.tree.units.indices.reduce(into: [:]) { open, unit in
            let state = claims.open(of: unit, campaign)
            if !state.isNone { open[rollup.tree.units[unit].code] = state }
        }
    }

    /// The work items of a round, by token.
    func openClaimList(_ campaign: Code) -> [OpenClaim] {
        let open = claims.live(campaign)?.open ?? [:]
        return open.sorted { $0.key < $1.key }.map { token, household in
            OpenClaim(
                token: Hex.text(token), owner: rollup.tree.units[household.owner].code.text,
                decided: household.isDecided,
                since: household.claims.compactMap { claim(token, of: $0.unit, campaign)?.asOf }.max() ?? 0,
                claimants: household.claims.map { claim in
                    let unit = rollup.tree.units[claim.unit]
                    return OpenClaim.Claimant(
                        unit: unit.code.text, name: unit.name, telephone: unit.dutyTelephone, counts: claim.counted != 0
                    )
                })
        }
    }

    /// The row with which a unit claims a household; nil if it doesn't.
    func claim(_ token: UInt64, of unit: Int, _ campaign: Code) -> RowBlock.Entry? {
        guard let subject = Code(Hex.text(token)) else { return nil }
        return speakers[unit].active?.blocks[Cut(dataset: Claims.dataset, period: campaign)]?.entry(subject)
    }
}
