import Coverage
import Daemon
import Federation
import Wire

/// A round as a picture of fixed size: solid up to what is certain, hatched up to what is possible. A unit that isn't heard is
/// hatched from top to bottom, and where nobody looked there is nothing. A short bar is a target by the clock.
struct RoundChart {
    /// Seconds since 1970.
    let span: Range<Int64>
    private let now: Int64
    private let targets: [RoundTarget]

    static let width: Int64 = 600
    static let height: Int64 = 100
    /// Of the width, for one step of the picture.
    private static let column: Int64 = 5
    private static let day: Int64 = 86400
    /// Half of a target's mark.
    private static let mark: Int64 = 9

    /// From the round's beginning to its deadline: a day at most, in which now lies.
    ///
    /// - Parameter least: seconds, so that a round's first minutes are no picture of their own.
    init(opens: Int64, deadline: Int64, now: Int64, targets: [RoundTarget] = [], least: Int64) {
        let begins = min(max(opens, now - RoundChart.day), now)
        span = begins..<max(now, min(deadline, begins + RoundChart.day), begins + least)
        self.now = now
        self.targets = targets.filter { [span] target in span.contains(target.at) || target.at == span.upperBound }
    }

    func html(_ line: SeriesLine, label: String) -> HTML {
        let segments = segments(line)
        let solid = segments.map { "M\($0.left) \(RoundChart.height)V\(y($0.low))H\($0.right)V\(RoundChart.height)Z" }
        let open = segments.filter { $0.high > $0.low }.map {
            "M\($0.left) \(y($0.high))H\($0.right)V\(y($0.low))H\($0.left)Z"
        }
        return """
            <svg class="round" viewBox="0 0 \(RoundChart.width) \(RoundChart.height)" preserveAspectRatio="none" role="img" aria-label="\(label)">
            <rect class="track" width="\(RoundChart.width)" height="\(RoundChart.height)"/>
            <path class="known" d="\(solid.joined())"/><path class="open" fill="url(#open)" d="\(open.joined())"/>
            <line class="goal" x1="0" x2="\(RoundChart.width)" y1="0" y2="0"/>
            \(marks)<line class="now" x1="\(x(now))" x2="\(x(now))" y1="0" y2="\(RoundChart.height)"/></svg>
            """
    }

    /// Dark with a bright rim: they lie upon what is solid and upon what is empty.
    private var marks: HTML {
        guard !targets.isEmpty else { return "" }
        let bars = targets.map { "M\(x($0.at) - RoundChart.mark) \(y(Int64($0.percent) * 10))h\(2 * RoundChart.mark)" }
        return "<path class=\"rim\" d=\"\(bars.joined())\"/><path class=\"target\" d=\"\(bars.joined())\"/>"
    }

    private struct Segment {
        var left: Int64
        var right: Int64
        /// Tenths of a percent.
        var low: Int64
        var high: Int64
    }

    /// Steps, not slopes: between two samples nobody knows how it rose. A picture has a fixed number of columns, however
    /// long the round: each shows what stood at its end.
    private func segments(_ line: SeriesLine) -> [Segment] {
        guard let until = line.until else { return [] }
        var segments: [Segment] = []
        var (next, gap) = (0, 0)
        for left in stride(from: Int64(0), to: RoundChart.width, by: Int(RoundChart.column)) {
            let end = moment(left + RoundChart.column)
            guard moment(left) < now else { break }
            let shown = min(end, now) - 1
            while next < line.points.count, line.points[next].at <= shown { next += 1 }
            while gap < line.gaps.count, line.gaps[gap].upperBound <= shown { gap += 1 }
            let isGap = gap < line.gaps.count && line.gaps[gap].contains(shown)
            guard !isGap, shown < until, next > 0, let (low, high) = bounds(line.points[next - 1]) else { continue }
            let right = left + RoundChart.column
            if let last = segments.last, last.right == left, last.low == low, last.high == high {
                segments[segments.count - 1].right = right
            } else {
                segments.append(Segment(left: left, right: right, low: low, high: high))
            }
        }
        return segments
    }

    /// Nil where nothing was counted. Rounded outwards, an exact figure would have a rim of doubt.
    private func bounds(_ point: SeriesLine.Point) -> (low: Int64, high: Int64)? {
        guard point.expected > 0, let figure = point.figure else { return nil }
        let low = figure.lower?.permilleDown ?? 0
        if figure.isExact { return (low, low) }
        return (low, figure.upper?.permilleUp ?? (figure.noBound == nil ? 0 : 1000))
    }

    private func moment(_ x: Int64) -> Int64 {
        span.lowerBound + (span.upperBound - span.lowerBound) * x / RoundChart.width
    }

    private func x(_ moment: Int64) -> Int64 {
        let inside = min(max(moment, span.lowerBound), span.upperBound) - span.lowerBound
        return inside * RoundChart.width / (span.upperBound - span.lowerBound)
    }

    private func y(_ permille: Int64) -> Int64 {
        RoundChart.height - min(max(permille, 0), 1000) * RoundChart.height / 1000
    }
}
