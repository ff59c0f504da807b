import Crypto
import Synchronization

/// The node's pages show names, so whoever is not on this machine says the PIN first.
///
/// A browser keeps a random cookie; the PIN itself is never in one. Wrong tries are counted for each address: after ten
/// its next minute is refused, and nobody else's.
package final class PinGate: Sendable {
    private struct State {
        var sessions: [String: Int64] = [:]
        var tries: [String: Tries] = [:]
    }
    fileprivate struct Tries {
        var failures = 0
        var closedUntil: Int64 = 0
        var last: Int64 = 0
    }
    private let pin: String?
    private let state = Mutex(State())

    private static let lifetime: Int64 = 12 * 3600
    private static let sessionLimit = 256
    /// Addresses that are remembered; beyond them the one that tried longest ago is forgotten.
    private static let peerLimit = 1024
    package static let cookie = "jiayuan_desk"

    package init(pin: String?) { self.pin = pin }

    /// Without a PIN the pages are open to this machine alone.
    package var asks: Bool { pin != nil }

    package enum Verdict: Sendable, Equatable { case open, ask, wait }

    /// - Parameter now: seconds on any clock that only goes forward.
    package func check(_ call: Call, now: Int64) -> Verdict {
        guard pin != nil else { return .open }
        let cookie = call.cookie(PinGate.cookie) ?? ""
        return state.withLock { state in
            if let until = state.sessions[cookie], until > now { return .open }
            return state.tries[call.peer]?.closedUntil ?? 0 > now ? .wait : .ask
        }
    }

    /// - Returns: the value of a new cookie if the PIN is right.
    package func enter(_ said: String, peer: String, now: Int64) -> String? {
        state.withLock { state in
            guard accepts(said, peer, now, &state) else { return nil }
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

    /// A script sends the PIN with each request instead of keeping a cookie; no session begins with it.
    package func admits(header: String?, peer: String, now: Int64) -> Bool {
        guard pin != nil else { return true }
        guard let header, header.lowercased().hasPrefix("pin ") else { return false }
        return state.withLock { accepts(String(header.dropFirst(4)), peer, now, &$0) }
    }

    private func accepts(_ said: String, _ peer: String, _ now: Int64, _ state: inout State) -> Bool {
        guard let pin, state.tries[peer]?.closedUntil ?? 0 <= now else { return false }
        // Compared as digests, so that the time taken says nothing about how much was right.
        guard SHA256.hash(data: Array(said.utf8)) != SHA256.hash(data: Array(pin.utf8)) else {
            state.tries[peer] = nil
            return true
        }
        if state.tries[peer] == nil, state.tries.count >= PinGate.peerLimit,
            let oldest = state.tries.min(by: { ($0.value.last, $0.key) < ($1.value.last, $1.key) })
        {
            state.tries[oldest.key] = nil
        }
        state.tries[peer, default: Tries()].fail(now)
        return false
    }
}

extension PinGate.Tries {
    fileprivate mutating func fail(_ now: Int64) {
        (failures, last) = (failures + 1, now)
        if failures >= 10 { (failures, closedUntil) = (0, now + 60) }
    }
}
