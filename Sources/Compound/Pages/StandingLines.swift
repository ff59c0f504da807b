import Daemon

/// What isn't acknowledged, since when, and why: the lines that nobody has to look for.
///
/// They stand in one element, so that an open page takes over all of them and none is missed until a reload.
struct StandingLines {
    let status: NodeStatus
    let links: Links
    let text: Messages

    var html: HTML {
        let lines = [disk, delivery, role, lineage, directives, refused, clock].compactMap { $0 }
        return """
            <section id="standing" aria-label="\(text("node.standing.label"))">\(lines)\(status.receipts.map { ReceiptLine.html($0, now: status.now, links, text) })</section>
            """
    }

    private var disk: HTML? {
        status.disk.map { "<p class=\"standing bad\" role=\"alert\">✕ \(text("node.standing.disk.\($0)"))</p>" }
    }

    /// Nothing to deliver is no proof that anything would arrive: the link's trouble goes before.
    private var delivery: HTML {
        let because = status.because.map(reason)
        let since = status.unacknowledged > 0 ? status.unacknowledgedSince : status.becauseSince
        let values = [
            "count": "\(status.unacknowledged)", "at": time(status.acknowledgedAt), "because": because ?? "",
            "since": time(since ?? status.acknowledgedAt),
        ]
        let hasTrouble = because != nil
        if status.unacknowledged > 0 {
            let key = hasTrouble ? "node.standing.waiting_because" : "node.standing.waiting"
            return line(hasTrouble ? "warn" : "muted", "◐", key, values)
        }
        guard status.acknowledgedAt != nil else {
            return line("warn", "○", hasTrouble ? "node.standing.never_because" : "node.standing.never", values)
        }
        if hasTrouble { return line("warn", "◐", "node.standing.interrupted", values) }
        return isCounted
            ? line("ok", "●", "node.standing.all", values) : line("muted", "◐", "node.standing.uncounted", values)
    }

    private var role: HTML? {
        guard let role = status.role, !isCounted else { return nil }
        let since = status.becauseSince.map { text("node.standing.since", ["since": time($0)]) } ?? ""
        return "<p class=\"standing bad\">◇ \(text("node.standing.role.\(role)"))\(since)</p>"
    }

    private var lineage: HTML? { status.lineage.flatMap { LineageLine.html($0, of: status.unit, text) } }

    private var directives: HTML? {
        status.directives.map { unread in
            let words = text("node.standing.directives", ["count": "\(unread.count)", "title": unread.title])
            return "<p class=\"standing warn\">◆ <a href=\"\(links("/directives"))\">\(words)</a></p>"
        }
    }

    private var refused: HTML? {
        guard status.refusedRows > 0 else { return nil }
        return line("warn", "◇", "node.standing.refused", ["count": "\(status.refusedRows)"])
    }

    private var clock: HTML? {
        status.recordsAhead.map { line("warn", "◇", "node.standing.clock", ["at": time($0)]) }
    }

    private var isCounted: Bool { status.role == nil || status.role == "active" }

    private func line(_ tone: String, _ mark: String, _ key: String, _ values: [String: String]) -> HTML {
        "<p class=\"standing \(tone)\">\(mark) \(text(key, values))</p>"
    }

    private func time(_ seconds: Int64?) -> String { seconds.map { Clock.text($0, asOf: status.now) } ?? "" }

    /// The trouble's own words, or for a code nobody foresaw the code itself.
    private func reason(_ code: String) -> String {
        let key = "node.because.\(code)"
        return text.keys.contains(key) ? text(key) : text("node.because.other", ["code": code])
    }
}
