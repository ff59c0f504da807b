import Coverage
import Daemon
import Federation
import Foundation
import GRDB
import Laws
import Logging
import Testing

@testable import District

/// How a round went: what was sampled is what is read, and what wasn't sampled is a gap.
@Suite struct SeriesTests {
    private static let unit = SeriesSubject.unit(BookDistrict.unit)
    private static let place = SeriesSubject.place("421303587002")

    private static func step(_ number: Int64) -> SeriesLog.Step { SeriesLog.Step(at: number * 300, seconds: 300) }

    private static let shape = SampleShape(measures: Measure.all.map(\.title))

    /// Numbers of a sample in which only the completion differs.
    private static func numbers(_ done: Int64, _ due: Int64, _ shape: SampleShape = SeriesTests.shape) -> [Int64] {
        let evidence = Evidence(
            numerator: done, denominator: due, lastNumerator: 0, lastDenominator: 0, unknownCeiling: 0,
            totalCeiling: 100, unbounded: 0)
        return shape.numbers(
            Sample(standings: [.known: 1], short: 3, evidence: [shape.measures[0]: evidence]))
    }

    @Test func aSampleComesBackWhole() {
        var generator = SystemRandomNumberGenerator()
        let shape = Self.shape
        for _ in 0..<50 {
            let numbers = (0..<shape.width).map { _ in Int64.random(in: 0...5_000_000, using: &generator) }
            #expect(shape.numbers(shape.sample(numbers)) == numbers)
        }
        #expect(shape.sample(Self.numbers(1, 2)).short == 3)
        let none = Sample(standings: [.silent: 1], short: nil, evidence: [:])
        #expect(shape.sample(shape.numbers(none)).short == nil, "nobody said is not zero")
    }

    @Test func aSampleKeepsWhyThereWasNoBound() {
        var evidence = Evidence(
            numerator: 1, denominator: 2, lastNumerator: 0, lastDenominator: 0, unknownCeiling: 3, totalCeiling: 9,
            unbounded: 2)
        (evidence.outgrown, evidence.unmeasured) = (2, 1)
        let title = Self.shape.measures[0]
        let sample = Sample(standings: [.known: 1], short: nil, evidence: [title: evidence])
        #expect(Self.shape.sample(Self.shape.numbers(sample)).evidence[title] == evidence)
        // As they were written before there were these two.
        let older = SampleShape(text: "6 10 \(title)")
        let short = older.map { $0.sample([0, 0, 1, 0, 0, 0, 0, 1, 2, 0, 0, 3, 9, 0, 0, 0, 0]) }
        #expect(short?.figure(.completion)?.upper == Ratio(4, 5))
        #expect(short?.figure(.completion)?.shareUnknown == nil, "whether all had a ceiling nobody knows")
    }

    @Test func whatWasTakenIsReplayedByteByByte() {
        var generator = SystemRandomNumberGenerator()
        let subjects = (0..<20).map { SeriesSubject.unit(Code("421303587002-\(100 + $0)")!) } + [Self.place]
        var (log, replayed) = (SeriesLog(), SeriesLog())
        var expected: [SeriesSubject: [(Int64, [Int64])]] = [:]
        var standing = Dictionary(uniqueKeysWithValues: subjects.map { ($0, Self.numbers(0, 80)) })
        // Long enough that a subject's reading begins at more than one mark.
        for number in Int64(1)...40 * 8 {
            for subject in subjects where Bool.random(using: &generator) {
                standing[subject] = Self.numbers(.random(in: 0...80, using: &generator), 80)
            }
            for (subject, numbers) in standing where expected[subject]?.last?.1 != numbers {
                expected[subject, default: []].append((number * 300, numbers))
            }
            let changes = log.take(Self.step(number), Self.shape, standing)
            let isRead = replayed.replay(Self.step(number), Self.shape, changes)
            #expect(isRead)
        }
        for subject in subjects {
            for moment in stride(from: Int64(0), through: 321 * 300, by: 450) {
                let stands = replayed.samples(subject).last { $0.at <= moment }?.sample
                let isLooked = (300..<321 * 300).contains(moment)
                #expect(replayed.sample(subject, at: moment) == (isLooked ? stands : nil), "\(moment)")
            }
            #expect(replayed.latest(subject) == replayed.samples(subject).last?.sample)
            for log in [log, replayed] {
                let samples = log.samples(subject)
                #expect(samples.map(\.at) == expected[subject]?.map(\.0))
                #expect(samples.map { Self.shape.numbers($0.sample) } == expected[subject]?.map(\.1))
            }
        }
        #expect(log.bytes < subjects.count * 320 * 10, "about ten bytes for each change")
    }

