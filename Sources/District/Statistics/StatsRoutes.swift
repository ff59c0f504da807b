import Coverage
package import Daemon
import Federation

/// Stages 8 and 9 as machines read them: statistics, health and metrics.
package struct StatsRoutes: Sendable {
    private let aggregator: Aggregator
    private let guarding: ReadGuard
    private let upward: Upward?
    private let reading: StatsReading
    private let series: Series?

    /// - Parameter series: nil where no daemon runs that keeps one.
    package init(_ aggregator: Aggregator, guarding: ReadGuard, series: Series? = nil, upward: Upward? = nil) {
        self.series = series
        self.aggregator = aggregator
        self.guarding = guarding
        self.upward = upward
        reading = StatsReading(aggregator, series)
    }

    package var routes: [Route] {
        [
            guarding.route("GET", "/v1/stats", about: .figures(.query(["division"])), ready: ready) { call, _ in
                try await stats(call)
            },
            guarding.route("GET", "/v1/units", about: .affairs(.query(["division"]))) { call, _ in try units(call) },
            guarding.route("GET", "/v1/units/{unit}/why", about: .affairs(.path("unit"))) { call, _ in try why(call) },
            guarding.route("GET", "/v1/units/{unit}/buildings.csv", about: .figures(.path("unit"))) { call, _ in
                try buildings(call)
            },
            guarding.route("GET", "/v1/upward", about: .everything) { _, _ in try standing() },
            guarding.route("GET", "/metrics", about: .everything) { _, _ in metrics() },
            Route("GET", "/v1/openapi.json") { _ in
                Reply(
                    status: 200, type: "application/json; charset=utf-8", body: Asset.bytes("openapi.json") ?? [],
                    headers: [(name: "cache-control", value: "max-age=300")])
            },
            Route("GET", "/healthz") { _ in .health(aggregator.fault()) },
        ]
    }

    private static let statsForm = StatsReading.Form("json", "application/json; charset=utf-8")

    private func ready(_ call: Call) throws -> Reply? {
        try reading.ready(call, selection(call), StatsRoutes.statsForm)
    }

    private func stats(_ call: Call) async throws -> Reply {
        let selection = try selection(call)
        return try await reading.answer(call, selection, StatsRoutes.statsForm) {
            guard let moment = selection.moment else {
                return try StatsDocument($0, fields: selection.fields).encoded()
            }
            let log = series?.log($0.campaign.code, $0.picture) ?? SeriesLog()
            return try StatsDocument($0, log, at: moment, fields: selection.fields).encoded()
        }
    }

    private func selection(_ call: Call) throws(StatsProblem) -> StatsSelection {
        try StatsSelection(call, more: ["fields", "at", "overlay"])
    }

    private func units(_ call: Call) throws -> Reply {
        try StatsSelection.refuseOthers(than: ["division"], call)
        let picture = aggregator.look()
        let (tree, campaign) = (picture.rollup.tree, picture.campaign(nil))
        let below = try picture.isBelow(call.query["division"])
        let lines = (0..<tree.speakers).filter { below(tree.code(ofSpeaker: $0).text) }.map {
            Why(picture, unit: $0, campaign: campaign, now: aggregator.clock.now).json
        }
        return .json("[" + lines.joined(separator: ",\n") + "]")
    }

    private func why(_ call: Call) throws -> Reply {
        let picture = aggregator.look()
        guard let unit = call.captures["unit"].flatMap({ Code($0) }).flatMap({ picture.rollup.tree.speaker($0) }) else {
            return problem(404, "unit_unknown", "no such unit is registered here")
        }
        return .json(Why(picture, unit: unit, campaign: picture.campaign(nil), now: aggregator.clock.now).json)
    }

    private func buildings(_ call: Call) throws -> Reply {
        try StatsSelection.refuseOthers(than: ["campaign"], call)
        let latest = aggregator.look()
        guard let campaign = latest.campaign(call.query["campaign"]) else {
            throw StatsProblem.absent("campaign_unknown", "campaign", "no such campaign; see campaign=")
        }
        let picture = latest.along(campaign)
        guard let unit = call.captures["unit"].flatMap({ Code($0) }).flatMap({ picture.rollup.tree.unit($0) }) else {
            return problem(404, "unit_unknown", "no such unit is registered here")
        }
        return Reply(
            status: 200, type: "text/csv; charset=utf-8", body: BuildingsCSV.encoded(unit, campaign, picture),
            headers: [(name: "cache-control", value: "private, no-cache")])
    }

    private func standing() throws -> Reply {
        guard let upward else { return problem(404, "no_parent", "no parent is configured: this is the top") }
        return .json(
            String(
                decoding: try UpwardDocument(try upward.status(), of: upward.store.unit.text).encoded(), as: UTF8.self))
    }

    private func metrics() -> Reply {
        Reply(
            status: 200, type: "text/plain; version=0.0.4; charset=utf-8",
            body: Array(Metrics.text(aggregator.look(), waiting: aggregator.readers.listeners).utf8))
    }

    private func problem(_ status: Int, _ code: String, _ hint: String) -> Reply {
        .json(#"{"error":"\#(code)","hint":"\#(hint)"}"#, status: status)
    }
}

extension Picture {
    /// The campaign asked for, else the latest that has begun and is open, else the latest that has begun. A round that
    /// was published for next week takes nothing off the page while another one runs; alone, it is shown.
    func campaign(_ asked: String?) -> Code? {
        if let asked { return Code(asked).flatMap { code in campaigns.contains { $0.code == code } ? code : nil } }
        let begun = campaigns.filter { $0.opens <= wall }
        return (begun.last { !$0.closed } ?? begun.last ?? campaigns.first)?.code
    }
}
