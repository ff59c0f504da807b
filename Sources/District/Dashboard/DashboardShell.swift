import Coverage
import Daemon
import Federation

/// The frame round every page of the dashboard.
enum DashboardShell {
    /// A page's address that keeps what the reader chose: the language, and the round where one was asked for.
    static func link(_ path: String, _ language: Language, _ round: Code?) -> String {
        "\(path)?lang=\(language.rawValue)" + (round.map { "&campaign=\($0)" } ?? "")
    }

    /// - Parameters:
    ///   - standing: what the aggregator above doesn't hold yet; empty at the top.
    ///   - isAnswer: what a form was answered with, which is no page to ask for again.
    static func html(
        _ content: HTML, _ standing: HTML, path: String, theme: String?, round: Code?, isWall: Bool = false,
        isAnswer: Bool = false, _ text: Messages
    ) -> HTML {
        let other: Language = text.language == .en ? .zhHans : .en
        let walled: HTML = isWall ? " class=\"wall\"" : ""
        let still: HTML = isAnswer ? " data-still" : ""
        let themed: HTML = theme.map { " data-theme=\"\($0)\"" } ?? ""
        return """
            <!doctype html><html lang="\(text.language.rawValue)"\(themed)><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(text("dash.title"))</title>
            <link rel="stylesheet" href="/assets/style.css"><script type="module" src="/assets/page.js"></script></head>
            <body\(walled)\(still)><header class="bar"><a href="\(link("/", text.language, round))"><strong>\(text("dash.title"))</strong></a>
            <a href="\(link(DirectivePages.list, text.language, round))">\(text("directive.title"))</a>
            <a href="\(link(DirectivePages.help, text.language, round))">\(text("help.title"))</a>
            <a class="lang" href="\(link(path, other, round))" hreflang="\(other.rawValue)">\(Messages.of(other)("lang.name"))</a></header>
            <svg class="defs" width="0" height="0" aria-hidden="true"><pattern id="open" width="12" height="12"
            patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="stripe" width="6" height="12"/></pattern></svg>
            <p id="standing-live" role="status" hidden data-away="\(text("dash.away"))"></p>\(standing)<main>\(content)</main>
            <footer class="muted"><p>\(text("dash.bounds_note"))</p>
            <p>\(text("dash.legend"))</p></footer></body></html>
            """
    }

    static func empty(_ key: String, _ text: Messages) -> HTML {
        "<section class=\"quiet\"><p>\(text(key))</p></section>"
    }

    enum Login { case asked, wrong, closed }

    static func login(_ text: Messages, _ state: Login) -> HTML {
        let notice: HTML =
            switch state {
            case .asked: ""
            case .wrong: "<p class=\"bad\" role=\"alert\">\(text("dash.login.wrong"))</p>"
            case .closed: "<p class=\"bad\" role=\"alert\">\(text("dash.login.closed"))</p>"
            }
        let form: HTML = """
            <form class="form" method="get" action="/login"><label>\(text("dash.token"))
            <input name="token" type="password" autocomplete="off" required autofocus></label>
            <button class="primary">\(text("dash.enter"))</button></form>
            """
        return """
            <!doctype html><html lang="\(text.language.rawValue)"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(text("dash.title"))</title>
            <link rel="stylesheet" href="/assets/style.css"></head><body><main><h1>\(text(state == .closed ? "dash.title" : "dash.login"))</h1>
            \(notice)\(state == .closed ? "" : form)</main></body></html>
            """
    }
}

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
            return "<b>\(figure.missingAtLeast)</b> <small>\(text("dash.and_more"))</small>"
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
        let minutes = (((seconds + 8 * 3600) % 86400) + 86400) % 86400 / 60
        let (hour, minute) = (minutes / 60, minutes % 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }

    /// The known part solid, what may be hatched: no colour carries a meaning alone.
    static func bar(_ figure: Figure, label: String) -> HTML {
        let (low, high) = (figure.lower?.permilleDown ?? 0, figure.upper?.permilleUp ?? 1000)
        return """
            <svg class="spark" viewBox="0 0 1000 40" preserveAspectRatio="none" role="img" aria-label="\(label)">
            <rect class="track" width="1000" height="40"/><rect class="known" width="\(low)" height="40"/>
            <rect class="open" fill="url(#open)" x="\(low)" width="\(max(0, high - low))" height="40"/></svg>
            """
    }
}

extension Standing {
    /// A shape and a class beside the words.
    var mark: String {
        switch self {
        case .known: "●"
        case .stale: "◐"
        case .silent, .neverConnected: "○"
        case .disputed, .unknownRows: "◇"
        }
    }

    var style: String {
        switch self {
        case .known: "ok"
        case .stale: "warn"
        default: "bad"
        }
    }
}
