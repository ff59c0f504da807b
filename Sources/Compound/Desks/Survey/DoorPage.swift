import Daemon

/// One door, one screen. The ordinary door, everybody home and tested, is one tap.
enum DoorPage {
    static func html(
        _ door: SurveyDoor, _ history: DoorHistory, campaign: String, id: String, now: Int64, _ links: Links,
        _ text: Messages
    ) -> HTML {
        let building = door.code.split(separator: "-").first.map(String.init) ?? ""
        let earlier: HTML =
            door.disposition.map { disposition in
                let words = text("node.disposition.\(disposition)")
                let at = door.observedAt.map { Clock.text($0, asOf: now) } ?? ""
                // Staff see who recorded it; a volunteer's phone has no business with colleagues' names.
                let who: HTML =
                    links.isInvited
                    ? ""
                    : history.recorder(of: door).map { " · \(text("node.door.by", ["who": Clerk.words($0, text)]))" }
                        ?? ""
                return
                    "<p class=\"muted\">\(text("node.door.earlier", ["what": words, "at": at, "passes": "\(door.passes)"]))\(who)</p>"
            } ?? ""
        let action = links("/desk/survey/visit")
        let why = door.isDisputed ? SettlementField.html(text) : ""
        return """
            <p><a href="\(links("/survey/\(building)"))">← \(text("node.building", ["code": building]))</a></p>
            <h1>\(door.code)</h1>\(elsewhere(door, text))\(disputed(door, links, text))\(earlier)\(undo(door, campaign, links, text))\(difference(door, text))
            <form class="form one-tap" method="post" action="\(action)">\(hidden(door, campaign, id))
            <input type="hidden" name="disposition" value="completed">\(why)\(allTested(door, text))</form>
            <form class="form quick" method="post" action="\(action)">\(hidden(door, campaign, id))\(why)
            \(["nobody_home", "postponed", "refused", "absent", "vacant", "moved", "not_dwelling", "not_found", "language", "other"].map { choice($0, text) })</form>
            <details open><summary>\(text("node.door.in_detail"))</summary>
            <form class="form detail" method="post" action="\(action)">\(hidden(door, campaign, id))\(why)
            \(PeopleClass.allCases.map { field($0, text) })
            <label>\(text("node.door.lessons")) <input name="lessons" maxlength="20" value="\(door.lessons ?? "")" placeholder="8:00–11:40"></label>
            <button name="disposition" value="completed" class="primary">\(text("node.disposition.completed"))</button>
            <button name="disposition" value="partial">\(text("node.disposition.partial"))</button></form></details>
            \(links.isInvited ? [] : [verify(door, campaign, links, text), history.html(now: now, text), register(door, links, text)])
            """
    }

    /// One tap for the ordinary door. Where nobody has said how many live there, the tap says it.
    private static func allTested(_ door: SurveyDoor, _ text: Messages) -> HTML {
        guard door.registered == nil else {
            let people = max(1, door.residents)
            return """
                <button class="primary huge" name="tested" value="\(people)">\(text("node.door.all_tested", ["people": "\(people)"]))</button>
                """
        }
        let counts = (1...6).map { "<button class=\"primary\" name=\"tested\" value=\"\($0)\">\($0)</button>" as HTML }
        return "<p>\(text("node.walk.people"))</p><div class=\"counts\">\(counts)</div>"
    }

    /// Two answers: whoever stands at the door should know, and what he says settles it.
    private static func disputed(_ door: SurveyDoor, _ links: Links, _ text: Messages) -> HTML {
        guard door.isDisputed else { return "" }
        let words = text("node.door.disputed", ["count": "\(door.answers.count)"])
        return links.isInvited
            ? "<p class=\"warn\">◇ \(words)</p>"
            : "<p class=\"warn\">◇ <a href=\"\(links("/conflicts"))\">\(words)</a></p>"
    }

    /// A slip that is noticed later: the door stands again as it stood before the last answer.
    private static func undo(_ door: SurveyDoor, _ campaign: String, _ links: Links, _ text: Messages) -> HTML {
        guard door.answers.count == 1, !links.isInvited else { return "" }
        return """
            <form class="form" method="post" action="\(links("/desk/survey/undo"))"><input type="hidden" name="campaign" value="\(campaign)">
            <input type="hidden" name="door" value="\(door.code)">\(Supersedes.field(door.answers))<button>\(text("node.undo.last"))</button></form>
            """
    }

