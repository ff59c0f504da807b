import Foundation
package import Logging
package import ServiceLifecycle
import UnixSignals

/// Runs services until SIGTERM or SIGINT, beating the watchdog while nothing is wrong.
package enum Daemonry {
    /// - Parameters:
    ///   - until: ends everything in order when it returns.
    ///   - status: one line for `systemctl status`, read once a second.
    ///   - fault: why the database doesn't answer; with a fault the watchdog gets no beat and systemd restarts us.
    package static func run(
        _ services: [any Service], until last: (any Service)? = nil, log: Logger,
        status: @escaping @Sendable () -> String,
        fault: @escaping @Sendable () -> String?
    ) async throws {
        let heart = Heart(status: status, fault: fault, log: log)
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
        let fault: @Sendable () -> String?
        let log: Logger

        func run() async throws {
            let period = Notify.watchdogMicroseconds.map { Duration.microseconds($0 / 3) } ?? .seconds(1)
            await cancelWhenGracefulShutdown {
                var said: String?
                while !Task.isCancelled {
                    let fault = fault()
                    if let fault {
                        if fault != said { log.critical("the store doesn't answer", metadata: ["why": "\(fault)"]) }
                    } else {
                        Notify.watchdog()
                        Notify.status(status())
                    }
                    said = fault
                    do { try await Task.sleep(for: min(period, .seconds(1))) } catch { return }
                }
            }
        }
    }
}
