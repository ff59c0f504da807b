import Coverage
import Federation

/// What a unit's rows say of one building.
struct BuildingFigures: Sendable {
    var code: Code
    /// In the order of `measures`; nil where a count that it is made of is unknown.
    var figures: [Figure?]
    /// Seconds since 1970 by the unit's own clock: when the row last changed.
    var asOf: Int64

    /// What is measured of a building, each by the rule of the round.
    static let measures: [Measure] = [.completion, .tested]
}

extension Picture {
    /// A unit's buildings in the order in which people count them; none of a unit that a relay speaks for, whose
    /// buildings stand at the relay.
    ///
    /// Of a unit that isn't known everything is in the figures' last known part, and in no rate or bound.
    func buildings(_ unit: Int, _ period: Code) -> [BuildingFigures] {
        let measures = BuildingFigures.measures.map { measure($0, period) }
        guard !rollup.tree.isRelayed(unit), let dataset = measures.first?.dataset, let code = Code(dataset),
            let block = block(unit, Cut(dataset: code, period: period))
        else { return [] }
        let isKnown = cut(dataset, period).standings[unit] == .known
        return block.entries.map { row in
            BuildingFigures(
                code: row.subject, figures: measures.map { figure(row, $0, isKnown: isKnown) }, asOf: row.asOf)
        }.sorted { BuildingFigures.precedes($0.code.text, $1.code.text) }
    }

    private func figure(_ row: RowBlock.Entry, _ measure: Measure, isKnown: Bool) -> Figure? {
        var (numerator, denominator, uncounted): (Int64, Int64, Int64) = (0, 0, 0)
        for (indicator, count) in zip(rollup.shelf[row.catalogue].indicators, row.counts) {
            let code = indicator.code.text
            let isRead = [measure.numerator, measure.denominator, measure.uncounted].contains { $0.contains(code) }
            guard isRead else { continue }
            guard let count = count.known else { return nil }
            if measure.numerator.contains(code) { numerator += count }
            if measure.denominator.contains(code) { denominator += count }
            if measure.uncounted.contains(code) { uncounted += count }
        }
        var evidence = Evidence(
            numerator: isKnown ? numerator : 0, denominator: isKnown ? denominator : 0,
            lastNumerator: isKnown ? 0 : numerator, lastDenominator: isKnown ? 0 : denominator, unknownCeiling: 0,
            totalCeiling: 0, unbounded: isKnown ? 0 : 1)
        evidence.widen(byUncounted: isKnown ? uncounted : 0, measure)
        return Figure(evidence)
    }
}

extension BuildingFigures {
    /// By the number that a code begins with.
    fileprivate static func precedes(_ a: String, _ b: String) -> Bool {
        let (x, y) = (Int(a.prefix { $0.isNumber }) ?? .max, Int(b.prefix { $0.isNumber }) ?? .max)
        return x != y ? x < y : a < b
    }
}
