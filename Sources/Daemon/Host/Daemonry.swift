import Foundation
package import Logging
package import ServiceLifecycle
import UnixSignals

/// Runs services until SIGTERM or SIGINT, beating the watchdog while `isAlive` holds.
package enum Daemonry {
    /// - Parameters:
    ///   - until: ends everything in order when it returns.
    ///   - status: one line for `systemctl status`, read once a second.
    ///   - isAlive: whether the database answers; without it the watchdog gets no beat and systemd restarts us.
    package static func run(
        _ services: [any Service], until last: (any Service)? = nil, log: Logger,
        status: @escaping @Sendable () -> String,
        isAlive: @escaping @Sendable () -> Bool
    ) async throws {
        let heart = Heart(status: status, isAlive: isAlive)
        var quiet = log
        // What a service fails with is thrown to whoever started the daemon, and said there.
        quiet.logLevel = .critical
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) } + [.init(service: heart)]
                + (last.map { [.init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)] } ?? []),
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        // A client that never ends its request must not hold the process: what is under way gets this long.
        configuration.maximumGracefulShutdownDuration = .seconds(3)
        let group = ServiceGroup(configuration: configuration)
        try await group.run()
        Notify.stopping()
    }

    private struct Heart: Service {
        let status: @Sendable () -> String
        let isAlive: @Sendable () -> Bool

        func run() async throws {
            let period = Notify.watchdogMicroseconds.map { Duration.microseconds($0 / 3) } ?? .seconds(1)
            await cancelWhenGracefulShutdown {
                while !Task.isCancelled {
                    if isAlive() {
                        Notify.watchdog()
                        Notify.status(status())
                    }
                    do { try await Task.sleep(for: min(period, .seconds(1))) } catch { return }
                }
            }
        }
    }
}
