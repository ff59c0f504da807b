import Coverage
import Daemon
import Federation

/// A unit's buildings. What a unit that isn't heard said last stands under words that say so, and nowhere else.
enum BuildingTable {
    /// - Parameters:
    ///   - heardAt: when the unit was last heard.
    ///   - csv: where the same is as a table of data.
    static func html(
        _ buildings: [BuildingFigures], isCurrent: Bool, heardAt: Int64?, asOf now: Int64, csv: String, _ text: Messages
    ) -> HTML {
        guard !buildings.isEmpty else { return "" }
        let heads = ["building", "survey.completion", "households", "survey.tested", "residents"].map {
            "<th scope=\"col\">\(text("dash.building.\($0)"))</th>" as HTML
        }
        let at = heardAt.map { FigureText.time($0, asOf: now) } ?? "–"
        let old: HTML = isCurrent ? "" : "<p class=\"warn\">◐ \(text("dash.building.old", ["at": at]))</p>"
        return """
            <section><h2>\(text("dash.buildings"))</h2>\(old)<table class="table figures buildings"><thead><tr>\(heads)</tr></thead>
            <tbody>\(buildings.map { row($0, isCurrent, text) })</tbody></table>
            <p class="muted"><a href="\(csv)">CSV</a></p></section>
            """
    }

    private static let heads = ["survey.completion", "survey.tested"]

    private static func row(_ building: BuildingFigures, _ isCurrent: Bool, _ text: Messages) -> HTML {
        let cells = zip(building.figures, heads).map { figure, head -> HTML in
            guard let figure else {
                return
                    "<td class=\"warn\" data-head=\"\(text("dash.building.\(head)"))\">\(text("dash.building.unknown"))</td><td>–</td>"
            }
            let (rate, counts) = isCurrent ? (FigureText.bounds(figure, text), counts(figure.evidence)) : last(figure)
            let style: HTML = isCurrent ? "" : " class=\"muted\""
            return "<td\(style) data-head=\"\(text("dash.building.\(head)"))\">\(rate)</td><td\(style)>\(counts)</td>"
        }
        return "<tr><th scope=\"row\">\(text("receipt.building", ["code": building.code.text]))</th>\(cells)</tr>"
    }

    private static func counts(_ evidence: Evidence) -> HTML {
        "\(FigureText.number(evidence.numerator)) / \(FigureText.number(evidence.denominator))"
    }

    private static func last(_ figure: Figure) -> (HTML, HTML) {
        let (done, due) = (figure.evidence.lastNumerator, figure.evidence.lastDenominator)
        return ("\(FigureText.percent(figure.lastKnown))", "\(FigureText.number(done)) / \(FigureText.number(due))")
    }
}
