import Coverage
import Daemon
import Wire

/// What was wanted by the clock, and what came of it: a shape, words and the bounds that say so.
enum TargetLines {
    static func html(_ standings: [TargetStanding], asOf now: Int64, _ text: Messages) -> HTML {
        guard !standings.isEmpty else { return "" }
        return "<ul class=\"targets\">\(standings.map { line($0, now, text) })</ul>"
    }

    private static func line(_ standing: TargetStanding, _ now: Int64, _ text: Messages) -> HTML {
        let outcome = standing.outcome
        let values = [
            "at": FigureText.time(standing.target.at, asOf: now), "percent": "\(standing.target.percent)",
            "range": standing.figure.map { FigureText.range($0, text) } ?? "–",
        ]
        return """
            <li class="\(outcome.style)">\(outcome.mark) \(text("dash.target.\(outcome.rawValue)", values))</li>
            """
    }
}

extension TargetOutcome {
    /// A shape and a class beside the words.
    fileprivate var mark: String {
        switch self {
        case .reached: "●"
        case .missed: "✕"
        case .open: "◐"
        case .unknown: "◌"
        case .ahead, .nothingDue: "○"
        }
    }

    fileprivate var style: String {
        switch self {
        case .reached: "ok"
        case .missed: "bad"
        case .open, .unknown: "warn"
        case .ahead, .nothingDue: "muted"
        }
    }
}
