import Coverage
import Daemon
import Federation

/// Small multiples: how the round went at each place below, all on one scale.
enum RoundCards {
    static func html(_ model: DivisionPage.Model, _ text: Messages) -> HTML {
        guard !model.children.isEmpty else { return "" }
        let cards = model.drawn.map { card($0.child, $0.line, model, text) }
        let left = model.children.count - model.drawn.count
        let more: HTML = left > 0 ? "<p class=\"muted\">\(text("dash.cards.more", ["count": "\(left)"]))</p>" : ""
        return "<section><h2>\(text("dash.cards"))</h2><ul class=\"cards\">\(cards)</ul>\(more)</section>"
    }

    private static func card(
        _ child: DivisionPage.Model.Child, _ line: SeriesLine, _ model: DivisionPage.Model, _ text: Messages
    ) -> HTML {
        guard let figure = child.figures.measures.of(.completion)?.figure else { return "" }
        let all = child.figures.completeness
        let state: HTML =
            child.standing.map { standing in
                let since = standing == .known ? "" : child.heardAt.map { FigureText.time($0, asOf: model.asOf) } ?? ""
                return """
                    <span class="state \(standing.style)">\(standing.mark) \(text("dash.state.\(standing.word)")) \(since)</span>
                    """
            } ?? "<span class=\"state\">\(all.known) / \(all.expected)</span>"
        let isCurrent = child.isCurrent
        let link = DashboardShell.link(child.link, text.language, model.asked)
        let chart = model.progress.chart.html(line, label: child.figures.name)
        return """
            <li class="card \(isCurrent ? "" : "unheard")"><a href="\(link)"><strong>\(child.figures.name)</strong></a> \(state)
            \(chart)<p>\(isCurrent ? current(figure, isHeard: all.known > 0, text) : lastWords(figure, text))</p></li>
            """
    }

    private static func current(_ figure: Figure, isHeard: Bool, _ text: Messages) -> HTML {
        let (done, due) = (figure.evidence.numerator, figure.evidence.denominator)
        let counts = "\(FigureText.number(done)) / \(FigureText.number(due))"
        // Beside bounds the counts of who was heard would be read as those of all.
        let ofHeard = isHeard ? text("dash.cards.heard", ["counts": counts]) : text("dash.no_data")
        let said = figure.isExact ? counts : ofHeard
        return "\(FigureText.bounds(figure, text)) <small class=\"one\">\(said)</small>"
    }

    /// Never a number as if it were current.
    static func lastWords(_ figure: Figure, _ text: Messages) -> HTML {
        let most = figure.noBound == nil ? figure.evidence.totalCeiling : nil
        let due = most.map { text("dash.due", ["count": FigureText.number($0)]) }
        let rate = figure.lastKnown.map { text("dash.last", ["rate": Ratio.percent($0.permilleNearest)]) }
        return "<span class=\"muted\">\(rate ?? text("dash.no_data"))</span> <small>\(due ?? "")</small>"
    }
}
