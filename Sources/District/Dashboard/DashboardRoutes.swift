import Coverage
package import Daemon
package import Federation
import Wire

/// Stage 9: pages over the latest picture. A reader never waits for ingest.
package struct DashboardRoutes: Sendable {
    private let aggregator: Aggregator
    private let guarding: ReadGuard
    private let series: Series
    private let upward: Upward?
    /// The division that this aggregator stands for; nil at the top. Above it there is nothing but what it holds
    /// itself, which must not be taken for the whole.
    private let home: Code?

    package init(
        _ aggregator: Aggregator, guarding: ReadGuard, series: Series, upward: Upward? = nil, home: Code? = nil
    ) {
        self.aggregator = aggregator
        self.guarding = guarding
        self.series = series
        self.upward = upward
        self.home = home
    }

    package var routes: [Route] {
        [
            Route("GET", "/") { call in page(call) { root($0, DivisionPage.html) } },
            Route("GET", "/division/{code}") { call in
                page(call) { division($0, call.captures["code"] ?? "", DivisionPage.html) }
            },
            Route("GET", "/wall") { call in page(call, wall: true) { root($0, WallPage.html) } },
            Route("GET", "/wall/{code}") { call in
                page(call, wall: true) { division($0, call.captures["code"] ?? "", WallPage.html) }
            },
            Route("GET", "/unit/{code}") { call in page(call) { unit($0, call.captures["code"] ?? "") } },
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

    /// What a page is made of.
    private struct Reading {
        var picture: Picture
        /// The round in the address.
        var asked: String?
        var text: Messages
        /// When the reader last looked; nil where nothing can have changed.
        var since: Int64?

        var round: Code? { asked.flatMap { Code($0) } }
    }
    private typealias Place = (DivisionPage.Model, Messages) -> HTML

    private func root(_ reading: Reading, _ html: Place) -> HTML? {
        let picture = reading.picture
        guard picture.rollup.tree.root != nil else { return DashboardShell.empty("dash.no_units", reading.text) }
        let along = picture.campaign(reading.asked).map { picture.along($0) } ?? picture
        let tree = along.rollup.tree
        let code = start(along) ?? tree.root.map { tree.places[$0].code }
        return code.flatMap { division(reading, $0, html) }
    }

    private func start(_ picture: Picture) -> String? {
        home.flatMap { picture.rollup.tree.place($0.text) == nil ? nil : $0.text }
    }

    /// The way down to a page, from where readers start.
    private func path(_ whole: [(code: String, name: String)], _ picture: Picture) -> [(code: String, name: String)] {
        Array(whole[(whole.firstIndex { $0.code == start(picture) } ?? 0)...])
    }

    private func division(_ reading: Reading, _ code: String, _ html: Place) -> HTML? {
        guard let campaign = reading.picture.campaign(reading.asked) else {
            let isKnown = reading.asked == nil && reading.picture.rollup.tree.place(code) != nil
            return isKnown ? DashboardShell.empty("dash.nothing_due", reading.text) : nil
        }
        let picture = reading.picture.along(campaign)
        guard let place = picture.rollup.tree.place(code) else { return nil }
        var model = DivisionPage.Model(
            picture, place, campaign, asked: reading.round, series.log(campaign, picture), since: reading.since)
        model.path = path(model.path, picture)
        return html(model, reading.text)
    }

    private func unit(_ reading: Reading, _ code: String) -> HTML? {
        let campaign = reading.picture.campaign(reading.asked)
        let picture = campaign.map { reading.picture.along($0) } ?? reading.picture
        guard let unit = Code(code).flatMap({ picture.rollup.tree.unit($0) }) else { return nil }
        guard reading.asked == nil || campaign != nil else { return nil }
        var model = UnitPage.Model(picture, unit, campaign, asked: reading.round, now: aggregator.clock.now)
        model.path = path(model.path, picture)
        return UnitPage.html(model, reading.text)
    }

    // MARK: Answering

    /// - Parameter body: the content; nil if there is no such page.
    private func page(_ call: Call, wall: Bool = false, _ body: (Reading) -> HTML?) -> Reply {
        let text = Messages.of(Language(call))
        if let refusal = guarding.check(call) {
            return secured(
                .html(
                    DashboardShell.login(text, refusal.status == 403 ? .closed : .asked).source, status: refusal.status)
            )
        }
        let picture = aggregator.look()
        let theme = call.query["theme"].flatMap { ["dark", "light"].contains($0) ? $0 : nil }
        let look = LastLook(call, now: picture.wall)
        let reading = Reading(
            picture: picture, asked: call.query["campaign"], text: text, since: look.since(step: series.stepSeconds))
        let standing = upward.map { UpwardLines.html($0, asOf: picture.wall, text) } ?? ""
        let tag = aggregator.tag(
            picture, text.language.rawValue, theme ?? "", reading.round?.text ?? "",
            "\(series.keptAt)", "\(reading.since ?? 0)",
            RegistryDocument.digest(of: Array(standing.source.utf8)))
        let headers = [
            (name: "etag", value: tag), (name: "cache-control", value: "private, no-cache"),
            (name: "set-cookie", value: look.cookie),
        ]
        if call.headers["if-none-match"] == tag {
            return Reply(status: 304, type: "text/html", body: [], headers: headers)
        }
        func framed(_ content: HTML) -> String {
            DashboardShell.html(
                content, standing, path: call.path, theme: theme, round: reading.round, isWall: wall, text
            ).source
        }
        guard let content = body(reading) else {
            return secured(.html(framed(DashboardShell.empty("dash.not_found", text)), status: 404))
        }
        var reply = Reply.html(framed(content))
        reply.headers += headers
        return secured(reply)
    }

    private func secured(_ reply: Reply) -> Reply { DashboardRoutes.secured(reply) }

    static func secured(_ reply: Reply) -> Reply {
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
