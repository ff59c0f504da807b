package import Federation

/// A push as it arrives: its body and what the headers say about it.
package struct PushRequest: Sendable {
    package var kind: Push.Kind
    package var contentType: String
    package var contentEncoding: String?
    package var body: [UInt8]

    package init(kind: Push.Kind, contentType: String, contentEncoding: String?, body: [UInt8]) {
        self.kind = kind
        self.contentType = contentType
        self.contentEncoding = contentEncoding
        self.body = body
    }

    /// As every child sends it: gzipped lines.
    package init(_ push: Push) {
        self.init(
            kind: push.kind, contentType: "\(Paths.ndjson); v=\(Limits.version)", contentEncoding: "gzip",
            body: Gzip.compress(PushCodec.encode(push)))
    }

    package func push() throws(WireError) -> Push { try PushCodec.decode(try plain(), kind: kind) }

    private func plain() throws(WireError) -> [UInt8] {
        guard body.count <= Limits.inflated else { throw WireError(.tooLarge, "more than \(Limits.inflated) bytes") }
        let type = contentType.lowercased().split(separator: ";").map { $0.filter { $0 != " " } }
        guard type.first == Paths.ndjson else {
            throw WireError(.version, "content-type must be \(Paths.ndjson); v=\(Limits.version)")
        }
        if let version = type.dropFirst().first(where: { $0.hasPrefix("v=") }), version != "v=\(Limits.version)" {
            throw WireError(.version, "\(version) is not spoken here; supported: \(Limits.version)")
        }
        switch contentEncoding?.lowercased() {
        case "gzip", "x-gzip": return try Gzip.inflate(body, limit: Limits.inflated)
        case nil, "identity": return body
        case let other?: throw WireError(.version, "content-encoding \(other) is not spoken here; supported: gzip")
        }
    }
}

extension WireError {
    /// What a parent says to bytes that are no push.
    package var outcome: Answer.Outcome {
        switch kind {
        case .malformed: .invalid(description)
        case .version: .unsupported(description)
        case .tooLarge: .tooLarge
        }
    }
}
