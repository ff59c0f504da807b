import Foundation
import Testing

@testable import Coverage

/// Nothing is promised that earlier rounds don't bear out.
@Suite struct ProjectionTests {
    private static let step: Int64 = 300

    /// 1,000 due, of which `perStep` are done at each step up to a share of them.
    private static func even(_ perStep: Int64, steps: Int = 200, atMost most: Int64 = 1_000) -> Course {
        Course(
            stepSeconds: step,
            points: (0..<steps).map { Course.Point(done: min(most, Int64($0) * perStep), due: 1_000) })
    }

    private static func begun(_ perStep: Int64, steps: Int) -> Course { even(perStep, steps: steps) }

    /// Earlier rounds of equal courses.
    private static func rounds(_ number: Int, of courses: [Course]) -> [[Course]] {
        Array(repeating: courses, count: number)
    }

    private static func even(_ perStep: Int64, number: Int) -> [Course] {
        Array(repeating: even(perStep), count: number)
    }

    @Test func evenCoursesEndWhereTheirPaceSays() {
        let projection = Projection(Self.begun(10, steps: 31), from: Self.rounds(4, of: Self.even(10, number: 10)))
        #expect(projection.perHour == 120)
        // 300 of 1,000 after 30 steps; 900 after 60 more.
        #expect(projection.interval == Projection.Interval(earliest: 60 * 300, latest: 60 * 300))
    }

    /// Who began an hour later had come as far an hour later, and his guess was as right.
    @Test func itIsTheShareThatIsComparedAndNotTheClock() {
        var late = Self.even(10)
        late.points = Array(repeating: late.points[0], count: 12) + late.points
        let projection = Projection(
            Self.begun(10, steps: 31), from: Self.rounds(4, of: Array(repeating: late, count: 10)))
        #expect(projection.interval == Projection.Interval(earliest: 60 * 300, latest: 60 * 300))
    }

    @Test func fewRoundsPromiseNothingHoweverManyPlacesTheyHave() {
        let crowd = Self.rounds(3, of: Self.even(10, number: 100))
        let projection = Projection(Self.begun(10, steps: 31), from: crowd)
        #expect(projection.interval == nil && projection.perHour == 120)
        // A round in which nothing moved says nothing about a pace.
        #expect(Projection(Self.begun(10, steps: 31), from: crowd + [Self.even(0, number: 100)]).interval == nil)
        #expect(Projection(Self.begun(10, steps: 31), from: crowd + [Self.even(10, number: 1)]).interval != nil)
        let few = Self.rounds(3, of: Self.even(10, number: 13))
        #expect(Projection(Self.begun(10, steps: 31), from: few + [[]]).interval == nil, "a round that nobody kept")
        #expect(Projection(Self.begun(10, steps: 31), from: few + [Self.even(10, number: 1)]).interval != nil)
    }

    @Test func whatIsUnknownReachedOrStandsStillPromisesNothing() {
        let former = Self.rounds(4, of: Self.even(10, number: 10))
        #expect(Projection(Self.begun(10, steps: 31), from: former).interval != nil)
        #expect(Projection(Self.begun(10, steps: 3), from: former).perHour == nil, "ten minutes are no pace")
        #expect(Projection(Self.begun(0, steps: 31), from: former).interval == nil)
        #expect(Projection(Self.begun(0, steps: 31), from: former).perHour == 0)
        #expect(Projection(Self.begun(40, steps: 31), from: former).interval == nil, "reached")
        var course = Self.begun(10, steps: 31)
        course.points[30] = .unknown
        #expect(Projection(course, from: former) == Projection(Course(stepSeconds: 300, points: []), from: []))
    }

    @Test func wherePlacesNeverGotThereNothingIsPromised() {
        let through = Self.rounds(3, of: Self.even(10, number: 10))
        let stuck = Self.even(10, atMost: 880)
        func latest(_ last: [Course]) -> Int64? {
            Projection(Self.begun(10, steps: 31), from: through + [last]).interval?.latest
        }
        #expect(latest(Self.even(10, number: 10)) == 18_000)
        #expect(latest(Self.even(10, number: 9)) == nil, "thirty-nine that got there may be luck")
        #expect(latest(Self.even(10, number: 29) + [stuck]) == 18_000)
        #expect(latest(Self.even(10, number: 28) + [stuck]) == nil, "one in twenty may not be through tonight")
    }

    /// Each round has one course, as a city has: the rounds alone say how far they lie apart, here by Student's t of three degrees.
    @Test func ofACityTheRoundsAloneSayIt() throws {
        let paces: [Int64] = [8, 9, 10, 12]
        let rounds = paces.map { [Self.kinked(at: 330, then: $0)] }
        let interval = try #require(Projection(Self.begun(10, steps: 31), from: rounds).interval)
        // Sixty steps were guessed at 300 of 1,000: three came as before, 570 doors at the other pace.
        let errors = paces.map { pace -> Double in
            let steps = 3 + (570 / Double(pace)).rounded(.up)
            return log(steps / 60)
        }
        let mean = errors.reduce(0, +) / 4
        let variance = errors.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 3
        let distance = 2.353 * (variance * 1.25).squareRoot()
        #expect(interval.earliest == Int64((18_000 * exp(mean - distance)).rounded(.down)))
        #expect(interval.latest == Int64((18_000 * exp(mean + distance)).rounded(.up)))
        #expect(interval.earliest < 16_000 && interval.latest > 21_000)
        #expect(Projection(Self.begun(10, steps: 31), from: Array(rounds.dropLast())).interval == nil)
    }

    /// As even as ten a step up to some, then as so many.
    private static func kinked(at some: Int64, then perStep: Int64) -> Course {
        var done: Int64 = 0
        return Course(
            stepSeconds: step,
            points: (0..<200).map { place in
                if place > 0 { done = min(1_000, done + (done < some ? 10 : perStep)) }
                return Course.Point(done: done, due: 1_000)
            })
    }

    @Test func anEndThatLiesTooFarAheadIsNone() {
        let former = Self.rounds(4, of: Self.even(10, number: 10))
        let course = Course(
            stepSeconds: Self.step, points: (0..<31).map { Course.Point(done: $0 < 30 ? 299 : 300, due: 1_000) })
        #expect(Projection(course, from: former).interval == nil && Projection(course, from: former).perHour == 1)
    }
}
