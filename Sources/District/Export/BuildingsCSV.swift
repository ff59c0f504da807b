import Coverage
import Daemon
import Federation

/// `GET /v1/units/{unit}/buildings.csv`: a row for each building of a unit, in the order in which people count them.
///
/// Of a unit that isn't known the last counts stand in columns of their own and no other column has a number; a count
/// that the unit doesn't know itself is an empty cell in both.
enum BuildingsCSV {
    static func encoded(_ unit: Int, _ campaign: Code, _ picture: Picture) -> [UInt8] {
        var table = CSVWriter(header: round + BuildingFigures.measures.flatMap(heads), marksByteOrder: true)
        let entry = picture.rollup.tree.units[unit]
        let standing = picture.cut(Measure.completion.dataset, campaign).standings[unit]
        for building in picture.buildings(unit, campaign) {
            table.append(
                [
                    campaign.text, ZonedTime.text(picture.wall), entry.code.text, entry.name, standing.word,
                    building.code.text, ZonedTime.text(building.asOf),
                ] + building.figures.flatMap { cells($0, isKnown: standing == .known) })
        }
        return Array(table.text.utf8)
    }

    private static let round = ["campaign", "as_of", "unit", "name", "state", "building", "row_as_of"]

    private static func heads(_ measure: Measure) -> [String] {
        let base = measure.base.rawValue
        return [
            ("numerator", base), ("denominator", base), ("lower", "%"), ("upper", "%"),
            ("last_known_numerator", base), ("last_known_denominator", base),
        ].map { "\(measure.code).\($0) [\($1)]" }
    }

    private static func cells(_ figure: Figure?, isKnown: Bool) -> [String] {
        guard let figure else { return Array(repeating: "", count: 6) }
        let evidence = figure.evidence
        let now = [
            "\(evidence.numerator)", "\(evidence.denominator)",
            figure.lower.map { Ratio.percent($0.permilleDown) } ?? "",
            figure.upper.map { Ratio.percent($0.permilleUp) } ?? "",
        ]
        return (isKnown ? now : Array(repeating: "", count: 4)) + [
            "\(evidence.numerator + evidence.lastNumerator)", "\(evidence.denominator + evidence.lastDenominator)",
        ]
    }
}
