import Daemon
import Foundation

/// Connections that stay open, each of which asks every few seconds whether its page has changed. A single thread with bare
/// sockets, which looks at an answer when it asks again: what they cost is the server's, and as little as can be this client's.
final class Dashboards: @unchecked Sendable {
    private let port: Int
    private let number: Int
    private let pause: Double
    private let running = DispatchGroup()
    private let lock = NSLock()
    // `lock` guards both.
    private var isStopping = false
    private var answered = 0
    private let begun = ContinuousClock.now

    /// - Parameter pause: seconds between two polls of each.
    init(port: Int, number: Int, pause: Int) { (self.port, self.number, self.pause) = (port, number, Double(pause)) }

    func start() {
        running.enter()
        Thread.detachNewThread { [self] in
            Thread.stepBack(by: 10)
            poll()
            running.leave()
        }
    }

    /// - Returns: answered polls a second, from when the first are looked at.
    func stop() -> Double {
        lock.withLock { isStopping = true }
        running.wait()
        let looked = (ContinuousClock.now - begun) / .seconds(1) - pause
        return Double(lock.withLock { answered }) / looked
    }

    private func poll() {
        var dashboards = (0..<number).compactMap { _ in Proxy.connect(port).map(Dashboard.init) }
        defer { for one in dashboards { Glibc.close(one.socket) } }
        var (next, place) = (ContinuousClock.now, 0)
        while !lock.withLock({ isStopping }) {
            let wait = (next - ContinuousClock.now) / .microseconds(1)
            if wait > 0 { usleep(UInt32(wait)) }
            next += .seconds(pause / Double(max(1, dashboards.count)))
            guard !dashboards.isEmpty else { continue }
            if dashboards[place].hear() { lock.withLock { answered += 1 } }
            dashboards[place].ask()
            place = (place + 1) % dashboards.count
        }
    }
}

/// One connection, with the tag of what it has.
private struct Dashboard {
    let socket: Int32
    private var tag = ""
    private var isAsking = false

    init(_ socket: Int32) { self.socket = socket }

    mutating func ask() {
        let request = """
            GET /v1/stats?division=421300000000 HTTP/1.1\r
            host: 127.0.0.1\r
            accept-encoding: gzip\r
            if-none-match: \(tag)\r
            \r

            """
        var text = request
        isAsking = text.withUTF8 { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) == $0.count }
    }

    /// - Returns: false where nothing was asked, or the answer isn't one.
    mutating func hear() -> Bool {
        guard isAsking else { return false }
        isAsking = false
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(socket, &part, part.count, 0)
            guard count > 0 else { return false }
            bytes += part[..<count]
            let head = Head(bytes)
            guard let head else { continue }
            guard bytes.count >= head.length else { continue }
            if let told = head.tag { tag = told }
            return head.isAnswer
        }
    }

    /// An answer's first lines.
    private struct Head {
        /// Of the whole answer, in bytes.
        var length: Int
        var tag: String?
        var isAnswer: Bool

        /// - Returns: nil until they are all there.
        init?(_ bytes: [UInt8]) {
            let text = String(decoding: bytes.prefix(2048), as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n") else { return nil }
            let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
            func value(_ name: String) -> String? {
                lines.first { $0.lowercased().hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
            }
            isAnswer = lines[0].hasPrefix("HTTP/1.1 200") || lines[0].hasPrefix("HTTP/1.1 304")
            tag = value("etag")
            let body = lines[0].hasPrefix("HTTP/1.1 304") ? 0 : value("content-length").flatMap { Int($0) } ?? 0
            length = text[..<end.upperBound].utf8.count + body
        }
    }
}
