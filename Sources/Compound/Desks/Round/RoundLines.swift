import Daemon
import Federation
import Wire

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

    /// When the round is: a time of a clock is one within it.
    private static func window(_ round: RoundStanding) -> HTML {
        let times = [("opens", round.opens), ("deadline", round.deadline)]
        return times.compactMap { name, at in
            at.map { "<input type=\"hidden\" name=\"\(name)\" value=\"\($0)\">" as HTML }
        }.reduce("") { "\($0)\($1)" as HTML }
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
        let whose = target.isFromAbove ? text("node.round.target.above") : ""
        return "<li class=\"\(key)\">\(mark) \(text("node.round.target.\(key)", values))\(whose)</li>"
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

    /// What closes the round asks once more on a page of its own; what opens it again takes nothing away.
    private static func report(_ round: RoundStanding, _ campaign: String, _ view: PageView) -> HTML {
        let (text, links) = (view.text, view.links)
        let values = ["left": "\(round.left)", "conflicts": "\(round.conflicts)"]
        let head: HTML =
            "<h2>\(text("node.round.report"))</h2><p class=\"muted\">\(text("node.round.report_why", values))</p>"
        guard round.final != nil else {
            return
                "<section>\(head)<p><a class=\"primary\" href=\"\(links(FinalReportPage.path))\">\(text("node.round.send_final"))</a></p></section>"
        }
        return """
            <form class="form" method="post" action="\(links("/desk/round/\(RoundDesk.finalReport)"))">\(head)
            <input type="hidden" name="campaign" value="\(campaign)">
            <button name="state" value="\(Record.FinalReport.State.open.rawValue)">\(text("node.round.reopen"))</button></form>
            """
    }

    /// What closes the round, and the targets, below the buildings: they are touched twice an evening.
    static func forms(_ round: RoundStanding, campaign: String, _ view: PageView) -> HTML {
        let (text, links) = (view.text, view.links)
        let day = Clock.dayNumber(round.deadline ?? view.now)
        let own = round.targets.filter { !$0.isFromAbove }.map { RoundTarget(at: $0.at, percent: $0.percent) }
        let targets = RoundTarget.written(own, near: round.deadline ?? view.now)
        return """
            <div class="columns">\(report(round, campaign, view))
            <form class="form" method="post" action="\(links("/desk/round/\(RoundDesk.targets)"))"><h2>\(text("node.round.targets"))</h2>
            <input type="hidden" name="campaign" value="\(campaign)"><input type="hidden" name="day" value="\(day)">\(window(round))
            <label>\(text("node.round.targets_hint")) <input name="targets" value="\(targets)" placeholder="12:00 50%，16:00 100%"></label>
            <button>\(text("node.save"))</button></form></div>
            """
    }
}
