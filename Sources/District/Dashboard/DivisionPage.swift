import Coverage
import Daemon
import Federation

/// A city, district, street or community: what is missing, how far that can be trusted, whom to ring.
enum DivisionPage {
    struct Model {
        struct Child {
            var subject: SeriesSubject
            var link: String
            var figures: PlaceFigures
            /// Nil for a division.
            var standing: Standing?
            var heardAt: Int64?
            var telephone: String

            /// Nothing about it is old; of a division its own figures say what is.
            var isCurrent: Bool { standing == nil || standing == .known }
        }
        var path: [(code: String, name: String)]
        var campaign: String
        /// The round as it stands in the address; nil for the current one.
        var asked: Code?
        var figures: PlaceFigures
        /// What is counted beside the survey; of what nobody has told none.
        var beside: [String: DatasetFigures]
        var children: [Child]
        var ring: [Child]
        /// Why nothing is due now, though a round is shown; nil while it is going on.
        var rest: RoundRest?
        var asOf: Int64
        /// Versions of the measures' rules, in their order.
        var rules: String { figures.measures.map { "v\($0.measure.version)" }.joined(separator: "/") }
        /// By what the figures are added up, and what else they can be.
        var cut: CutWords
        var overlays: [Overlay]
        var progress: RoundProgress
        /// By when reports were or are due; nil where no such round is known, and for an overlay.
        var deadline: Int64?
        var timeliness: Timeliness?
        /// Places below whose course is drawn: all, or those that need somebody most.
        var drawn: [(child: Child, line: SeriesLine)]
        var changes: ChangesSince?
        /// What was wanted by the clock; of an overlay nothing is kept.
        var targets: [TargetStanding]
        /// How fast it goes; nil where no series tells.
        var pace: Series.Pace?
        /// Items of the work list that nobody has in hand.
        var open: Int
        /// Of a community.
        var affairs: CommunityAffairs?

        /// - Parameters:
        ///   - since: when the reader last looked, seconds since 1970; nil at the first look.
        ///   - open: matters that wait for a person here; nil to count them.
        init(
            _ picture: Picture, _ place: Int, _ campaign: Code, asked: Code?, _ log: SeriesLog, since: Int64?,
            reader: Reader = .everything, open: Int? = nil
        ) {
            let tree = picture.rollup.tree
            let question = picture.question(campaign)
            let completion = picture.measure(.completion, campaign)
            let round = picture.campaigns.first { $0.code == campaign }
            let totals = picture.cut("survey", campaign)
            let standings = totals.standings
            func child(_ unit: Int) -> Child {
                Child(
                    subject: .unit(tree.units[unit].code), link: "/unit/\(tree.units[unit].code)",
                    figures: picture.figures(unit: unit, question),
                    standing: standings[unit], heardAt: picture.heardAt(unit, totals),
                    telephone: tree.units[unit].dutyTelephone)
            }
            path = tree.path(place).map { (tree.places[$0].code, tree.places[$0].name) }
            self.campaign = round?.name ?? campaign.text
            figures = picture.figures(place, question)
            beside = picture.datasets(.place(place), campaign)
            self.asked = asked
            children =
                tree.places[place].children.map {
                    Child(
                        subject: .place(tree.places[$0].code), link: "/division/\(tree.places[$0].code)",
                        figures: picture.figures($0, question), telephone: "")
                } + tree.places[place].units.map(child)
            // The largest ceilings first: they widen the bounds most.
            ring = tree.units(below: place).filter { standings[$0] != .known }
                .sorted { (tree.units[$0].households ?? .max, $1) > (tree.units[$1].households ?? .max, $0) }
                .prefix(10).map(child)
            rest = round.flatMap { RoundRest($0, now: picture.wall) }
            asOf = picture.wall
            cut = picture.cutWords
            overlays = reader.scope == nil ? picture.overlays : []
            progress = RoundProgress(log, round, completion, now: picture.wall)
            deadline = cut.isOverlay ? nil : round?.deadline
            timeliness = deadline.flatMap {
                log.timeliness(.place(tree.places[place].code), deadline: $0, now: picture.wall)
            }
            targets =
                round.flatMap { [figures, asOf] in
                    picture.targets(.place(place), of: $0, log, current: figures.measures, now: asOf)
                } ?? []
            drawn = DivisionPage.drawn(children).map { [progress] in ($0, progress.line($0.subject)) }
            self.open = open ?? picture.openWork(campaign, below: place)
            changes = since.map { ChangesSince($0, picture, place, log, completion) }
            affairs = round.flatMap { CommunityAffairs(picture, place, $0, reader) }
        }
    }

