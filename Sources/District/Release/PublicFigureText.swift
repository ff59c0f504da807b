import Coverage
import Daemon

/// One measure of one place in words.
struct PublicFigureText {
    private let rule: ReleaseDocument.Rule
    private let place: ReleaseDocument.Place
    private let figure: ReleaseDocument.Measured?
    private let text: Messages

    init(_ rule: ReleaseDocument.Rule, _ place: ReleaseDocument.Place, _ text: Messages) {
        (self.rule, self.place, self.text) = (rule, place, text)
        figure = place.measures.first { $0.measure == rule.measure }
    }

    private var unit: String { text("public.unit.\(rule.base)") }
    private var hidden: HTML { "<span class=\"muted\">\(text("public.hidden"))</span>" }

    /// Why there is no figure at all.
    private var absence: HTML? {
        if let reason = rule.withheld {
            return "<span class=\"warn\">\(text("public.withheld.\(reason.rawValue)"))</span>"
        }
        return place.units_heard == .none ? "<span class=\"warn\">○ \(text("public.unheard"))</span>" : nil
    }

    var missing: HTML {
        if let absence { return absence }
        guard let least = figure?.missing_at_least else { return isAboveDue ? "–" : hidden }
        let unit: HTML = " <small>\(unit)</small>"
        guard let most = figure?.missing_at_most else {
            return "<b>\(FigureText.number(least))</b> <small>\(text("dash.and_more"))</small>"
        }
        if least == most { return "<b>\(FigureText.number(least))</b>\(unit)" }
        return """
            <b>\(FigureText.number(least))</b> <small>\(text("dash.to"))</small> <b>\(FigureText.number(most))</b>\(unit)
            """
    }

    private var isAboveDue: Bool { figure?.no_bound == Figure.NoBound.aboveDue.rawValue }

    var bounds: HTML {
        if absence != nil { return "–" }
        if let reason = figure?.no_bound { return "<span class=\"muted\">\(text("dash.no_bound.\(reason)"))</span>" }
        guard let lower = figure?.lower_permille, let upper = figure?.upper_permille else {
            if isHidden(.done) || isHidden(.due) { return hidden }
            return figure?.due == 0 ? "<span class=\"muted\">\(text("dash.nothing_due"))</span>" : "–"
        }
        if let rate = figure?.rate_permille, figure?.exact == true { return "<b>\(Ratio.percent(rate))</b> %" }
        return """
            <span class="one"><small>\(text("dash.at_least"))</small> <b>\(Ratio.percent(lower))</b></span>
            <span class="one"><small>\(text("dash.at_most"))</small> <b>\(Ratio.percent(upper))</b> %</span>
            """
    }

    /// The known part solid, what may be hatched; the words beside it say the same.
    var bar: HTML {
        guard absence == nil, let lower = figure?.lower_permille, let upper = figure?.upper_permille else { return "" }
        return """
            <svg class="spark" viewBox="0 0 1000 40" preserveAspectRatio="none" aria-hidden="true">
            <rect class="track" width="1000" height="40"/><rect class="known" width="\(lower)" height="40"/>
            <rect class="open" fill="url(#open)" x="\(lower)" width="\(max(0, upper - lower))" height="40"/></svg>
            """
    }

    private func isHidden(_ column: ReleaseTable.Column) -> Bool { figure?.hidden.contains(column.word) ?? false }

    /// Nothing where it would only repeat that nothing is published.
    var counts: HTML {
        if absence != nil || isHidden(.done) && isHidden(.due) { return "" }
        let values = ["done": figure?.done, "due": figure?.due].compactMapValues { $0.map(FigureText.number) }
        return "\(text(isHidden(.done) ? "public.due" : isHidden(.due) ? "public.done" : "public.of", values))"
    }

    var uncounted: HTML {
        guard rule.withheld == nil, let most = figure?.uncounted_at_most, most > 0 else { return "" }
        return "<p>\(text("public.uncounted", ["count": FigureText.number(most), "unit": unit]))</p>"
    }

    var units: String {
        text("public.heard.\(place.units_heard.rawValue)", ["count": FigureText.number(place.units_expected)])
    }
}
