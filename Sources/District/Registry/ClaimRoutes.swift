package import Daemon
import Federation
import Foundation

/// Households that two units have, over the local socket only: tokens are for the district's officers.
package struct ClaimRoutes: Sendable {
    private let aggregator: Aggregator

    package init(_ aggregator: Aggregator) { self.aggregator = aggregator }

    package var routes: [Route] {
        [
            Route("GET", "/admin/claims") { try list($0) },
            Route("POST", "/admin/claims/decide") { try await decide($0) },
        ]
    }

    private func list(_ call: Call) throws -> Reply {
        let picture = aggregator.look()
        guard let campaign = picture.campaign(call.query["campaign"]) else { throw ClaimRoutes.noCampaign }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Array(try encoder.encode(picture.openClaimList(campaign)))
        return Reply(status: 200, type: "application/json; charset=utf-8", body: body)
    }

    private func decide(_ call: Call) async throws -> Reply {
        let picture = aggregator.look()
        guard let campaign = picture.campaign(call.query["campaign"]), picture.claims.live(campaign) != nil else {
            throw ClaimRoutes.noCampaign
        }
        guard let token = call.query["token"].flatMap({ Hex.uint64($0) }),
            let unit = call.query["unit"].flatMap({ Code($0) }), let index = picture.rollup.tree.unit(unit),
            let reason = call.query["reason"], !reason.isEmpty, let officer = call.query["officer"], !officer.isEmpty
        else {
            throw AdminRoutes.Refused(problems: [
                "expected token (16 hexadecimal digits), a registered unit, reason and officer"
            ])
        }
        guard picture.claim(token, of: index, campaign) != nil else {
            throw AdminRoutes.Refused(problems: ["\(unit) does not claim this household; see `jiayuan claims`"])
        }
        let wall = aggregator.clock.wall
        try await aggregator.change {
            try $0.decide(token, in: campaign, unit: unit, at: wall, reason: reason, officer: officer)
        }
        return .text("the household is counted at \(unit); the others hear of it with their next push\n")
    }

    private static let noCampaign = AdminRoutes.Refused(problems: [
        "no such round, or it is closed or has no claims; see --campaign"
    ])
}
