import Coverage
import Daemon
import Federation
import Foundation
import Testing
import Wire

@testable import District

/// What an officer wants by the clock, and how far places and compounds were when that time came.
@Suite struct TargetTests {
    private typealias District = ServedDistrict

    // MARK: Publishing

    /// A round from 20:00 to 02:00 of the night to 7 April 2022.
    private static func publish(
        _ targets: String?, deadline: Int64 = 1_649_268_000, reason: String? = nil, in district: District
    ) async throws -> Reply {
        var form: [String: Any] = ["code": "r-1", "name": "入户摸底", "opens": 1_649_246_400, "deadline": deadline]
        form["targets"] = targets
        form["reason"] = reason
        form["officer"] = reason.map { _ in "张科长" }
        return try await district.ask(
            district.local,
            Call(
                method: "POST", path: "/admin/campaigns", body: Array(try JSONSerialization.data(withJSONObject: form)))
        )
    }

    @Test func theyArePublishedWithTheirRoundAndChangedLikeIt() async throws {
        try await District.with(round: false) { district in
            func round() -> RegistryCampaign? { district.aggregator.look().campaigns.first }
            func versions() throws -> [Directive] { try district.aggregator.registry.directives().versions(of: "r-1") }
            #expect(try await Self.publish("22:00 50%，01:30 100%", in: district).status == 200)
            let targets = [RoundTarget(at: 1_649_253_600, percent: 50), RoundTarget(at: 1_649_266_200, percent: 100)]
            #expect(round()?.targets == targets && round().map { [$0.deadline] } == [1_649_268_000])
            #expect(try await Self.publish(nil, in: district).status == 200, "what isn't said stays")
            let first = try versions().map(\.targets)
            #expect(first == [targets])
            #expect(try await Self.publish("22:00 60%", in: district).status == 422, "a change has a reason")
            #expect(try await Self.publish("22:00 60%", reason: "催办", in: district).status == 200)
            #expect(try await Self.publish("", reason: "不再要求", in: district).status == 200)
            let wanted = try versions().map { $0.targets?.map(\.percent) ?? [] }
            #expect(wanted == [[50, 100], [60], []])
            let now = try district.aggregator.registry.campaigns().map(\.targets)
            #expect(now.count == 1 && now[0].isEmpty)
        }
    }

    @Test(arguments: ["22:00", "22:00 50%，23:00 40%", "19:00 50%", "03:00 50%", "22:00 101%"])
    func whatCannotBeIsRefusedInWords(_ targets: String) async throws {
        try await District.with(round: false) { district in
            let reply = try await Self.publish(targets, in: district)
            #expect(reply.status == 422 && reply.words.contains(targets) && reply.words.contains("12:00 50%"))
            #expect(district.aggregator.look().campaigns.isEmpty)
        }
    }

    /// A deadline that is moved before a target would leave it behind.
    @Test func aDeadlineDoesNotPassItsTargets() async throws {
        try await District.with(round: false) { district in
            #expect(try await Self.publish("01:30 100%", in: district).status == 200)
            let moved = try await Self.publish(nil, deadline: 1_649_264_400, reason: "提前", in: district)
            #expect(moved.status == 422 && moved.words.contains("01:30 100%"))
            let both = try await Self.publish("00:30 100%", deadline: 1_649_264_400, reason: "提前", in: district)
            #expect(both.status == 200)
        }
    }

    // MARK: What came of them

    private struct Said: Decodable {
        struct Target: Decodable, Equatable {
            var at: Int64
            var percent: Int
            var outcome: String
            var lower_permille: Int64?
            var upper_permille: Int64?
        }
        struct Place: Decodable { var targets: [Target]? }
        var place: Place
        var children: [Place]
    }

