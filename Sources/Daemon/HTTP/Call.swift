/// One HTTP request with its body whole and bounded, as a stage sees it.
package struct Call: Sendable {
    package var method: String
    package var path: String
    /// Values taken from the route's pattern, percent-decoded: `{unit}` → `unit`.
    package var captures: [String: String]
    package var query: [String: String]
    /// Names in lower case.
    package var headers: [String: String]
    package var body: [UInt8]
    /// Address of the caller; empty over the local socket.
    package var peer: String
    /// Code of the invite that let the caller in; empty for staff, and wherever there are no invites.
    package var guest = ""

    package init(
        method: String, path: String, captures: [String: String] = [:], query: [String: String] = [:],
        headers: [String: String] = [:], body: [UInt8] = [], peer: String = ""
    ) {
        self.method = method
        self.path = path
        self.captures = captures
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
    }

    /// Whether a form is of this site's own pages: a page elsewhere must not be able to write in the name of whoever is
    /// signed in here.
    package var isOfThisSite: Bool {
        // A script sends no origin; a browser always does, and `null` is one that hides where it comes from.
        guard let origin = headers["origin"] else { return true }
        return origin.hasSuffix("://" + (headers["host"] ?? "?"))
    }

    package func cookie(_ name: String) -> String? {
        for pair in (headers["cookie"] ?? "").split(separator: ";") {
            let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == name { return String(parts[1]) }
        }
        return nil
    }
}

/// What is answered.
package struct Reply: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// Instead of a body: an answer that goes on until one side ends it.
    package private(set) var events: AsyncStream<Bell.Sign>?

    package init(status: Int, type: String, body: [UInt8], headers: [(name: String, value: String)] = []) {
        self.status = status
        self.headers = [(name: "content-type", value: type)] + headers
        self.body = body
    }

    /// Server-sent events.
    package static func events(_ signs: AsyncStream<Bell.Sign>) -> Reply {
        var reply = Reply(
            status: 200, type: "text/event-stream", body: [], headers: [(name: "cache-control", value: "no-store")])
        reply.events = signs
        return reply
    }

    package static func json(_ text: String, status: Int = 200) -> Reply {
        Reply(status: status, type: "application/json; charset=utf-8", body: Array(text.utf8))
    }

    /// What `/healthz` answers; why a store has a fault is for the log.
    package static func health(_ fault: String?) -> Reply {
        fault == nil
            ? .json(#"{"status":"ok"}"#) : .json(#"{"status":"store_not_answering"}"#, status: 503)
    }

    package static func html(_ text: String, status: Int = 200) -> Reply {
        Reply(status: status, type: "text/html; charset=utf-8", body: Array(text.utf8))
    }

    package static func text(_ text: String, status: Int = 200) -> Reply {
        Reply(status: status, type: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    /// 303, so that a form that was sent is not sent again by a reload.
    package static func seeOther(_ location: String, headers: [(name: String, value: String)] = []) -> Reply {
        Reply(status: 303, type: "text/plain", body: [], headers: headers + [(name: "location", value: location)])
    }
}

/// One thing a server answers.
package struct Route: Sendable {
    package var method: String
    /// Such as `/v1/units/{unit}/delta`.
    package var pattern: String
    /// Bytes of body that are read before 413 is answered.
    package var bodyLimit: Int
    /// What is answered to a larger body, which isn't read to its end.
    package var tooLarge: @Sendable (Call) -> Reply
    package var handler: @Sendable (Call) async throws -> Reply
    /// Asked before a body is read; whoever isn't admitted gets this answer, and costs no memory.
    package var admit: (@Sendable (Call) async throws -> Reply?)?
    /// What the handler would answer, where it lies ready; asked on the thread of the connection, where all its others wait
    /// meanwhile: for looking it up in memory, and nothing that takes longer. Nil where it has to be made or refused.
    package var ready: (@Sendable (Call) -> Reply?)?

    package init(
        _ method: String, _ pattern: String, bodyLimit: Int = 64 * 1024,
        tooLarge: (@Sendable (Call) -> Reply)? = nil, handler: @escaping @Sendable (Call) async throws -> Reply
    ) {
        self.method = method
        self.pattern = pattern
        self.bodyLimit = bodyLimit
        let hint = "send at most \(bodyLimit) bytes in one request"
        self.tooLarge =
            tooLarge
            ?? { _ in
                .json(#"{"error":"too_large","hint":"\#(hint)","limit":\#(bodyLimit)}"#, status: 413)
            }
        self.handler = handler
    }

    /// What a path has in the places that the pattern names; nil where it is another route's.
    package func captures(_ path: String) -> [String: String]? {
        let (want, have) = (pattern.split(separator: "/"), path.split(separator: "/"))
        guard want.count == have.count else { return nil }
        var captures: [String: String] = [:]
        for (part, text) in zip(want, have) {
            if part.hasPrefix("{") {
                captures[String(part.dropFirst().dropLast())] = String(text)
            } else if part != text {
                return nil
            }
        }
        return captures
    }
}

/// An error that has an answer of its own. Any other error is logged and answered 500.
package protocol Answerable: Error {
    func reply(to call: Call) -> Reply
}
