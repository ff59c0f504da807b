import Foundation
import Generator
import NIOCore
import NIOPosix
import Testing

@testable import District

/// The whole of profile M in one process: one city with its villages, about 1,680 real nodes with their own journals and
/// libcurl senders, one real aggregator, and a relay for each district between them. While people record
///
/// - requests are cut, answers are lost or cut after the request was taken, and requests arrive twice;
/// - the aggregator is killed three times and started again from its files;
/// - nodes are killed in the middle of their evening and started again, at once or much later;
/// - nodes are set back to an older copy of their folder, on their machine and on another one, and what they knew after is
///   entered again from paper;
/// - a district's line is away for so long that nobody in it is known any more.
///
/// Meanwhile each look at what readers are served must hold (`Look`). In the end everything heals, and every unit, community,
/// street, district and the city itself are served the generator's truth. What a kill is here says `Remains`.
///
/// `JIAYUAN_SEED=n` draws other faults, `JIAYUAN_EVERY=n` takes every n-th unit only: 15 makes it a matter of two minutes.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["JIAYUAN_LONG"] != nil))
struct ProfileMTests {
    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    @Test func everyTotalEqualsTheTruthWhateverHappened() async throws {
        let begun = ContinuousClock.now
        let city = City(.m, seed: 20_220_406, every: Self.number("JIAYUAN_EVERY") ?? 1)
        try OpenFiles.allow(nodes: city.units.count)
        let folder = FileManager.default.temporaryDirectory.path + "/jiayuan-m-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let seed = UInt64(Self.number("JIAYUAN_SEED") ?? 1)
        let evening = try await FaultyEvening(city, in: folder, seed: seed, on: group, Self.pace(city))
        try await evening.serve()

        let watch = Watch(evening)
        let watching = Task { try await watch.keep() }
        async let failing: Void = evening.fail { watch.sawAway($0) || !watch.faults.isEmpty }
        try await evening.play()
        try await failing
        try await evening.heal { watch.look().away }
        let truth = city.truth(evening.nodes.map { ($0.node.unit, $0.node.truth) })
        try await Settled.expect(evening.hall.aggregator, city, truth, within: .seconds(1200)) {
            !watch.faults.isEmpty
        }
        watching.cancel()
        _ = await watching.result
        watch.look()
        #expect(watch.faults == [])
        #expect(try await evening.hall.aggregator.scrub().findings == [])
        let places = try await Self.served(evening, truth)

        let account = Account(evening, watch, places: places)
        #expect(account.missing == [], "faults that never happened prove nothing")
        print("profile M, seed \(seed): \(account.line); \((ContinuousClock.now - begun).components.seconds) s")
        try await Self.end(evening)
        try await group.shutdownGracefully()
    }

    /// As many pushes a second as two processors answer in a debug build beside everything else; who is away is noticed
    /// within the evening, and a restored node is counted within it.
    private static func pace(_ city: City) -> Pace {
        let milliseconds = max(3000, 12 * city.units.count)
        return Pace(
            milliseconds: milliseconds, graceMilliseconds: 2 * milliseconds, leaseMilliseconds: 3 * milliseconds)
    }

    /// - Returns: how many places were asked for.
    private static func served(_ evening: FaultyEvening, _ truth: [String: SurveyCounts]) async throws -> Int {
        let city = evening.city
        return try await inParallel(["http://127.0.0.1:\(evening.hall.port)"]) {
            try ServedStats.expect(at: $0, city, truth)
        }.reduce(0, +)
    }

    private static func end(_ evening: FaultyEvening) async throws {
        try await inParallel(evening.nodes) { try $0.node.stop() }
        for line in evening.lines { try await line.close() }
        await evening.hall.stop()
    }
}
