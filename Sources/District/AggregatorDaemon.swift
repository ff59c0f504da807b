package import Daemon
import Foundation
package import Logging
import ServiceLifecycle
import Synchronization

/// `jiayuan aggregator`: the composition of stages 5 to 9. Tests call `routes` too.
package enum AggregatorDaemon {
    package static func run(_ settings: AggregatorSettings, log: Logger) async throws {
        try Place.check(socket: settings.socket, key: "socket")
        try Place.makeFolder(settings.state, key: "state")
        guard try await RegistryVigil(settings: settings, log: log).wait() else { return }
        let lock = try LockFile(settings.state + "/lock")
        let aggregator = try Aggregator(folder: settings.state, pace: settings.pace, log: log)
        aggregator.start()
        JournalLog.logger("rollup").notice(
            "added up from the rows that are held", metadata: ["units": "\(aggregator.look().rollup.tree.counted)"])
        let upward = try settings.upward.map { try Upward($0, settings, of: aggregator) }
        let series = Series(
            folder: settings.state, stepSeconds: settings.seriesSeconds, log: JournalLog.logger("statistics"))
        let edge = try PublicEdge(
            settings.releaseTimes, aggregator.registry, series, wall: aggregator.clock.wall,
            log: JournalLog.logger("statistics"))
        let doors = Doors(listen: settings.listen, socket: settings.socket, log: log) { tell(settings) }
            .services(
                open: publicRoutes(aggregator, settings, series, edge, upward), local: localRoutes(aggregator, upward))
        let standings = StandingLog(JournalLog.logger("statistics"))
        upward?.start()
        try await Daemonry.run(
            doors, log: log,
            status: {
                standings.look(aggregator.look(), now: aggregator.clock.now)
                series.look({ aggregator.look() }, wall: aggregator.clock.wall)
                edge.look({ aggregator.look() }, wall: aggregator.clock.wall)
                return status(aggregator, upward)
            }, fault: { aggregator.fault() })
        // First who reads and changes what the aggregator holds, then the aggregator.
        upward?.shutDown()
        aggregator.shutDown()
        withExtendedLifetime(lock) {}
    }

    package static func publicRoutes(
        _ aggregator: Aggregator, _ settings: AggregatorSettings, _ series: Series, _ edge: PublicEdge,
        _ upward: Upward? = nil
    ) -> [Route] {
        let guarding = ReadGuard(token: settings.readToken, aggregator)
        return IngestRoutes(aggregator).routes
            + StatsRoutes(aggregator, guarding: guarding, series: series, upward: upward).routes
            + BookRoutes(aggregator, guarding: guarding).routes + WorkRoutes(aggregator, guarding: guarding).routes
            + ExportRoutes(aggregator, guarding: guarding, series: series).routes
            + DashboardRoutes(
                aggregator, guarding: guarding, series: series, upward: upward, home: settings.upward?.unit
            ).routes + SeriesRoutes(aggregator, series, guarding: guarding).routes + PublicRoutes(edge).routes
            + DirectiveRoutes(aggregator, guarding: guarding).routes
            + DirectivePages(aggregator, guarding: guarding).routes
    }

    /// Everything, without a token: the socket is readable by this user's group only.
    package static func localRoutes(_ aggregator: Aggregator, _ upward: Upward? = nil) -> [Route] {
        let guarding = ReadGuard(token: nil, aggregator)
        return AdminRoutes(aggregator).routes + ReadTokenRoutes(aggregator).routes + OverlayRoutes(aggregator).routes
            + DecisionRoutes(aggregator).routes + DirectiveRoutes(aggregator, guarding: guarding).localRoutes
            + ClaimRoutes(aggregator).routes + WorkRoutes(aggregator, guarding: guarding).localRoutes
            + StatsRoutes(aggregator, guarding: guarding, upward: upward).routes
            + BookRoutes(aggregator, guarding: guarding).routes
            + ExportRoutes(aggregator, guarding: guarding).localRoutes
    }

    /// For a command where no daemon runs: the same routes over the same files.
    package static func offline(_ settings: AggregatorSettings, log: Logger) throws -> (
        routes: [Route], close: @Sendable () -> Void
    ) {
        try Place.makeFolder(settings.state, key: "state")
        guard !RegistryFile.isLost(settings.state) else {
            throw RegistryFile.Refused(description: RegistryVigil.hint(settings.state))
        }
        let lock = try LockFile(settings.state + "/lock")
        let aggregator = try Aggregator(folder: settings.state, pace: settings.pace, log: log)
        aggregator.start()
        let upward = try settings.upward.map { try Upward($0, settings, of: aggregator) }
        return (
            localRoutes(aggregator, upward),
            {
                aggregator.shutDown()
                withExtendedLifetime(lock) {}
            }
        )
    }

    /// `jiayuan restore`: no daemon may run; one that waits for its registry holds no lock.
    ///
    /// - Returns: where the registry that was there is kept; nil if there was none.
    package static func restore(_ backup: String, _ settings: AggregatorSettings) throws -> String? {
        try Place.makeFolder(settings.state, key: "state")
        let lock = try LockFile(settings.state + "/lock")
        defer { withExtendedLifetime(lock) {} }
        return try RegistryFile.restore(backup, into: settings.state, wall: ServingClock().wall)
    }

    /// For a command that looks where no daemon runs: the same routes over copies of the files. Nothing is created or
    /// changed in the state folder.
    ///
    /// - Returns: nil if there is no registry.
    package static func aside(_ settings: AggregatorSettings, log: Logger) throws -> (
        routes: [Route], close: @Sendable () -> Void
    )? {
        guard !RegistryFile.isLost(settings.state) else {
            throw RegistryFile.Refused(description: RegistryVigil.hint(settings.state))
        }
        guard let copy = try StateCopy(of: ["registry.sqlite", "rows.sqlite"], in: settings.state) else { return nil }
        let aggregator = try copy.read { try Aggregator(folder: copy.folder, pace: settings.pace, log: log) }
        aggregator.start()
        return (
            localRoutes(aggregator),
            {
                aggregator.shutDown()
                withExtendedLifetime(copy) {}
            }
        )
    }

    private static func tell(_ settings: AggregatorSettings) {
        let readers = settings.readToken == nil ? "this machine only" : "whoever has the read token"
        JournalLog.logger("dashboard").notice(
            "pages are open", metadata: ["at": "http://\(settings.listen)/", "to": "\(readers)"])
    }

    private static func status(_ aggregator: Aggregator, _ upward: Upward?) -> String {
        let picture = aggregator.look()
        let connected = picture.speakers.count { $0.activeIndex != nil }
        let fresh = picture.speakers.count { ($0.appointment ?? .min) >= picture.now }
        return "\(picture.rollup.tree.counted) units expected, \(connected) connected, \(fresh) on time"
            + (upward?.line ?? "")
    }
}
