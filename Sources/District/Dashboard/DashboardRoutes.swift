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
    private let openWork = OpenWork()
    /// Where pages are made, one after the other: a page of a large city takes a while, and pushes don't wait for it.
    private let maker = SerialQueue("pages")

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
            shown("/", .home(wall: false)) { call, reader in
                try await page(call, reader) { root($0, DivisionPage.html) }
            },
            shown("/division/{code}", .figures(.path("code"))) { call, reader in
                try await page(call, reader) { division($0, call.captures["code"] ?? "", DivisionPage.html) }
            },
            shown("/wall", .home(wall: true)) { call, reader in
                try await page(call, reader, wall: true) { root($0, WallPage.html) }
            },
            shown("/wall/{code}", .figures(.path("code"))) { call, reader in
                try await page(call, reader, wall: true) { division($0, call.captures["code"] ?? "", WallPage.html) }
            },
            shown("/overlay/{code}", .everything) { call, reader in
                try await page(call, reader) { overlay($0, call.captures["code"] ?? "") }
            },
            shown("/work", .everything) { call, reader in
                try await page(call, reader) { work($0, nil) }
            },
            shown("/work/{code}", .affairs(.path("code"))) { call, reader in
                try await page(call, reader) { work($0, call.captures["code"] ?? "") }
            },
            shown("/unit/{code}", .figures(.path("code"))) { call, reader in
                try await page(call, reader) { unit($0, call.captures["code"] ?? "") }
            },
            PhoneInPage(aggregator, guarding: guarding).route,
            // How often something changes is told of everything at once: whoever sees a part asks every few seconds.
            guarding.route("GET", "/live", about: .everything) { _, _ in aggregator.bell.answer() },
            Route("GET", "/login") { call in
                do { return try guarding.entered(call) } catch let problem as StatsProblem {
                    return DashboardShell.refused(call, problem, isTry: true)
                }
            },
            Route("GET", "/assets/style.css") { asset("style.css", "text/css; charset=utf-8").packed(for: $0) },
            Route("GET", "/assets/page.js") { asset("page.js", "text/javascript; charset=utf-8").packed(for: $0) },
        ]
    }

    private func shown(
        _ pattern: String, _ about: About, _ page: @escaping @Sendable (Call, Reader) async throws -> Reply
    ) -> Route {
        guarding.route("GET", pattern, about: about, refused: { DashboardShell.refused($0, $1) }, handler: page)
    }

    // MARK: Pages

    /// What a page is made of.
    private struct Reading: Sendable {
        var picture: Picture
        /// The round in the address.
        var asked: String?
        var text: Messages
        /// When the reader last looked; nil where nothing can have changed.
        var since: Int64?
        var reader: Reader

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

    /// The way down to a page, from where its reader starts.
    private func path(_ whole: [(code: String, name: String)], _ picture: Picture, _ reader: Reader) -> [(
        code: String, name: String
    )] {
        if let scope = reader.scope { return Array(whole.drop { $0.code != scope }) }
        return Array(whole[(whole.firstIndex { $0.code == start(picture) } ?? 0)...])
    }

    private func division(_ reading: Reading, _ code: String, _ html: Place) -> HTML? {
        guard let campaign = reading.picture.campaign(reading.asked) else {
            let tree = reading.picture.rollup.tree
            let name = reading.asked == nil ? tree.place(code).map { tree.places[$0].name } : nil
            return name.map { DashboardShell.empty("dash.nothing_due", of: $0, reading.text) }
        }
        let picture = reading.picture.along(campaign)
        guard let place = picture.rollup.tree.place(code) else { return nil }
        var model = DivisionPage.Model(
            picture, place, campaign, asked: reading.round, series.log(campaign, picture), since: reading.since,
            reader: reading.reader, open: openWork.count(picture, campaign, below: place))
        model.path = path(model.path, picture, reading.reader)
        model.pace = series.pace(.place(picture.rollup.tree.places[place].code), campaign, picture)
        return html(model, reading.text)
    }

    private func overlay(_ reading: Reading, _ code: String) -> HTML? {
        guard let overlay = reading.picture.overlays.first(where: { $0.code.text == code }) else { return nil }
        guard let campaign = reading.picture.campaign(reading.asked),
            let round = reading.picture.campaigns.first(where: { $0.code == campaign })
        else {
            return reading.asked == nil
                ? DashboardShell.empty("dash.nothing_due", of: overlay.name, reading.text) : nil
        }
        let picture = reading.picture.along(overlay, round)
        let model = DivisionPage.Model(
            picture, 0, campaign, asked: reading.round, series.log(campaign, reading.picture.along(campaign)),
            since: reading.since, reader: reading.reader)
        return DivisionPage.html(model, reading.text)
    }

    private func unit(_ reading: Reading, _ code: String) -> HTML? {
        let campaign = reading.picture.campaign(reading.asked)
        let picture = campaign.map { reading.picture.along($0) } ?? reading.picture
        guard let unit = Code(code).flatMap({ picture.rollup.tree.unit($0) }) else { return nil }
        guard reading.asked == nil || campaign != nil else { return nil }
        var model = UnitPage.Model(
            picture, unit, campaign, asked: reading.round, now: aggregator.clock.now, reader: reading.reader)
        model.path = path(model.path, picture, reading.reader)
        model.pace = series.pace(.unit(picture.rollup.tree.units[unit].code), campaign, picture)
        if let round = picture.campaigns.first(where: { $0.code == campaign }) {
            model.targets =
                picture.targets(
                    .unit(unit), of: round, series.log(round.code, picture), current: model.figures, now: picture.wall)
                ?? []
        }
        return UnitPage.html(model, reading.text)
    }

    /// - Parameter code: of a division; nil for everything that is known here.
    private func work(_ reading: Reading, _ code: String?) -> HTML? {
        let campaign = reading.picture.campaign(reading.asked)
        guard campaign != nil || reading.asked == nil else { return nil }
        let picture = campaign.map { reading.picture.along($0) } ?? reading.picture
        let tree = picture.rollup.tree
        let place = (code ?? start(picture)).map { tree.place($0) } ?? tree.root
        guard place != nil || code == nil else { return nil }
        let whole = place.map { tree.path($0).map { (tree.places[$0].code, tree.places[$0].name) } } ?? []
        return WorkPage.html(
            WorkPage.Model(
                path: whole.isEmpty ? [] : path(whole, picture, reading.reader),
                campaign: picture.campaigns.first { $0.code == campaign }, asked: reading.round,
                items: picture.work(campaign, below: place), maySettle: reading.reader.may(.settle),
                asOf: picture.wall), reading.text)
    }

    // MARK: Answering

    /// - Parameter body: the content; nil if there is no such page.
    private func page(
        _ call: Call, _ reader: Reader, wall: Bool = false, _ body: @escaping @Sendable (Reading) -> HTML?
    ) async throws -> Reply {
        try await maker.run { made(call, reader, wall: wall, body) }
    }

    private func made(_ call: Call, _ reader: Reader, wall: Bool, _ body: (Reading) -> HTML?) -> Reply {
        let text = Messages.of(Language(call))
        let picture = aggregator.look()
        let theme = DashboardShell.theme(call)
        let look = LastLook(call, now: picture.wall)
        let reading = Reading(
            picture: picture, asked: call.query["campaign"], text: text, since: look.since(step: series.stepSeconds),
            reader: reader)
        let standing = (reader.scope == nil ? upward : nil).map { UpwardLines.html($0, asOf: picture.wall, text) } ?? ""
        let tag = aggregator.tag(
            picture, text.language.rawValue, theme ?? "", reading.round?.text ?? "",
            "\(series.keptAt)", "\(reading.since ?? 0)", reader.word,
            Encoding.takesGzip(call.headers["accept-encoding"]) ? "gzip" : "",
            RegistryDocument.digest(of: Array(standing.source.utf8)))
        let headers = [
            (name: "etag", value: tag), (name: "cache-control", value: "private, no-cache"),
            (name: "set-cookie", value: look.cookie), (name: "vary", value: "accept-encoding"),
        ]
        if call.headers["if-none-match"] == tag {
            return Reply(status: 304, type: "text/html", body: [], headers: headers)
        }
        func framed(_ content: HTML) -> String {
            DashboardShell.html(
                content, standing, path: call.path, theme: theme, round: reading.round, isWall: wall,
                polls: reader.scope != nil, text
            ).source
        }
        guard let content = body(reading) else {
            return DashboardShell.secured(.html(framed(DashboardShell.empty("dash.not_found", text)), status: 404))
        }
        var reply = Reply.html(framed(content))
        reply.headers += headers
        return DashboardShell.secured(reply.packed(for: call))
    }

    private func asset(_ name: String, _ type: String) -> Reply {
        Reply(
            status: 200, type: type, body: Asset.bytes(name) ?? [],
            headers: [(name: "cache-control", value: "max-age=300"), (name: "vary", value: "accept-encoding")])
    }
}
