import Coverage
import Daemon
import Federation

/// The same by the hour, in figures: what was reached by its end.
enum HourTable {
    private static let most: Int64 = 12

    static func html(_ model: DivisionPage.Model, _ text: Messages) -> HTML {
        let hours = model.progress.hours(most: most)
        guard !hours.isEmpty, !model.children.isEmpty else { return "" }
        let heads = hours.map { hour -> HTML in
            "<th scope=\"col\">\(text("dash.hour", ["hour": String(FigureText.time(hour).prefix(2))]))</th>"
        }
        let rows = model.drawn.map { child, line -> HTML in
            let name = child.figures.name
            return """
                <tr><th scope="row"><a href="\(DashboardShell.link(child.link, text.language, model.asked))">\(name)</a></th>\(
                    hours.map { cell(line.point(at: min($0 + 3599, (line.until ?? $0) - 1)), text) })</tr>
                """
        }
        return """
            <section><h2>\(text("dash.by_hour"))</h2><div class="scroll" tabindex="0" role="region" aria-label="\(text("dash.by_hour"))">
            <table class="table heat"><thead><tr><th scope="col">\(text("dash.column.place"))</th>\(heads)</tr></thead>
            <tbody>\(rows)</tbody></table></div></section>
            """
    }

    /// A colour says nothing that the figure doesn't say; what isn't known has a frame and no colour.
    static func cell(_ point: SeriesLine.Point?, _ text: Messages) -> HTML {
        guard let point, point.expected > 0 else { return "<td class=\"unlooked\">·</td>" }
        guard let figure = point.figure, point.known > 0, figure.noBound == nil else {
            return "<td class=\"unheard\">—</td>"
        }
        guard let lower = figure.lower, let upper = figure.upper else {
            return "<td class=\"unlooked\">\(text("dash.nothing_due"))</td>"
        }
        let (low, high) = (lower.permilleDown / 10, (upper.permilleUp + 9) / 10)
        let said: HTML = figure.isExact ? "\(String(lower.permilleNearest / 10))" : "\(String(low))–\(String(high))"
        return "<td class=\"heat-\(String(min(4, low / 20)))\">\(said)</td>"
    }
}
