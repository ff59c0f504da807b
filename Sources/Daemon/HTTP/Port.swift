import Foundation
package import Logging
import NIOCore
import ServiceLifecycle

/// The port that others reach, and what to say where it can't be had.
package struct Port: Service {
    private let listen: Listen
    private let server: any Service

    /// - Parameter onRunning: told the port once it listens.
    package init(
        _ routes: [Route], on listen: Listen, log: Logger, onRunning: @escaping @Sendable (Int?) async -> Void
    ) {
        self.listen = listen
        server = Server.make(routes, on: listen, log: log, onRunning: onRunning)
    }

    package func run() async throws {
        do { try await server.run() } catch let error as IOError {
            throw PlaceError("listen", "\(listen)", errno: error.errnoCode, hint: Port.hint(error.errnoCode))
        }
    }

    private static func hint(_ code: Int32) -> String {
        switch code {
        case EADDRINUSE: "The port is in use by another daemon or another program: stop that one, or name another port."
        case EADDRNOTAVAIL: "This machine has no such address: name one of its own."
        case EACCES: "Ports below 1024 are for root: name one above."
        default: "Name another address and port."
        }
    }
}