    @Test func bytesThatNobodyWroteAreRefused() {
        var log = SeriesLog()
        let changes = log.take(Self.step(1), Self.shape, [Self.unit: Self.numbers(5, 80)])
        for cut in 1..<changes.count {
            var other = SeriesLog()
            let isCutRead = other.replay(Self.step(1), Self.shape, Array(changes.prefix(cut)))
            #expect(!isCutRead, "cut at \(cut)")
        }
        var other = SeriesLog()
        let isStrangerRead = other.replay(Self.step(1), Self.shape, [9, 1, 0, 2])
        #expect(!isStrangerRead, "a subject that was never named")
        var twice = SeriesLog()
        let isFirstRead = twice.replay(Self.step(1), Self.shape, changes)
        #expect(isFirstRead)
        let isSecondRead = twice.replay(Self.step(1), Self.shape, [])
        #expect(!isSecondRead, "time goes on")
    }

    @Test func aUnitThatIsntCountedAnyMoreStandsAtNothing() {
        var log = SeriesLog()
        _ = log.take(Self.step(1), Self.shape, [Self.unit: Self.numbers(5, 80), Self.place: Self.numbers(5, 80)])
        _ = log.take(Self.step(2), Self.shape, [Self.place: Self.numbers(5, 80)])
        #expect(log.samples(Self.unit).map(\.sample.expected) == [1, 0])
        #expect(log.samples(Self.place).count == 1)
    }

    @Test func aRuleThatChangedIsNotReadAsTheOneOfToday() {
        let old = SampleShape(measures: ["survey.completion@0"])
        var log = SeriesLog()
        _ = log.take(Self.step(1), old, [Self.unit: Self.numbers(5, 80, old)])
        _ = log.take(Self.step(2), Self.shape, [Self.unit: Self.numbers(6, 80)])
        let samples = log.samples(Self.unit).map(\.sample)
        #expect(samples[0].evidence["survey.completion@0"]?.numerator == 5)
        #expect(samples[1].evidence["survey.completion@1"]?.numerator == 6)
        let line = log.line(Self.unit, .completion)
        #expect(line.points[0].figure == nil && line.points[1].figure?.evidence.numerator == 6)
    }

    @Test func nobodyLookedIsAGap() {
        var log = SeriesLog()
        for number in [Int64(1), 2, 5] {
            _ = log.take(Self.step(number), Self.shape, [Self.unit: Self.numbers(number, 80)])
        }
        let line = log.line(Self.unit, .completion)
        #expect(line.gaps == [900..<1500] && line.until == 1800)
        #expect(line.point(at: 899)?.figure?.evidence.numerator == 2)
        #expect(line.point(at: 900) == nil && line.point(at: 1499) == nil, "what was, isn't what is")
        #expect(line.point(at: 1500)?.figure?.evidence.numerator == 5)
        #expect(line.point(at: 299) == nil && line.point(at: 1800) == nil)
    }

    /// Whoever comes after the deadline wasn't on time, and a deadline at which nobody looked says nothing.
    @Test func onTimeIsWhoseReportStoodAtTheDeadline() {
        var log = SeriesLog()
        let standings: [Int64: [Standing: Int64]] = [
            1: [.neverConnected: 3], 2: [.known: 2, .neverConnected: 1], 3: [.known: 3], 6: [.known: 3],
        ]
        for (number, standings) in standings.sorted(by: { $0.key < $1.key }) {
            let sample = Sample(standings: standings, short: nil, evidence: [:])
            _ = log.take(Self.step(number), Self.shape, [Self.place: Self.shape.numbers(sample)])
        }
        func onTime(_ deadline: Int64, now: Int64 = 10_000) -> Timeliness? {
            log.timeliness(Self.place, deadline: deadline, now: now)
        }
        #expect(onTime(600) == Timeliness(deadline: 600, onTime: 2, expected: 3))
        #expect(onTime(600)?.rate?.permilleDown == 666)
        #expect(onTime(899)?.onTime == 2 && onTime(900)?.onTime == 3)
        #expect(onTime(300)?.onTime == 0, "nobody had reported: zero, and not unknown")
        #expect(onTime(600, now: 599) == nil, "not before it has come")
        #expect(onTime(1500) == nil && onTime(299) == nil && onTime(2100) == nil, "nobody looked then")
        #expect(log.timeliness(Self.unit, deadline: 600, now: 10_000) == nil, "it wasn't counted")
    }

