import Daemon
import Federation
import Sync

/// What the aggregator above doesn't hold yet, since when and why: on every page, in the words of a node's pages.
enum UpwardLines {
    static func html(_ upward: Upward, asOf now: Int64, _ text: Messages) -> HTML {
        guard let status = try? upward.status() else {
            return "<p class=\"standing bad\" role=\"alert\">✕ \(text("node.standing.disk.store_failed"))</p>"
        }
        return html(status, asOf: now, text)
    }

    static func html(_ status: LinkStatus, asOf now: Int64, _ text: Messages) -> HTML {
        var lines = [delivery(status, now, text)]
        if let role = status.role, role != .active {
            lines.append("<p class=\"standing bad\">◇ \(text("node.standing.role.\(role.rawValue)"))</p>")
        }
        if status.refusedRows > 0 {
            lines.append(
                "<p class=\"standing warn\">◇ \(text("node.standing.refused", ["count": "\(status.refusedRows)"]))</p>")
        }
        return "\(lines)"
    }

    private static func delivery(_ status: LinkStatus, _ now: Int64, _ text: Messages) -> HTML {
        let because = status.because.map { reason($0, text) } ?? ""
        if status.unacknowledged > 0 {
            let since = status.unacknowledgedSince.map { FigureText.time($0, asOf: now) } ?? ""
            let values = ["count": "\(status.unacknowledged)", "since": since, "because": because]
            let key = because.isEmpty ? "node.standing.waiting" : "node.standing.waiting_because"
            return "<p class=\"standing \(because.isEmpty ? "muted" : "warn")\">◐ \(text(key, values))</p>"
        }
        guard let at = status.acknowledgedAt, because.isEmpty else {
            return "<p class=\"standing warn\">○ \(text("dash.upward.waiting", ["because": because]))</p>"
        }
        let values = ["at": FigureText.time(at, asOf: now)]
        return "<p class=\"standing ok\">● \(text("node.standing.all", values))</p>"
    }

    /// The trouble's own words, or for a code nobody foresaw the code itself.
    private static func reason(_ code: String, _ text: Messages) -> String {
        let key = "node.because.\(code)"
        return text.keys.contains(key) ? text(key) : text("node.because.other", ["code": code])
    }
}
