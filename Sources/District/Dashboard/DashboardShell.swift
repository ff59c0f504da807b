import Coverage
import Daemon
import Federation

/// The frame round every page of the dashboard.
enum DashboardShell {
    /// A page's address that keeps what the reader chose: the language, and the round where one was asked for.
    static func link(_ path: String, _ language: Language, _ round: Code?) -> String {
        "\(path)?lang=\(language.rawValue)" + (round.map { "&campaign=\($0)" } ?? "")
    }

    /// The colours that were chosen; nil for the browser's.
    static func theme(_ call: Call) -> String? {
        call.query["theme"].flatMap { ["dark", "light"].contains($0) ? $0 : nil }
    }

    /// What bars are filled with where nobody knows.
    static let patterns: HTML = """
        <svg class="defs" width="0" height="0" aria-hidden="true"><pattern id="open" width="12" height="12"
        patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="stripe" width="6" height="12"/></pattern></svg>
        """

    /// - Parameters:
    ///   - standing: what the aggregator above doesn't hold yet; empty at the top.
    ///   - isStill: the answer to a form, which isn't asked for again.
    ///   - polls: its reader is told by nobody that something changed.
    static func html(
        _ content: HTML, _ standing: HTML, path: String, theme: String?, round: Code?, isWall: Bool = false,
        isStill: Bool = false, polls: Bool = false, _ text: Messages
    ) -> HTML {
        let other: Language = text.language == .en ? .zhHans : .en
        let walled: HTML = isWall ? " class=\"wall\"" : isStill ? " data-still" : ""
        let affairs: HTML =
            polls
            ? ""
            : """
            <a href="\(link(DirectivePages.list, text.language, round))">\(text("directive.title"))</a>
            <a href="\(link(DirectivePages.help, text.language, round))">\(text("help.title"))</a>
            <a href="\(link(PublicRoutes.page, text.language, nil))">\(text("public.link"))</a>
            """
        let polling: HTML = polls ? " data-polls" : ""
        let themed: HTML = theme.map { " data-theme=\"\($0)\"" } ?? ""
        return """
            <!doctype html><html lang="\(text.language.rawValue)"\(themed)><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(title(content))\(text("dash.title"))</title>
            <link rel="stylesheet" href="/assets/style.css"><script type="module" src="/assets/page.js"></script></head>
            <body\(walled)\(polling)><header class="bar"><a href="\(link("/", text.language, round))"><strong>\(text("dash.title"))</strong></a>\(affairs)
            <a class="lang" href="\(link(path, other, round))" hreflang="\(other.rawValue)">\(Messages.of(other)("lang.name"))</a></header>
            \(patterns)
            <p id="standing-live" role="status" hidden data-away="\(text("dash.away"))"></p>\(standing)<main>\(content)</main>
            <footer class="muted"><p>\(text("dash.bounds_note"))</p>
            <p>\(text("dash.legend"))</p></footer></body></html>
            """
    }

    /// What every page of an aggregator is sent with. Under `no-referrer` a browser would hide of which page a form is.
    static func secured(_ reply: Reply) -> Reply {
        var reply = reply
        reply.headers += [
            (name: "content-security-policy", value: "default-src 'self'; frame-ancestors 'none'"),
            (name: "x-content-type-options", value: "nosniff"), (name: "referrer-policy", value: "same-origin"),
        ]
        return reply
    }

    /// A page's heading, before the name of the whole: ten tabs that are all called the same can't be told apart.
    private static func title(_ content: HTML) -> HTML {
        guard let opening = content.source.firstRange(of: "<h1>") else { return "" }
        let heading = content.source[opening.upperBound...].prefix { $0 != "<" && !$0.isNewline }
        return heading.isEmpty ? "" : "\(HTML(source: String(heading))) · "
    }

    /// A page that has nothing to show but a sentence.
    ///
    /// - Parameter place: what it is about; nil where the sentence says it all.
    static func empty(_ key: String, of place: String? = nil, _ text: Messages) -> HTML {
        let words: HTML = place.map { "<h1>\($0)</h1><p>\(text(key))</p>" } ?? "<h1>\(text(key))</h1>"
        return "<section class=\"quiet alone\">\(words)</section>"
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