    // MARK: Over files

    private static func series(_ folder: String) -> Series {
        Series(folder: folder, stepSeconds: 300, log: Logger(label: "test"))
    }

    /// A compound that counts, falls silent and comes back, sampled all the while.
    @Test func aRoundIsReadAsItWentAlsoAfterARestart() throws {
        try BookDistrict.with { district in
            let series = Self.series(district.folder)
            let begins = district.wall - district.wall % 300
            var node = CaseNode(1)
            node.count("7", completed: 30, unvisited: 50)
            try district.hear(node.push(from: nil))
            series.take(begins, district.picture)
            let before = node.position
            node.count("7", completed: 31, unvisited: 49)
            try district.hear(node.push(from: before))
            series.take(begins + 300, district.picture)
            district.now = 10 * BookDistrict.minute
            _ = district.sweptFigures
            series.take(begins + 600, district.picture)
            for series in [series, Self.series(district.folder)] {
                let line = series.log(BookDistrict.campaign, district.picture).line(Self.unit, .completion)
                let evidence = line.points.compactMap(\.figure?.evidence)
                #expect(evidence.map(\.numerator) == [30, 31, 0] && evidence.map(\.lastNumerator) == [0, 0, 31])
                #expect(
                    line.points.map(\.known) == [1, 1, 0] && line.points.map(\.at) == [0, 300, 600].map { begins + $0 })
                #expect(line.points[2].figure?.upper?.permilleUp == 1000, "silent: anything up to the ceiling")
                let place = series.log(BookDistrict.campaign, district.picture).line(Self.place, .completion)
                #expect(place.points.map(\.expected) == [2, 2, 2] && place.points.map(\.known) == [1, 1, 0])
                #expect(place.points[1].figure == district.oneKnown(done: 31, due: 80))
            }
            let closed = series.log(Code(literal: "closed"), district.picture)
            #expect(closed.steps.isEmpty, "a round that is over is not sampled")
        }
    }

    /// Twenty compounds of a community for fourteen days at steps of five minutes: they work from nine to nine, each moves in one
    /// step of four, and now and then one begins anew.
    @Test func fourteenDaysAtFiveMinutesAreKeptWholeAndSmall() throws {
        try BookDistrict.with { district in
            var chance = SplitMix(14)
            let units = (0..<20).map { SeriesSubject.unit(Code("421303587002-\(100 + $0)")!) }
            let steps: Int64 = 14 * 288
            var done = Array(repeating: Int64(0), count: units.count)
            var truth: [[Int64]] = []
            var samples = Dictionary(uniqueKeysWithValues: units.map { ($0, Self.numbers(0, 1_280)) })
            do {
                let store = try SeriesStore(district.folder + "/series.sqlite")
                var log = SeriesLog()
                for number in 1...steps {
                    for unit in units.indices where (108..<252).contains(number % 288) && chance.next() % 4 == 0 {
                        done[unit] = chance.next() % 500 == 0 ? 0 : min(1_280, done[unit] + Int64(chance.next() % 7))
                        samples[units[unit]] = Self.numbers(done[unit], 1_280)
                    }
                    if done != truth.last { samples[Self.place] = Self.numbers(done.reduce(0, +), 1_280 * 20) }
                    truth.append(done)
                    let changes = log.take(Self.step(number), Self.shape, samples)
                    try store.add(BookDistrict.campaign, Self.step(number), Self.shape, changes)
                }
            }
            let read = try SeriesStore(district.folder + "/series.sqlite").log(BookDistrict.campaign).log
            #expect(read.steps.count == Int(steps) && read.gaps.isEmpty)
            for (place, unit) in units.enumerated() {
                let line = read.line(unit, .completion)
                var (point, isWhole) = (-1, true)
                for number in truth.indices {
                    let at = Int64(number + 1) * 300
                    while point + 1 < line.points.count, line.points[point + 1].at <= at { point += 1 }
                    isWhole = isWhole && line.points[point].figure?.evidence.numerator == truth[number][place]
                }
                #expect(isWhole, "\(unit.name)")
            }
            let city = read.line(Self.place, .completion)
            #expect(city.points.last?.figure?.evidence.numerator == done.reduce(0, +))
            let all = (units.count + 1) * Int(steps)
            let file = try FileManager.default.attributesOfItem(atPath: district.folder + "/series.sqlite")[.size]
            let bytes = try #require(file as? Int)
            print("fourteen days: \(bytes) bytes on the disk, \(read.bytes) in memory, of \(all) samples")
            #expect(bytes < 6 * all && read.bytes < 6 * all, "where a sample of its own would have 300")
        }
    }

    @Test func aFileThatCannotBeReadStopsNobodyAndIsKept() throws {
        try BookDistrict.with { district in
            let path = district.folder + "/series.sqlite"
            try "not a database, whatever its name says; long enough to be looked at".write(
                toFile: path, atomically: true, encoding: .utf8)
            let series = Self.series(district.folder)
            series.take(3000, district.picture)
            #expect(series.log(BookDistrict.campaign, district.picture).steps.count == 1)
            #expect(try String(contentsOfFile: path + ".aside", encoding: .utf8).hasPrefix("not a database"))
            let nowhere = Self.series(district.folder + "/missing")
            nowhere.take(3000, district.picture)
            #expect(nowhere.log(BookDistrict.campaign, district.picture).steps.isEmpty)
        }
    }

    /// What follows a step that is broken can't be told from it: it is a gap, and the series goes on.
    @Test func aBrokenStepCostsWhatFollowsIt() throws {
        try BookDistrict.with { district in
            let series = Self.series(district.folder)
            for number in Int64(1)...4 { series.take(number * 300, district.picture) }
            let file = try DatabaseQueue(path: district.folder + "/series.sqlite")
            try file.write { try $0.execute(sql: "UPDATE step SET changes = x'FFFF' WHERE at = 900") }
            let again = Self.series(district.folder)
            again.take(1800, district.picture)
            let log = again.log(BookDistrict.campaign, district.picture)
            #expect(log.steps.map(\.at) == [300, 600, 1800])
            #expect(log.line(Self.unit, .completion).gaps == [900..<1800])
            #expect(Self.series(district.folder).log(BookDistrict.campaign, district.picture).steps == log.steps)
        }
    }

    @Test func aClockThatRanAheadStopsNoSampleForGood() throws {
        try BookDistrict.with { district in
            let series = Self.series(district.folder)
            for at in [Int64(300), 600, 900_000, 900, 1200] { series.take(at, district.picture) }
            for series in [series, Self.series(district.folder)] {
                #expect(series.log(BookDistrict.campaign, district.picture).steps.map(\.at) == [300, 600, 900, 1200])
            }
        }
    }

    /// Another community has a catalogue with the same column: this one's compounds said nothing all the same.
    @Test func nobodyKnownIsNoShortageOfZero() throws {
        try BookDistrict.with { district in
            #expect(district.picture.samples(BookDistrict.campaign)[Self.place]?.short == nil)
            var node = CaseNode(1)
            node.count("7", completed: 3, unvisited: 5)
            try district.hear(node.push(from: nil))
            let picture = district.picture
            #expect(picture.counts(0, picture.cut("survey", BookDistrict.campaign))["completed"] == 3)
            district.now = 10 * BookDistrict.minute
            _ = district.sweptFigures
            let stale = district.picture
            #expect(stale.counts(0, stale.cut("survey", BookDistrict.campaign)) == [:], "and the sums are there")
        }
    }

    @Test func theSameStepIsTakenOnce() throws {
        try BookDistrict.with { district in
            let series = Self.series(district.folder)
            series.take(3000, district.picture)
            series.take(3000, district.picture)
            let again = Self.series(district.folder)
            again.take(2700, district.picture)
            again.take(3000, district.picture)
            #expect(again.log(BookDistrict.campaign, district.picture).steps.map(\.at) == [3000])
        }
    }
}

extension BookDistrict {
    /// The district's figure while one of its two compounds of 100 households is known.
    fileprivate func oneKnown(done: Int64, due: Int64) -> Figure {
        Figure(
            Evidence(
                numerator: done, denominator: due, lastNumerator: 0, lastDenominator: 0, unknownCeiling: 100,
                totalCeiling: 200, unbounded: 0))
    }
}
