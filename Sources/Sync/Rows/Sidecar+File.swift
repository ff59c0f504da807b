import Federation

extension Sidecar {
    package static func read(_ path: String, _ surroundings: Surroundings) throws -> Sidecar? {
        guard let bytes = try surroundings.readFile(path) else { return nil }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ").map { $0.filter { !$0.isNewline } }
        guard fields.count == 4, fields[0] == "jiayuan-sidecar-1", let incarnation = Incarnation(hex: fields[1]),
            let session = UInt64(fields[2]), let acknowledged = UInt64(fields[3])
        else { return nil }
        return Sidecar(incarnation: incarnation, session: session, acknowledged: acknowledged)
    }

    package func write(_ path: String, _ surroundings: Surroundings) throws {
        try surroundings.replaceFile(Array("jiayuan-sidecar-1 \(incarnation) \(session) \(acknowledged)\n".utf8), path)
    }
}
