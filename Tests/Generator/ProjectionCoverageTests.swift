import Coverage
import Laws
import Testing

@testable import Generator

/// The interval is worth its name: of a thousand evenings it holds the real moment about nine times in ten, at compounds, communities
/// and a city, whether each compound is late and quick by itself, all of an evening alike, or half and half; and just so where all of
/// them had few earlier rounds to go by.
@Suite struct ProjectionCoverageTests {
    private static let step: Int64 = 300
    /// Steps of an evening.
    private static let steps = 73

    /// When a compound's final results of what is due come, if it begins in time and at the usual speed.
    private struct Evening {
        var due: Int64 = 0
        /// Seconds after the beginning.
        var results: [Double] = []

        init(_ evening: Generator.Evening) {
            for (outcome, visits) in zip(evening.outcomes, evening.visits) {
                guard outcome.disposition != .vacant, outcome.disposition != .notDwelling else { continue }
                due += 1
                let isFinal =
                    switch outcome.disposition {
                    case nil, .postponed: false
                    case .nobodyHome: outcome.passes >= 3
                    default: true
                    }
                guard isFinal, let last = visits.first(where: { $0.disposition == outcome.disposition }) else {
                    continue
                }
                results.append(Double(last.observedAt - Clock.start))
            }
        }

        /// - Parameters:
        ///   - late: seconds.
        ///   - slow: times as long.
        func course(late: Double, slow: Double) -> Course {
            var done = Array(repeating: Int64(0), count: steps)
            for result in results {
                let seen = Int(((late + result * slow) / Double(step)).rounded(.up))
                if seen < steps { done[seen] += 1 }
            }
            var sum: Int64 = 0
            return Course(
                stepSeconds: step,
                points: done.map {
                    sum += $0
                    return Course.Point(done: sum, due: due)
                })
        }
    }

    /// Small compounds are drawn as large ones are, and quicker.
    private static let pool = (UInt64(1)...20).flatMap { seed in
        let world = World(profile: .s, seed: seed)
        return world.units.filter { (40...160).contains($0.expectedHouseholds) }.map { Evening(world.evening(of: $0)) }
    }

    enum Level: CaseIterable {
        case compound, community, city

        /// How many of them a round has, and of how many compounds each is made.
        var size: (places: Int, compounds: Int) {
            switch self {
            case .compound: (40, 1)
            case .community: (10, 24)
            case .city: (1, 80)
            }
        }
    }

    /// A round of compounds out of the pool, which begin up to forty minutes late and take 0.7 to 1.4 times as long.
    ///
    /// - Parameter common: which part of both all compounds have in common, 0 to 1.
    private static func round(_ level: Level, common: Double, _ chance: inout SplitMix) -> [Course] {
        func drawn() -> (late: Double, slow: Double) {
            (.random(in: 0...2_400, using: &chance), .random(in: 0.7...1.4, using: &chance))
        }
        let (all, size) = (drawn(), level.size)
        return (0..<size.places).map { _ in
            sum(
                (0..<size.compounds).map { _ in
                    let own = drawn()
                    return pool[Int.random(in: pool.indices, using: &chance)].course(
                        late: common * all.late + (1 - common) * own.late,
                        slow: common * all.slow + (1 - common) * own.slow)
                })
        }
    }

    private static func sum(_ courses: [Course]) -> Course {
        Course(
            stepSeconds: step,
            points: (0..<steps).map { place in
                func total(_ part: KeyPath<Course.Point, Int32>) -> Int64 {
                    courses.reduce(0) { $0 + Int64($1.points[place][keyPath: part]) }
                }
                return Course.Point(done: total(\.done), due: total(\.due))
            })
    }

    /// Every few evenings have earlier rounds of their own: with the same for all, a thousand would be one draw.
    @Test(arguments: Level.allCases, [0, 0.5, 1])
    func aThousandEvenings(_ level: Level, common: Double) {
        var chance = SplitMix(2)
        var (shown, held) = (0, 0)
        for turn in 0..<1_000 where shown < 1_000 {
            let former = (0..<(turn.isMultiple(of: 2) ? 4 : 7)).map { _ in Self.round(level, common: common, &chance) }
            let evenings = (0..<4).flatMap { _ in Self.round(level, common: common, &chance).prefix(4) }
            for evening in evenings where shown < 1_000 {
                let now = Int.random(in: 6..<50, using: &chance)
                let begun = Course(stepSeconds: Self.step, points: Array(evening.points[...now]))
                guard let interval = Projection(begun, from: former).interval else { continue }
                shown += 1
                let real = evening.reached(Projection.target, after: now).map { Int64($0 - now) * Self.step }
                held += real.map { (interval.earliest...interval.latest).contains($0) } ?? false ? 1 : 0
            }
        }
        print("projection, \(level), \(common) in common: \(held) of \(shown) evenings held")
        #expect(shown == 1_000 && (850...950).contains(held))
    }
}
