import Coverage
import Daemon
import Federation

/// One unit: how it stands, why, and which copies of it are known.
enum UnitPage {
    struct Model {
        var path: [(code: String, name: String)]
        var name: String
        var code: String
        var standing: Standing
        var why: Why
        var figures: [MeasureFigure]
        /// Somebody has said something of this round, by himself or by telephone.
        var wasHeard: Bool
        /// What is counted beside the survey.
        var beside: [String: DatasetFigures]
        var openClaims: OpenClaims
        var asOf: Int64
        /// How fast it goes; nil where no series tells.
        var pace: Series.Pace?
        /// What was wanted by the clock.
        var targets: [TargetStanding] = []
        /// The round as it stands in the address; nil for the current one.
        var asked: Code?
        /// Calls that stand in the place of what the unit last sent.
        var phonedIn: [PhoneIn]
        var receipts: [Receipt]
        var calls: [PhoneIn]
        var buildings: [BuildingFigures]
        /// Nil where no round is known.
        var affairs: CommunityAffairs?

        init(
            _ picture: Picture, _ unit: Int, _ campaign: Code?, asked: Code?, now: Int64, reader: Reader = .everything
        ) {
            self.asked = asked
            let tree = picture.rollup.tree
            path = tree.divisions(above: unit).map { ($0.code, $0.name) }
            name = tree.units[unit].name
            code = tree.units[unit].code.text
            why = Why(picture, unit: unit, campaign: campaign, now: now)
            standing = campaign.map { picture.cut("survey", $0).standings[unit] } ?? .silent
            let shown = campaign.map { picture.figures(unit: unit, picture.question($0)) }
            figures = shown?.measures ?? []
            wasHeard = shown?.wasHeard ?? false
            beside = campaign.map { picture.datasets(.unit(unit), $0) } ?? [:]
            phonedIn = shown?.phonedIn ?? []
            receipts = picture.book.receipts[tree.units[unit].code] ?? []
            calls = picture.book.phoneIns[tree.units[unit].code] ?? []
            openClaims = shown?.openClaims ?? OpenClaims()
            buildings = campaign.map { picture.buildings(unit, $0) } ?? []
            affairs = picture.campaigns.first { $0.code == campaign }
                .map { CommunityAffairs(picture, unit: unit, $0, reader) }
            asOf = picture.wall
        }
    }

    static func html(_ model: Model, _ text: Messages) -> HTML {
        let crumbs = model.path.map { place -> HTML in
            "<a href=\"\(DashboardShell.link("/division/\(place.code)", text.language, model.asked))\">\(place.name)</a> › "
        }
        let heard = model.why.heardAt.map { FigureText.time($0, asOf: model.asOf) } ?? text("dash.never")
        let query: HTML = "division=\(model.code)\(model.asked.map { "&campaign=\($0)" } ?? "")"
        return """
            <nav class="crumbs" aria-label="\(text("dash.path"))">\(crumbs)<span aria-current="page">\(model.name)</span></nav>
            <h1>\(model.name)</h1><p class="\(model.standing.style)">\(model.standing.mark) \(text("dash.state.\(model.standing.word)"))
            · \(text(model.why.reasonKey))</p>
            <div class="tiles">\(missing(model, text))\(model.figures.map { tile($0, model, text) })</div>
            \(FigureText.claims(model.openClaims, text))
            \(BuildingTable.html(
                model.buildings, isCurrent: model.standing == .known, heardAt: model.why.heardAt, asOf: model.asOf,
                csv: "/v1/units/\(model.code)/buildings.csv" + (model.asked.map { "?campaign=\($0)" } ?? ""), text))
            \(buildingsElsewhere(model, text))\(DatasetTable.html(
                model.beside, heardAt: model.why.heardAt, asOf: model.asOf, text))<section><h2>\(text("dash.copies"))</h2><table class="table"><tbody>
            <tr><th scope="row">\(text("dash.code"))</th><td>\(model.code)</td></tr>
            <tr><th scope="row">\(text("dash.last_heard"))</th><td>\(heard)</td></tr>
            \(copy(model, text))
            \(model.why.shadows.map { shadow($0, model.asOf, text) })
            <tr><th scope="row">\(text("dash.telephone"))</th><td>\(DutyTelephone.link(model.why.telephone, model.why.telephone, text))</td></tr>
            </tbody></table></section>
            <p class="muted"><a href="/v1/stats?\(query)">JSON</a> · <a href="/v1/stats.csv?\(query)">CSV</a> ·
            <a href="/v1/series.csv?\(query)">\(text("dash.series"))</a></p>
            \(UnitHistory.html(model.receipts, model.calls, asOf: model.asOf, text))\(model.affairs.map {
                CommunitySections.ofUnit($0, asOf: model.asOf, asked: model.asked, text) } ?? "")
            """
    }

