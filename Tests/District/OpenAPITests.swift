import Daemon
import Federation
import Foundation
import Logging
import Testing

@testable import District

/// The document that programs read says what is served, no more and no less.
@Suite struct OpenAPITests {
    private struct Document: Decodable {
        var openapi: String
        var paths: [String: [String: Operation]]
        struct Operation: Decodable {
            var parameters: [Parameter]?
        }
        struct Parameter: Decodable {
            var ref: String?
            enum CodingKeys: String, CodingKey { case ref = "$ref" }
        }
    }

    private static func document() throws -> Document {
        try JSONDecoder().decode(Document.self, from: Data(#require(Asset.bytes("openapi.json"))))
    }

    @Test func everyPublicRouteForMachinesIsInIt() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/openapi-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try "state: \(folder)\nsocket: \(folder)/a.sock\nlisten: 127.0.0.1:1\n".write(
            toFile: folder + "/a.yaml", atomically: true, encoding: .utf8)
        let settings = try AggregatorSettings(file: folder + "/a.yaml")
        let aggregator = try Aggregator(folder: folder, pace: settings.pace, log: Logger(label: "test"))
        let series = Series(folder: folder, stepSeconds: 300, log: Logger(label: "test"))
        let edge = try PublicEdge(
            settings.releaseTimes, aggregator.registry, series, wall: 0, log: Logger(label: "test"))
        let served = AggregatorDaemon.publicRoutes(aggregator, settings, series, edge)
            .filter { $0.method == "GET" }.map(\.pattern)
            .filter { $0.hasPrefix("/v1/") || ["/metrics", "/healthz"].contains($0) }
        let document = try Self.document()
        #expect(document.openapi.hasPrefix("3.1"))
        let forThePublic = ["/public/releases.json", "/public/{release}.json", "/public/{release}.csv"]
        #expect(Set(document.paths.keys) == Set(served + forThePublic))
    }

    @Test func everyParameterThatIsReadIsInIt() throws {
        let paths = try Self.document().paths
        for form in ExportRoutes.Form.allCases {
            let said = paths[form.path]?["get"]?.parameters?.compactMap { $0.ref?.split(separator: "/").last } ?? []
            let headers: Set<String> = ["if_none_match", "accept_encoding"]
            let read = StatsSelection.ofPlaces.union(form.parameters).union(headers)
            #expect(Set(said.map(String.init)) == read)
        }
    }
}
