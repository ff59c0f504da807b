import Federation
import Foundation
package import Logging

/// Stage 4: the one loop that waits. It steps the link, performs the effect and reports back.
///
/// It runs on a thread of its own, because libcurl and the disk block.
package final class Sender: @unchecked Sendable {
    // Only the sender's own thread touches the link; `condition` guards `stopping`.
    private let outbox: any Outbox
    private let url: String
    private let token: String
    private let caFile: String?
    private let log: Logger
    private let stop = HTTPClient.Stop()
    private let condition = NSCondition()
    private var stopping = false
    private var finished = false

    package init(outbox: any Outbox, url: String, token: String, caFile: String?, log: Logger) {
        self.outbox = outbox
        self.url = url
        self.token = token
        self.caFile = caFile
        self.log = log
    }

    package func start() {
        let thread = Thread { [self] in
            run()
            condition.withLock {
                finished = true
                condition.broadcast()
            }
        }
        thread.name = "sync"
        thread.stackSize = 512 * 1024
        thread.start()
    }

    /// Aborts what is under way and waits for the thread. Nothing is lost: the rows are the outbox.
    package func shutDown() {
        stop.set()
        condition.lock()
        stopping = true
        condition.broadcast()
        while !finished { condition.wait() }
        condition.unlock()
    }

    private func run() {
        while !sleep(milliseconds: Int.random(in: 0...250)) {
            do {
                try converse()
                return
            } catch {
                // The store refused: the page shows it, and the link starts again from what is durable.
                log.error("the node's own store failed; retrying in 5 s", metadata: ["error": "\(error)"])
                if sleep(milliseconds: 5000) { return }
            }
        }
    }

    private func converse() throws {
        let memory = try outbox.memory()
        var registry = memory.registry
        let parent = Parent(url: url, unit: memory.unit, token: token, caFile: caFile, stop: stop)
        var link = ChildLink(
            incarnation: memory.incarnation, session: memory.session, cursor: memory.cursor, floor: memory.floor,
            epoch: memory.epoch, parent: memory.parent, catalogues: memory.catalogues,
            firstPush: UInt64.random(in: 0 ... .max))
        var event = ChildLink.Event.due
        var heard: Int64?
        while true {
            let effect = link.step(event, draw: UInt64.random(in: 0 ... .max))
            if case .answer(let answer) = event, answer.parent != nil { heard = Int64(Date().timeIntervalSince1970) }
            switch effect {
            case .read(let after, let limit):
                let (changes, reachesEnd, own) = try outbox.changes(after: after, limit: limit)
                event = .part(changes: changes, reachesEnd: reachesEnd, own: own)
            case .post(let push):
                event = parent.post(push)
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
                guard let identity = link.parent else { preconditionFailure("acknowledged by nobody") }
                try outbox.acknowledge(position, epoch: epoch, parent: identity)
                outbox.report(standing(link, heard))
                if link.registry != registry, let (document, digest) = parent.registry(held: registry, of: identity) {
                    try outbox.adopt(document, digest: digest)
                    registry = digest
                }
                if sleep(milliseconds: wait) { return }
                event = .due
            case .wait(let milliseconds):
                log.info(
                    "not acknowledged",
                    metadata: ["because": "\(link.trouble.map { "\($0)" } ?? "-")", "retry_ms": "\(milliseconds)"])
                outbox.report(standing(link, heard))
                if sleep(milliseconds: milliseconds) { return }
                event = .due
            }
        }
    }

    private func standing(_ link: ChildLink, _ heard: Int64?) -> LinkStanding {
        LinkStanding(role: link.role, trouble: link.trouble, cursor: link.cursor, lastHeard: heard)
    }

    /// - Returns: true if the sender is to stop.
    private func sleep(milliseconds: Int) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        let until = Date(timeIntervalSinceNow: Double(milliseconds) / 1000)
        while !stopping, condition.wait(until: until) {}
        return stopping
    }
}
