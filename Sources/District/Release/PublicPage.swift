import Coverage
import Daemon
import Federation

/// A release as people read it: one place and what stands under it. Made of the document alone.
struct PublicPage {
    private let document: ReleaseDocument
    private let place: ReleaseDocument.Place
    private let path: [ReleaseDocument.Place]
    private let children: [ReleaseDocument.Place]
    private let appointments: [KeptRelease]

    /// Appointments that are listed.
    private static let mostListed = 30

    /// - Returns: nil where there is no such place.
    init?(_ document: ReleaseDocument, place code: String?, _ appointments: [KeptRelease]) {
        let byCode = Dictionary(document.places.map { ($0.code, $0) }) { first, _ in first }
        guard let place = code.map({ byCode[$0] }) ?? document.places.first else { return nil }
        self.document = document
        self.place = place
        var path = [place]
        while let parent = path[0].parent.flatMap({ byCode[$0] }) { path.insert(parent, at: 0) }
        self.path = path
        children = document.places.filter { $0.parent == place.code }
        self.appointments = appointments.filter { $0.campaign.text == document.campaign }.suffix(PublicPage.mostListed)
    }

    func html(_ text: Messages) -> HTML {
        let said = [
            "at": FigureText.time(document.appointed, asOf: document.as_of),
            "asof": Day.of(document.as_of) + " " + FigureText.time(document.as_of),
            "edition": document.division_edition ?? "–",
        ]
        return """
            <nav class="crumbs" aria-label="\(text("dash.path"))">\(crumbs(text))</nav>
            <h1>\(document.name) · \(place.name)</h1><p class="muted">\(text("public.appointed", said))</p>
            <div class="tiles">\(document.measures.map { tile($0, text) })</div>
            \(document.measures.map { table($0, text) })\(sets(text))
            <section><h2>\(text("public.appointments"))</h2><ul class="plan">\(appointments.reversed().map { listed($0, text) })</ul>
            <p><a href="/public/\(document.id).json">JSON</a> · <a href="/public/\(document.id).csv">CSV</a></p></section>
            """
    }

    static func framed(_ content: HTML, _ call: Call, _ text: Messages) -> HTML {
        let other: Language = text.language == .en ? .zhHans : .en
        let place = call.query["place"].map { "&place=\($0)" } ?? ""
        return """
            <!doctype html><html lang="\(text.language.rawValue)"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(text("public.title"))</title>
            <link rel="stylesheet" href="/assets/style.css"></head>
            <body><header class="bar"><a href="/public?lang=\(text.language.rawValue)"><strong>\(text("public.title"))</strong></a>
            <a class="lang" href="\(call.path)?lang=\(other.rawValue)\(place)" hreflang="\(other.rawValue)">\(Messages.of(other)("lang.name"))</a></header>
            \(DashboardShell.patterns)
            <main>\(content)</main><footer class="muted"><p>\(text("public.hidden.note"))</p><p>\(text("public.bounds.note"))
            \(text("dash.bounds_note"))</p></footer></body></html>
            """
    }

    private func link(_ place: ReleaseDocument.Place, _ text: Messages) -> String {
        "/public/\(document.id)?lang=\(text.language.rawValue)&place=\(place.code)"
    }

    private func crumbs(_ text: Messages) -> [HTML] {
        path.dropLast().map { "<a href=\"\(link($0, text))\">\(name($0, text))</a> › " as HTML }
            + ["<span aria-current=\"page\">\(name(place, text))</span>"]
    }

    private func name(_ place: ReleaseDocument.Place, _ text: Messages) -> String {
        place.level == ReleaseCut.Place.rest ? text("public.rest") : place.name
    }

    private func listed(_ release: KeptRelease, _ text: Messages) -> HTML {
        let at = FigureText.time(release.appointed, asOf: document.as_of)
        guard release.isPublished else {
            return "<li class=\"warn\">\(text("public.missed", ["at": at]))</li>"
        }
        if release.id == document.id { return "<li aria-current=\"true\"><strong>\(at)</strong></li>" }
        return "<li><a href=\"/public/\(release.id)?lang=\(text.language.rawValue)\">\(at)</a></li>"
    }

    // MARK: Figures

    private func tile(_ rule: ReleaseDocument.Rule, _ text: Messages) -> HTML {
        let figure = PublicFigureText(rule, place, text)
        return """
            <section class="tile"><h1>\(text("dash.measure.\(rule.measure)")) <small>\(text("public.rule", ["version": "\(rule.rule_version)"]))</small></h1>
            <p>\(text("dash.still_missing"))</p><p class="big">\(figure.missing)</p><p>\(figure.bounds)</p>
            <p>\(figure.counts)</p>\(figure.uncounted)<p class="muted">\(figure.units)</p></section>
            """
    }

    private func table(_ rule: ReleaseDocument.Rule, _ text: Messages) -> HTML {
        guard !children.isEmpty, rule.withheld == nil else { return "" }
        let rows = children.map { child in
            row(rule, child, "<a href=\"\(link(child, text))\">\(name(child, text))</a>", text)
        }
        return table(rule, head: "dash.column.place", rows, text)
    }

    /// Sets beside the tree, below the whole.
    private func sets(_ text: Messages) -> HTML {
        guard place.parent == nil, let sets = document.overlays else { return "" }
        let tables = document.measures.filter { $0.withheld == nil }.map { rule in
            table(rule, head: "dash.overlays", sets.map { row(rule, $0.figures, "\($0.figures.name)", text) }, text)
        }
        return
            "<section><h2>\(text("dash.overlays"))</h2><p class=\"muted\">\(text("public.overlays.note"))</p>\(tables)</section>"
    }

    private func row(
        _ rule: ReleaseDocument.Rule, _ place: ReleaseDocument.Place, _ name: HTML, _ text: Messages
    ) -> HTML {
        let figure = PublicFigureText(rule, place, text)
        return """
            <tr><th scope="row">\(name)<br><small class="muted">\(figure.units)</small></th>
            <td>\(figure.missing)</td><td class="bounds">\(figure.bounds)\(figure.bar) <small>\(figure.counts)</small></td></tr>
            """
    }

    private func table(_ rule: ReleaseDocument.Rule, head: String, _ rows: [HTML], _ text: Messages) -> HTML {
        let heads = [head, "dash.still_missing", "dash.measure.\(rule.measure)"]
        return """
            <section><h2>\(text("dash.measure.\(rule.measure)"))</h2><table class="table"><thead><tr>
            \(heads.map { "<th scope=\"col\">\(text($0))</th>" as HTML })</tr></thead><tbody>\(rows)</tbody></table></section>
            """
    }
}
