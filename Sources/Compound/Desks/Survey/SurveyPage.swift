import Daemon

/// Which doors are left, building by building: one look, no scrolling.
enum SurveyPage {
    static func overview(_ progress: SurveyProgress, _ round: RoundStanding, _ view: PageView) -> HTML {
        let (links, text) = (view.links, view.text)
        guard !progress.campaign.isEmpty else {
            return "<h1>\(text("node.survey.title"))</h1><p class=\"muted\">\(text("node.survey.none"))</p>"
        }
        guard !progress.buildings.isEmpty else { return noDoors(progress, view) }
        let done = progress.doors - progress.left
        let elsewhere: HTML =
            progress.elsewhere > 0
            ? "<p>⇄ \(text("node.survey.elsewhere", ["count": "\(progress.elsewhere)"]))</p>" : ""
        return """
            <h1>\(progress.name) \(ConflictList.notice(progress.conflicts.count, links, text))</h1>\(RoundLines.html(round, view))
            <div class="tiles"><section class="tile"><h2>\(text("node.survey.left"))</h2>
            <p class="big">\(progress.left)</p><p>\(text("node.survey.of", ["doors": "\(progress.doors)"]))</p>\(elsewhere)</section>
            <section class="tile"><h2>\(text("node.survey.done"))</h2><p class="big">\(done)</p></section>
            <section class="tile"><h2>\(text("node.survey.met"))</h2><p class="big">\(progress.met)</p></section></div>\(progress.frame.html(text))
            <ul class="grid">\(progress.buildings.map { tile($0, links, text) })</ul>
            <p><a href="\(links("/revisit"))">\(text("node.revisit.title"))</a> · <a href="\(links("/verify"))">\(text("node.verify.title"))</a></p>
            \(RoundLines.forms(round, campaign: progress.campaign, view))
            """
    }

    /// No door is registered: that comes first.
    static func noDoors(_ progress: SurveyProgress, _ view: PageView) -> HTML {
        """
        <h1>\(progress.name)</h1><p class="muted">\(view.text("node.survey.no_doors"))</p>
        <p><a class="primary" href="\(view.links("/registry"))">\(view.text("node.tab.registry"))</a></p>
        """
    }

    private static func tile(_ building: SurveyProgress.Building, _ links: Links, _ text: Messages) -> HTML {
        let mark: HTML = building.conflicts > 0 ? "◇" : building.left == 0 ? "●" : "◐"
        let words =
            building.left == 0
            ? text("node.survey.finished")
            : text("node.survey.left_of", ["left": "\(building.left)", "doors": "\(building.doors)"])
        let vacant: HTML =
            building.vacant > 0 ? " <small>\(text("node.survey.vacant", ["count": "\(building.vacant)"]))</small>" : ""
        let elsewhere: HTML =
            building.elsewhere > 0
            ? " <small>⇄ \(text("node.survey.elsewhere", ["count": "\(building.elsewhere)"]))</small>" : ""
        return """
            <li class="cell \(building.left == 0 ? "done" : "left")"><a href="\(links("/survey/\(building.code)"))">
            <strong>\(building.label ?? text("node.building", ["code": building.code]))</strong> <span class="state">\(mark) \(words)</span>\(vacant)\(elsewhere)
            <progress max="\(max(1, building.doors))" value="\(building.doors - building.left)">\(building.doors - building.left)</progress></a></li>
            """
    }

    /// Every door of one building, by stair unit, the top floor first as it stands before one's eyes.
    static func building(
        _ code: String, _ doors: [SurveyDoor], _ slip: Undo.Offer?, campaign: String, _ view: PageView
    ) -> HTML {
        let (links, text) = (view.links, view.text)
        let units = Dictionary(grouping: doors, by: \.stairUnit)
        let sections = units.keys.sorted(by: BuildingOrder.precedes).map { unit -> HTML in
            let floors = Dictionary(grouping: units[unit] ?? []) { $0.room.dropLast(2).description }
            let rows = floors.keys.sorted(by: BuildingOrder.precedes).reversed().map { floor -> HTML in
                "<tr>\((floors[floor] ?? []).map { cell($0, code, links, text) })</tr>"
            }
            return
                "<section><h2>\(text("node.stair_unit", ["unit": unit]))</h2><table class=\"doors\"><tbody>\(rows)</tbody></table></section>"
        }
        let sheet: HTML =
            links.isInvited ? "" : "<a href=\"\(links("/sheet/\(code)"))\">\(text("node.sheet.link"))</a> · "
        let place: HTML =
            links.isInvited
            ? "" : " · <a href=\"\(links("/registry/place/\(code)"))\">\(text("node.place.withdraw_building"))</a>"
        return """
            \(slip.map { undo($0, doors, campaign, view) } ?? "")<h1>\(text("node.building", ["code": code]))</h1>\(open(code, doors, links, text))<div class="units">\(sections)</div>
            <p class="muted">\(text("node.survey.legend"))</p><p>\(sheet)<a href="\(links("/walk/\(code)"))">\(text("node.walk.link"))</a>\(place)</p>
            """
    }

