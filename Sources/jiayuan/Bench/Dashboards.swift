import Daemon
import Foundation

/// Connections that stay open, each of which asks every few seconds whether its page has changed. A single thread, which looks
/// at an answer when it asks again.
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
        var dashboards = (0..<number).compactMap { _ in BareLine(port).map(Dashboard.init) }
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
    private let line: BareLine
    private var question = Dashboard.question("")
    private var isAsking = false

    init(_ line: BareLine) { self.line = line }

    private static func question(_ tag: String) -> [UInt8] {
        BareLine.request(
            "GET", "/v1/stats?division=421300000000", headers: ["accept-encoding: gzip", "if-none-match: \(tag)"])
    }

    mutating func ask() { isAsking = line.say(question) }

    /// - Returns: false where nothing was asked, or the answer isn't one.
    mutating func hear() -> Bool {
        guard isAsking else { return false }
        isAsking = false
        let answer = line.hear()
        if answer?.status == 200, let tag = answer?.tag { question = Dashboard.question(tag) }
        return answer?.status == 200 || answer?.status == 304
    }
}
