import Foundation

/// A connection that sends bytes which were made before, and of an answer looks at as little as it can: what a measurement
/// takes is to be the server's time, and clients stand on machines of their own elsewhere.
final class BareLine {
    private let socket: Int32

    struct Answer {
        var status: Int
        var tag: String?
        var body: [UInt8]
    }

    /// - Returns: nil where nobody listens.
    init?(_ port: Int) {
        guard let socket = Proxy.connect(port) else { return nil }
        self.socket = socket
        var on: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        // Longer than any answer takes: a server that stands still ends in figures that show it, and not in a bench that waits.
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(socket) }

    /// - Returns: the bytes of a request.
    static func request(_ method: String, _ path: String, headers: [String] = [], body: [UInt8]? = nil) -> [UInt8] {
        var lines = ["\(method) \(path) HTTP/1.1", "host: 127.0.0.1"] + headers
        if let body { lines.append("content-length: \(body.count)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (body ?? [])
    }

    /// - Returns: nil where the other side hung up, or what it said isn't HTTP.
    func ask(_ request: [UInt8]) -> Answer? { say(request) ? hear() : nil }

    func say(_ request: [UInt8]) -> Bool {
        send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
    }

    func hear() -> Answer? {
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { room in
            var bytes: [UInt8] = []
            var head: Head?
            while true {
                let count = recv(socket, room.baseAddress, room.count, 0)
                guard count > 0 else { return nil }
                bytes += room[..<count]
                head = head ?? Head(bytes)
                guard let head, bytes.count >= head.length + head.body else { continue }
                return Answer(status: head.status, tag: head.tag, body: Array(bytes[head.length...]))
            }
        }
    }

    /// An answer's first lines.
    private struct Head {
        /// Of the lines and of what follows, in bytes.
        var length: Int
        var body = 0
        var status: Int
        var tag: String?

        /// - Returns: nil until they are all there.
        init?(_ bytes: [UInt8]) {
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
            status = lines.first.flatMap { Int($0.dropFirst(9).prefix(3)) } ?? 0
            length = end.upperBound
            for line in lines.dropFirst() {
                guard let colon = line.firstIndex(of: ":") else { continue }
                let value = line[line.index(after: colon)...].drop { $0 == " " }
                switch line[..<colon].lowercased() {
                case "etag": tag = String(value)
                // What has not changed has the length of the page, and no page.
                case "content-length" where status != 304: body = Int(value) ?? 0
                default: break
                }
            }
        }
    }
}
