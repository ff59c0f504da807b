import Daemon

/// Asks once more before a round is closed, and says what is closed with it: the district takes it for this compound's last
/// word, and an office that has sent it is switched off for the night.
enum FinalReportPage {
    static let path = "/final"

    static func html(_ progress: SurveyProgress, _ round: RoundStanding, _ view: PageView) -> HTML {
        let (text, links) = (view.text, view.links)
        let crumbs: HTML = "<p class=\"crumbs\"><a href=\"\(links("/survey"))\">\(text("node.tab.survey"))</a></p>"
        guard round.final == nil else { return "\(crumbs)\(RoundLines.html(round, view))" }
        // Of nobody there is nothing to report.
        guard !progress.buildings.isEmpty else { return "\(crumbs)\(SurveyPage.noDoors(progress, view))" }
        let isClear = round.left == 0 && round.conflicts == 0
        return """
            \(crumbs)<h1>\(text("node.final.title", ["round": progress.name]))</h1>
            <p class="\(isClear ? "ok" : "warn")">\(text(isClear ? "node.final.clear" : "node.final.open"))</p>
            <ul class="final">\(left(progress, view))\(disputed(progress, view))</ul>\(RoundLines.html(round, view))
            <p>\(text("node.final.why"))</p>
            <form class="form" method="post" action="\(links("/desk/round/\(RoundDesk.finalReport)"))">
            <input type="hidden" name="campaign" value="\(progress.campaign)">
            <button class="primary" name="state" value="\(Record.FinalReport.State.final.rawValue)">\(text("node.final.send"))</button>
            <a href="\(links("/survey"))">\(text("node.final.not_yet"))</a></form>
            """
    }

    private static func left(_ progress: SurveyProgress, _ view: PageView) -> HTML {
        let open = progress.buildings.filter { $0.left > 0 }
        let values = ["left": "\(progress.left)", "doors": "\(progress.doors)"]
        let buildings = open.map { building -> HTML in
            let name = building.label ?? view.text("node.building", ["code": building.code])
            return " <a href=\"\(view.links("/survey/\(building.code)"))\">\(name) \(building.left)</a>"
        }
        return "<li>\(progress.left > 0 ? "◐" : "●") \(view.text("node.final.left", values))\(buildings)</li>"
    }

    private static func disputed(_ progress: SurveyProgress, _ view: PageView) -> HTML {
        let count = progress.conflicts.count
        let words = view.text("node.conflicts", ["count": "\(count)"])
        return count == 0
            ? "<li>● \(view.text("node.conflicts.none"))</li>"
            : "<li>◇ <a href=\"\(view.links("/conflicts"))\">\(words)</a></li>"
    }
}
