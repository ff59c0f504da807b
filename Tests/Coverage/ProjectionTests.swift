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

    @Test func evenCoursesEndWhereTheirPaceSays() {
        let projection = Projection(Self.begun(10, steps: 31), from: Array(repeating: Self.even(10), count: 19))
        #expect(projection.perHour == 120)
        // 300 of 1,000 after 30 steps; 900 after 60 more.
        #expect(projection.interval == Projection.Interval(earliest: 60 * 300, latest: 60 * 300))
    }

    @Test func fewerThanNineteenEarlierCoursesPromiseNothing() {
        let former = Array(repeating: Self.even(10), count: 18)
        let projection = Projection(Self.begun(10, steps: 31), from: former)
        #expect(projection.interval == nil && projection.perHour == 120)
        // Courses at whose step nothing moved say nothing about a pace.
        let still = Array(repeating: Self.even(0), count: 50)
        #expect(Projection(Self.begun(10, steps: 31), from: former + still).interval == nil)
    }

    @Test func whatIsUnknownReachedOrStandsStillPromisesNothing() {
        let former = Array(repeating: Self.even(10), count: 40)
        #expect(Projection(Self.begun(10, steps: 3), from: former).perHour == nil, "ten minutes are no pace")
        #expect(Projection(Self.begun(0, steps: 31), from: former).interval == nil)
        #expect(Projection(Self.begun(0, steps: 31), from: former).perHour == 0)
        #expect(Projection(Self.begun(40, steps: 31), from: former).interval == nil, "reached")
        var course = Self.begun(10, steps: 31)
        course.points[30] = .unknown
        #expect(Projection(course, from: former) == Projection(Course(stepSeconds: 300, points: []), from: []))
    }

    @Test func wherePlacesNeverGotThereNothingIsPromised() {
        let through = Array(repeating: Self.even(10), count: 38)
        let stuck = Array(repeating: Self.even(10, atMost: 880), count: 2)
        func latest(_ former: [Course]) -> Int64? {
            Projection(Self.begun(10, steps: 31), from: former).interval?.latest
        }
        #expect(latest(through + stuck.prefix(1)) == Int64(18_000))
        #expect(latest(through.dropLast() + stuck) == nil, "one in twenty of them is not tonight")
    }

    @Test func anotherStepIsNoEarlierCourse() {
        let other = Array(repeating: Course(stepSeconds: 60, points: Self.even(2, steps: 600).points), count: 40)
        #expect(Projection(Self.begun(10, steps: 31), from: other).interval == nil)
    }
}
