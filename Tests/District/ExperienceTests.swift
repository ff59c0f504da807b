import Coverage
import Daemon
import Federation
import Logging
import Testing

@testable import District

/// What a projection leans on is what was sampled: steps at which somebody wasn't heard teach nothing.
@Suite struct ExperienceTests {
    private static let shape = SampleShape(measures: Measure.all.map(\.title))

    private static func code(_ number: Int) -> Code { Code("421303587002-\(100 + number)")! }

    private static func numbers(_ done: Int64, of due: Int64, known: Bool = true) -> [Int64] {
        let evidence = Evidence(
            numerator: done, denominator: due, lastNumerator: 0, lastDenominator: 0, unknownCeiling: 0,
            totalCeiling: due, unbounded: 0)
        return shape.numbers(
            Sample(
                standings: [known ? .known : .stale: 1], short: nil,
                evidence: [Measure.completion.title: evidence]))
    }

    /// Twenty compounds that do ten doors of a thousand in each step.
    private static func evening(opens: Int64, steps: Int64, without missed: Set<Int64> = []) -> SeriesLog {
        var log = SeriesLog()
        for step in 0..<steps where !missed.contains(step) {
            let samples = (0..<20).map { (SeriesSubject.unit(code($0)), numbers(min(1_000, step * 10), of: 1_000)) }
            _ = log.take(
                SeriesLog.Step(at: opens + step * 300, seconds: 300), Self.shape,
                Dictionary(uniqueKeysWithValues: samples))
        }
        return log
    }

    @Test func earlierRoundsSayWhenThisOneWillBeThrough() throws {
        var experience = Experience()
        for opens in [3_000, 23_000, 43_000, 63_000] as [Int64] {
            experience.add(Self.evening(opens: opens, steps: 120), .completion, opens: opens, step: 300) { _ in "unit" }
        }
        let courses = try #require(experience.courses["unit"])
        #expect(courses.map(\.count) == [20, 20, 20, 20])
        #expect(courses[3][0].points[50] == Course.Point(done: 500, due: 1_000))
        let now = Self.evening(opens: 90_000, steps: 31).line(.unit(Self.code(3)), .completion)
            .course(opens: 90_000, step: 300, until: 90_000 + 30 * 300)
        #expect(now.points.count == 31)
        let pace = Series.Pace(projection: Projection(now, from: courses), at: 90_000 + 30 * 300)
        #expect(pace.projection.perHour == 120 && pace.finish == 90_000 + 90 * 300...90_000 + 90 * 300)
        for text in [Messages.zhHans, .english] {
            let page = PaceText.html(pace, asOf: pace.at, text).source
            #expect(
                page.contains("120") && page.contains("90 %") && page.contains(FigureText.time(117_000, asOf: pace.at)))
        }
        #expect(PaceText.html(nil, asOf: 0, .zhHans).source.isEmpty)
    }

    /// A page of a round that opened years ago must not walk through all its steps.
    @Test func aRoundThatGoesOnForLongHasNoPace() throws {
        try BookDistrict.with { district in
            let series = Series(folder: district.folder, stepSeconds: 300, log: Logger(label: "test"))
            var picture = district.picture
            series.take(picture.wall, picture)
            func pace() -> Series.Pace? { series.pace(.unit(BookDistrict.unit), BookDistrict.campaign, picture) }
            #expect(pace() == nil)
            for index in picture.campaigns.indices { picture.campaigns[index].opens = picture.wall - 3_600 }
            #expect(pace() != nil)
            for index in picture.campaigns.indices { picture.campaigns[index].closed = true }
            #expect(pace() == nil)
        }
    }

    @Test func stepsThatNobodyTookAreUnknown() {
        let log = Self.evening(opens: 3_000, steps: 20, without: [5, 6])
        let course = log.line(.unit(Self.code(0)), .completion).course(opens: 3_000, step: 300, until: 99_999)
        #expect(course.points.count == 20)
        #expect(course.points.indices.filter { course.points[$0] == .unknown } == [5, 6])
    }

    @Test func whoWasNotHeardTeachesNothing() {
        var log = SeriesLog()
        for (step, isKnown) in [true, false, true].enumerated() {
            _ = log.take(
                SeriesLog.Step(at: 3_000 + Int64(step) * 300, seconds: 300), Self.shape,
                [.unit(Self.code(0)): Self.numbers(Int64(step), of: 9, known: isKnown)])
        }
        let course = log.line(.unit(Self.code(0)), .completion).course(opens: 3_000, step: 300, until: 3_600)
        #expect(course.points == [Course.Point(done: 0, due: 9), .unknown, Course.Point(done: 2, due: 9)])
    }

    @Test func aLevelIsSpreadOverItsPlacesAndBounded() {
        var log = SeriesLog()
        let subjects = (0..<450).map { SeriesSubject.unit(Self.code($0)) }
        _ = log.take(
            SeriesLog.Step(at: 0, seconds: 300), Self.shape,
            Dictionary(uniqueKeysWithValues: subjects.map { ($0, Self.numbers(1, of: 2)) }))
        var experience = Experience()
        experience.add(log, .completion, opens: 0, step: 300) { $0 == subjects[0] ? nil : "unit" }
        #expect((80...100).contains(experience.courses["unit"]?.first?.count ?? 0))
    }
}
