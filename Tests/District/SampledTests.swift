import Daemon
import Federation
import Foundation
import Testing
import Wire

@testable import District

/// Figures as they stood at a moment, asked for as any others are.
@Suite struct SampledTests {
    private typealias District = ServedDistrict

    private struct Said: Decodable {
        struct Cut: Decodable, Equatable {
            var kind: String
            var version: String?
        }
        struct Place: Decodable {
            struct Measured: Decodable { var numerator: Int64 }
            var code: String
            var measures: [Measured]
        }
        var as_of: Int64
        var cut: Cut
        var place: Place
        var children: [Place]
    }

    @Test func aMomentIsAskedForWithALevelPackedAndByItsTag() async throws {
        try await District.with { district in
            var node = CaseNode(1)
            node.count("7", completed: 30, unvisited: 50)
            await district.hear(&node, of: District.units[0])
            let moment = district.aggregator.clock.wall / 300 * 300
            district.series.take(moment, district.aggregator.look())
            let at = node.position
            node.count("7", completed: 80, unvisited: 0)
            await district.hear(&node, of: District.units[0], from: at)

            func ask(_ more: [String: String], packed: Bool = true, tag: String? = nil) async throws -> Reply {
                var call = district.call(
                    "GET", "/v1/stats", more.merging(["at": "\(moment + 1)"]) { said, _ in said }, token: District.token
                )
                call.headers["accept-encoding"] = packed ? "gzip" : nil
                call.headers["if-none-match"] = tag
                return try await district.ask(district.open, call)
            }
            func tag(_ reply: Reply) -> String? { reply.headers.first { $0.name == "etag" }?.value }
            let packed = try await ask(["level": "unit"])
            #expect(packed.headers.contains { $0.name == "content-encoding" && $0.value == "gzip" })
            let whole = try await ask(["level": "unit"], packed: false)
            #expect(try Gzip.inflate(packed.body, limit: 1_000_000) == whole.body)
            let said = try JSONDecoder().decode(Said.self, from: Data(whole.body))
            #expect(said.as_of == moment && said.children.map(\.code) == District.units.map(\.text))
            #expect(
                said.place.measures[0].numerator == 30 && said.children[0].measures[0].numerator == 30,
                "not what stands now")
            let others = [tag(whole), tag(try await ask(["level": "community"])), tag(try await ask([:]))]
            #expect(!others.contains(tag(packed)), "one tag for one question and packing")
            let again = try await ask(["level": "unit"], tag: tag(packed))
            #expect(again.status == 304 && again.body.isEmpty && tag(again) == tag(packed))
            #expect(try await ask(["level": "unit"], tag: tag(whole)).status == 200)
            let communities = try JSONDecoder().decode(
                Said.self, from: Data(try await ask(["level": "community"], packed: false).body))
            #expect(communities.children.map(\.code) == [District.community, District.other])
            #expect(try await ask(["at": "\(moment - 1)", "level": "unit"]).status == 404)

            let series = try await district.get("/v1/series", token: District.token)
            struct Course: Decodable { var cut: Said.Cut }
            #expect(try JSONDecoder().decode(Course.self, from: Data(series.body)).cut == said.cut)
            #expect(said.cut.kind == "division" && said.cut.version != nil)
            let table = try await district.get("/v1/series.csv", token: District.token).words
            #expect(table.contains("cut,cut_code,cut_version\r\n"))
            #expect(table.contains("division,,\(said.cut.version ?? "")\r\n"))
        }
    }
}
