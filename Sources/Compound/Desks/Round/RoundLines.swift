import Daemon
import Federation

/// A round's order, deadline, targets and final report, above the figures of its survey.
enum RoundLines {
    static func html(_ round: RoundStanding, _ view: PageView) -> HTML {
        let text = view.text
        let order = round.order.isEmpty ? nil : text("node.round.order", ["order": round.order])
        let deadline = round.deadline.map { at in
            let key = at > view.now ? "node.round.deadline" : "node.round.deadline_passed"
            return text(key, ["at": Clock.text(at, asOf: view.now), "left": Clock.span(abs(at - view.now), text)])
        }
        let words = [order, deadline].compactMap { $0 }
        let head: HTML = words.isEmpty ? "" : "<p class=\"muted\">\(words.joined(separator: " · "))</p>"
        let targets: HTML =
            round.targets.isEmpty ? "" : "<ul class=\"targets\">\(round.targets.map { target($0, round, view) })</ul>"
        return "\(head)\(targets)\(final(round, view))"
    }

    private static func target(_ target: RoundStanding.Target, _ round: RoundStanding, _ view: PageView) -> HTML {
        let text = view.text
        let wanted = target.wanted(of: round.doors)
        let isDue = target.at <= view.now
        let values = [
            "at": Clock.text(target.at, asOf: view.now), "percent": "\(target.percent)", "wanted": "\(wanted)",
            "done": "\(target.done)", "short": "\(max(0, wanted - target.done))",
            "left": Clock.span(max(0, target.at - view.now), text),
        ]
        let key = target.done >= wanted ? "reached" : isDue ? "missed" : "ahead"
        let mark: HTML = target.done >= wanted ? "●" : isDue ? "◐" : "○"
        return "<li class=\"\(key)\">\(mark) \(text("node.round.target.\(key)", values))</li>"
    }

    private static func final(_ round: RoundStanding, _ view: PageView) -> HTML {
        guard let final = round.final else { return "" }
        let values = [
            "at": Clock.text(final.at, asOf: view.now), "who": VolunteerName.text(final.reporter),
            "since": "\(round.since)",
        ]
        let since: HTML =
            round.since > 0 ? "<p class=\"warn\">◇ \(view.text("node.round.since_final", values))</p>" : ""
        return "<p class=\"ok\">● \(view.text("node.round.final", values))</p>\(since)"
    }

    /// What closes the round, and the targets, below the buildings: they are touched twice an evening.
    static func forms(_ round: RoundStanding, campaign: String, _ view: PageView) -> HTML {
        let (text, links) = (view.text, view.links)
        let day = (round.deadline ?? view.now) + 8 * 3600
        let targets = round.targets.map { "\(Clock.text($0.at, asOf: $0.at)) \($0.percent)%" }.joined(separator: "，")
        let isFinal = round.final != nil
        let state: Record.FinalReport.State = isFinal ? .open : .final
        let values = ["left": "\(round.left)", "conflicts": "\(round.conflicts)"]
        return """
            <div class="columns"><form class="form" method="post" action="\(links("/desk/round/\(RoundDesk.finalReport)"))">
            <h2>\(text("node.round.report"))</h2><p class="muted">\(text("node.round.report_why", values))</p>
            <input type="hidden" name="campaign" value="\(campaign)">
            <button name="state" value="\(state.rawValue)">\(text(isFinal ? "node.round.reopen" : "node.round.send_final"))</button></form>
            <form class="form" method="post" action="\(links("/desk/round/\(RoundDesk.targets)"))"><h2>\(text("node.round.targets"))</h2>
            <input type="hidden" name="campaign" value="\(campaign)"><input type="hidden" name="day" value="\(day / Clock.day)">
            <label>\(text("node.round.targets_hint")) <input name="targets" value="\(targets)" placeholder="12:00 50%，16:00 100%"></label>
            <button>\(text("node.save"))</button></form></div>
            """
    }
}
