import Coverage
package import Daemon
import Federation
import Foundation

/// How a round went, as machines and spreadsheets read it: `GET /v1/series` and `/v1/series.csv`.
package struct SeriesRoutes: Sendable {
    private let aggregator: Aggregator
    private let series: Series
    private let guarding: ReadGuard

    package init(_ aggregator: Aggregator, _ series: Series, guarding: ReadGuard) {
        self.aggregator = aggregator
        self.series = series
        self.guarding = guarding
    }

    package var routes: [Route] {
        [
            guarding.route("GET", "/v1/series", about: .figures(.query(["division"]))) { call, _ in
                try answer(call) { document in
                    Reply(status: 200, type: "application/json; charset=utf-8", body: try document.encoded())
                }
            },
            guarding.route("GET", "/v1/series.csv", about: .figures(.query(["division"]))) { call, _ in
                try answer(call) { document in
                    Reply(
                        status: 200, type: "text/csv; charset=utf-8", body: Array(document.csv.utf8),
                        headers: [(name: "content-disposition", value: "attachment; filename=\"series.csv\"")])
                }
            },
        ]
    }

    private func answer(_ call: Call, _ reply: (SeriesDocument) throws -> Reply) throws -> Reply {
        try StatsSelection.refuseOthers(than: ["division", "campaign", "measure"], call)
        let picture = aggregator.look()
        guard let campaign = picture.campaign(call.query["campaign"]) else {
            throw StatsProblem.absent("campaign_unknown", "campaign", "no such campaign")
        }
        let code = call.query["measure"] ?? Measure.completion.code
        guard let measure = picture.measures(campaign).first(where: { $0.code == code }) else {
            throw StatsProblem.absent(
                "measure_unknown", "measure", "known are " + Measure.all.map(\.code).joined(separator: ", "))
        }
        guard let subject = subject(call.query["division"], picture.along(campaign)) else {
            throw StatsProblem.absent("division_unknown", "division", "no such division or unit; see GET /v1/units")
        }
        let line = series.log(campaign, picture).line(subject, measure)
        var document = SeriesDocument(line, campaign, subject, measure, cut: picture.along(campaign).cutWords)
        if measure.isOf(.completion) {
            document.pace = series.pace(subject, campaign, picture.along(campaign)).map(SeriesDocument.Pace.init)
        }
        return try reply(document)
    }

    private func subject(_ asked: String?, _ picture: Picture) -> SeriesSubject? {
        let tree = picture.rollup.tree
        guard let spot = asked.map(picture.spot) ?? tree.root.map(Spot.place) else { return nil }
        return switch spot {
        case .place(let place): .place(tree.places[place].code)
        case .unit(let unit): .unit(tree.units[unit].code)
        }
    }
}

/// A line as it is sent: a point for each step at which something changed.
struct SeriesDocument: Encodable {
    struct Point: Encodable {
        var at: Int64
        var units_known: Int64
        var units_expected: Int64
        @Null var numerator: Int64?
        @Null var denominator: Int64?
        @Null var lower_permille: Int64?
        @Null var upper_permille: Int64?
        @Null var last_known_permille: Int64?
        @Null var missing_at_least: Int64?
        @Null var missing_at_most: Int64?
        @Null var volunteers_short: Int64?

        init(_ point: SeriesLine.Point) {
            (at, units_known, units_expected) = (point.at, point.known, point.expected)
            let figure = point.figure
            (numerator, denominator) = (figure?.evidence.numerator, figure?.evidence.denominator)
            (lower_permille, upper_permille) = (figure?.lower?.permilleDown, figure?.upper?.permilleUp)
            last_known_permille = figure?.lastKnown?.permilleNearest
            (missing_at_least, missing_at_most) = (figure?.missingAtLeast, figure?.missingAtMost)
            volunteers_short = point.short
        }

        static let columns: [(name: String, value: @Sendable (Point) -> Int64?)] = [
            ("units_known", { $0.units_known }), ("units_expected", { $0.units_expected }),
            ("numerator", { $0.numerator }), ("denominator", { $0.denominator }),
            ("lower_permille", { $0.lower_permille }), ("upper_permille", { $0.upper_permille }),
            ("last_known_permille", { $0.last_known_permille }), ("missing_at_least", { $0.missing_at_least }),
            ("missing_at_most", { $0.missing_at_most }), ("volunteers_short", { $0.volunteers_short }),
        ]
    }
    /// How fast it goes now, and when the target may be reached: nine times in ten between these two.
    struct Pace: Encodable, Equatable {
        var at: Int64
        @Null var per_hour: Int64?
        var target_percent: Int64
        @Null var earliest: Int64?
        @Null var latest: Int64?

        init(_ pace: Series.Pace) {
            (at, per_hour, target_percent) = (pace.at, pace.projection.perHour, Projection.target.percent)
            (earliest, latest) = (pace.finish?.lowerBound, pace.finish?.upperBound)
        }
    }
    struct Gap: Encodable {
        var from: Int64
        var until: Int64
    }
    var v = 1
    var campaign: String
    var code: String
    var measure: String
    var rule_version: Int
    /// By what it is added up.
    var cut: StatsDocument.Cut
    /// The last point stands until then.
    @Null var until: Int64?
    var points: [Point]
    /// When nobody took samples.
    var gaps: [Gap]
    /// Null for other measures than completion, and once the round is closed.
    @Null var pace: Pace?

    init(_ line: SeriesLine, _ campaign: Code, _ subject: SeriesSubject, _ measure: Measure, cut words: CutWords) {
        cut = StatsDocument.Cut(words)
        (self.campaign, code) = (campaign.text, String(subject.name.dropFirst()))
        (self.measure, rule_version) = (measure.code, measure.version)
        until = line.until
        points = line.points.map(Point.init)
        pace = nil
        gaps = line.gaps.map { Gap(from: $0.lowerBound, until: $0.upperBound) }
    }

    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    /// A line per step that changed something; an empty field is unknown, and a gap is a line with `gap` in it.
    var csv: String {
        var table = CSVWriter(
            header: ["at", "state"] + Point.columns.map(\.name) + ["cut", "cut_code", "cut_version"],
            marksByteOrder: true)
        let added = [cut.kind, cut.code ?? "", cut.version ?? ""]
        var lines = points.map { point in
            (point.at, ["sample"] + Point.columns.map { $0.value(point).map(String.init) ?? "" })
        }
        let empty = Point.columns.map { _ in "" }
        lines += gaps.map { ($0.from, ["gap"] + empty) }
        for (at, fields) in lines.sorted(by: { $0.0 < $1.0 }) {
            table.append([SeriesDocument.moment(at)] + fields + added)
        }
        return table.text
    }

    /// As spreadsheets read it, in China's time.
    private static func moment(_ seconds: Int64) -> String { "\(Day.of(seconds)) \(FigureText.time(seconds))" }
}
