import Foundation
import Synchronization

/// Writing to people: results to standard output, everything else to standard error.
enum Console {
    static func out(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
    static func error(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// Progress of long work on one line of a terminal; silent when piped.
final class Progress: Sendable {
    private let label: String
    private let total: Int
    private let shown = Mutex(ContinuousClock.now)

    init(_ label: String, total: Int) {
        self.label = label
        self.total = total
    }

    func update(_ done: Int) {
        let due = shown.withLock { shown in
            guard ContinuousClock.now - shown > .milliseconds(100) || done == total else { return false }
            shown = ContinuousClock.now
            return true
        }
        guard Console.isTerminal, due else { return }
        let percent = total > 0 ? done * 100 / total : 100
        FileHandle.standardError.write(
            Data("\r\(label) \(done)/\(total) \(percent) %\(done == total ? "\n" : "")".utf8))
    }
}

/// A line that says how long somebody else's work has taken so far; gone when it is done, silent when piped.
final class Waiting: Sendable {
    private let finished = DispatchSemaphore(value: 0)
    private let cleared = DispatchSemaphore(value: 0)
    private let shown: Bool

    init(_ label: String) {
        shown = Console.isTerminal
        guard shown else { return }
        let begun = ContinuousClock.now
        Thread.detachNewThread { [finished, cleared] in
            while finished.wait(timeout: .now() + 1) == .timedOut {
                let seconds = Int((ContinuousClock.now - begun) / .seconds(1))
                FileHandle.standardError.write(Data("\r\(label) … \(seconds) s".utf8))
            }
            FileHandle.standardError.write(Data("\r\u{1b}[K".utf8))
            cleared.signal()
        }
    }

    func done() {
        guard shown else { return }
        finished.signal()
        cleared.wait()
    }
}
