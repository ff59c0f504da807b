import Crypto
import Synchronization

/// The node's pages show names, so whoever is not on this machine says the PIN first.
///
/// A browser keeps a random cookie; the PIN itself is never in one. Wrong tries are counted for all
/// callers together: after ten a minute must pass, whoever asks.
package final class PinGate: Sendable {
    private struct State {
        var sessions: [String: Int64] = [:]
        var failures = 0
        var closedUntil: Int64 = 0
    }
    private let pin: String?
    private let state = Mutex(State())

    private static let lifetime: Int64 = 12 * 3600
    private static let sessionLimit = 256
    package static let cookie = "jiayuan_desk"

    package init(pin: String?) { self.pin = pin }

    package enum Verdict: Sendable, Equatable { case open, ask, wait }

    /// - Parameter now: seconds on any clock that only goes forward.
    package func check(_ call: Call, now: Int64) -> Verdict {
        guard pin != nil else { return .open }
        let cookie = call.cookie(PinGate.cookie) ?? ""
        return state.withLock { state in
            if let until = state.sessions[cookie], until > now { return .open }
            return state.closedUntil > now ? .wait : .ask
        }
    }

    /// - Returns: the value of a new cookie if the PIN is right.
    package func enter(_ said: String, now: Int64) -> String? {
        guard let pin else { return nil }
        // Compared as digests, so that the time taken says nothing about how much was right.
        let right = SHA256.hash(data: Array(said.utf8)) == SHA256.hash(data: Array(pin.utf8))
        return state.withLock { state in
            guard state.closedUntil <= now else { return nil }
            guard right else {
                state.failures += 1
                if state.failures >= 10 { (state.failures, state.closedUntil) = (0, now + 60) }
                return nil
            }
            state.failures = 0
            state.sessions = state.sessions.filter { $0.value > now }
            if state.sessions.count >= PinGate.sessionLimit,
                let oldest = state.sessions.min(by: { $0.value < $1.value })
            {
                state.sessions[oldest.key] = nil
            }
            let fresh = (0..<2).map { _ in String(UInt64.random(in: 0 ... .max), radix: 36) }.joined()
            state.sessions[fresh] = now + PinGate.lifetime
            return fresh
        }
    }

    /// A script sends the PIN with each request instead of keeping a cookie.
    package func admits(header: String?, now: Int64) -> Bool {
        guard pin != nil else { return true }
        guard let header, header.lowercased().hasPrefix("pin ") else { return false }
        return enter(String(header.dropFirst(4)), now: now) != nil
    }
}
