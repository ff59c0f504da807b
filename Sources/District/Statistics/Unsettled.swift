import Federation

/// Households that are not settled, whoever settles them: this aggregator, or a relay for its units. Of a relay's
/// only the numbers are known.
extension Picture {
    func unsettled(at place: Int, _ period: Code) -> OpenClaims {
        var open = claims.open(at: place, period)
        guard !rollup.tree.relays.isEmpty, let totals = rollup.cuts[Cut(dataset: Claims.dataset, period: period)] else {
            return open
        }
        for (catalogue, sums) in totals.sums {
            open.add(
                OpenClaims.of(rollup.shelf[catalogue]) {
                    sums.known[place * sums.width + $0] + sums.last[place * sums.width + $0]
                })
        }
        return open
    }

    func unsettled(of unit: Int, _ period: Code) -> OpenClaims {
        guard rollup.tree.isRelayed(unit) else { return claims.open(of: unit, period) }
        let cut = Cut(dataset: Claims.dataset, period: period)
        guard let row = rollup.cuts[cut]?.relayed[unit]?.entries.first else { return OpenClaims() }
        return OpenClaims.of(rollup.shelf[row.catalogue]) {
            row.counts.indices.contains($0) ? row.counts[$0].known ?? 0 : 0
        }
    }
}

extension OpenClaims {
    /// What a derived row of the claims' dataset counts of a unit's own.
    static let indicators = ["surplus", "deficit"].compactMap { Code($0) }.map {
        Indicator(code: $0, unit: .households, suppression: Code(literal: "open"))
    }

    var counts: [Int64] { [surplus, deficit] }

    /// - Parameter count: by column of the catalogue.
    static func of(_ catalogue: Catalogue, _ count: (Int) -> Int64) -> OpenClaims {
        guard DerivedRow.isDerived(catalogue) else { return OpenClaims() }
        let values = indicators.map { indicator in catalogue.place(of: indicator.code).map(count) ?? 0 }
        return OpenClaims(surplus: values[0], deficit: values[1])
    }
}