    /// A second person's answer, once there is a first.
    private static func verify(_ door: SurveyDoor, _ campaign: String, _ links: Links, _ text: Messages) -> HTML {
        guard door.disposition != nil, !door.isLeft, let visit = door.visit else { return "" }
        return """
            <details><summary>\(text("node.verify.title"))</summary><form class="form detail" method="post" action="\(links("/desk/survey/verify"))">
            <input type="hidden" name="campaign" value="\(campaign)"><input type="hidden" name="door" value="\(door.code)"><input type="hidden" name="checks" value="\(visit)">
            <label>\(text("node.verify.who")) <input name="recorder" maxlength="10" required></label>
            <button class="primary" name="same" value="1">\(text("node.verify.same"))</button>\(PeopleClass.allCases.map { field($0, text) })
            \(Disposition.allCases.map { choice($0.rawValue, text) })</form></details>
            """
    }

    /// Two compounds have the household; this one leaves it out, and may be told that it shouldn't.
    private static func elsewhere(_ door: SurveyDoor, _ text: Messages) -> HTML {
        guard door.elsewhere else { return "" }
        return "<p class=\"warn\">⇄ \(text("node.door.elsewhere", ["token": door.token ?? "–"]))</p>"
    }

    /// What the registry says of the door. An empty field isn't sent, so that - stands for no address.
    private static func register(_ door: SurveyDoor, _ links: Links, _ text: Messages) -> HTML {
        let states = Record.Household.State.allCases.map { state -> HTML in
            let chosen: HTML = state.rawValue == door.state ? " selected" : ""
            return "<option value=\"\(state.rawValue)\"\(chosen)>\(text("node.household.\(state.rawValue)"))</option>"
        }
        return """
            <details><summary>\(text("node.door.register"))</summary>
            <form class="form" method="post" action="\(links("/desk/registry/household"))">
            <input type="hidden" name="door" value="\(door.code)"><input type="hidden" name="address_before" value="\(door.address ?? "-")">
            <label>\(text("node.column.residents")) <input name="residents" type="number" min="0" max="200" value="\(door.residents)" required></label>
            <label>\(text("node.door.state")) <select name="state">\(states)</select></label>
            <label>\(text("node.door.address")) <input name="address" maxlength="100" value="\(door.address ?? "")"></label>
            <p class="muted">\(text("node.door.address_why"))</p><button>\(text("node.save"))</button></form>
            <p><a href="\(links("/registry/place/\(door.code)"))">\(text("node.place.withdraw_door"))</a></p></details>
            """
    }

    /// The register against the door: what was told at the door is counted, and neither is bent to fit the other.
    private static func difference(_ door: SurveyDoor, _ text: Messages) -> HTML {
        guard let registered = door.registered, let told = door.told, registered != told else { return "" }
        let key = told > registered ? "node.door.more" : "node.door.fewer"
        let values = ["registered": "\(registered)", "told": "\(told)", "by": "\(abs(told - registered))"]
        return "<p class=\"warn\">◇ \(text(key, values))</p>"
    }

    /// The same ready-made id in each form of the screen: whichever is tapped, a second tap changes nothing.
    private static func hidden(_ door: SurveyDoor, _ campaign: String, _ id: String) -> HTML {
        // All the answers that disagree, not only the one that stands: one more visit settles the door.
        let final = door.disposition != nil && !door.isLeft
        let supersedes = Supersedes.field(final ? door.answers : [])
        return """
            <input type="hidden" name="id" value="\(id)"><input type="hidden" name="campaign" value="\(campaign)">
            <input type="hidden" name="door" value="\(door.code)">\(supersedes)
            """
    }

    private static func choice(_ disposition: String, _ text: Messages) -> HTML {
        "<button name=\"disposition\" value=\"\(disposition)\">\(text("node.disposition.\(disposition)"))</button>"
    }

    private static func field(_ part: PeopleClass, _ text: Messages) -> HTML {
        """
        <label>\(text("node.people.\(part.rawValue)"))
        <input name="\(part.rawValue)" type="number" min="0" max="200" inputmode="numeric"></label>
        """
    }
}
