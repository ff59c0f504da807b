import Foundation
package import Logging
package import ServiceLifecycle

/// The two ways into a daemon, opened one after the other: the port that others reach, and then the local socket.
///
/// A daemon that doesn't get its port must leave the socket alone: it may be the one of the daemon that has it.
package struct Doors: Sendable {
    private let listen: Listen
    private let socket: String
    private let log: Logger
    private let opened: @Sendable () -> Void

    /// - Parameter opened: called once the port is taken; before that nothing is worth telling but why it isn't.
    package init(listen: Listen, socket: String, log: Logger, opened: @escaping @Sendable () -> Void = {}) {
        self.listen = listen
        self.socket = socket
        self.log = log
        self.opened = opened
    }

    /// - Parameters:
    ///   - open: routes on the port.
    ///   - local: routes on the socket.
    package func services(open: [Route], local: [Route]) -> [any Service] {
        let (ports, told) = AsyncStream<Int?>.makeStream()
        let outer = Port(open, on: listen, log: log) { port in told.yield(port) }
        let inner = Server.make(local, on: .socket(path: socket), log: log) { _ in
            Notify.ready("listening on \(listen)")
        }
        return [outer, Second(inner: inner, socket: socket, ports: ports, listen: listen, log: log, opened: opened)]
    }

    private struct Second: Service {
        let inner: any Service
        let socket: String
        let ports: AsyncStream<Int?>
        let listen: Listen
        let log: Logger
        let opened: @Sendable () -> Void

        func run() async throws {
            let port = await cancelWhenGracefulShutdown { await ports.first { _ in true } }
            guard let port else { return }
            log.notice("listening", metadata: ["on": "\(listen)", "port": "\(port.map { "\($0)" } ?? "-")"])
            opened()
            try Place.check(socket: socket, key: "socket")
            // What is left of a process that is gone.
            try? FileManager.default.removeItem(atPath: socket)
            defer { try? FileManager.default.removeItem(atPath: socket) }
            try await inner.run()
        }
    }
}
