import Synchronization

/// Rung whenever what pages show has changed; whoever has a page open hears it and asks again.
///
/// It says that something changed, never what: a page has one way of being read, whoever asks for it.
package final class Bell: Sendable {
    private struct State {
        var rung: UInt64 = 0
        var next: UInt64 = 0
        var listeners: [UInt64: AsyncStream<Sign>.Continuation] = [:]
    }
    private let state = Mutex(State())

    /// - beat: nothing changed, the line is still there.
    package enum Sign: Sendable, Equatable { case changed(UInt64), beat }

    /// Open pages; further ones ask every few seconds instead.
    private let most: Int

    package init(most: Int = 64) { self.most = most }

    /// Who listens now.
    package var listeners: Int { state.withLock { $0.listeners.count } }

    package func ring() {
        state.withLock { state in
            state.rung += 1
            for listener in state.listeners.values { listener.yield(.changed(state.rung)) }
        }
    }

    /// Begins with the last ring, so that a page which missed one while it was away hears of it. Signs that nobody
    /// fetched in time are dropped: one is as good as ten.
    ///
    /// - Parameter pause: between two beats.
    /// - Returns: nil if too many listen.
    package func listen(pause: Duration = .seconds(20)) -> AsyncStream<Sign>? {
        let (signs, listener) = AsyncStream.makeStream(of: Sign.self, bufferingPolicy: .bufferingNewest(1))
        let place = state.withLock { state -> UInt64? in
            guard state.listeners.count < most else { return nil }
            state.next += 1
            state.listeners[state.next] = listener
            listener.yield(.changed(state.rung))
            return state.next
        }
        guard let place else { return nil }
        let beats = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: pause)
                listener.yield(.beat)
            }
        }
        listener.onTermination = { [weak self] _ in
            beats.cancel()
            _ = self?.state.withLock { $0.listeners.removeValue(forKey: place) }
        }
        return signs
    }

    /// What `GET /live` answers: server-sent events, or 503 where too many listen.
    package func answer() -> Reply {
        listen().map { .events($0) } ?? .text("too many pages are open\n", status: 503)
    }
}
