package import Federation
package import Logging
package import Wire

/// One run's talk with a parent: steps the link and performs its effects on the outbox, until the network
/// or time has to act. It waits for nothing itself, so whoever owns the waiting drives it: the sender's
/// thread with libcurl, or a simulated network.
package struct Conversation {
    /// Who has to act next.
    package enum Turn: Sendable, Equatable {
        /// Send this and report the answer.
        case post(Push)
        /// Report `.due` after this time. `acknowledged`: the parent has just confirmed everything.
        case wait(milliseconds: Int, acknowledged: Bool)
    }

    package private(set) var link: ChildLink
    package let unit: Code
    private let outbox: any Outbox
    /// ETag of the registry document that is held.
    private var registry: String?
    private let log: Logger

    /// Reads what the outbox remembers, which begins a new session.
    package init(_ outbox: any Outbox, firstPush: UInt64, log: Logger) throws {
        let memory = try outbox.memory()
        self.outbox = outbox
        self.log = log
        unit = memory.unit
        registry = memory.registry
        link = ChildLink(
            incarnation: memory.incarnation, session: memory.session, cursor: memory.cursor, floor: memory.floor,
            epoch: memory.epoch, parent: memory.parent, catalogues: memory.catalogues, firstPush: firstPush)
    }

    /// What is held and of whom to ask, where the parent has named another registry document than that.
    package var registryWanted: (held: String?, parent: Incarnation)? {
        guard let parent = link.parent, link.registry != registry else { return nil }
        return (registry, parent)
    }

    /// - Parameter draw: a fresh random number at each call.
    package mutating func step(_ first: ChildLink.Event, draw: () -> UInt64) throws -> Turn {
        var event = first
        if case .due = first, !link.isMidway {
            switch try outbox.prepare() {
            case .ready(let catalogues): link.learn(catalogues)
            case .heldBack(let milliseconds): return .wait(milliseconds: milliseconds, acknowledged: false)
            }
        }
        while true {
            switch link.step(event, draw: draw()) {
            case .read(let after, let limit):
                let (changes, reachesEnd, own) = try outbox.changes(after: after, limit: limit)
                event = .part(changes: changes, reachesEnd: reachesEnd, own: own)
            case .post(let push):
                return .post(push)
            case .mint(let reason):
                log.warning("starting a new incarnation", metadata: ["reason": "\(reason.rawValue)"])
                event = .minted(try outbox.mint(reason))
            case .quarantine(let keys, let refusals):
                log.warning(
                    "rows refused by the parent are now unknown",
                    metadata: ["rows": "\(keys.count)", "why": "\(refusals[0].why)"])
                try outbox.quarantine(keys, refusals)
                event = .quarantined
            case .acknowledge(let position, let epoch, let wait):
                guard let parent = link.parent else { preconditionFailure("acknowledged by nobody") }
                try outbox.acknowledge(position, epoch: epoch, parent: parent)
                return .wait(milliseconds: wait, acknowledged: true)
            case .wait(let milliseconds):
                return .wait(milliseconds: milliseconds, acknowledged: false)
            }
        }
    }

    package mutating func adopt(_ document: RegistryDocument, digest: String) throws {
        try outbox.adopt(document, digest: digest)
        registry = digest
    }
}
