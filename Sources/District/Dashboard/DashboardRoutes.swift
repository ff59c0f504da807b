import Coverage
package import Daemon
package import Federation
import Wire

/// Stage 9: pages over the latest picture. A reader never waits for ingest.
package struct DashboardRoutes: Sendable {
    private let aggregator: Aggregator
    private let guarding: ReadGuard
    private let upward: Upward?
    /// The division that this aggregator stands for; nil at the top. Above it there is nothing but what it holds
    /// itself, which must not be taken for the whole.
    private let home: Code?

    package init(_ aggregator: Aggregator, guarding: ReadGuard, upward: Upward? = nil, home: Code? = nil) {
        self.aggregator = aggregator
        self.guarding = guarding
        self.upward = upward
        self.home = home
    }

    package var routes: [Route] {
        [
            Route("GET", "/") { call in page(call) { root($0, $1, $2) } },
            Route("GET", "/division/{code}") { call in
                page(call) { division($0, call.captures["code"] ?? "", $1, $2) }
            },
            Route("GET", "/unit/{code}") { call in page(call) { unit($0, call.captures["code"] ?? "", $1, $2) } },
            Route("GET", "/live") { call in guarding.check(call) ?? aggregator.bell.answer() },
            Route("GET", "/login") { call in
                guarding.entered(call)
                    ?? secured(.html(DashboardShell.login(Messages.of(Language(call)), .wrong).source, status: 401))
            },
            Route("GET", "/assets/style.css") { _ in asset("style.css", "text/css; charset=utf-8") },
            Route("GET", "/assets/page.js") { _ in asset("page.js", "text/javascript; charset=utf-8") },
        ]
    }

    // MARK: Pages

    private func root(_ picture: Picture, _ asked: String?, _ text: Messages) -> HTML? {
        guard picture.rollup.tree.root != nil else { return DashboardShell.empty("dash.no_units", text) }
        let along = picture.campaign(asked).map { picture.along($0) } ?? picture
        let tree = along.rollup.tree
        let code = start(along) ?? tree.root.map { tree.places[$0].code }
        return code.flatMap { division(picture, $0, asked, text) }
    }

    private func start(_ picture: Picture) -> String? {
        home.flatMap { picture.rollup.tree.place($0.text) == nil ? nil : $0.text }
    }

    /// The way down to a page, from where readers start.
    private func path(_ whole: [(code: String, name: String)], _ picture: Picture) -> [(code: String, name: String)] {
        Array(whole[(whole.firstIndex { $0.code == start(picture) } ?? 0)...])
    }

    private func division(_ picture: Picture, _ code: String, _ asked: String?, _ text: Messages) -> HTML? {
        guard let campaign = picture.campaign(asked) else {
            let isKnown = asked == nil && picture.rollup.tree.place(code) != nil
            return isKnown ? DashboardShell.empty("dash.nothing_due", text) : nil
        }
        let picture = picture.along(campaign)
        guard let place = picture.rollup.tree.place(code) else { return nil }
        var model = DivisionPage.Model(picture, place, campaign, asked: asked.flatMap { Code($0) })
        model.path = path(model.path, picture)
        return DivisionPage.html(model, text)
    }

    private func unit(_ picture: Picture, _ code: String, _ asked: String?, _ text: Messages) -> HTML? {
        guard let unit = Code(code).flatMap({ picture.rollup.tree.unit($0) }) else { return nil }
        let campaign = picture.campaign(asked)
        let picture = campaign.map { picture.along($0) } ?? picture
        guard asked == nil || campaign != nil else { return nil }
        var model = UnitPage.Model(
            picture, unit, campaign, asked: asked.flatMap { Code($0) }, now: aggregator.clock.now)
        model.path = path(model.path, picture)
        return UnitPage.html(model, text)
    }

    // MARK: Answering

    /// - Parameter body: content from a picture, the round that is asked for and the texts; nil if there is no such page.
    private func page(_ call: Call, _ body: (Picture, String?, Messages) -> HTML?) -> Reply {
        let text = Messages.of(Language(call))
        if let refusal = guarding.check(call) {
            return secured(
                .html(
                    DashboardShell.login(text, refusal.status == 403 ? .closed : .asked).source, status: refusal.status)
            )
        }
        let picture = aggregator.look()
        let theme = call.query["theme"].flatMap { ["dark", "light"].contains($0) ? $0 : nil }
        let asked = call.query["campaign"]
        let standing = upward.map { UpwardLines.html($0, asOf: picture.wall, text) } ?? ""
        let tag = aggregator.tag(
            picture, text.language.rawValue, theme ?? "", asked.flatMap { Code($0) }?.text ?? "",
            RegistryDocument.digest(of: Array(standing.source.utf8)))
        let headers = [(name: "etag", value: tag), (name: "cache-control", value: "private, no-cache")]
        if call.headers["if-none-match"] == tag {
            return Reply(status: 304, type: "text/html", body: [], headers: headers)
        }
        func framed(_ content: HTML) -> String {
            DashboardShell.html(
                content, standing, path: call.path, theme: theme, round: asked.flatMap { Code($0) }, text
            ).source
        }
        guard let content = body(picture, asked, text) else {
            return secured(.html(framed(DashboardShell.empty("dash.not_found", text)), status: 404))
        }
        var reply = Reply.html(framed(content))
        reply.headers += headers
        return secured(reply)
    }

    private func secured(_ reply: Reply) -> Reply {
        var reply = reply
        reply.headers += [
            (name: "content-security-policy", value: "default-src 'self'; frame-ancestors 'none'"),
            (name: "x-content-type-options", value: "nosniff"), (name: "referrer-policy", value: "no-referrer"),
        ]
        return reply
    }

    private func asset(_ name: String, _ type: String) -> Reply {
        Reply(
            status: 200, type: type, body: Asset.bytes(name) ?? [],
            headers: [(name: "cache-control", value: "max-age=300")])
    }
}