    static func html(_ model: Model, _ text: Messages) -> HTML {
        let code = model.path.last?.code ?? ""
        let query: HTML =
            "\(model.cut.isOverlay ? "overlay" : "division")=\(code)\(model.asked.map { "&campaign=\($0)" } ?? "")"
        // How an overlay's round went isn't sampled: its members change.
        let more: HTML =
            model.cut.isOverlay
            ? ""
            : """
            · <a href="/v1/series.csv?\(query)">\(text("dash.series"))</a> ·
            <a href="\(DashboardShell.link("/wall/\(code)", text.language, model.asked))">\(text("dash.wall"))</a>
            """
        return """
            <nav class="crumbs" aria-label="\(text("dash.path"))">\(crumbs(model, text))</nav>
            <h1>\(model.campaign) · \(model.path.last?.name ?? "")</h1>
            <p class="muted">\(text("dash.as_of", ["at": FigureText.time(model.asOf), "cut": model.cut.text(text), "rules": model.rules]))</p>
            \(OverlayLines.unresolved(model.cut, text))\(DivisionTiles.html(model, text))\(model.changes.map { $0.html(text) } ?? "")\(work(model, text))\(RingList.html(model, most: 10, text))
            \(model.affairs.map { CommunitySections.html($0, asOf: model.asOf, asked: model.asked, text) } ?? "")
            \(RoundCards.html(model, text))\(HourTable.html(model, text))\(table(model, text))\(DatasetTable.html(model.beside, asOf: model.asOf, text))
            <p class="muted"><a href="/v1/stats?\(query)">JSON</a> · <a href="/v1/stats.csv?\(query)">CSV</a> \(more)</p>
            \(OverlayLines.others(model, text))
            """
    }

    private static func work(_ model: Model, _ text: Messages) -> HTML {
        guard model.open > 0 else { return "" }
        let link = DashboardShell.link("/work/\(model.path.last?.code ?? "")", text.language, model.asked)
        return "<p class=\"warn\">◇ <a href=\"\(link)\">\(text("work.open", ["count": "\(model.open)"]))</a></p>"
    }

    private static func crumbs(_ model: Model, _ text: Messages) -> [HTML] {
        model.path.enumerated().map { index, place in
            index == model.path.count - 1
                ? "<span aria-current=\"page\">\(place.name)</span>"
                : "<a href=\"\(DashboardShell.link("/division/\(place.code)", text.language, model.asked))\">\(place.name)</a> › "
        }
    }

    /// In the order of the table where there is room for all.
    private static func drawn(_ children: [Model.Child]) -> [Model.Child] {
        children.count > RoundProgress.most ? Array(leastFirst(children).prefix(RoundProgress.most)) : children
    }

    /// Who isn't heard first, then who is least far.
    static func leastFirst(_ children: [Model.Child]) -> [Model.Child] {
        func least(_ child: Model.Child) -> Int64 {
            child.figures.measures.of(.completion)?.figure.lower?.permilleDown ?? 0
        }
        return children.sorted { least($0) < least($1) }
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
        guard let measured = child.figures.measures.of(.completion) else { return "" }
        let figure = measured.figure
        let all = child.figures.completeness
        let state: HTML =
            child.standing.map { "<span class=\"\($0.style)\">\($0.mark) \(text("dash.state.\($0.word)"))</span>" }
            ?? "\(all.known) / \(all.expected)"
        let isCurrent = child.isCurrent
        // A silent unit never shows a number as if it were current: the last one stands apart, with its time.
        let phoned = child.figures.phonedIn
        let at = isCurrent || !phoned.isEmpty ? nil : child.heardAt.map { FigureText.time($0, asOf: now) }
        let rate = FigureText.percent(figure.lastKnown)
        let last = figure.lastKnown == nil ? nil : at.map { text("dash.rate_at", ["rate": rate, "at": $0]) }
        let due = figure.evidence.denominator + figure.evidence.lastDenominator
        return """
            <tr><th scope="row"><a href="\(DashboardShell.link(child.link, text.language, asked))">\(child.figures.name)</a></th><td>\(state)</td>
            <td class="bounds">\(FigureText.bounds(figure, text))</td><td>\(FigureText.bar(figure, label: child.figures.name))</td>
            <td class="\(isCurrent ? "" : "muted")" data-head="\(text("dash.column.last"))">\(last ?? rate)\(PhonedInText.mark(phoned, asOf: now, text))</td><td data-head="\(text("dash.column.due"))">\(due > 0 ? FigureText.number(due) : "–")\(FigureText.aboveRegistered(measured.excess, text))</td></tr>
            """
    }
}