    /// Which place's aggregator passes it on; nil where its own node speaks here.
    private static func through(_ model: Model) -> String? {
        model.why.through.map { through in model.path.first { $0.code == through }?.name ?? through }
    }

    /// Sums arrive here from below and no buildings: whoever looks for them is told where they are.
    private static func buildingsElsewhere(_ model: Model, _ text: Messages) -> HTML {
        guard let name = through(model) else { return "" }
        let words = text("dash.buildings.through", ["name": name])
        return "<section><h2>\(text("dash.buildings"))</h2><p class=\"muted\">\(words)</p></section>"
    }

    /// Whose copy counts, and where it is; of a unit below a relay that is known at the relay alone.
    private static func copy(_ model: Model, _ text: Messages) -> HTML {
        if let name = through(model) {
            return "<tr><th scope=\"row\">\(text("dash.through"))</th><td>\(name)</td></tr>"
        }
        let position = model.why.position.map { "\($0.seq) · \(String("\($0.digest)".prefix(8)))" } ?? "–"
        return """
            <tr><th scope="row">\(text("dash.position"))</th><td>\(position)</td></tr>
            <tr><th scope="row">\(text("dash.counted"))</th><td class="code">\(model.why.incarnation.map { "\($0)" } ?? "–")</td></tr>
            """
    }

    private static func missing(_ model: Model, _ text: Messages) -> HTML {
        guard let completion = model.figures.of(.completion)?.figure,
            let tested = model.figures.of(.tested)?.figure
        else { return "" }
        return MissingTile.html(
            tested, completion, wasHeard: model.wasHeard, at: saidAt(model), text)
    }

    /// An old number stands with its time: when that was, and nil for what stands now.
    private static func saidAt(_ model: Model) -> String? {
        let isOld = model.standing != .known && model.phonedIn.isEmpty && model.wasHeard
        return isOld ? model.why.heardAt.map { FigureText.time($0, asOf: model.asOf) } : nil
    }

    private static func tile(_ measured: MeasureFigure, _ model: Model, _ text: Messages) -> HTML {
        let at = saidAt(model)
        let rate = FigureText.percent(measured.figure.lastKnown)
        let last = text("dash.last_known", ["rate": at.map { text("dash.rate_at", ["rate": rate, "at": $0]) } ?? rate])
        let course: HTML =
            measured.measure.isOf(.completion)
            ? "\(PaceText.html(model.pace, asOf: model.asOf, text))\(TargetLines.html(model.targets, asOf: model.asOf, text))"
            : ""
        let calls = model.phonedIn.filter { $0.counts.pair(measured.measure) != nil }
        return """
            <section class="tile"><h2>\(text("dash.measure.\(measured.measure.code)"))</h2>
            <p class="big">\(FigureText.bounds(measured.figure, text))</p><p class="muted">\(last)\(PhonedInText.mark(calls, asOf: model.asOf, text))</p>\(course)\(FigureText.aboveRegistered(measured.excess, text))\(FigureText.uncounted(measured.figure, text))</section>
            """
    }

    private static func shadow(_ copy: Copy, _ now: Int64, _ text: Messages) -> HTML {
        """
        <tr><th scope="row">\(text("dash.shadow"))</th><td class="code">\("\(copy.parent.incarnation)") · \(copy.parent.position.seq)
        · \(FigureText.time(copy.heardAt, asOf: now))</td></tr>
        """
    }
}
