import Coverage
import Daemon

/// What is counted beside the survey: at least so much is missing, told by so many units. A number that isn't current stands only as
/// the last known, of a unit with its time.
enum DatasetTable {
    /// - Parameter heardAt: when a unit last spoke; nil of a place.
    static func html(
        _ datasets: [String: DatasetFigures], heardAt: Int64? = nil, asOf now: Int64, _ text: Messages
    ) -> HTML {
        let at = heardAt.map { FigureText.time($0, asOf: now) }
        let rows = Measure.beside.compactMap { measure -> HTML? in
            guard let figures = datasets[measure.dataset], let measured = figures.measures.of(measure) else {
                return nil
            }
            return row(measured, figures.completeness, at, text)
        }
        guard !rows.isEmpty else { return "" }
        let heads = ["measure", "done", "missing", "last_known", "told"].map {
            "<th scope=\"col\">\(text("dash.beside.\($0)"))</th>" as HTML
        }
        return """
            <section><h2>\(text("dash.beside"))</h2><div class="scroll"><table class="table"><thead><tr>\(heads)</tr></thead><tbody>\(
                rows)</tbody></table></div></section>
            """
    }

    private static func row(
        _ measured: MeasureFigure, _ units: Completeness, _ at: String?, _ text: Messages
    ) -> HTML {
        let (figure, evidence) = (measured.figure, measured.figure.evidence)
        let done = "\(FigureText.number(evidence.numerator)) / \(FigureText.number(evidence.denominator))"
        let missing = FigureText.missing(figure, text)
        let number = FigureText.number(figure.missingLastKnown)
        let last = units.known > 0 ? nil : at.map { text("dash.rate_at", ["rate": number, "at": $0]) }
        return """
            <tr><th scope="row">\(text("dash.measure.\(measured.measure.code)"))</th><td>\(units.known > 0 ? done : "–")</td>
            <td>\(units.known > 0 ? missing : "–")</td><td>\(units.wasHeard ? last ?? number : "–")</td><td>\(units.known) / \(units.expected)</td></tr>
            """
    }
}
