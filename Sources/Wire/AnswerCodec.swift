package import Federation

/// A parent's answer to a push: a status, a JSON object, and `Retry-After` where it asks for time.
package struct AnswerMessage: Sendable, Equatable {
    package var status: Int
    package var body: [UInt8]
    package var retryAfterSeconds: Int?

    package init(status: Int, body: [UInt8], retryAfterSeconds: Int? = nil) {
        self.status = status
        self.body = body
        self.retryAfterSeconds = retryAfterSeconds
    }
}

package enum AnswerCodec {
    package static func encode(_ answer: Answer) -> AnswerMessage {
        var text = JSONText()
        text.raw("{\"v\":1")
        if let parent = answer.parent {
            text.key("parent")
            text.string("\(parent)")
        }
        if let push = answer.push {
            text.key("push")
            text.string(Hex.text(push))
        }
        var message = AnswerMessage(status: 200, body: [])
        switch answer.outcome {
        case .held(let position):
            text.key("at")
            text.pair(position.seq, "\(position.digest)")
        case .staged(let part):
            text.key("staged")
            text.number(part)
        case .contradicted(let have, let why):
            message.status = 409
            contradiction(&text, have, why)
        case .refused(let rows):
            message.status = 422
            error(&text, "rows", nil)
            text.key("rows")
            text.list(rows) { $0.pair($1.line, $1.why) }
        case .tooLarge: (message.status, _) = (413, error(&text, "too_large", nil))
        case .unsupported(let why): (message.status, _) = (415, error(&text, "unsupported", why))
        case .unauthorized(let why): (message.status, _) = (401, error(&text, why, nil))
        case .invalid(let why): (message.status, _) = (400, error(&text, "bad_request", why))
        case .busy(let seconds):
            (message.status, _) = (503, error(&text, "busy", nil))
            message.retryAfterSeconds = seconds
        }
        trailer(&text, answer)
        message.body = text.bytes
        return message
    }

    private static func error(_ text: inout JSONText, _ code: String, _ why: String?) {
        text.key("error")
        text.string(code)
        if let why {
            text.key("message")
            text.string(why)
        }
    }

    private static func contradiction(_ text: inout JSONText, _ have: Position?, _ why: Contradiction) {
        switch why {
        case .unknown: error(&text, "unknown", nil)
        case .stale: error(&text, "stale", nil)
        case .mismatch: error(&text, "mismatch", nil)
        case .fork: error(&text, "fork", nil)
        case .parts: error(&text, "parts", nil)
        case .catalogue(let hashes):
            error(&text, "catalogue", nil)
            text.key("catalogues")
            text.list(hashes) { $0.string("\($1)") }
        }
        text.key("have")
        if let have { text.pair(have.seq, "\(have.digest)") } else { text.raw("null") }
    }

    private static func trailer(_ text: inout JSONText, _ answer: Answer) {
        if let role = answer.role {
            text.key("role")
            text.string(role.rawValue)
        }
        if let epoch = answer.epoch {
            text.key("epoch")
            text.pair(epoch.number, "\(epoch.holder)")
        }
        if let next = answer.nextAfterMilliseconds {
            text.key("next_after_ms")
            text.number(next)
        }
        if let registry = answer.registry {
            text.key("registry")
            text.string(registry)
        }
        text.raw("}")
    }

    /// - Throws: `WireError` if this is no answer of a parent at all: a captive portal's page, a proxy's error.
    package static func decode(_ message: AnswerMessage) throws(WireError) -> Answer {
        let fields = try AnswerFields.read(message.body)
        // A busy proxy may answer 5xx or 429 for the parent; anything that claims success must name the parent.
        guard fields.parent != nil || message.status >= 429 else {
            throw WireError(.malformed, "status \(message.status) names no parent")
        }
        return Answer(
            outcome: try outcome(message, fields), parent: fields.parent, push: fields.push, role: fields.role,
            epoch: fields.epoch,
            nextAfterMilliseconds: fields.next, registry: fields.registry)
    }

    private static func outcome(_ message: AnswerMessage, _ fields: AnswerFields) throws(WireError) -> Answer.Outcome {
        switch message.status {
        case 200:
            if let at = fields.at { return .held(at) }
            if let staged = fields.staged { return .staged(part: staged) }
            throw WireError(.malformed, "200 without a position")
        case 409: return .contradicted(have: fields.have, try fields.contradiction())
        case 422: return .refused(fields.rows)
        case 413: return .tooLarge
        case 415: return .unsupported(fields.message ?? "version")
        case 401, 403, 404: return .unauthorized(fields.error ?? "\(message.status)")
        case 429, 500...599: return .busy(retryAfterSeconds: message.retryAfterSeconds)
        default: return .invalid(fields.message ?? fields.error ?? "status \(message.status)")
        }
    }
}

/// The members of an answer, whatever its status.
private struct AnswerFields {
    var parent: Incarnation?
    var push: UInt64?
    var at: Position?
    var staged: Int?
    var have: Position?
    var error: String?
    var message: String?
    var rows: [RowRefusal] = []
    var catalogues: [CatalogueHash] = []
    var role: Role?
    var epoch: Epoch?
    var next: Int?
    var registry: String?

    static func read(_ body: [UInt8]) throws(WireError) -> AnswerFields {
        guard body.count <= Limits.answer else { throw WireError(.tooLarge, "answer of \(body.count) bytes") }
        var fields = AnswerFields()
        let result: Result<AnswerFields, WireError> = body.withUnsafeBytes { raw in
            do throws(WireError) {
                var cursor = JSONCursor(raw)
                try cursor.object { (cursor, key) throws(WireError) in try fields.member(key, &cursor) }
                return .success(fields)
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    mutating func member(_ key: String, _ cursor: inout JSONCursor) throws(WireError) {
        switch key {
        case "parent": parent = Incarnation(hex: try cursor.string())
        case "push": push = Hex.uint64(try cursor.string())
        case "at": at = try PushHeader.position(&cursor)
        case "staged": staged = Int(try cursor.integer())
        case "have": have = cursor.null() ? nil : try PushHeader.position(&cursor)
        case "error": error = try cursor.string()
        case "message": message = try cursor.string()
        case "role": role = Role(rawValue: try cursor.string())
        case "epoch": epoch = try PushHeader.epoch(&cursor)
        case "next_after_ms": next = Int(try cursor.integer())
        case "registry": registry = try cursor.string()
        case "catalogues":
            var found: [CatalogueHash] = []
            try cursor.array { (cursor) throws(WireError) in
                if let hash = CatalogueHash(hex: try cursor.string()) { found.append(hash) }
            }
            catalogues = found
        case "rows":
            var found: [RowRefusal] = []
            try cursor.array { (cursor) throws(WireError) in
                try cursor.expect(UInt8(ascii: "["))
                let line = try cursor.integer()
                try cursor.expect(UInt8(ascii: ","))
                found.append(RowRefusal(line: Int(line), why: try cursor.string()))
                try cursor.expect(UInt8(ascii: "]"))
            }
            rows = found
        default: try cursor.skipValue()
        }
    }

    func contradiction() throws(WireError) -> Contradiction {
        switch error {
        case "unknown": .unknown
        case "stale": .stale
        case "mismatch": .mismatch
        case "fork": .fork
        case "parts": .parts
        case "catalogue": .catalogue(catalogues)
        default: throw WireError(.malformed, "409 with '\(error ?? "")'")
        }
    }
}
