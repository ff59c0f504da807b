package import Daemon
import Federation

/// The work list for machines and commands, and where it is settled.
package struct WorkRoutes: Sendable {
    private let aggregator: Aggregator
    private let guarding: ReadGuard
    private let desk: WorkDesk

    package init(_ aggregator: Aggregator, guarding: ReadGuard) {
        self.aggregator = aggregator
        self.guarding = guarding
        desk = WorkDesk(aggregator)
    }

    package var routes: [Route] {
        [
            guarding.route("GET", "/v1/work", about: .affairs(.query(["division"]))) { call, _ in try list(call) },
            settling("/work", .everything), settling("/work/{code}", .affairs(.path("code"))),
        ]
    }

    /// Without a token: the socket is readable by this user's group only.
    package var localRoutes: [Route] {
        [
            Route("GET", "/v1/work") { try list($0) },
            Route("POST", "/admin/work") { try await ordered($0) },
        ]
    }

    private func settling(_ pattern: String, _ about: About) -> Route {
        guarding.route(
            "POST", pattern, about: about, needs: .settle, refused: { DashboardShell.refused($0, $1) }
        ) { call, reader in
            return try await posted(call, reader)
        }
    }

    private func list(_ call: Call) throws -> Reply {
        try StatsSelection.refuseOthers(than: ["division", "campaign"], call)
        let picture = aggregator.look()
        let campaign = picture.campaign(call.query["campaign"])
        guard campaign != nil || call.query["campaign"] == nil else {
            throw StatsProblem.absent("campaign_unknown", "campaign", "no such campaign")
        }
        let place = try call.query["division"].map { code throws(StatsProblem) in
            guard let place = picture.rollup.tree.place(code) else {
                throw .absent("division_unknown", "division", "no such division; see GET /v1/stats")
            }
            return place
        }
        let document = WorkDocument(
            picture.work(campaign, below: place), campaign: campaign?.text, asOf: picture.wall)
        return Reply(
            status: 200, type: "application/json; charset=utf-8", body: try document.encoded(),
            headers: [(name: "cache-control", value: "private, no-cache")])
    }

    /// From the page: back to the list, where what was settled is gone or says who has it in hand.
    private func posted(_ call: Call, _ reader: Reader) async throws -> Reply {
        let text = Messages.of(Language(call))
        let asked = call.query["campaign"].flatMap { Code($0) }
        let (form, campaign) = (Form(call.body), aggregator.look().campaign(asked?.text))
        do {
            try await desk.settle(
                try WorkDesk.Order { form?[$0] }, campaign, below: call.captures["code"])
        } catch let refusal as WorkDesk.Refusal {
            let division = call.captures["code"]
            // What can't be done so isn't offered again: the list says what can.
            let item = refusal.field == nil ? nil : form?["key"].flatMap { desk.item($0, campaign, below: division) }
            let back = WorkPage.Return(
                refusal: refusal, form: form, item: item, division: division, path: call.path, asked: asked,
                asOf: aggregator.clock.wall)
            return refused(back, reader, text)
        }
        return .seeOther(DashboardShell.link(call.path, text.language, asked))
    }

    private func refused(_ back: WorkPage.Return, _ reader: Reader, _ text: Messages) -> Reply {
        let content = WorkPage.refused(back, text)
        return DashboardShell.secured(
            .html(
                DashboardShell.html(
                    content, "", path: back.path, theme: nil, round: back.asked, isStill: true,
                    polls: reader.scope != nil, text
                )
                .source,
                status: back.refusal.status))
    }

    /// From a command.
    private func ordered(_ call: Call) async throws -> Reply {
        do {
            try await desk.settle(
                try WorkDesk.Order { call.query[$0] }, aggregator.look().campaign(call.query["campaign"]))
        } catch let refusal as WorkDesk.Refusal {
            throw AdminRoutes.Refused(problems: [refusal.words(.zhHans) + " / " + refusal.words(.english)])
        }
        return .text("done\n")
    }
}
