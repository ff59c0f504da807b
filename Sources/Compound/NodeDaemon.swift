package import Daemon
import Federation
import Foundation
package import Logging
import ServiceLifecycle
import Sync

/// `jiayuan node`: the composition of stages 1 to 4.
package enum NodeDaemon {
    package static func run(_ settings: NodeSettings, log: Logger) async throws {
        try Place.check(socket: settings.socket, key: "socket")
        let lock = try lock(settings)
        let store = try open(settings)
        let queue = SerialQueue("desk")
        let gate = PinGate(pin: settings.pin)
        let vigil = VerificationVigil(store)
        let sender = Sender(
            outbox: store, url: settings.parent, token: settings.token, caFile: settings.caFile,
            log: JournalLog.logger("sync"))
        let doors = Doors(listen: settings.listen, socket: settings.socket, log: log) { tell(store) }
            .services(open: publicRoutes(store, queue, gate), local: localRoutes(store, queue, vigil))
        sender.start()
        try await Daemonry.run(doors + [vigil], log: log, status: { status(store, vigil) }, fault: { store.fault() })
        sender.shutDown()
        withExtendedLifetime(lock) {}
    }

    /// What the journal holds when recording begins.
    private static func tell(_ store: CompoundStore) {
        guard let status = try? store.status() else { return }
        JournalLog.logger("journal").notice(
            "opened", metadata: ["seq": "\(status.seq)", "unacknowledged": "\(status.unacknowledged)"])
    }

    /// Pages and API for staff on the LAN: behind the PIN.
    package static func publicRoutes(_ store: CompoundStore, _ queue: SerialQueue, _ gate: PinGate) -> [Route] {
        let pages = NodePages(store: store, queue: queue, gate: gate)
        let guarded = CompoundAPI(store, queue: queue).routes.map { pages.guarded($0) }
        return guarded + pages.routes + [health(store)]
    }

    /// The same without a PIN: the socket is readable by this user's group only.
    private static func localRoutes(_ store: CompoundStore, _ queue: SerialQueue, _ vigil: VerificationVigil) -> [Route]
    {
        CompoundAPI(store, queue: queue).routes + AdoptionRoutes(store: store, queue: queue).routes
            + VerificationRoutes(vigil: vigil).routes + [health(store)]
    }

    /// For a command where no daemon runs: the same routes over the same file.
    package static func offline(_ settings: NodeSettings) throws -> (routes: [Route], close: @Sendable () -> Void) {
        let lock = try lock(settings)
        let store = try open(settings)
        return (localRoutes(store, SerialQueue("desk"), VerificationVigil(store)), { withExtendedLifetime(lock) {} })
    }

    /// For a command that looks where no daemon runs: the status as the file has it. Nothing is created or changed.
    ///
    /// - Returns: nil if there is no journal.
    package static func aside(_ settings: NodeSettings) throws -> (routes: [Route], close: @Sendable () -> Void)? {
        guard let copy = try StateCopy(of: ["journal.sqlite"], in: settings.state) else { return nil }
        let status = try copy.read {
            try NodeStatus.read(journal: copy.folder + "/journal.sqlite", unit: settings.unit)
        }
        let route = Route("GET", "/api/v1/status") { _ in try CompoundAPI.json(status) }
        return ([route], {})
    }

    private static func lock(_ settings: NodeSettings) throws -> LockFile {
        try Place.makeFolder(settings.state, key: "state")
        return try LockFile(settings.state + "/lock")
    }

    private static func open(_ settings: NodeSettings) throws -> CompoundStore {
        try Place.makeFolder((settings.sidecar as NSString).deletingLastPathComponent, key: "sidecar")
        return try CompoundStore(
            folder: settings.state, sidecar: settings.sidecar, unit: settings.unit.text, parentURL: settings.parent,
            surroundings: Surroundings(log: { JournalLog.logger($0) }))
    }

    private static func health(_ store: CompoundStore) -> Route {
        Route("GET", "/healthz") { _ in
            .health(store.fault())
        }
    }

    private static func status(_ store: CompoundStore, _ vigil: VerificationVigil) -> String {
        guard let status = try? store.status() else { return "the store does not answer" }
        let heard = status.acknowledgedAt.map { "last acknowledged \(status.now - $0) s ago" } ?? "never acknowledged"
        return "\(status.unacknowledged) unacknowledged, \(heard)\(status.because.map { ", \($0)" } ?? "")"
            + (vigil.line.map { ", \($0)" } ?? "")
    }
}
