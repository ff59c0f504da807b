import Coverage
import Daemon
import Federation

/// A round as a picture of fixed size: solid up to what is certain, hatched up to what is possible. A unit that isn't heard is
/// hatched from top to bottom, and where nobody looked there is nothing.
struct RoundChart {
    /// Seconds since 1970.
    let span: Range<Int64>
    private let now: Int64

    static let width: Int64 = 600
    static let height: Int64 = 100
    private static let day: Int64 = 86400

    /// From the round's beginning to its deadline: a day at most, in which now lies.
    ///
    /// - Parameter least: seconds, so that a round's first minutes are no picture of their own.
    init(opens: Int64, deadline: Int64, now: Int64, least: Int64) {
        let begins = min(max(opens, now - RoundChart.day), now)
        span = begins..<max(now, min(deadline, begins + RoundChart.day), begins + least)
        self.now = now
    }

    func html(_ line: SeriesLine, label: String) -> HTML {
        let parts = parts(line)
        return """
            <svg class="round" viewBox="0 0 \(RoundChart.width) \(RoundChart.height)" preserveAspectRatio="none" role="img" aria-label="\(label)">
            <rect class="track" width="\(RoundChart.width)" height="\(RoundChart.height)"/>\(parts)
            <line class="goal" x1="0" x2="\(RoundChart.width)" y1="0" y2="0"/>
            <line class="now" x1="\(x(now))" x2="\(x(now))" y1="0" y2="\(RoundChart.height)"/></svg>
            """
    }

    /// Steps, not slopes: between two samples nobody knows how it rose.
    private func parts(_ line: SeriesLine) -> [HTML] {
        guard let until = line.until else { return [] }
        let ends = line.points.dropFirst().map(\.at) + [min(now, until)]
        return zip(line.points, ends).flatMap { point, end in
            RoundChart.without(line.gaps, point.at..<max(point.at, end)).map { part(point, $0) }
        }
    }

    private func part(_ point: SeriesLine.Point, _ range: Range<Int64>) -> HTML {
        guard point.expected > 0, let figure = point.figure else { return "" }
        let (low, high) = (
            figure.lower?.permilleDown ?? 0, figure.upper?.permilleUp ?? (figure.noBound == nil ? 0 : 1000)
        )
        let (left, width) = (x(range.lowerBound), max(1, x(range.upperBound) - x(range.lowerBound)))
        let solid: HTML = """
            <rect class="known" x="\(left)" y="\(y(low))" width="\(width)" height="\(RoundChart.height - y(low))"/>
            """
        // Rounded outwards, an exact figure would have a rim of doubt.
        guard high > low, !figure.isExact else { return solid }
        let hatched = (y(high), y(low) - y(high))
        return """
            \(solid)<rect class="open" fill="url(#open)" x="\(left)" y="\(hatched.0)" width="\(width)" height="\(hatched.1)"/>
            """
    }

    private func x(_ moment: Int64) -> Int64 {
        let inside = min(max(moment, span.lowerBound), span.upperBound) - span.lowerBound
        return inside * RoundChart.width / (span.upperBound - span.lowerBound)
    }

    private func y(_ permille: Int64) -> Int64 {
        RoundChart.height - min(max(permille, 0), 1000) * RoundChart.height / 1000
    }

    private static func without(_ gaps: [Range<Int64>], _ range: Range<Int64>) -> [Range<Int64>] {
        gaps.reduce([range]) { parts, gap in
            parts.flatMap { part in
                [
                    part.lowerBound..<max(part.lowerBound, min(part.upperBound, gap.lowerBound)),
                    min(part.upperBound, max(part.lowerBound, gap.upperBound))..<part.upperBound,
                ].filter { !$0.isEmpty }
            }
        }
    }
}
