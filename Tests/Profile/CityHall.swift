import Daemon
import Foundation
import ServiceLifecycle
import Synchronization
import Testing

@testable import District

/// The city's real aggregator behind a free port on loopback; it may be killed and started again from its files. One task
/// does that, and others look at whichever serves.
final class CityHall: @unchecked Sendable {
    private let folder: String
    private let pace: Pace
    private(set) var lives = 0
    private(set) var port = 0
    private var service: (group: ServiceGroup, task: Task<Void, any Error>)?
    private let current: Mutex<Aggregator>

    private init(_ folder: String, _ pace: Pace, _ aggregator: Aggregator) {
        (self.folder, self.pace) = (folder, pace)
        current = Mutex(aggregator)
    }

    static func open(_ folder: String, _ city: City, _ pace: Pace) async throws -> CityHall {
        try FileManager.default.createDirectory(atPath: folder + "/0", withIntermediateDirectories: true)
        let aggregator = try Aggregator(folder: folder + "/0", pace: pace, log: .quiet)
        aggregator.start()
        try await aggregator.change { try city.register(in: $0) }
        return CityHall(folder, pace, aggregator)
    }

    var aggregator: Aggregator { current.withLock { $0 } }

    func serve() async throws {
        let (ports, running) = AsyncStream<Int>.makeStream()
        let reading = StatsRoutes(aggregator, guarding: ReadGuard(token: nil, aggregator))
        let server = Server.make(
            IngestRoutes(aggregator).routes + reading.routes, on: .tcp(host: "127.0.0.1", port: 0), log: .quiet
        ) { port in running.yield(port ?? 0) }
        let group = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: .quiet))
        service = (group, Task { try await group.run() })
        port = try #require(await ports.first { _ in true })
    }

    func stop() async {
        await silence()
        aggregator.shutDown()
    }

    private func silence() async {
        guard let (group, task) = service else { return }
        service = nil
        await group.triggerGracefulShutdown()
        _ = try? await task.value
    }

    /// As by `kill -9`; see `Remains`. Files are copied by the thread that writes them, after a batch was committed
    /// and, for those who had asked behind this call, before it was answered: what they sent is durable and they never hear.
    ///
    /// - Parameter cut: called by that thread before; from then on nothing may be heard of this life.
    func kill(_ cut: @escaping @Sendable () -> Void) async throws {
        lives += 1
        let (before, after) = ("\(folder)/\(lives - 1)", "\(folder)/\(lives)")
        try await aggregator.change { _ in
            cut()
            try Remains.copy(["registry.sqlite", "rows.sqlite"], from: before, to: after)
        }
        await stop()
    }

    /// As whoever finds it dead starts it; it doesn't serve yet.
    func startAgain() throws {
        let fresh = try Aggregator(folder: "\(folder)/\(lives)", pace: pace, log: .quiet)
        fresh.start()
        current.withLock { $0 = fresh }
        try FileManager.default.removeItem(atPath: "\(folder)/\(lives - 1)")
    }
}
