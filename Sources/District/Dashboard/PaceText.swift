import Coverage
import Daemon

/// How fast a round goes, and when it may be through: beside the rate, never in its place.
enum PaceText {
    static func html(_ pace: Series.Pace?, asOf now: Int64, _ text: Messages) -> HTML {
        guard let pace, let perHour = pace.projection.perHour else { return "" }
        let speed = text("dash.pace", ["count": FigureText.number(perHour)])
        guard let finish = pace.finish else { return "<p>\(speed)</p>" }
        let values = [
            "percent": "\(Projection.target.percent)", "from": FigureText.time(finish.lowerBound, asOf: now),
            "to": FigureText.time(finish.upperBound, asOf: now),
        ]
        return "<p>\(speed)\(text("dash.pace.separator"))\(text("dash.finish", values))</p>"
    }
}
