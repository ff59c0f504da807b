import Foundation

/// Threads for work that others go before: reports are taken apart here, so that whoever reads a figure finds a thread of the
/// common pool and a processor, however many reports have come at once.
package final class Background: TaskExecutor, @unchecked Sendable {
    // `condition` guards it.
    private var waiting: [UnownedJob] = []
    private let condition = NSCondition()

    /// On half of the processors, one at least.
    package static let shared = Background(threads: max(1, ProcessInfo.processInfo.activeProcessorCount / 2))

    private init(threads: Int) {
        for _ in 0..<threads {
            Thread.detachNewThread { [self] in
                Thread.stepBack()
                while true { next().runSynchronously(on: asUnownedTaskExecutor()) }
            }
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.withLock {
            waiting.append(job)
            condition.signal()
        }
    }

    private func next() -> UnownedJob {
        condition.withLock {
            while waiting.isEmpty { condition.wait() }
            return waiting.removeFirst()
        }
    }
}

extension Thread {
    /// Where processors are short the calling thread lets others run first, and has what they leave.
    ///
    /// - Parameter steps: of `nice`, which Linux counts for each thread, from where the process began: a thread starts with that of
    ///   whoever made it.
    package static func stepBack(by steps: Int32 = 5) {
        let process = __priority_which_t(PRIO_PROCESS.rawValue)
        setpriority(process, 0, getpriority(process, id_t(getpid())) + steps)
    }
}
