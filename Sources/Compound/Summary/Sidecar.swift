import Daemon
import Federation

/// What must not be rewound with the database: a small file beside it, in no backup.
///
/// It exists only to be compared at start. A database that is older than it has been restored, and
/// starts a new incarnation before it writes anything.
struct Sidecar: Equatable {
    var incarnation: Incarnation
    var session: UInt64
    var acknowledged: UInt64

    static func read(_ path: String) throws -> Sidecar? {
        guard let bytes = try DurableFile.read(path) else { return nil }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ").map { $0.filter { !$0.isNewline } }
        guard fields.count == 4, fields[0] == "jiayuan-sidecar-1", let incarnation = Incarnation(hex: fields[1]),
            let session = UInt64(fields[2]), let acknowledged = UInt64(fields[3])
        else { return nil }
        return Sidecar(incarnation: incarnation, session: session, acknowledged: acknowledged)
    }

    func write(_ path: String) throws {
        try DurableFile.write(Array("jiayuan-sidecar-1 \(incarnation) \(session) \(acknowledged)\n".utf8), to: path)
    }
}
