import Federation
import Wire

/// A body as a child would post it. The first byte says how it is dressed.
enum PushBytes {
    static func run(_ bytes: [UInt8]) {
        let body = Array(bytes.dropFirst())
        let plain = "\(Paths.ndjson); v=1"
        switch bytes.first ?? 0 {
        case UInt8(ascii: "g"):
            _ = read(PushRequest(kind: .delta, contentType: plain, contentEncoding: "gzip", body: body))
        case UInt8(ascii: "z"): zipped(body)
        case UInt8(ascii: "t"): typed(body)
        case UInt8(ascii: "s"):
            _ = read(PushRequest(kind: .snapshot, contentType: plain, contentEncoding: nil, body: body))
        default: _ = read(PushRequest(kind: .delta, contentType: plain, contentEncoding: nil, body: body))
        }
    }

    /// Gzip changes nothing of what is read, within its bounds.
    private static func zipped(_ body: [UInt8]) {
        let plain = PushRequest(kind: .delta, contentType: Paths.ndjson, contentEncoding: "identity", body: body)
        var gzip = plain
        (gzip.contentEncoding, gzip.body) = ("gzip", Gzip.compress(body))
        // A body may be so uniform that it passes for a bomb.
        guard body.count <= max(4096, gzip.body.count * Limits.ratio) else { return }
        holds(read(plain) == read(gzip), "gzip changed a push")
    }

    /// The first line is the content type.
    private static func typed(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: 0x0a, maxSplits: 1, omittingEmptySubsequences: false)
        _ = read(
            PushRequest(
                kind: .delta, contentType: String(decoding: parts[0], as: UTF8.self), contentEncoding: nil,
                body: parts.count > 1 ? Array(parts[1]) : []))
    }

    /// What is read can be written and read again; what isn't read is answered so that the child understands why.
    private static func read(_ request: PushRequest) -> Push? {
        do throws(WireError) {
            let push = try request.push()
            holds(push.changes.count <= Limits.rows, "more rows than a part may have")
            let again = try? PushCodec.decode(PushCodec.encode(push), kind: push.kind)
            holds(again == push, "a push doesn't survive its own codec")
            return push
        } catch {
            let answer = Answer(outcome: error.outcome, parent: Incarnation(value: 1))
            holds((try? AnswerCodec.decode(AnswerCodec.encode(answer))) == answer, "the child can't read why")
            return nil
        }
    }
}
