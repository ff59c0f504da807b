import Coverage
import Daemon
import Federation
import Foundation
import Generator
import Logging
import ServiceLifecycle
import Sync
import Synchronization
import Testing

@testable import Compound
@testable import District

/// The whole of profile S in one process: 325 real nodes with their own databases and libcurl senders,
/// one real aggregator, loopback between them. Totals at every place equal the generator's truth.
@Suite struct ProfileSTests {
    @Test func everyTotalEqualsTheTruth() async throws {
        let world = World(profile: .s, seed: 20_220_406)
        let folder = FileManager.default.temporaryDirectory.path + "/jiayuan-s-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let aggregator = try await Self.aggregator(folder, world)
        let tokens = try Self.register(world, aggregator)
        aggregator.start()
        let registrations = tokens.registrations
        try await aggregator.change { registry in for put in registrations { try put(registry) } }
        let served = Served()
        let task = Task { try await served.run(aggregator) }
        let port = await served.port()

        let senders = try await Self.play(world, folder, tokens.byUnit, port)
        try await Self.settle(aggregator, world)
        senders.forEach { $0.shutDown() }
        served.stop()
        _ = try? await task.value
        aggregator.shutDown()
    }

    private struct Tokens {
        var byUnit: [String: String] = [:]
        var registrations: [@Sendable (RegistryStore) throws -> Void] = []
    }

    private static func aggregator(_ folder: String, _ world: World) async throws -> Aggregator {
        try FileManager.default.createDirectory(atPath: folder + "/city", withIntermediateDirectories: true)
        // Nobody may turn stale while the rest is still being compared.
        let pace = Pace(milliseconds: 3000, graceMilliseconds: 600_000, leaseMilliseconds: 600_000)
        return try Aggregator(folder: folder + "/city", pace: pace, log: Logger(label: "profile"))
    }

    private static func register(_ world: World, _ aggregator: Aggregator) throws -> Tokens {
        var tokens = Tokens()
        let divisions = world.divisions.map {
            RegistryDivision(code: $0.code, name: $0.name, level: $0.level, parent: $0.parent)
        }
        let edition = try #require(DivisionEdition(name: "S", validFrom: "2000-01-01"))
        tokens.registrations.append { try $0.put(edition, divisions) }
        tokens.registrations.append {
            try $0.put(
                RegistryCampaign(
                    code: Code(literal: "2022-04-06-survey"), name: "S", opens: 1, deadline: 2, order: "", closed: false
                ))
        }
        for unit in world.units {
            let token = Token.random()
            tokens.byUnit[unit.code] = token
            tokens.registrations.append {
                try $0.put(
                    RegistryUnit(
                        code: Code(unit.code)!, name: unit.name, community: unit.community,
                        expectedHouseholds: Int64(unit.expectedHouseholds),
                        expectedResidents: Int64(unit.expectedResidents),
                        dutyTelephone: unit.dutyTelephone, ceilingPercent: 100), tokenHash: Token.hash(token))
            }
        }
        return tokens
    }

    /// Every compound records its evening while its sender is at work.
    private static func play(_ world: World, _ folder: String, _ tokens: [String: String], _ port: Int) async throws
        -> [Sender]
    {
        try await withThrowingTaskGroup(of: Sender.self) { group in
            var waiting = world.units.makeIterator()
            func next() {
                guard let unit = waiting.next() else { return }
                group.addTask {
                    let state = "\(folder)/\(unit.code)"
                    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
                    let url = "http://127.0.0.1:\(port)"
                    let store = try CompoundStore(
                        folder: state, sidecar: state + "/sidecar", unit: unit.code, parentURL: url)
                    let sender = Sender(
                        outbox: store, url: url, token: tokens[unit.code] ?? "", caFile: nil, log: Logger(label: "sync")
                    )
                    sender.start()
                    let evening = world.evening(of: unit)
                    _ = try RegistryImport.run(Array(evening.plan.registryCSV.utf8), into: store, apply: true)
                    let records = evening.records
                    for start in stride(from: 0, to: records.count, by: 500) {
                        let batch = records[start..<min(start + 500, records.count)].map(\.json).joined(separator: ",")
                        let outcome = try store.record(Array("[\(batch)]".utf8))
                        #expect(outcome.refused.isEmpty)
                    }
                    return sender
                }
            }
            for _ in 0..<4 { next() }
            var senders: [Sender] = []
            while let sender = try await group.next() {
                senders.append(sender)
                next()
            }
            return senders
        }
    }

    /// Waits until every unit's own figures are there, then compares every place.
    private static func settle(_ aggregator: Aggregator, _ world: World) async throws {
        var places: [String: SurveyCounts] = [:]
        for unit in world.units {
            let truth = world.evening(of: unit).truth().totals.survey
            for code in [unit.community, unit.street, unit.district, unit.city] {
                places[code, default: SurveyCounts()] += truth
            }
        }
        let city = world.units[0].city
        let period = Code(literal: "2022-04-06-survey")
        let question = Question(period: period, measures: Coverage.Measure.all)
        let deadline = ContinuousClock.now + .seconds(240)
        func differing() -> [String] {
            let picture = aggregator.look()
            return places.keys.filter { code in
                guard let place = picture.rollup.tree.place(code), let truth = places[code] else { return true }
                let figures = picture.figures(place, question)
                return !zip(figures.measures, [truth.completion, truth.contact, truth.tested]).allSatisfy {
                    measured, want in
                    measured.figure.isExact && measured.figure.evidence.numerator == want.numerator
                        && measured.figure.evidence.denominator == want.denominator
                }
            }.sorted()
        }
        while !differing().isEmpty, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(500)) }
        #expect(differing() == [])
        let picture = aggregator.look()
        let root = try #require(picture.rollup.tree.place(city))
        #expect(picture.figures(root, question).completeness.known == world.units.count)
        #expect(
            Rollup.recomputed(
                Hierarchy(current: picture.rollup.tree), shelf: picture.rollup.shelf, speakers: picture.speakers,
                now: picture.now
            ).cuts == picture.rollup.cuts, "incremental equals recomputed")
    }
}

/// The aggregator behind a free port on loopback.
private final class Served: Sendable {
    private let known = AsyncStream<Int>.makeStream()
    private let group = Mutex<ServiceGroup?>(nil)

    func run(_ aggregator: Aggregator) async throws {
        let continuation = known.continuation
        let server = Server.make(
            IngestRoutes(aggregator).routes, on: .tcp(host: "127.0.0.1", port: 0), log: Logger(label: "profile")
        ) { port in continuation.yield(port ?? 0) }
        var quiet = Logger(label: "profile")
        quiet.logLevel = .critical
        let group = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: quiet))
        self.group.withLock { $0 = group }
        try await group.run()
    }

    func port() async -> Int {
        for await port in known.stream { return port }
        return 0
    }

    func stop() {
        let group = group.withLock { $0 }
        Task { await group?.triggerGracefulShutdown() }
    }
}
