import Daemon
import Foundation

/// The one thread that writes. It takes whatever has arrived, hands it on as one batch, and wakes at
/// least every 50 ms for what depends on time alone. It steps back for those who read.
///
/// While one batch is being made durable the next one gathers, so the cost of an fsync is shared by
/// all who wait for it, and nobody waits for more than two.
final class GroupCommit<Job: Sendable>: @unchecked Sendable {
    // `condition` guards everything below; the batch itself runs outside of it.
    private let condition = NSCondition()
    private var waiting: [Job] = []
    private var stopping = false
    private var finished = false

    /// Jobs of one transaction; more wait for the next, so that an answer is never far away.
    private let batchLimit: Int
    /// Jobs that may wait before new ones are turned away.
    private let queueLimit: Int

    init(batchLimit: Int = 512, queueLimit: Int = 8192) {
        self.batchLimit = batchLimit
        self.queueLimit = queueLimit
    }

    /// - Returns: false if too many are waiting: the sender is told to come back.
    func submit(_ job: Job) -> Bool {
        condition.withLock {
            guard !stopping, waiting.count < queueLimit else { return false }
            waiting.append(job)
            if waiting.count == 1 { condition.signal() }
            return true
        }
    }

    func start(_ batch: @escaping @Sendable ([Job]) -> Void) {
        let thread = Thread { [self] in
            Thread.stepBack()
            while let jobs = next() { batch(jobs) }
            condition.withLock {
                finished = true
                condition.broadcast()
            }
        }
        thread.name = "ingest"
        thread.stackSize = 4 * 1024 * 1024
        thread.start()
    }

    /// Lets the batches that are waiting be answered, then ends the thread.
    func shutDown() {
        condition.lock()
        stopping = true
        condition.broadcast()
        while !finished { condition.wait() }
        condition.unlock()
    }

    /// - Returns: the next batch, empty after 50 ms without one; nil once all is done.
    private func next() -> [Job]? {
        condition.lock()
        defer { condition.unlock() }
        if waiting.isEmpty, !stopping { _ = condition.wait(until: Date(timeIntervalSinceNow: 0.05)) }
        if waiting.isEmpty, stopping { return nil }
        let jobs = Array(waiting.prefix(batchLimit))
        waiting.removeFirst(jobs.count)
        return jobs
    }
}
