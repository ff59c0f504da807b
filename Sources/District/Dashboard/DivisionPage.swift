import Coverage
import Daemon
import Federation

/// A city, district, street or community: what is missing, how far that can be trusted, whom to ring.
enum DivisionPage {
    struct Model {
        struct Child {
            var link: String
            var figures: PlaceFigures
            /// Nil for a division.
            var standing: Standing?
            var heardAt: Int64?
            var telephone: String
        }
        var path: [(code: String, name: String)]
        var campaign: String
        /// The round as it stands in the address; nil for the current one.
        var asked: Code?
        var figures: PlaceFigures
        var children: [Child]
        var ring: [Child]
        var asOf: Int64
        var edition: String?

        init(_ picture: Picture, _ place: Int, _ campaign: Code, asked: Code?) {
            let tree = picture.rollup.tree
            let question = Question(period: campaign, measures: Measure.all)
            let totals = picture.cut("survey", campaign)
            let standings = totals.standings
            func child(_ unit: Int) -> Child {
                Child(
                    link: "/unit/\(tree.units[unit].code)", figures: picture.figures(unit: unit, question),
                    standing: standings[unit], heardAt: picture.heardAt(unit, totals),
                    telephone: tree.units[unit].dutyTelephone)
            }
            path = tree.path(place).map { (tree.places[$0].code, tree.places[$0].name) }
            self.campaign = picture.campaigns.first { $0.code == campaign }?.name ?? campaign.text
            figures = picture.figures(place, question)
            self.asked = asked
            children =
                tree.places[place].children.map {
                    Child(
                        link: "/division/\(tree.places[$0].code)", figures: picture.figures($0, question), telephone: ""
                    )
                } + tree.places[place].units.map(child)
            // The largest ceilings first: they widen the bounds most.
            ring = tree.units(below: place).filter { standings[$0] != .known }
                .sorted { (tree.units[$0].households ?? .max, $1) > (tree.units[$1].households ?? .max, $0) }
                .prefix(10).map(child)
            asOf = picture.wall
            edition = picture.edition
        }
    }

    static func html(_ model: Model, _ text: Messages) -> HTML {
        """
        <nav class="crumbs" aria-label="\(text("dash.path"))">\(crumbs(model, text))</nav>
        <h1>\(model.campaign) · \(model.path.last?.name ?? "")</h1>
        <p class="muted">\(text("dash.as_of", ["at": FigureText.time(model.asOf), "edition": model.edition ?? "–"]))</p>
        \(tiles(model, text))\(ring(model, text))\(table(model, text))
        <p class="muted"><a href="/v1/stats?division=\(model.path.last?.code ?? "")\(model.asked.map { "&campaign=\($0)" } ?? "")">JSON</a></p>
        """
    }

    private static func crumbs(_ model: Model, _ text: Messages) -> [HTML] {
        model.path.enumerated().map { index, place in
            index == model.path.count - 1
                ? "<span aria-current=\"page\">\(place.name)</span>"
                : "<a href=\"\(DashboardShell.link("/division/\(place.code)", text.language, model.asked))\">\(place.name)</a> › "
        }
    }

    // MARK: Tiles

    private static func tiles(_ model: Model, _ text: Messages) -> HTML {
        let figure = model.figures.measures.first { $0.measure == .completion }?.figure
        let all = model.figures.completeness
        guard let figure else { return "" }
        let share = figure.shareUnknown.map { Ratio.percent($0.permilleUp) } ?? "0.0"
        let last = text("dash.last_known_missing", ["count": FigureText.number(figure.missingLastKnown)])
        let final = model.figures.others[FinalReport.dataset.text]?["final"] ?? 0
        let short = model.figures.counts["short"].map { FigureText.number($0) } ?? "–"
        return """
            <div class="tiles"><section class="tile first"><h2>\(text("dash.still_missing"))</h2>
            <p class="big">\(FigureText.missing(figure, text)) <small>\(text("dash.households"))</small></p><p>\(last)</p></section>
            <section class="tile rates"><h2>\(text("dash.measure.survey.completion"))</h2><p class="big">\(FigureText.bounds(figure, text))</p>
            <p>\(text("dash.last_known", ["rate": FigureText.percent(figure.lastKnown)]))\(PhonedInText.mark(model.figures.phonedIn, asOf: model.asOf, text))</p>\(others(model, text))\(FigureText.claims(model.figures.openClaims, text))</section>
            <section class="tile"><h2>\(text("dash.completeness"))</h2><p class="big"><b>\(all.known)</b> <small>/ \(all.expected)</small></p>
            <p>\(text("dash.share_unknown", ["share": share]))</p><p>\(text("dash.final", ["count": FigureText.number(final)]))</p></section>
            <section class="tile"><h2>\(text("dash.volunteers_short"))</h2><p class="big"><b>\(short)</b></p>
            <p>\(text("dash.known_only"))</p></section></div>
            """
    }

