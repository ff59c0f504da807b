import Coverage
import Daemon
import Federation
import Foundation
import Logging
import Testing

@testable import District

/// What the pages draw of a round.
@Suite struct DashboardTests {
    private static func point(_ at: Int64, _ done: Int64, _ due: Int64, unknown: Int64 = 0) -> SeriesLine.Point {
        let figure = Figure(
            Evidence(
                numerator: done, denominator: due, lastNumerator: 0, lastDenominator: 0, unknownCeiling: unknown,
                totalCeiling: due + unknown, unbounded: 0))
        return SeriesLine.Point(at: at, figure: figure, known: due > 0 ? 1 : 0, expected: 1)
    }

    /// Left, top, right and bottom of each part of a path.
    private static func parts(_ svg: String, _ style: String) -> [[Int]] {
        let path = svg.firstMatch(of: try! Regex("class=\"\(style)\"[^>]* d=\"([^\"]*)\""))?.output[1].substring ?? ""
        return path.matches(of: /M(\d+) (\d+)(?:V(\d+))?H(\d+)V(\d+)/).map { part in
            let (x, y, up, right, down) = (part.1, part.2, part.3, part.4, part.5)
            return [x, up ?? y, right, down].map { Int($0) ?? -1 }
        }
    }

    @Test func certainIsSolidPossibleIsHatchedAndNobodyLookedIsNothing() {
        // Six hours are 600 units wide: 100 an hour.
        let chart = RoundChart(opens: 0, deadline: 6 * 3600, now: 5 * 3600, least: 3600)
        let line = SeriesLine(
            points: [
                Self.point(0, 20, 80), Self.point(3600, 40, 80, unknown: 20), Self.point(4 * 3600, 0, 0, unknown: 100),
            ],
            gaps: [2 * 3600..<3 * 3600], until: 5 * 3600)
        let svg = chart.html(line, label: "<b>").source
        #expect(svg.contains("aria-label=\"&lt;b&gt;\""))
        #expect(
            Self.parts(svg, "known") == [
                [0, 75, 100, 100], [100, 60, 200, 100], [300, 60, 400, 100], [400, 100, 500, 100],
            ])
        // Upper bounds: 60 of 100; all of 100.
        #expect(Self.parts(svg, "open") == [[100, 40, 200, 60], [300, 40, 400, 60], [400, 0, 500, 100]])
    }

    /// Nothing due is a quiet state: neither a bar nor a cell looks as if somebody weren't heard.
    @Test func whereNothingIsDueNothingIsHatched() {
        let nothing = Figure(
            Evidence(
                numerator: 0, denominator: 0, lastNumerator: 0, lastDenominator: 0, unknownCeiling: 0, totalCeiling: 10,
                unbounded: 0))
        #expect(FigureText.bar(nothing, label: "x").source.contains("x=\"0\" width=\"0\""))
        let silent = Figure(
            Evidence(
                numerator: 0, denominator: 0, lastNumerator: 0, lastDenominator: 0, unknownCeiling: 0, totalCeiling: 0,
                unbounded: 1))
        #expect(FigureText.bar(silent, label: "x").source.contains("x=\"0\" width=\"1000\""))
        let quiet = HourTable.cell(SeriesLine.Point(at: 0, figure: nothing, known: 1, expected: 1), .english)
        #expect(quiet.source.contains("nothing due") && !quiet.source.contains("unheard"))
        let unheard = HourTable.cell(SeriesLine.Point(at: 0, figure: silent, known: 0, expected: 1), .english)
        #expect(unheard.source.contains("unheard"))
    }

    @Test func aChartOfNothingIsEmpty() {
        let chart = RoundChart(opens: 0, deadline: 3600, now: 10, least: 3600)
        let svg = chart.html(SeriesLine(points: [], gaps: [], until: nil), label: "x").source
        #expect(Self.parts(svg, "known").isEmpty && Self.parts(svg, "open").isEmpty && svg.contains("track"))
    }

    /// What went before the span is no mark at its edge, and a long round is no longer on the page than a short one.
    @Test func aRoundOfWeeksIsDrawnAsOneDay() {
        let day: Int64 = 86400
        let points = (0..<4000).map { Self.point(Int64($0) * 300, Int64($0 % 80), 80) }
        let line = SeriesLine(points: points, gaps: [], until: 4000 * 300)
        let svg = RoundChart(opens: 0, deadline: 0, now: 4000 * 300, least: 3600).html(line, label: "x").source
        let parts = Self.parts(svg, "known")
        #expect(parts.count <= 120 && svg.utf8.count < 6000 && parts.last?[2] == 600)
        let begins = 4000 * 300 - day
        let atFirst = (begins + day / 120 - 1) / 300 % 80
        #expect(parts.first?[1] == Int(100 - atFirst * 1000 / 80 * 100 / 1000))
    }

    @Test func anExactFigureHasNoRimOfDoubt() {
        let line = SeriesLine(points: [Self.point(0, 1, 3)], gaps: [], until: 300)
        let svg = RoundChart(opens: 0, deadline: 3600, now: 300, least: 3600).html(line, label: "x").source
        #expect(Self.parts(svg, "known").count == 1 && Self.parts(svg, "open").isEmpty)
    }

    @Test func aChartHoldsADayAtMostAndNowLiesInIt() {
        func hours(_ opens: Int64, _ deadline: Int64, _ now: Int64) -> [Int64] {
            let span = RoundChart(opens: opens * 3600, deadline: deadline * 3600, now: now * 3600, least: 3600).span
            return [span.lowerBound / 3600, span.upperBound / 3600]
        }
        #expect(hours(18, 22, 19) == [18, 22])
        #expect(hours(18, 22, 23) == [18, 23], "a round goes on after its deadline")
        #expect(hours(0, 100, 2) == [0, 24] && hours(0, 100, 50) == [26, 50])
        #expect(hours(18, 18, 18) == [18, 19] && hours(20, 22, 19) == [19, 22])
    }

    private static func look(_ cookie: String?, at now: Int64) -> LastLook {
        LastLook(
            Call(method: "GET", path: "/", headers: cookie.map { ["cookie": $0] } ?? [:]), now: now)
    }

    @Test func aPageThatIsOpenAllEveningIsOneLook() {
        func value(_ look: LastLook) -> String { String(look.cookie.split(separator: ";")[0]) }
        let first = Self.look(nil, at: 10_000)
        #expect(first.since(step: 300) == nil, "nothing was before the first look")
        var cookie = value(first)
        for now in stride(from: Int64(10_060), through: 13_600, by: 60) { cookie = value(Self.look(cookie, at: now)) }
        #expect(Self.look(cookie, at: 13_660).since(step: 300) == 10_000)
        let back = Self.look(cookie, at: 20_000)
        #expect(back.since(step: 300) == 13_600, "who comes back hears what happened since")
        #expect(Self.look(value(back), at: 20_060).since(step: 300) == 13_600)
        for wrong in ["jiayuan_look=", "jiayuan_look=9-", "jiayuan_look=30000-40000", "jiayuan_look=5-3"] {
            #expect(Self.look(wrong, at: 20_000).since(step: 300) == nil, "\(wrong)")
        }
    }

    /// Before the first word nothing is last known; zero is said by somebody.
    @Test func nobodysWordIsNotZeroPeople() throws {
        try BookDistrict.with { district in
            _ = district.sweptFigures
            let unheard = district.division(.zhHans)
            #expect(unheard.contains("本轮无数据") && !unheard.contains("按最近上报还差"))
            var node = CaseNode(1)
            node.count("7", completed: 30, unvisited: 0)
            try district.hear(node.push(from: nil))
            _ = district.sweptFigures
            #expect(district.division(.zhHans).contains("按最近上报还差 0 人"))
        }
    }

    @Test func theReaderHearsWhoFellSilentAndWhatWasDone() throws {
        try BookDistrict.with { district in
            let series = Series(folder: district.folder, stepSeconds: 300, log: Logger(label: "test"))
            let begins = district.wall - district.wall % 300
            var (node, other) = (CaseNode(1), CaseNode(2))
            node.count("7", completed: 30, unvisited: 50)
            other.count("1", completed: 10, unvisited: 80)
            try district.hear(node.push(from: nil))
            try district.hear(other.push(from: nil), of: BookDistrict.other)
            series.take(begins, district.picture)
            district.now = 10 * BookDistrict.minute
            let before = other.position
            other.count("1", completed: 25, unvisited: 65)
            try district.hear(other.push(from: before), of: BookDistrict.other)
            _ = district.sweptFigures
            series.take(begins + 600, district.picture)
            let log = series.log(BookDistrict.campaign, district.picture)
            let html = ChangesSince(begins + 60, district.picture, 0, log, .completion).html(.english).source
            #expect(
                html.contains("No longer on time: \(BookDistrict.unit)")
                    && html.contains("households done since: 15 more"))
            let gone = ChangesSince(begins - 9000, district.picture, 0, log, .completion).html(.zhHans).source
            #expect(gone.contains("当时没有记录，无法比较"), "unknown is not unchanged")
            let model = DivisionPage.Model(
                district.picture, 0, BookDistrict.campaign, asked: nil, log, since: begins + 60)
            let page = DivisionPage.html(model, .english).source
            #expect(page.contains("Last 37.5 %") && page.contains("class=\"unheard\">—"))
        }
    }
}
