import Federation
import Synchronization

/// What a node keeps of tables between two requests, in memory alone: files that somebody looks at before he takes them,
/// how far the table is that is being taken, and what became of the last one.
final class TableRoom: Sendable {
    struct Upload: Sendable {
        /// As the browser names the file.
        var name: String
        var bytes: [UInt8]
    }
    /// Where the cells come from.
    enum Source: Sendable {
        case pasted(String)
        /// Kept here while somebody looks at it.
        case upload(key: String, Upload)

        var bytes: [UInt8] {
            switch self {
            case .pasted(let text): Array(text.utf8)
            case .upload(_, let upload): upload.bytes
            }
        }

        /// What is worth keeping once the table was taken: nobody types twice what has a mistake in it.
        func left(_ report: ImportReport) -> Source {
            switch self {
            case .pasted(let text): .pasted(report.lines == report.good ? "" : text)
            case .upload(let key, let upload): .upload(key: key, Upload(name: upload.name, bytes: []))
            }
        }
    }
    struct Progress: Sendable, Equatable {
        var done: Int
        var lines: Int
    }
    /// A table that is taken while its sender looks on.
    enum Job: Sendable {
        case running
        case done(Source, ImportReport)
        case failed(IntakeError)
    }
    private struct State {
        var uploads: [(key: String, Upload)] = []
        var progress: Progress?
        var job: (key: String, Job)?
    }
    private let state = Mutex(State())

    /// Files that are kept, and bytes of one; the oldest one goes.
    private static let most = 4
    static let largest = 16 * 1_048_576

    /// - Returns: what the page names the file by.
    func keep(_ upload: Upload) -> String {
        let key = Hex.text(UInt128.random(in: 1 ... .max))
        state.withLock { state in
            state.uploads.append((key, upload))
            if state.uploads.count > TableRoom.most { state.uploads.removeFirst() }
        }
        return key
    }

    /// - Returns: nil once others have come after it, or the node was started anew.
    func upload(_ key: String) -> Upload? { state.withLock { $0.uploads.last { $0.key == key }?.1 } }

    func drop(_ key: String) { state.withLock { $0.uploads.removeAll { $0.key == key } } }

    /// How far the table is that is being taken; nil while there is none.
    var progress: Progress? { state.withLock { $0.progress } }
    func begin(_ lines: Int) { state.withLock { $0.progress = Progress(done: 0, lines: lines) } }
    func advance(to done: Int) { state.withLock { $0.progress?.done = done } }
    func end() { state.withLock { $0.progress = nil } }

    func start() -> String {
        let key = Hex.text(UInt128.random(in: 1 ... .max))
        state.withLock { $0.job = (key, .running) }
        return key
    }

    func finish(_ key: String, _ job: Job) {
        state.withLock { state in
            if state.job?.key == key { state.job = (key, job) }
        }
    }

    func job(_ key: String) -> Job? { state.withLock { $0.job?.key == key ? $0.job?.1 : nil } }
}
