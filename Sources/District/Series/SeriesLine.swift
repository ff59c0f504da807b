import Coverage
import Federation

/// One measure at one place or unit through a round.
struct SeriesLine: Sendable {
    struct Point: Sendable {
        /// Seconds since 1970. What is said stands until the next point.
        var at: Int64
        /// Nil where the rule's version of then is another: its figures aren't put beside today's.
        var figure: Figure?
        /// Units that were known, of those that were expected.
        var known: Int64
        var expected: Int64
        var short: Int64?
    }
    /// Each begins where something changed.
    var points: [Point]
    /// When nobody looked: the aggregator was away.
    var gaps: [Range<Int64>]
    /// Seconds since 1970 up to which the last sample speaks; nil before the first.
    var until: Int64?

    /// What stood at a moment; nil before the first sample, after the last one and where nobody looked.
    func point(at moment: Int64) -> Point? {
        guard let until, moment < until, !gaps.contains(where: { $0.contains(moment) }) else { return nil }
        return points.last { $0.at <= moment }
    }
    var last: Point? { points.last }
}

extension SeriesLog {
    func line(_ subject: SeriesSubject, _ measure: Measure) -> SeriesLine {
        var points: [SeriesLine.Point] = []
        forEach(subject) { at, shape, numbers in
            points.append(
                SeriesLine.Point(
                    at: at, figure: shape.evidence(numbers, measure.title).map { Figure($0) },
                    known: shape.count(.known, numbers), expected: shape.expected(numbers),
                    short: shape.short(numbers)))
            return true
        }
        return SeriesLine(points: points, gaps: gaps, until: steps.last?.end)
    }
}
