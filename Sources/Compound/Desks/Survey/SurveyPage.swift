import Daemon

/// Which doors are left, building by building: one look, no scrolling.
enum SurveyPage {
    static func overview(_ progress: SurveyProgress, _ links: Links, _ text: Messages) -> HTML {
        guard !progress.campaign.isEmpty else {
            return "<h1>\(text("node.survey.title"))</h1><p class=\"muted\">\(text("node.survey.none"))</p>"
        }
        guard !progress.buildings.isEmpty else {
            return
                "<h1>\(progress.name)</h1><p class=\"muted\">\(text("node.survey.no_doors"))</p><p><a class=\"primary\" href=\"\(links("/registry"))\">\(text("node.tab.registry"))</a></p>"
        }
        let done = progress.doors - progress.left
        let elsewhere: HTML =
            progress.elsewhere > 0
            ? "<p>⇄ \(text("node.survey.elsewhere", ["count": "\(progress.elsewhere)"]))</p>" : ""
        return """
            <h1>\(progress.name) \(ConflictList.notice(progress.conflicts.count, links, text))</h1>
            <div class="tiles"><section class="tile"><h2>\(text("node.survey.left"))</h2>
            <p class="big">\(progress.left)</p><p>\(text("node.survey.of", ["doors": "\(progress.doors)"]))</p>\(elsewhere)</section>
            <section class="tile"><h2>\(text("node.survey.done"))</h2><p class="big">\(done)</p></section>
            <section class="tile"><h2>\(text("node.survey.met"))</h2><p class="big">\(progress.met)</p></section></div>
            <ul class="grid">\(progress.buildings.map { tile($0, links, text) })</ul>
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
    static func building(_ code: String, _ doors: [SurveyDoor], _ links: Links, _ text: Messages) -> HTML {
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
        return """
            <h1>\(text("node.building", ["code": code]))</h1>\(open(code, doors, links, text))<div class="units">\(sections)</div>
            <p class="muted">\(text("node.survey.legend"))</p><p>\(sheet)<a href="\(links("/walk/\(code)"))">\(text("node.walk.link"))</a></p>
            """
    }

    /// How many are left; once they are few, which: a tall building doesn't fit on a screen.
    private static func open(_ code: String, _ doors: [SurveyDoor], _ links: Links, _ text: Messages) -> HTML {
        let left = doors.filter(\.isLeft)
        let due = doors.filter { !$0.elsewhere }.count {
            $0.disposition.map { !SurveyDesk.vacantClasses.contains($0) } ?? true
        }
        let count: HTML = "<span>\(text("node.survey.doors_left", ["left": "\(left.count)", "doors": "\(due)"]))</span>"
        let named = doors.filter { $0.isLeft || $0.isDisputed }
        let doors = (named.count > 24 ? [] : named).map { door -> HTML in
            let name = text("node.survey.door", ["unit": door.stairUnit, "room": door.room])
            return "<a href=\"\(links("/survey/\(code)/\(door.code)"))\">\(door.mark) \(name)</a>"
        }
        return "<p class=\"open\">\(count)\(doors)</p>"
    }

    private static func cell(_ door: SurveyDoor, _ building: String, _ links: Links, _ text: Messages) -> HTML {
        let word = text(door.elsewhere ? "node.survey.not_ours" : "node.disposition.\(door.disposition ?? "unvisited")")
        return """
            <td class="\(door.isLeft ? "left" : "done")"><a href="\(links("/survey/\(building)/\(door.code)"))">
            <strong>\(door.room)</strong> <small>\(door.mark) \(word)</small></a></td>
            """
    }
}

extension SurveyDoor {
    var isLeft: Bool {
        // Another compound's volunteers go there.
        if elsewhere { return false }
        guard let disposition = disposition.flatMap({ Disposition(rawValue: $0) }) else { return true }
        return disposition == .postponed || (disposition == .nobodyHome && passes < SurveyDesk.finalPasses)
    }

    /// Answers that nobody took back say different things.
    var isDisputed: Bool { answers.count > 1 }

    /// Never colour alone: the state has a shape.
    var mark: String { elsewhere ? "⇄" : isDisputed ? "◇" : disposition == nil ? "○" : isLeft ? "◐" : "●" }
}
