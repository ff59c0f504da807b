import Daemon
import Federation

/// Whom to ring first: the units that nobody has heard, the largest first.
enum RingList {
    static func html(_ model: DivisionPage.Model, most: Int, _ text: Messages) -> HTML {
        if let rest = model.rest {
            return "<section class=\"quiet\"><p>● \(rest.words(asOf: model.asOf, text))</p></section>"
        }
        // Behind an overlay's member for which nobody is registered there is nobody to ring, and it isn't heard either.
        if model.ring.isEmpty, !model.cut.unresolved.isEmpty { return "" }
        if model.ring.isEmpty { return "<section class=\"quiet\"><p>● \(text("dash.nobody_to_ring"))</p></section>" }
        let items = model.ring.prefix(most).map { child -> HTML in
            let standing = child.standing ?? .silent
            let since = child.heardAt.map { text("dash.since", ["at": FigureText.time($0, asOf: model.asOf)]) } ?? ""
            return """
                <li><a href="\(DashboardShell.link(child.link, text.language, model.asked))"><b>\(child.figures.name)</b></a>
                <span class="\(standing.style)">\(standing.mark) \(text("dash.state.\(standing.word)")) \(since)</span>
                \(DutyTelephone.link(child.telephone, text("dash.duty", ["number": child.telephone]), text))</li>
                """
        }
        return "<section><h2>\(text("dash.ring"))</h2><ol class=\"ring\">\(items)</ol></section>"
    }
}
