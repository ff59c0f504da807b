import Daemon
import Federation
import Foundation
import Sync
import Wire

/// An aggregator as somebody's child: what it publishes, and the thread that sends it.
package struct Upward: Sendable {
    let store: UpwardStore
    private let sender: Sender

    init(_ settings: AggregatorSettings.Upward, _ all: AggregatorSettings, of aggregator: Aggregator) throws {
        try Place.makeFolder((settings.sidecar as NSString).deletingLastPathComponent, key: "sidecar")
        store = try UpwardStore(
            folder: all.state, sidecar: settings.sidecar, unit: settings.unit, parentURL: settings.parent,
            pace: all.pace,
            source: UpwardStore.Source(
                look: { aggregator.look() }, clock: { aggregator.clock.now },
                adopt: { document in
                    // Each aggregator has keys of its own: households are claimed below it and nowhere else.
                    let (picture, wall) = (aggregator.look(), aggregator.clock.wall)
                    try aggregator.changeNow { registry in
                        for one in UpwardStore.campaigns(document) {
                            try registry.publish(
                                one, withClaims: true, at: wall, draw: { .random(in: 1 ... .max) },
                                open: picture.openClaims(one.code))
                        }
                        try registry.take(fromAbove: document.directives ?? [])
                    }
                }))
        sender = Sender(
            outbox: store, url: settings.parent, token: settings.token, caFile: settings.caFile,
            log: JournalLog.logger("sync"))
    }

    func start() { sender.start() }
    func shutDown() { sender.shutDown() }

    func status() throws -> LinkStatus { try store.status() }

    /// For the supervisor.
    var line: String {
        guard let status = try? status() else { return ", the upward store does not answer" }
        return ", \(status.unacknowledged) rows unacknowledged above\(status.because.map { ", \($0)" } ?? "")"
    }
}
