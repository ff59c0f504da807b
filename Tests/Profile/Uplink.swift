import Laws
import NIOCore
import NIOPosix
import Synchronization

/// The line of one district to the city: a TCP relay that loses what is on it by a seeded chance, and can be away.
///
/// A seed repeats what is drawn, not the moments: which request meets which fate depends on who comes first.
final class Uplink: Sendable {
    /// What becomes of a push and its answer.
    enum Fate: Sendable {
        case delivered
        /// Half of it arrives, and the connection ends.
        case requestCut
        /// It was taken and is durable; whoever sent it never hears.
        case answerLost
        /// Whoever sent it hears half of the answer.
        case answerCut
        /// It arrives once more, over another connection.
        case repeated
    }

    private struct State {
        var chance: SplitMix
        /// Port of the aggregator; nil while none serves.
        var target: Int?
        var isAway = false
        var isHealed = false
        var listener: (any Channel)?
        var lines: [ObjectIdentifier: any Channel] = [:]
        var happened: [Fate: Int] = [:]
        /// Connections that ended at a line that was away.
        var refused = 0
    }
    private let state: Mutex<State>

    init(seed: UInt64) { state = Mutex(State(chance: SplitMix(seed))) }

    /// - Returns: the port at which nodes find it.
    func listen(on group: any EventLoopGroup) async throws -> Int {
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .childChannelInitializer { near in
                near.eventLoop.makeCompletedFuture { try Line(near, self).join() }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        state.withLock { $0.listener = listener }
        return listener.localAddress?.port ?? 0
    }

    func close() async throws {
        end()
        try await state.withLock { $0.listener }?.close()
    }

    // MARK: What is done to it

    /// - Parameter port: of the aggregator.
    func lead(to port: Int) { state.withLock { $0.target = port } }

    /// Nothing that the aggregator said and that hasn't arrived will arrive.
    func end() {
        state.withLock { $0.target = nil }
        hangUp()
    }

    func goAway() {
        state.withLock { $0.isAway = true }
        hangUp()
    }

    func comeBack() { state.withLock { $0.isAway = false } }

    /// From now on everything is delivered, once.
    func heal() { state.withLock { ($0.isAway, $0.isHealed) = (false, true) } }

    private func hangUp() {
        for line in state.withLock({ Array($0.lines.values) }) { line.close(promise: nil) }
    }

    // MARK: What happened

    func happened(_ fate: Fate) -> Int { state.withLock { $0.happened[fate, default: 0] } }
    var refused: Int { state.withLock { $0.refused } }

    var isAway: Bool { state.withLock { $0.isAway } }

    // MARK: For its lines

    var isOpen: Bool { state.withLock { $0.target != nil && !$0.isAway } }

    /// - Returns: where to lead a connection; nil if it ends here.
    func enter(_ line: any Channel) -> Int? {
        state.withLock { state in
            if state.isAway { state.refused += 1 }
            guard let target = state.target, !state.isAway else { return nil }
            state.lines[ObjectIdentifier(line)] = line
            return target
        }
    }

    func leave(_ line: any Channel) { state.withLock { $0.lines[ObjectIdentifier(line)] = nil } }

    func draw() -> Fate {
        state.withLock { state in
            guard !state.isHealed else { return .delivered }
            return switch Int.random(in: 0..<100, using: &state.chance) {
            case 0..<3: .requestCut
            case 3..<7: .answerLost
            case 7..<10: .answerCut
            case 10..<14: .repeated
            default: .delivered
            }
        }
    }

    func note(_ fate: Fate) { state.withLock { $0.happened[fate, default: 0] += 1 } }
}
