import Coverage
import Daemon
import Federation

/// What is known of a place at a glance: who is missing, the rates, who was heard, who is short.
enum DivisionTiles {
    static func html(_ model: DivisionPage.Model, _ text: Messages) -> HTML {
        let measures = model.figures.measures
        guard let completion = measures.of(.completion)?.figure,
            let tested = measures.of(.tested)?.figure
        else { return "" }
        return """
            <div class="tiles">\(MissingTile.html(tested, completion, wasHeard: model.figures.wasHeard, text))\(rates(model, completion, text))\(heard(model, tested, completion, text))\(volunteers(model, text))</div>
            """
    }

    /// Of whom nobody has told it is unknown how many are short.
    private static func volunteers(_ model: DivisionPage.Model, _ text: Messages) -> HTML {
        let volunteers = model.beside["volunteers"]
        let told = volunteers?.completeness
        let found = volunteers?.measures.of(.volunteersFound)?.figure
        let short: HTML = found.flatMap { told?.known ?? 0 > 0 ? FigureText.missing($0, text) : nil } ?? "<b>–</b>"
        let last: HTML =
            found.flatMap { figure in
                told?.wasHeard == true && told?.known != told?.expected
                    ? "<p>\(text("dash.last_known_missing", ["count": FigureText.number(figure.missingLastKnown)]))</p>"
                    : nil
            } ?? ""
        let values = ["told": "\(told?.known ?? 0)", "expected": "\(model.figures.completeness.expected)"]
        return """
            <section class="tile"><h2>\(text("dash.volunteers_short"))</h2><p class="big">\(short)</p>\(last)
            <p>\(text("dash.volunteers_told", values))</p></section>
            """
    }

    private static func rates(_ model: DivisionPage.Model, _ completion: Figure, _ text: Messages) -> HTML {
        let others = model.figures.measures.filter { !$0.measure.isOf(.completion) }.map { measured -> HTML in
            "<p>\(text("dash.measure.\(measured.measure.code)")) \(FigureText.bounds(measured.figure, text))</p>"
        }
        return """
            <section class="tile rates"><h2>\(text("dash.measure.survey.completion"))</h2><p class="big">\(FigureText.bounds(completion, text))</p>
            <p>\(text("dash.last_known", ["rate": FigureText.percent(completion.lastKnown)]))\(PhonedInText.mark(model.figures.phonedIn, asOf: model.asOf, text))</p>\(PaceText.html(model.pace, asOf: model.asOf, text))\(TargetLines.html(model.targets, asOf: model.asOf, text))\(others)\(FigureText.claims(model.figures.openClaims, text))</section>
            """
    }

    private static func heard(
        _ model: DivisionPage.Model, _ tested: Figure, _ completion: Figure, _ text: Messages
    ) -> HTML {
        let all = model.figures.completeness
        let final = model.figures.others[FinalReport.dataset.text]?["final"].map { FigureText.number($0) } ?? "–"
        return """
            <section class="tile"><h2>\(text("dash.completeness"))</h2><p class="big"><b>\(all.known)</b> <small>/ \(all.expected)</small></p>
            <p>\(share(tested, completion, text))</p>\(onTime(model, text))<p>\(text("dash.final", ["count": final]))</p></section>
            """
    }

    /// How many of the people who are due stand behind who isn't heard; of the households where nobody registered people.
    private static func share(_ tested: Figure, _ completion: Figure, _ text: Messages) -> String {
        if let people = tested.shareUnknown {
            return text("dash.share_unknown.people", ["share": Ratio.percent(people.permilleUp)])
        }
        if let households = completion.shareUnknown {
            return text("dash.share_unknown", ["share": Ratio.percent(households.permilleUp)])
        }
        let isUnmeasured = completion.evidence.unbounded + completion.evidence.unmeasured > 0
        return text(isUnmeasured ? "dash.share_unknown.no_ceiling" : "dash.nothing_due")
    }

    /// The deadline, and once it has come who had reported by then.
    private static func onTime(_ model: DivisionPage.Model, _ text: Messages) -> HTML {
        guard let deadline = model.deadline else { return "" }
        let at = FigureText.time(deadline, asOf: model.asOf)
        guard deadline <= model.asOf else { return "<p>\(text("dash.deadline", ["at": at]))</p>" }
        guard let reports = model.timeliness, let rate = reports.rate else {
            return "<p>\(text("dash.timeliness.unknown", ["at": at]))</p>"
        }
        let values = [
            "at": at, "count": "\(reports.onTime)", "expected": "\(reports.expected)",
            "rate": Ratio.percent(rate.permilleDown),
        ]
        return "<p>\(text("dash.timeliness", values))</p>"
    }
}
