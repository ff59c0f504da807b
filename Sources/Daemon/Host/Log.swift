import Glibc
package import Logging

/// Log lines for journald: priority prefix, stage, message, key=value. No timestamp of our own,
/// the journal has a better one.
package struct JournalLog: LogHandler {
    private let label: String
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level = .info
    package var metadataProvider: Logger.MetadataProvider?

    package init(label: String) { self.label = label }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = "<\(JournalLog.priority(event.level))>\(label): \(event.message)"
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
        let bytes = Array((String(line.map { $0.isNewline ? " " : $0 }) + "\n").utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// - Parameter stage: one of the nine stage words.
    package static func logger(_ stage: String) -> Logger {
        Logger(label: stage) { JournalLog(label: $0) }
    }
}
