import Federation
import Synchronization

/// What each node's own store said at every position that it ever sent: what a figure may be made of while some are away.
final class Testimony: Sendable {
    struct Moment: Hashable {
        var incarnation: Incarnation
        var position: Position
    }
    private struct Heard {
        var said: [Moment: Told] = [:]
        var acknowledged: [Code: Moment] = [:]
        var lives: [Code: Set<Incarnation>] = [:]
    }
    private let heard = Mutex(Heard())

    func said(_ moment: Moment) -> Told? { heard.withLock { $0.said[moment] } }
    func knows(_ moment: Moment) -> Bool { said(moment) != nil }

    func says(_ told: Told, at moment: Moment) { heard.withLock { $0.said[moment] = told } }
    func acknowledge(_ moment: Moment, _ unit: Code) { heard.withLock { $0.acknowledged[unit] = moment } }
    func lives(_ incarnation: Incarnation, _ unit: Code) {
        heard.withLock { _ = $0.lives[unit, default: []].insert(incarnation) }
    }

    /// What nodes were told that the aggregator holds.
    var acknowledged: [Code: Moment] { heard.withLock { $0.acknowledged } }
    /// Lives that nodes began because they, or the aggregator, found them set back.
    var newLives: Int { heard.withLock { $0.lives.values.reduce(0) { $0 + $1.count - 1 } } }
}
