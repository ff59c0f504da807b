import Foundation
import Generator
import Testing

@testable import District

/// The whole of profile S in one process: 325 real nodes with their own databases and libcurl senders,
/// one real aggregator, loopback between them. Totals at every place equal the generator's truth.
@Suite struct ProfileSTests {
    @Test func everyTotalEqualsTheTruth() async throws {
        let city = City(.s, seed: 20_220_406)
        let folder = FileManager.default.temporaryDirectory.path + "/jiayuan-s-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // Nobody may turn stale while the rest is still being compared. Everybody says something every few seconds all the
        // same, which must not take the processors from those who record.
        let pace = Pace(milliseconds: 8000, graceMilliseconds: 600_000, leaseMilliseconds: 600_000)
        let hall = try await CityHall.open(folder + "/city", city, pace)
        try await hall.serve()
        let url = "http://127.0.0.1:\(hall.port)"

        // Every compound records its evening while its sender is at work.
        let nodes = try await inParallel(city.units) { unit in
            let node = Node(unit, of: city, in: folder, url: url)
            try node.start()
            try node.listDoors()
            try node.enter()
            return node
        }
        let truth = city.truth(nodes.map { ($0.unit, $0.truth) })
        try await Settled.expect(hall.aggregator, city, truth, within: .seconds(240))
        for node in nodes { try node.stop() }
        await hall.stop()
    }
}