    private static func others(_ model: Model, _ text: Messages) -> [HTML] {
        model.figures.measures.filter { $0.measure != .completion }.map { measured in
            """
            <p>\(text("dash.measure.\(measured.measure.code)")) \(FigureText.bounds(measured.figure, text))</p>\(FigureText.uncounted(measured.figure, text))
            """
        }
    }

    // MARK: Whom to ring

    private static func ring(_ model: Model, _ text: Messages) -> HTML {
        if model.ring.isEmpty { return "<section class=\"quiet\"><p>● \(text("dash.nobody_to_ring"))</p></section>" }
        let items = model.ring.map { child -> HTML in
            let standing = child.standing ?? .silent
            let since = child.heardAt.map { text("dash.since", ["at": FigureText.time($0, asOf: model.asOf)]) } ?? ""
            return """
                <li><a href="\(DashboardShell.link(child.link, text.language, model.asked))"><b>\(child.figures.name)</b></a>
                <span class="\(standing.style)">\(standing.mark) \(text("dash.state.\(standing.word)")) \(since)</span>
                <a href="tel:\(child.telephone)">\(text("dash.duty", ["number": child.telephone]))</a></li>
                """
        }
        return "<section><h2>\(text("dash.ring"))</h2><ol class=\"ring\">\(items)</ol></section>"
    }

    // MARK: Children

    private static func table(_ model: Model, _ text: Messages) -> HTML {
        let heads = ["place", "state", "bounds", "bar", "last", "due"].map {
            "<th scope=\"col\">\(text("dash.column.\($0)"))</th>" as HTML
        }
        return """
            <section><h2>\(text("dash.below"))</h2><table class="table figures"><thead><tr>\(heads)</tr></thead>
            <tbody>\(model.children.map { row($0, model.asOf, model.asked, text) })</tbody></table></section>
            """
    }

    private static func row(_ child: Model.Child, _ now: Int64, _ asked: Code?, _ text: Messages) -> HTML {
        guard let measured = child.figures.measures.first(where: { $0.measure == .completion }) else { return "" }
        let figure = measured.figure
        let all = child.figures.completeness
        let state: HTML =
            child.standing.map { "<span class=\"\($0.style)\">\($0.mark) \(text("dash.state.\($0.word)"))</span>" }
            ?? "\(all.known) / \(all.expected)"
        let isCurrent = child.standing == nil || child.standing == .known
        // A silent unit never shows a number as if it were current: the last one stands apart, with its time.
        let heard = child.heardAt.map { "（\(FigureText.time($0, asOf: now))）" } ?? ""
        let phoned = child.figures.phonedIn
        let when = isCurrent || !phoned.isEmpty ? "" : heard
        let last = figure.lastKnown == nil ? "–" : "\(FigureText.percent(figure.lastKnown))\(when)"
        let due = figure.evidence.denominator + figure.evidence.lastDenominator
        return """
            <tr><th scope="row"><a href="\(DashboardShell.link(child.link, text.language, asked))">\(child.figures.name)</a></th><td>\(state)</td>
            <td class="bounds">\(FigureText.bounds(figure, text))</td><td>\(FigureText.bar(figure, label: child.figures.name))</td>
            <td class="\(isCurrent ? "" : "muted")">\(last)\(PhonedInText.mark(phoned, asOf: now, text))</td><td>\(due > 0 ? FigureText.number(due) : "–")\(FigureText.aboveRegistered(measured.excess, text))</td></tr>
            """
    }
}
