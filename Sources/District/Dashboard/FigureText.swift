import Coverage
import Daemon
import Federation

/// Figures as people read them. Lower bounds are rounded down and upper bounds up; where nobody is
/// unknown the bounds are one figure and printed as one.
enum FigureText {
    /// `42.0` … `96.9`, or one figure, or the words for having none.
    static func bounds(_ figure: Figure, _ text: Messages) -> HTML {
        if let reason = figure.noBound {
            return "<span class=\"muted\">\(text("dash.no_bound.\(reason.rawValue)"))</span>"
        }
        guard let lower = figure.lower, let upper = figure.upper else {
            return "<span class=\"muted\">\(text("dash.nothing_due"))</span>"
        }
        if figure.isExact { return "<b>\(Ratio.percent(lower.permilleNearest))</b> %" }
        return """
            <span class="one"><small>\(text("dash.at_least"))</small> <b>\(Ratio.percent(lower.permilleDown))</b></span>
            <span class="one"><small>\(text("dash.at_most"))</small> <b>\(Ratio.percent(upper.permilleUp))</b> %</span>
            """
    }

    /// The same in few letters: `42.0–96.9 %`, or one figure, or a dash.
    static func range(_ figure: Figure, _ text: Messages) -> String {
        guard let lower = figure.lower, let upper = figure.upper else {
            return figure.noBound == nil ? text("dash.nothing_due") : "–"
        }
        let exact = Ratio.percent(lower.permilleNearest)
        return figure.isExact
            ? "\(exact) %" : "\(Ratio.percent(lower.permilleDown))–\(Ratio.percent(upper.permilleUp)) %"
    }

    /// More reported as due than the registry's ceiling allows: counted as it came, and flagged for a person.
    static func aboveRegistered(_ excess: Excess?, _ text: Messages) -> HTML {
        guard let excess else { return "" }
        let values = ["reported": number(excess.reported), "registered": number(excess.registered)]
        return "<p class=\"warn\">◇ \(text("dash.above_registered", values))</p>"
    }

    /// Doors of which nobody knows how many live there: the reason for wider bounds.
    static func uncounted(_ figure: Figure, _ text: Messages) -> HTML {
        guard figure.evidence.uncounted > 0 else { return "" }
        return "<p class=\"warn\">◇ \(text("dash.uncounted", ["count": number(figure.evidence.uncounted)]))</p>"
    }

    /// Households that two units claim: a work item for the district, and the reason for wider bounds.
    static func claims(_ open: OpenClaims, _ text: Messages) -> HTML {
        let lines = [("dash.double_claims", open.surplus), ("dash.claims_in_transit", open.deficit)]
        return
            "\(lines.filter { $0.1 > 0 }.map { "<p class=\"warn\">◇ \(text($0.0, ["count": number($0.1)]))</p>" as HTML })"
    }

    static func missing(_ figure: Figure, _ text: Messages) -> HTML {
        guard let most = figure.missingAtMost else {
            return "<b>\(number(figure.missingAtLeast))</b> <small>\(text("dash.and_more"))</small>"
        }
        if most == figure.missingAtLeast { return "<b>\(number(most))</b>" }
        return "<b>\(number(figure.missingAtLeast))</b> <small>\(text("dash.to"))</small> <b>\(number(most))</b>"
    }

    static func percent(_ ratio: Ratio?) -> String { ratio.map { "\(Ratio.percent($0.permilleNearest)) %" } ?? "–" }

    /// With a separator every three digits.
    static func number(_ value: Int64) -> String {
        var out = ""
        for (place, digit) in String(value).reversed().enumerated() {
            if place > 0, place % 3 == 0, digit != "-" { out.append(",") }
            out.append(digit)
        }
        return String(out.reversed())
    }

    /// Hour and minute in China, which has one zone and no summer time.
    static func time(_ seconds: Int64) -> String {
        let minutes = (((seconds + ChinaZone.offset) % 86400) + 86400) % 86400 / 60
        let (hour, minute) = (minutes / 60, minutes % 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }

    /// The known part solid, what may be hatched: no colour carries a meaning alone.
    static func bar(_ figure: Figure, label: String) -> HTML {
        // Where nothing is due nothing is unknown either: an empty bar, not a hatched one.
        let low = figure.lower?.permilleDown ?? 0
        let high = figure.upper?.permilleUp ?? (figure.noBound == nil ? 0 : 1000)
        return """
            <svg class="spark" viewBox="0 0 1000 40" preserveAspectRatio="none" role="img" aria-label="\(label)">
            <rect class="track" width="1000" height="40"/><rect class="known" width="\(low)" height="40"/>
            <rect class="open" fill="url(#open)" x="\(low)" width="\(max(0, high - low))" height="40"/></svg>
            """
    }
}
