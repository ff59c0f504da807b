import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import Daemon

/// Answers that lie ready, over a real connection.
@Suite struct ReadyAnswersTests {
    private static func at(_ path: String, _ ready: @escaping @Sendable (Call) -> Reply?) -> Route {
        var route = Route("GET", path) { call in .text("made for \(call.query["for"] ?? "-")") }
        route.ready = ready
        return route
    }

    private static let routes = [
        at("/ready") { call in
            call.query["for"] == "nobody" ? nil : .text("ready for \(call.query["for"] ?? "-") of \(call.peer)")
        },
        at("/held") { call in
            Reply(status: call.headers["if-none-match"] == "a" ? 304 : 200, type: "text/plain", body: [])
        },
        Route("GET", "/slow") { _ in
            try await Task.sleep(for: .milliseconds(300))
            return .text("slow")
        },
        Route("POST", "/ready") { call in .text("posted \(call.body.count)") },
    ]

    /// Speaks HTTP by hand, several questions at once.
    private struct Line: ~Copyable {
        private let socket: Int32

        /// - Parameter patience: seconds after which nobody answers any more. Made answers wait for the pool's threads, and other
        ///   tests may have those first.
        init(_ port: Int, patience: Int = 300) throws {
            socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let connected = withUnsafePointer(to: address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(connected == 0)
            var longest = timeval(tv_sec: patience, tv_usec: 0)
            setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &longest, socklen_t(MemoryLayout<timeval>.size))
        }

        deinit { close(socket) }

        func say(_ text: String) {
            let bytes = Array(text.utf8)
            _ = send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }

        /// - Returns: everything until so many answers are there, or the other side hangs up.
        func hear(_ answers: Int, ending: String) -> String {
            var heard = ""
            var part = [UInt8](repeating: 0, count: 4096)
            while heard.components(separatedBy: "HTTP/1.1 ").count <= answers || !heard.hasSuffix(ending) {
                let count = recv(socket, &part, part.count, 0)
                guard count > 0 else { return heard + "(hung up)" }
                heard += String(decoding: part[..<count], as: UTF8.self)
            }
            return heard
        }
    }

    private static func get(_ path: String, _ headers: String = "", method: String = "GET") -> String {
        "\(method) \(path) HTTP/1.1\r\nhost: here\r\n\(headers)\r\n"
    }