    /// What was just recorded, to be undone with one tap, and the next door: nobody is asked before whether he is sure.
    private static func undo(
        _ slip: Undo.Offer, _ doors: [SurveyDoor], _ campaign: String, _ view: PageView
    ) -> HTML {
        let text = view.text
        let values = ["door": slip.door, "what": text("node.disposition.\(slip.disposition)")]
        let after = doors.drop { $0.code != slip.door }.dropFirst()
        let next = (after.first(where: \.isLeft) ?? doors.first(where: \.isLeft)).map { door -> HTML in
            let address = view.links("/survey/\(door.building)/\(door.code)")
            return "<a class=\"primary\" href=\"\(address)\">\(text("node.undo.next", ["door": door.code]))</a>"
        }
        return """
            <div class="ok undo"><form class="inline" method="post" action="\(view.links("/desk/survey/undo"))">● \(text("node.undo.recorded", values))
            <input type="hidden" name="campaign" value="\(campaign)"><input type="hidden" name="door" value="\(slip.door)">\(Supersedes.field([slip.id]))
            <button>\(text("node.undo.undo"))</button></form> \(next ?? "")</div>
            """
    }

    /// How many are left; once they are few, which: a tall building doesn't fit on a screen.
    private static func open(_ code: String, _ doors: [SurveyDoor], _ links: Links, _ text: Messages) -> HTML {
        let left = doors.filter(\.isLeft)
        let values = ["left": "\(left.count)", "doors": "\(doors.count(where: \.isDue))"]
        let count: HTML = "<span>\(text("node.survey.doors_left", values))</span>"
        let named = doors.filter { $0.isLeft || $0.isDisputed }
        let anchors = (named.count > 24 ? [] : named).map { door -> HTML in
            let name = text("node.survey.door", ["unit": door.stairUnit, "room": door.room])
            return "<a href=\"\(links("/survey/\(code)/\(door.code)"))\">\(door.mark) \(name)</a>"
        }
        return "<p class=\"open\">\(count)\(anchors)</p>\(lessons(doors, text))"
    }

    /// When nobody should call: pupils behind these doors have lessons.
    private static func lessons(_ doors: [SurveyDoor], _ text: Messages) -> HTML {
        let said = doors.compactMap { door in door.lessons.map { "\(door.stairUnit)-\(door.room) \($0)" } }
        guard !said.isEmpty else { return "" }
        let values = ["doors": said.joined(separator: text("node.list_separator"))]
        return "<p class=\"muted\">\(text("node.survey.lessons", values))</p>"
    }

    private static func cell(_ door: SurveyDoor, _ building: String, _ links: Links, _ text: Messages) -> HTML {
        let word = text(
            door.elsewhere ? "node.survey.not_ours" : "node.disposition.\(door.disposition ?? door.status.name)")
        let vacant = door.status.isLeft && door.state == Record.Household.State.vacant.rawValue
        let listed: HTML = vacant ? " · \(text("node.survey.listed_vacant"))" : ""
        return """
            <td class="\(door.isLeft ? "left" : "done")"><a href="\(links("/survey/\(building)/\(door.code)"))">
            <strong>\(door.room)</strong> <small>\(door.mark) \(word)\(listed)</small></a></td>
            """
    }
}

extension SurveyDoor {
    /// The code of its building.
    var building: String { String(code.prefix { $0 != "-" }) }

    var status: HouseholdClass {
        HouseholdClass(
            disposition.flatMap { Disposition(rawValue: $0) }, passes: passes,
            isDwelling: state != Record.Household.State.notDwelling.rawValue)
    }

    // Where another compound counts the household its volunteers go.
    var isLeft: Bool { !elsewhere && status.isLeft }
    var isDue: Bool { !elsewhere && status.isDue }

    /// Answers that nobody took back say different things.
    var isDisputed: Bool { answers.count > 1 }

    /// Never colour alone: the state has a shape.
    var mark: String {
        if elsewhere { return "⇄" }
        if isDisputed { return "◇" }
        return isLeft ? disposition == nil ? "○" : "◐" : disposition == nil ? "–" : "●"
    }
}
