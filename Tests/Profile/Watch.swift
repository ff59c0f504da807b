import Generator
import Synchronization

@testable import District

/// Looks again and again, as readers do, and remembers what didn't hold.
final class Watch: Sendable {
    private struct Seen {
        var looks = 0
        /// Looks at which somebody was known and somebody was not.
        var incomplete = 0
        var mostStale = 0
        /// Districts of which nobody was known while their line was away.
        var away: Set<String> = []
        var faults: [String] = []
    }
    private let evening: FaultyEvening
    private let ends: [String: Told]
    private let expected: [String: Int]
    private let members: [String: Set<String>]
    private let seen = Mutex(Seen())

    init(_ evening: FaultyEvening) {
        self.evening = evening
        ends = evening.nodes.reduce(into: [:]) { $0[$1.node.unit.code] = Told($1.node.truth) }
        expected = evening.city.expected
        members = evening.city.units.reduce(into: [:]) { $0[$1.district, default: []].insert($1.code) }
    }

    var looks: Int { seen.withLock { $0.looks } }
    var incomplete: Int { seen.withLock { $0.incomplete } }
    var mostStale: Int { seen.withLock { $0.mostStale } }
    var faults: [String] { seen.withLock { $0.faults } }
    var districtsAway: Int { seen.withLock { $0.away.count } }
    /// Readers were told that nobody in a district is known, while its line was away.
    func sawAway(_ district: String) -> Bool { seen.withLock { $0.away.contains(district) } }

    func keep() async throws {
        while true {
            look()
            try await Task.sleep(for: .seconds(2))
        }
    }

    @discardableResult
    func look() -> Look {
        let look = Look(evening.hall.aggregator.look(), ends, expected: expected, evening.testimony)
        let away = evening.uplinks.filter { $0.value.isAway }.keys.filter {
            look.away.isSuperset(of: members[$0] ?? [])
        }
        seen.withLock { seen in
            seen.looks += 1
            seen.incomplete += look.away.isEmpty || look.away.count == ends.count ? 0 : 1
            seen.mostStale = max(seen.mostStale, look.stale)
            seen.away.formUnion(away)
            // One that breaks everything is told of once.
            seen.faults += look.faults.prefix(max(0, 20 - seen.faults.count))
        }
        return look
    }
}
