import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// Where the words of the HTTP library become this package's, and the other way round.
extension Call {
    init(_ request: Request, captures: [String: String] = [:], peer: String) {
        var headers: [String: String] = request.headers.reduce(into: [:]) { $0[$1.name.canonicalName] = $1.value }
        headers["host"] = request.head.authority
        self.init(
            method: request.method.rawValue, path: request.uri.path, captures: captures,
            query: request.uri.queryParameters.reduce(into: [:]) { $0[String($1.key)] = String($1.value) },
            headers: headers, peer: peer)
    }
}

extension Reply {
    var fields: HTTPFields {
        var fields = HTTPFields()
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        return fields
    }
}

extension Response {
    init(_ reply: Reply) {
        self.init(
            status: .init(code: reply.status), headers: reply.fields,
            body: reply.events.map(Response.stream) ?? .init(byteBuffer: ByteBuffer(bytes: reply.body)))
    }

    /// Ends with the browser's line, or with the daemon: whoever is asked to stop doesn't wait for open pages.
    private static func stream(_ signs: AsyncStream<Bell.Sign>) -> ResponseBody {
        ResponseBody { writer in
            for await sign in signs.cancelOnGracefulShutdown() {
                let text =
                    switch sign {
                    case .changed(let number): "id: \(number)\ndata: changed\n\n"
                    case .beat: ": still here\n\n"
                    }
                try await writer.write(ByteBuffer(string: text))
            }
            try await writer.finish(nil)
        }
    }
}
