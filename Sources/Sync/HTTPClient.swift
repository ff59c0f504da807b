import CCurl

/// A blocking HTTP client over libcurl with one connection kept alive. Used by one thread at a time,
/// which is a thread of its owner's, never one of the cooperative pool.
package final class HTTPClient {
    package struct Response: Sendable {
        package var status: Int
        package var type: String
        package var etag: String
        package var retryAfterSeconds: Int?
        package var body: [UInt8]
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Set from another thread to abort the transfer under way.
    package final class Stop: @unchecked Sendable {
        // A flag of C, because libcurl's callback polls it.
        fileprivate let flag: OpaquePointer
        package init() {
            guard let flag = jy_stop_new() else { preconditionFailure("no memory for a flag") }
            self.flag = flag
        }
        deinit { jy_stop_free(flag) }
        package func set() { jy_stop_set(flag) }
        package var isSet: Bool { jy_stop_is_set(flag) != 0 }
    }

    private let client: OpaquePointer
    private let base: String
    private let socket: String?
    private let caFile: String?
    private let stop: Stop?

    /// - Parameters:
    ///   - base: such as `http://10.0.0.2:8080`, without a final slash.
    ///   - socket: path of a UNIX socket to talk over instead of TCP.
    ///   - caFile: PEM file that a `https` server is checked against.
    package init(base: String, socket: String? = nil, caFile: String? = nil, stop: Stop? = nil) {
        guard let client = jy_client_new() else { preconditionFailure("libcurl has no memory for a handle") }
        self.client = client
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        self.socket = socket
        self.caFile = caFile
        self.stop = stop
    }

    deinit { jy_client_free(client) }

    /// - Throws: `Failure` where no answer came; any status is an answer.
    package func send(
        _ method: String, _ path: String, headers: [String] = [], body: [UInt8]? = nil, limit: Int,
        connectMilliseconds: Int = 10_000, totalMilliseconds: Int = 60_000
    ) throws(Failure) -> Response {
        var response = jy_response()
        var request = jy_request()
        request.connect_ms = connectMilliseconds
        request.total_ms = totalMilliseconds
        request.response_limit = limit
        request.stop = stop?.flag
        withCStrings([method, base + path] + headers) { strings in
            request.method = strings[0]
            request.url = strings[1]
            var lines = Array(strings[2...])
            lines.append(nil)
            withOptional(socket) { socket in
                withOptional(caFile) { caFile in
                    request.unix_socket = socket
                    request.ca_file = caFile
                    lines.withUnsafeBufferPointer { lines in
                        request.headers = lines.baseAddress
                        // One byte more than is sent: a body of no bytes still needs an address, or
                        // libcurl would read one from standard input.
                        ((body ?? []) + [0]).withUnsafeBufferPointer { bytes in
                            if let body {
                                request.body = bytes.baseAddress
                                request.body_length = body.count
                            }
                            jy_perform(client, &request, &response)
                        }
                    }
                }
            }
        }
        guard response.status > 0 else { throw Failure(description: text(of: &response.error)) }
        return Response(
            status: response.status, type: text(of: &response.content_type), etag: text(of: &response.etag),
            retryAfterSeconds: response.retry_after > 0 ? response.retry_after : nil,
            body: Array(UnsafeBufferPointer(start: response.body, count: response.length)))
    }
}

private func withOptional<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}

private func withCStrings(_ texts: [String], _ body: ([UnsafePointer<CChar>?]) -> Void) {
    func descend(_ index: Int, _ pointers: [UnsafePointer<CChar>?]) {
        guard index < texts.count else { return body(pointers) }
        texts[index].withCString { descend(index + 1, pointers + [$0]) }
    }
    descend(0, [])
}

private func text<Chars>(of chars: inout Chars) -> String {
    withUnsafeBytes(of: &chars) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
