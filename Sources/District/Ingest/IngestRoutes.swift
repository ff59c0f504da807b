import Crypto
package import Daemon
import Federation
import Wire

/// Stage 5: authenticate, bound, decode, hand on. What a child may send is in `Wire/PROTOCOL.md`.
package struct IngestRoutes: Sendable {
    private let aggregator: Aggregator

    package init(_ aggregator: Aggregator) { self.aggregator = aggregator }

    package var routes: [Route] {
        [
            // Read past the limit, so that the refusal is an answer of the protocol and not the server's own.
            Route("POST", Paths.delta, bodyLimit: 8 * Limits.inflated, tooLarge: tooLarge) {
                try await taken(apart: $0, .delta)
            },
            Route("POST", Paths.snapshot, bodyLimit: 8 * Limits.inflated, tooLarge: tooLarge) {
                try await taken(apart: $0, .snapshot)
            },
            Route("GET", Paths.registry) { try registry($0) },
        ]
    }

    private func taken(apart call: Call, _ kind: Push.Kind) async throws -> Reply {
        try await withTaskExecutorPreference(Background.shared) { try await push(call, kind) }
    }

    private func push(_ call: Call, _ kind: Push.Kind) async throws -> Reply {
        let unit: Code
        switch authenticate(call) {
        case .failure(let refusal): return refusal.reply(aggregator.identity)
        case .success(let known): unit = known
        }
        guard call.captures["unit"] == unit.text else { return Refusal(403, "wrong_unit").reply(aggregator.identity) }
        let request = PushRequest(
            kind: kind, contentType: call.headers["content-type"] ?? "",
            contentEncoding: call.headers["content-encoding"], body: call.body)
        let push: Push
        do throws(WireError) { push = try request.push() } catch {
            return reply(Answer(outcome: error.outcome, parent: aggregator.identity))
        }
        return reply(await aggregator.receive(push, unit: unit))
    }

    /// An answer of the protocol whatever the size: a child halves its parts only for its parent.
    private func tooLarge(_ call: Call) -> Reply {
        reply(Answer(outcome: .tooLarge, parent: aggregator.identity))
    }

    private func reply(_ answer: Answer) -> Reply {
        let message = AnswerCodec.encode(answer)
        let wait = message.retryAfterSeconds.map { [(name: "retry-after", value: String($0))] } ?? []
        return Reply(status: message.status, type: Paths.answer, body: message.body, headers: wait)
    }

    // MARK: Registry

    private func registry(_ call: Call) throws -> Reply {
        let unit: Code
        switch authenticate(call) {
        case .failure(let refusal): return refusal.reply(aggregator.identity)
        case .success(let known): unit = known
        }
        let picture = aggregator.look()
        guard let index = picture.rollup.tree.speaker(unit) else {
            return Refusal(404, "unit_unknown").reply(aggregator.identity)
        }
        let document = RegistryDocument.make(
            parent: aggregator.identity, speaker: index, tree: picture.rollup.tree, campaigns: picture.campaigns,
            book: picture.book, claims: picture.claims, lineage: picture.lineage, directives: picture.directives,
            help: picture.help)
        let bytes = try document.encoded()
        let tag = "\"\(RegistryDocument.digest(of: bytes))\""
        let headers = [(name: "etag", value: tag), (name: "cache-control", value: "private, no-cache")]
        if call.headers["if-none-match"] == tag {
            return Reply(status: 304, type: Paths.answer, body: [], headers: headers)
        }
        return Reply(status: 200, type: Paths.answer, body: bytes, headers: headers)
    }

    // MARK: Who speaks

    private struct Refusal: Error {
        let status: Int
        let code: String

        init(_ status: Int, _ code: String) {
            self.status = status
            self.code = code
        }

        /// The code is shown on the node's page, so each way to be wrong has its own.
        func reply(_ parent: Incarnation) -> Reply {
            let message = AnswerCodec.encode(Answer(outcome: .unauthorized(code), parent: parent))
            return Reply(status: status, type: Paths.answer, body: message.body)
        }
    }

    /// Identity comes from the credential alone, never from a field in the body.
    private func authenticate(_ call: Call) -> Result<Code, Refusal> {
        guard let header = call.headers["authorization"] else { return .failure(Refusal(401, "token_missing")) }
        guard header.utf8.count <= 256, header.lowercased().hasPrefix("bearer ") else {
            return .failure(Refusal(401, "token_malformed"))
        }
        let tokens = aggregator.look().tokens
        guard let unit = tokens[Token.hash(String(header.dropFirst(7)))] else {
            return .failure(Refusal(401, "token_unknown"))
        }
        return .success(unit)
    }
}

/// A credential: 256 random bits, written `jyu_` (a unit's) or `jyr_` (a reader's) and 64 hexadecimal digits. Only its
/// hash is kept here.
package enum Token {
    package enum Kind: String { case unit = "jyu_", reader = "jyr_" }

    package static func random(of kind: Kind = .unit) -> String {
        kind.rawValue + (0..<4).map { _ in Hex.text(UInt64.random(in: 0 ... .max)) }.joined()
    }

    static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}
