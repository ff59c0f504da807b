import Daemon

/// The frame round every page of a node: whose it is, the desks, and what the parent doesn't hold yet.
enum NodePage {
    /// - Parameters:
    ///   - place: the page whose tab is the reader's place, if it isn't this one.
    ///   - path: where the same page is in another language.
    static func html(
        _ body: NodePages.Body, status: NodeStatus, clerk: Clerk, place: String? = nil, path: String, _ links: Links,
        _ text: Messages
    ) -> HTML {
        let content = body.html(PageView(links: links, text: text, now: status.now))
        // Whoever was invited is at one desk, and what the parent holds is no business of his.
        guard !links.isInvited else {
            let own: HTML = "<nav class=\"tabs\"><a href=\"\(links("/walk"))\">\(text("node.invite.back"))</a></nav>"
            return shell("", own, "", content, path, links, text)
        }
        let name = status.name.map { $0 == status.unit ? $0 : "\($0) \(status.unit)" } ?? status.unit
        return shell(
            name, "\(tabs(place ?? path, links, text))\(ClerkPage.link(clerk, links, text))",
            StandingLines(status: status, links: links, text: text).html, content, path,
            links, text)
    }

    static func shell(
        _ title: String, _ tabs: HTML, _ standing: HTML, _ content: HTML, _ path: String, _ links: Links,
        _ text: Messages
    ) -> HTML {
        let other: Language = text.language == .en ? .zhHans : .en
        let still: HTML = links.isAnswer ? " data-still" : ""
        return """
            <!doctype html><html lang="\(text.language.rawValue)"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(title) · \(text("node.title"))</title>
            <link rel="stylesheet" href="/assets/style.css"><script type="module" src="/assets/page.js"></script></head>
            <body data-away="\(text("node.away"))"\(still)><header class="bar"><strong>\(text("node.title")) \(title)</strong>\(tabs)
            <a class="lang" href="\(links.address(path, in: other))" hreflang="\(other.rawValue)">\(Messages.of(other)("lang.name"))</a></header>
            \(standing)<p id="standing-live" role="status" hidden></p><main>\(content)</main>
            <footer class="muted"><p>\(text("node.plain_http"))</p></footer></body></html>
            """
    }

    private static func tabs(_ path: String, _ links: Links, _ text: Messages) -> HTML {
        let links = Desks.all.compactMap { desk -> HTML? in
            guard let first = desk.places.first else { return nil }
            let here: HTML = desk.places.contains(where: path.hasPrefix) ? " aria-current=\"page\"" : ""
            return "<a href=\"\(links(first))\"\(here)>\(text("node.tab.\(desk.name)"))</a>"
        }
        return "<nav class=\"tabs\">\(links)</nav>"
    }
}

/// What a page is written with: its links, the reader's words, and the time it shows.
struct PageView {
    var links: Links
    var text: Messages
    /// Seconds since 1970.
    var now: Int64
}

/// The page that asks for the PIN.
enum PinPage {
    struct Model {
        enum Trouble: String { case wrong, wait, name }
        var trouble: Trouble?
        /// Of the clerk, as she gave it last.
        var name: String
    }

    static func html(_ model: Model, _ links: Links, _ text: Messages) -> HTML {
        let notice: HTML =
            model.trouble.map { "<p class=\"bad\" role=\"alert\">\(text("pin.\($0.rawValue)"))</p>" } ?? ""
        let form: HTML = """
            <h1>\(text("pin.title"))</h1>\(notice)<form class="form" method="post" action="\(links("/pin"))">
            <label>\(text("pin.label")) <input name="pin" type="password" inputmode="numeric" autocomplete="off" required autofocus></label>
            <label>\(text("pin.clerk")) <input name="clerk" maxlength="10" autocomplete="off" value="\(model.name)"></label>
            <button class="primary">\(text("pin.enter"))</button></form><p class="muted">\(text("pin.where"))</p>
            """
        return NodePage.shell("", "", "", form, "/pin", links, text)
    }
}
