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
    /// What the log said last; the sender's own thread's.
    private var isAcknowledged = false

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
        var talk = try Conversation(outbox, firstPush: UInt64.random(in: 0 ... .max), log: log)
        let parent = Parent(url: url, unit: talk.unit, token: token, caFile: caFile, stop: stop)
        var event = ChildLink.Event.due
        var heard: Int64?
        while true {
            switch try talk.step(event, draw: { UInt64.random(in: 0 ... .max) }) {
            case .post(let push):
                if push.part > 1 || push.to == nil {
                    log.notice(
                        "sending in parts",
                        metadata: [
                            "kind": "\(push.kind.rawValue)", "part": "\(push.part)", "rows": "\(push.changes.count)",
                            "last": "\(push.to != nil)",
                        ])
                }
                event = parent.post(push)
                if case .answer(let answer) = event, answer.parent != nil {
                    heard = Int64(Date().timeIntervalSince1970)
                }
            case .wait(let milliseconds, let acknowledged):
                outbox.report(standing(talk.link, heard))
                if acknowledged {
                    if let wanted = talk.registryWanted,
                        let (document, digest) = parent.registry(held: wanted.held, of: wanted.parent)
                    {
                        try talk.adopt(document, digest: digest)
                    }
                }
                tell(talk.link, acknowledged: acknowledged, retry: milliseconds)
                if sleep(milliseconds: milliseconds) { return }
                event = .due
            }
        }
    }

    /// The first acknowledgement after trouble and every failure, in the words that pages and `status` have. A parent
    /// that wants something else first is no trouble.
    private func tell(_ link: ChildLink, acknowledged: Bool, retry milliseconds: Int) {
        if acknowledged {
            guard !isAcknowledged else { return }
            log.notice("acknowledged", metadata: ["by": "\(url)", "seq": "\(link.cursor?.seq ?? 0)"])
        } else if let words = link.trouble?.words {
            log.warning(
                "not acknowledged",
                metadata: ["because": "\(words.code)", "detail": "\(words.detail)", "retry_ms": "\(milliseconds)"])
        } else {
            return
        }
        isAcknowledged = acknowledged
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
