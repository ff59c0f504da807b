import Daemon
import Federation

@testable import Compound

/// A body of records as a phone's queue or a script posts it.
enum RecordBytes {
    static func run(_ bytes: [UInt8]) {
        guard let items = try? RecordReader.read(bytes) else { return }
        for (_, item) in items {
            if case .success(let record) = item { holds(isValid(record), "a record doesn't survive its own JSON") }
        }
    }

    /// Whether the reader of JSON takes the record too, unchanged: forms must not let in what scripts may not send.
    static func isValid(_ record: Record) -> Bool {
        guard let items = try? RecordReader.read(Array(json(record).utf8)), items.count == 1,
            case .success(let again) = items[0].1
        else { return false }
        return again == record
    }

    private static func json(_ record: Record) -> String {
        var members: [(String, JSONLine.Value)] = [
            ("id", .text(Hex.text(record.id))), ("recorder", .text(record.recorder.text)),
            ("observed_at", .number(Int(record.observedAt))),
        ]
        if let device = record.device { members.append(("device", .text(device.text))) }
        members.append(("kind", .text(type(of: record.content).kind)))
        members += record.content.members
        var text = JSONLine.object(members)
        if !record.supersedes.isEmpty {
            let ids = record.supersedes.map { "\"\(Hex.text($0))\"" }.joined(separator: ",")
            text = text.dropLast() + ",\"supersedes\":[\(ids)]}"
        }
        return text
    }
}
