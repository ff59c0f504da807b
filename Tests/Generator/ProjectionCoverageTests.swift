import Coverage
import Foundation
import Testing

@testable import Generator

/// The interval is worth its name: over a thousand evenings it holds the real moment about nine times in ten.
@Suite struct ProjectionCoverageTests {
    private static let step: Int64 = 300

    /// An evening of a compound, begun late by up to forty minutes and played at its own speed: final results of what is
    /// due, every five minutes until midnight.
    private static func course(_ evening: Evening, _ stream: inout Generator.Stream) -> Course {
        let late = Double(stream.below(2_400))
        let speed = 0.7 + Double(stream.below(700)) / 1_000
        var due: Int64 = 0
        var done = Array(repeating: Int64(0), count: 73)
        for (outcome, visits) in zip(evening.outcomes, evening.visits) {
            guard outcome.disposition != .vacant, outcome.disposition != .notDwelling else { continue }
            due += 1
            let isFinal =
                switch outcome.disposition {
                case nil, .postponed: false
                case .nobodyHome: outcome.passes >= 3
                default: true
                }
            guard isFinal, let last = visits.first(where: { $0.disposition == outcome.disposition }).map(\.observedAt)
            else { continue }
            let at = late + Double(last - Clock.start) * speed
            let begins = Int((at / Double(step)).rounded(.up))
            if begins < done.count { done[begins] += 1 }
        }
        var sum: Int64 = 0
        return Course(
            stepSeconds: step,
            points: done.map {
                sum += $0
                return Course.Point(done: sum, due: due)
            })
    }

    /// Communities of twelve compounds.
    private static func courses(seed: UInt64) -> [Course] {
        let world = World(profile: .s, seed: seed)
        var stream = Streams(seed: seed, code: "projection").stream(.visit)
        // Small compounds are drawn as large ones are, and quicker.
        let compounds = world.units.filter { (40...160).contains($0.expectedHouseholds) }
            .map { course(world.evening(of: $0), &stream) }
        return (0..<max(0, compounds.count - 11)).map { sum(compounds[$0..<$0 + 12]) }
    }

    private static func sum(_ courses: ArraySlice<Course>) -> Course {
        Course(
            stepSeconds: step,
            points: courses[courses.startIndex].points.indices.map { place in
                func total(_ part: KeyPath<Course.Point, Int32>) -> Int64 {
                    courses.reduce(0) { $0 + Int64($1.points[place][keyPath: part]) }
                }
                return Course.Point(done: total(\.done), due: total(\.due))
            })
    }

    @Test func aThousandEvenings() {
        let former = Self.courses(seed: 1) + Self.courses(seed: 2) + Self.courses(seed: 3)
        var stream = Streams(seed: 2, code: "moments").stream(.visit)
        var (shown, held) = (0, 0)
        for seed in UInt64(11)...40 where shown < 1_000 {
            for evening in Self.courses(seed: seed) where shown < 1_000 {
                let now = 6 + stream.below(44)
                let begun = Course(stepSeconds: Self.step, points: Array(evening.points[...now]))
                guard let interval = Projection(begun, from: former).interval else { continue }
                shown += 1
                let real = evening.reached(Projection.target).map { Int64($0 - now) * Self.step }
                held += real.map { (interval.earliest...interval.latest).contains($0) } ?? false ? 1 : 0
            }
        }
        print("projection: \(held) of \(shown) evenings held")
        #expect(shown == 1_000 && (850...950).contains(held))
    }
}
