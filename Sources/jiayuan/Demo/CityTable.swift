import Coverage
import Foundation

/// What the aggregator says, as its JSON is read by somebody who knows nothing else of it.
struct CityFigures: Decodable {
    struct Measured: Decodable {
        struct Missing: Decodable {
            var at_least: Int64
            var at_most: Int64?
        }
        var measure: String
        var numerator: Int64
        var denominator: Int64
        var lower_permille: Int64?
        var upper_permille: Int64?
        var rate_permille: Int64?
        var exact: Bool
        var unknown_ceiling: Int64
        var missing: Missing
    }
    struct Units: Decodable {
        var expected: Int
        var heard: Int
        var stale: Int
        var silent: Int
        var never_connected: Int
    }
    struct Place: Decodable {
        var code: String
        var name: String
        var state: String?
        var measures: [Measured]
        var units: Units
        var volunteers: [String: Int64]

        func measured(_ code: String) -> Measured? { measures.first { $0.measure == code } }
    }
    /// Rises with every change of a count or a standing.
    var revision: UInt64
    var place: Place
    var children: [Place]
}

/// A numerator and a denominator that should be there.
struct Expectation: Equatable {
    var numerator: Int64 = 0
    var denominator: Int64 = 0

    static func + (a: Expectation, b: Expectation) -> Expectation {
        Expectation(numerator: a.numerator + b.numerator, denominator: a.denominator + b.denominator)
    }

    /// To the tenth, rounded as every exact figure is.
    var percent: Double { Double(Ratio(numerator, denominator)?.permilleNearest ?? 0) / 10 }
}

/// One printing of the table, beside the truth.
enum CityTable {
    static func text(
        _ title: String, city: CityFigures, units: [CityFigures.Place], truth: [String: Expectation],
        cityTruth: Expectation
    ) -> String {
        var lines = ["", "  \(title)", "  " + String(repeating: "─", count: 78)]
        lines.append("  " + row("单元 unit", "状态 state", "至少 ≥", "至多 ≤", "真值 truth"))
        for unit in units { lines.append("  " + row(unit, truth[unit.code])) }
        lines.append("  " + String(repeating: "─", count: 78))
        lines.append("  " + row(city.place, cityTruth))
        let heard = city.place.units
        let missing = city.place.measured("survey.completion")?.missing
        let (least, most) = (number(missing?.at_least), number(missing?.at_most))
        lines.append(
            "  还差 \(least == most ? least : "\(least) 至 \(most)") 户 still missing; "
                + "上报完整率 \(heard.heard)/\(heard.expected) units heard")
        lines.append("  真值：已有结果/应摸户；应摸户按上门所见，登记空置而有人住的算，查明空置的不算，所以与登记户数不等")
        lines.append("  truth: done/due; due is what the calls found, not what the lists have registered")
        return lines.joined(separator: "\n")
    }

    /// What nobody knows is not zero.
    private static func number(_ count: Int64?) -> String { count.map(String.init) ?? "?" }

    private static func row(_ place: CityFigures.Place, _ truth: Expectation?) -> String {
        let measured = place.measured("survey.completion")
        let state =
            switch place.state {
            case "known": "● 按时"
            case "stale": "◐ 超时未更新"
            case "silent", "never_connected": "○ 未收到数据"
            case "disputed": "◇ 待核实"
            default: ""
            }
        // Where nobody is unknown the bounds are one figure, and it is printed as one.
        let (lower, upper) =
            measured?.exact == true
            ? (measured?.rate_permille, measured?.rate_permille) : (measured?.lower_permille, measured?.upper_permille)
        return row(
            "\(place.name)", state, lower.map { "\(Ratio.percent($0)) %" } ?? "–",
            upper.map { "\(Ratio.percent($0)) %" } ?? "–",
            truth.map { "\($0.numerator)/\($0.denominator)" } ?? "")
    }

    private static func row(_ cells: String...) -> String {
        zip(cells, [24, 18, 12, 12, 14]).map { pad($0, $1) }.joined()
    }

    /// Chinese characters are two columns wide on a terminal.
    private static func pad(_ text: String, _ width: Int) -> String {
        let wide = text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 2 : 1) }
        return text + String(repeating: " ", count: max(1, width - wide))
    }
}