    /// On a thread of its own, because it blocks.
    private static func served(_ routes: [Route] = routes, _ talk: @escaping @Sendable (Int) throws -> Void)
        async throws
    {
        let (ports, running) = AsyncStream<Int>.makeStream()
        let server = Server.make(routes, on: .tcp(host: "127.0.0.1", port: 0), log: Logger(label: "test")) { port in
            running.yield(port ?? 0)
        }
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: server)], logger: Logger(label: "test")))
        let task = Task { try await group.run() }
        let port = try #require(await ports.first { _ in true })
        try await withCheckedThrowingContinuation { done in
            Thread.detachNewThread { done.resume(with: Result { try talk(port) }) }
        }
        await group.triggerGracefulShutdown()
        try await task.value
    }

    @Test func whatLiesReadyIsGivenAndTheRestIsMade() async throws {
        try await Self.served { port in
            let line = try Line(port)
            line.say(Self.get("/ready?for=you"))
            let first = line.hear(1, ending: "127.0.0.1")
            #expect(first.hasPrefix("HTTP/1.1 200") && first.hasSuffix("ready for you of 127.0.0.1"))
            #expect(
                first.lowercased().contains("server: jiayuan\r\n")
                    && first.lowercased().contains("content-length: 26\r\n"))
            line.say(Self.get("/ready?for=nobody"))
            #expect(line.hear(1, ending: "nobody").hasSuffix("made for nobody"))
            line.say(Self.get("/held", "if-none-match: a\r\n"))
            let unchanged = line.hear(1, ending: "\r\n\r\n")
            #expect(unchanged.hasPrefix("HTTP/1.1 304"))
            line.say(Self.get("/ready", "content-length: 3\r\n", method: "POST") + "abc")
            #expect(line.hear(1, ending: "3").hasSuffix("posted 3"))
            line.say(Self.get("/ready?for=you", "connection: Keep-Alive\r\n"))
            #expect(line.hear(1, ending: "127.0.0.1").hasSuffix("ready for you of 127.0.0.1"))
            line.say(Self.get("/ready?for=you", "connection: close\r\n"))
            let last = line.hear(2, ending: "(never)")
            #expect(last.hasSuffix("made for you(hung up)"), "by the one who closes")
        }
    }

    /// Who speaks HTTP/1.0 says by saying nothing that the answer is the last; others say it in a case of their own.
    @Test(arguments: [
        ("GET /ready?for=you HTTP/1.0\r\n\r\n", "made for you"),
        ("GET /ready?for=you HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "made for you"),
        ("GET /told HTTP/1.0\r\n\r\n", "\r\n\r\nid: 1\ndata: changed\n\n"),
        (get("/ready?for=you", "Connection: Close\r\n"), "made for you"),
        (get("/told", "Connection: TE, CLOSE\r\n"), "\r\n15\r\nid: 1\ndata: changed\n\n\r\n0\r\n\r\n"),
    ])
    func whoeverHangsUpAfterTheAnswerIsHungUpOn(_ question: String, _ answer: String) async throws {
        let told = Route("GET", "/told") { _ in
            let (signs, teller) = AsyncStream<Bell.Sign>.makeStream()
            teller.yield(.changed(1))
            teller.finish()
            return .events(signs)
        }
        try await Self.served(Self.routes + [told]) { port in
            let line = try Line(port, patience: 60)
            line.say(question)
            let heard = line.hear(2, ending: "(never)")
            #expect(heard.hasPrefix(question.contains("HTTP/1.0") ? "HTTP/1.0 200" : "HTTP/1.1 200"))
            #expect(heard.hasSuffix(answer + "(hung up)"))
        }
    }

    @Test func answersKeepTheOrderOfTheQuestions() async throws {
        try await Self.served { port in
            let line = try Line(port)
            line.say(
                Self.get("/ready?for=1") + Self.get("/slow") + Self.get("/ready?for=2")
                    + Self.get("/ready?for=3", "content-length: 5\r\n") + "12345" + Self.get("/slow"))
            let heard = line.hear(5, ending: "slow")
            let said = heard.components(separatedBy: "HTTP/1.1 200 OK").dropFirst().compactMap {
                $0.components(separatedBy: "\r\n\r\n").last
            }
            #expect(said == ["ready for 1 of 127.0.0.1", "slow", "made for 2", "made for 3", "slow"])
            line.say(Self.get("/ready?for=4", "content-length: 5\r\n") + "12345" + Self.get("/ready?for=5"))
            let more = line.hear(2, ending: "5 of 127.0.0.1")
            #expect(more.contains("ready for 4") && more.hasSuffix("ready for 5 of 127.0.0.1"), "a body is passed over")
        }
    }

    /// Whoever polls isn't held up by those whose answers take their time.
    @Test func whatLiesReadyWaitsForNoThreadOfTheCommonPool() async throws {
        let gate = DispatchSemaphore(value: 0)
        let busy = Mutex(0)
        let count = ProcessInfo.processInfo.activeProcessorCount + 2
        let long = Route("GET", "/long") { _ in
            busy.withLock { $0 += 1 }
            gate.wait()
            return .text("long")
        }
        try await Self.served(Self.routes + [long]) { port in
            let lines = (0..<count).compactMap { _ in try? Longing(port) }
            defer { for _ in lines { gate.signal() } }
            // Other tests have the pool's threads first.
            let patience = ContinuousClock.now + .seconds(300)
            while busy.withLock({ $0 }) < ProcessInfo.processInfo.activeProcessorCount {
                try #require(ContinuousClock.now < patience, "every thread of the pool is taken")
                usleep(1000)
            }
            let line = try Line(port, patience: 20)
            line.say(Self.get("/ready?for=you"))
            #expect(line.hear(1, ending: "127.0.0.1").hasSuffix("ready for you of 127.0.0.1"))
            #expect(lines.count == count)
        }
    }

    /// A line on which a long answer is waited for.
    private final class Longing {
        private let line: Line

        init(_ port: Int) throws {
            line = try Line(port)
            line.say(ReadyAnswersTests.get("/long"))
        }
    }

    @Test func theMomentOfAnAnswer() {
        #expect(HTTPDate.text(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT", "RFC 9110's own example")
        #expect(HTTPDate.text(1_709_208_000) == "Thu, 29 Feb 2024 12:00:00 GMT")
    }
}
