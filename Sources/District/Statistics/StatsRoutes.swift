import Coverage
package import Daemon
import Federation

/// Stages 8 and 9 as machines read them: statistics, health and metrics.
package struct StatsRoutes: Sendable {
    private let aggregator: Aggregator
    private let guarding: ReadGuard
    private let upward: Upward?

    package init(_ aggregator: Aggregator, guarding: ReadGuard, upward: Upward? = nil) {
        self.aggregator = aggregator
        self.guarding = guarding
        self.upward = upward
    }

    package var routes: [Route] {
        [
            Route("GET", "/v1/stats") { try guarding.check($0) ?? stats($0) },
            Route("GET", "/v1/units") { try guarding.check($0) ?? units($0) },
            Route("GET", "/v1/units/{unit}/why") { try guarding.check($0) ?? why($0) },
            Route("GET", "/v1/upward") { try guarding.check($0) ?? standing() },
            Route("GET", "/metrics") { guarding.check($0) ?? metrics() },
            Route("GET", "/healthz") { _ in .health(aggregator.fault()) },
        ]
    }

    private func stats(_ call: Call) throws -> Reply {
        var picture = aggregator.look()
        guard picture.rollup.tree.root != nil else { return problem(404, "no_units", "register units first") }
        let (asked, day) = (call.query["division"], call.query["on"])
        guard let campaign = picture.campaign(call.query["campaign"]) else {
            return problem(404, "campaign_unknown", "no such campaign; see campaign=")
        }
        let tag = aggregator.tag(picture, day ?? "")
        if call.headers["if-none-match"] == tag {
            return Reply(status: 304, type: "application/json", body: [], headers: [(name: "etag", value: tag)])
        }
        if let day {
            guard Day.isDay(day) else { return problem(422, "day_unreadable", "on= takes a day such as 2022-04-06") }
            picture = try aggregator.look(on: day)
        } else {
            picture = picture.along(campaign)
        }
        guard let root = picture.rollup.tree.root else {
            return problem(404, "no_units", "no unit was counted on that day")
        }
        let question = Question(period: campaign, measures: Measure.all)
        let document: StatsDocument
        if let unit = asked.flatMap({ Code($0) }).flatMap({ picture.rollup.tree.unit($0) }) {
            document = picture.document(unit: unit, question)
        } else if let place = asked.map({ picture.rollup.tree.place($0) }) ?? root {
            document = picture.document(place, question)
        } else {
            return problem(404, "division_unknown", "no such division or unit")
        }
        return Reply(
            status: 200, type: "application/json; charset=utf-8", body: try document.encoded(),
            headers: [(name: "etag", value: tag), (name: "cache-control", value: "private, no-cache")])
    }

    private func units(_ call: Call) throws -> Reply {
        let picture = aggregator.look()
        let campaign = picture.campaign(nil)
        let lines = (0..<picture.rollup.tree.speakers).map {
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

    private func standing() throws -> Reply {
        guard let upward else { return problem(404, "no_parent", "no parent is configured: this is the top") }
        return .json(
            String(
                decoding: try UpwardDocument(try upward.status(), of: upward.store.unit.text).encoded(), as: UTF8.self))
    }

    private func metrics() -> Reply {
        Reply(
            status: 200, type: "text/plain; version=0.0.4; charset=utf-8",
            body: Array(Metrics.text(aggregator.look()).utf8))
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

    func document(_ place: Int, _ question: Question) -> StatsDocument {
        let tree = rollup.tree
        let standings = cut("survey", question.period).standings
        let places = tree.places[place].children.map { StatsDocument.Place(figures($0, question), state: nil) }
        let units = tree.places[place].units.map {
            StatsDocument.Place(figures(unit: $0, question), state: standings[$0])
        }
        return document(StatsDocument.Place(figures(place, question), state: nil), places + units, question)
    }

    func document(unit: Int, _ question: Question) -> StatsDocument {
        let standings = cut("survey", question.period).standings
        return document(
            StatsDocument.Place(figures(unit: unit, question), state: standings[unit]), [], question)
    }

    private func document(
        _ place: StatsDocument.Place, _ children: [StatsDocument.Place], _ question: Question
    ) -> StatsDocument {
        StatsDocument(
            campaign: question.period.text, as_of: wall, revision: revision, division_edition: edition, place: place,
            children: children)
    }
}
