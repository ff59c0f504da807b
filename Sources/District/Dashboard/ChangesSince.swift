import Coverage
import Daemon
import Federation

/// What became of a place since its reader last looked, from the series: what was done, who fell silent, who is back.
struct ChangesSince {
    private let since: Int64
    private let now: Int64
    /// Households done since then by what is known of both moments; nil where one of them isn't.
    private var done: Int64?
    private var lost: [String] = []
    private var back: [String] = []

    /// - Parameter completion: by the rule of the round. Done under another rule is no change.
    init(_ since: Int64, _ picture: Picture, _ place: Int, _ log: SeriesLog, _ completion: Measure) {
        (self.since, now) = (since, picture.wall)
        let tree = picture.rollup.tree
        func samples(_ subject: SeriesSubject) -> (Sample, Sample)? {
            log.sample(subject, at: since).flatMap { before in log.latest(subject).map { (before, $0) } }
        }
        let whole = samples(.place(tree.places[place].code))
        if let before = whole?.0.evidence[completion.title], let after = whole?.1.evidence[completion.title] {
            done = (after.numerator + after.lastNumerator) - (before.numerator + before.lastNumerator)
        }
        let units = tree.units(below: place)
        // A reader of a whole province is told how far it got; whom to ring stands in the list beside this.
        guard units.count <= ChangesSince.mostUnits else { return }
        for unit in units {
            guard let (before, after) = samples(.unit(tree.units[unit].code)), before.known != after.known else {
                continue
            }
            if after.known == 0 { lost.append(tree.units[unit].name) } else { back.append(tree.units[unit].name) }
        }
    }

    private static let mostUnits = 5000

    func html(_ text: Messages) -> HTML {
        var lines: [HTML] = []
        if !lost.isEmpty {
            lines.append("<li class=\"bad\">○ \(text("dash.changes.lost", ["names": names(lost, text)]))</li>")
        }
        if !back.isEmpty {
            lines.append("<li class=\"ok\">● \(text("dash.changes.back", ["names": names(back, text)]))</li>")
        }
        if let done, done != 0 {
            lines.append(
                "<li>\(text(done > 0 ? "dash.changes.done" : "dash.changes.fewer", ["count": FigureText.number(abs(done))]))</li>"
            )
        }
        if lines.isEmpty {
            lines.append("<li class=\"muted\">\(text(done == nil ? "dash.changes.unknown" : "dash.changes.none"))</li>")
        }
        let head = text("dash.changes", ["at": FigureText.time(since, asOf: now)])
        return "<section><h2>\(head)</h2><ul class=\"changes\">\(lines)</ul></section>"
    }

    private func names(_ all: [String], _ text: Messages) -> String {
        let shown = all.prefix(8).joined(separator: text("node.list_separator"))
        return all.count > 8 ? text("dash.changes.and_more", ["names": shown, "count": "\(all.count)"]) : shown
    }
}
