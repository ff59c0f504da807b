import Daemon

/// Where somebody called and has to call again: building by building, with when and how often.
enum RevisitPage {
    static func html(_ doors: [SurveyDoor], _ view: PageView) -> HTML {
        let (text, links) = (view.text, view.links)
        guard !doors.isEmpty else {
            return "<h1>\(text("node.revisit.title"))</h1><p class=\"ok\">● \(text("node.revisit.none"))</p>"
        }
        let buildings = Dictionary(grouping: doors, by: \.building)
        let sections = buildings.keys.sorted(by: BuildingOrder.precedes).map { building -> HTML in
            let rows = (buildings[building] ?? []).map { row($0, building, view) }
            return """
                <section><h2>\(text("node.building", ["code": building]))</h2><table class="table"><thead><tr><th scope="col">\(text("node.revisit.door"))</th>
                <th scope="col">\(text("node.column.state"))</th><th scope="col">\(text("node.revisit.last"))</th><th scope="col">\(text("node.revisit.passes"))</th></tr></thead>
                <tbody>\(rows)</tbody></table></section>
                """
        }
        return """
            <p class="crumbs"><a href="\(links("/survey"))">\(text("node.tab.survey"))</a></p>
            <h1>\(text("node.revisit.count", ["count": "\(doors.count)"]))</h1><p class="muted">\(text("node.revisit.why", ["passes": "\(SurveyDesk.finalPasses)"]))</p>
            <div class="units">\(sections)</div>
            """
    }

    private static func row(_ door: SurveyDoor, _ building: String, _ view: PageView) -> HTML {
        let name = view.text("node.survey.door", ["unit": door.stairUnit, "room": door.room])
        return """
            <tr><th scope="row"><a href="\(view.links("/survey/\(building)/\(door.code)"))">\(name)</a></th>
            <td>\(view.text("node.disposition.\(door.disposition ?? "unvisited")"))</td>
            <td>\(door.observedAt.map { Clock.text($0, asOf: view.now) } ?? "")</td><td>\(door.passes)</td></tr>
            """
    }
}

/// How often first answers are wrong, and the doors that a second person calls at next.
enum VerificationPage {
    static func html(_ verification: Verification, _ view: PageView) -> HTML {
        let (text, links) = (view.text, view.links)
        let values = ["verified": "\(verification.verified)", "differing": "\(verification.differing)"]
        let rate =
            verification.verified < Verification.least
            ? text("node.verify.too_few", ["least": "\(Verification.least)"])
            : text("node.verify.rate", ["rate": "\(verification.permille / 10).\(verification.permille % 10)"])
        let doors = verification.next.map { door -> HTML in
            let address = links("/survey/\(door.building)/\(door.code)")
            return
                "<li><a href=\"\(address)\">\(door.code)</a> \(text("node.disposition.\(door.disposition ?? "unvisited")"))</li>"
        }
        return """
            <p class="crumbs"><a href="\(links("/survey"))">\(text("node.tab.survey"))</a></p><h1>\(text("node.verify.title"))</h1>
            <div class="tiles"><section class="tile"><h2>\(text("node.verify.verified"))</h2><p class="big">\(verification.verified)</p></section>
            <section class="tile"><h2>\(text("node.verify.differing"))</h2><p class="big">\(verification.differing)</p><p>\(rate)</p></section></div>
            <p>\(text("node.verify.found", values))</p><h2>\(text("node.verify.next"))</h2><p class="muted">\(text("node.verify.why"))</p><ul class="plan">\(doors)</ul>
            """
    }
}

extension Verification {
    /// Checks below which a rate says nothing.
    static let least = 10
    /// Rounded up: an error that was found is never 0.0 %.
    var permille: Int { verified == 0 ? 0 : (differing * 1000 + verified - 1) / verified }
}