    /// Three compounds of 100 households. At the first target one has done 80 of its 80 and two are silent, so that nobody
    /// can say; the second time everybody is heard and it was missed; the third is still to come.
    @Test func eachTargetIsJudgedByTheBoundsOfItsTime() async throws {
        try await District.with { district in
            let now = district.aggregator.clock.wall
            let step = now / 300 * 300
            let targets = [
                RoundTarget(at: step - 1200, percent: 5), RoundTarget(at: step - 600, percent: 50),
                RoundTarget(at: step, percent: 90), RoundTarget(at: step + 7200, percent: 90),
            ]
            try await district.aggregator.change { registry in
                var round = try registry.campaigns()[0]
                (round.deadline, round.targets) = (step + 7200, targets)
                try registry.publish(round, withClaims: false, at: now, draw: { 1 }, open: [:])
            }
            func ask(_ more: [String: String] = [:]) async throws -> (said: Said, tag: String?) {
                let reply = try await district.get(
                    "/v1/stats", more.merging(["fields": "targets"]) { $1 }, token: District.token)
                return (
                    try JSONDecoder().decode(Said.self, from: Data(reply.body)),
                    reply.headers.first { $0.name == "etag" }?.value
                )
            }
            let before = try await ask()
            let outcomes = before.said.place.targets?.map(\.outcome) ?? []
            #expect(outcomes.prefix(2) == ["unknown", "unknown"] && outcomes.last == "ahead", "nobody looked")

            var nodes = (1...3).map { CaseNode(UInt128($0)) }
            nodes[0].count("7", completed: 80, unvisited: 0)
            await district.hear(&nodes[0], of: District.units[0])
            district.series.take(step - 600, district.aggregator.look())
            for (number, unit) in District.units.enumerated().dropFirst() {
                nodes[number].count("7", completed: 20, unvisited: 60)
                await district.hear(&nodes[number], of: unit)
            }
            district.series.take(step, district.aggregator.look())

            let after = try await ask()
            #expect(after.tag != before.tag, "a target that has come changes the answer")
            let said = try #require(after.said.place.targets)
            #expect(said.map(\.outcome) == ["unknown", "open", "missed", "ahead"])
            // 80 of 80, and two whose ceiling is 120 households each.
            #expect(
                said[1]
                    == Said.Target(
                        at: step - 600, percent: 50, outcome: "open", lower_permille: 250, upper_permille: 1000))
            #expect(said[2].lower_permille == 500 && said[2].upper_permille == 500 && said[0].lower_permille == nil)
            let then = try await ask(["at": "\(step - 600)"]).said.place.targets
            #expect(then?.map(\.outcome) == ["unknown", "open", "ahead", "ahead"], "as it stood then")

            let page = try await district.get(
                "/division/\(District.street)", ["lang": "zh-Hans"], token: District.token
            ).words
            let times = targets.map { FigureText.time($0.at, asOf: now) }
            #expect(page.contains("◌ \(times[0]) 前 5 %：当时没有可靠数据"))
            #expect(page.contains("◐ \(times[1]) 前 50 %：说不准，当时 25.0–100.0 %"))
            #expect(page.contains("✕ \(times[2]) 前 90 %：没有达到，当时 50.0 %"))
            #expect(page.contains("○ \(times[3]) 前 90 %：现 50.0 %") && page.contains("class=\"target\""))
            let unit = try await district.get("/unit/\(District.units[0])", ["lang": "en"], token: District.token).words
            #expect(unit.contains("● 50 % by \(times[1]): reached (100.0 %)"))
            #expect(unit.contains("● 90 % by \(times[3]): reached (100.0 %)"), "before its time")
        }
    }

    @Test func aWallHasRoomForTheLastTargetAndTheNext() {
        let all = (1...6).map {
            TargetStanding(target: RoundTarget(at: Int64($0) * 10, percent: $0), outcome: .ahead, figure: nil)
        }
        for (now, shown) in [(5, [1]), (30, [3, 4]), (35, [3, 4]), (60, [6]), (90, [6])] as [(Int64, [Int])] {
            #expect(WallPage.nearest(all, asOf: now).map(\.target.percent) == shown)
        }
        #expect(WallPage.nearest([], asOf: 0).isEmpty)
    }

    /// Members of an overlay change: how it stood then isn't kept.
    @Test func ofAnOverlayNothingIsSaid() async throws {
        try await District.with { district in
            let table = "code,name,kind,member,from,until\ngaoxin,高新区,zone,421303003003-001,2022-04-01,\n"
            try await district.admin("/admin/overlays", body: table)
            try await district.aggregator.change { registry in
                var round = try registry.campaigns()[0]
                round.targets = [RoundTarget(at: round.deadline, percent: 50)]
                try registry.publish(round, withClaims: false, at: 0, draw: { 1 }, open: [:])
            }
            let stats = try await district.get("/v1/stats", ["overlay": "gaoxin"], token: District.token).words
            #expect(stats.contains(#""targets":null"#))
            let page = try await district.get("/overlay/gaoxin", ["lang": "zh-Hans"], token: District.token).words
            #expect(page.contains("高新区") && !page.contains("前 50 %"))
            let division = try await district.get("/", ["lang": "zh-Hans"], token: District.token).words
            #expect(division.contains("前 50 %"))
        }
    }
}
