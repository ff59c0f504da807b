import Daemon
import Federation

/// Duty restrictions: what stands against one, the list, the form. The reasons stand here and nowhere else.
struct VolunteerDuty {
    let model: VolunteerPage.Model
    let view: PageView
    private var text: Messages { view.text }
    private var board: VolunteerBoard { model.board }

    /// What somebody took before the restriction was known: to be given to somebody else.
    var items: HTML {
        board.restricted.reduce(into: HTML()) { items, one in
            let role = VolunteerRole(rawValue: one.role) ?? .general
            let what = one.building.map { text("node.building", ["code": $0]) } ?? text("node.volunteers.fill")
            let forbidden = VolunteerRole(rawValue: one.forbidden) ?? role
            let values = ["volunteer": VolunteerName.text(one.volunteer), "role": forbidden.words(text), "what": what]
            let place = one.building.map { [(name: "building", value: $0)] } ?? []
            let fields = [(name: "task", value: board.task), (name: "volunteer", value: one.volunteer)] + place
            let (kind, state, label) =
                one.building == nil
                ? ("fill", Record.Fill.withdrawn.rawValue, text("node.restriction.withdraw"))
                : ("claim", Record.Claim.released.rawValue, text("node.claim.release"))
            items += """
                <div class="warn duty">◇ \(text("node.restriction.violated", values))
                <form class="inline" method="post" action="\(view.links("/desk/volunteers/\(kind)"))">\(VolunteerPage.hidden(fields + role.named))
                \(Supersedes.field(one.answers))<button name="state" value="\(state)">\(label)</button></form></div>
                """
        }
    }

    var html: HTML {
        """
        <details id="duty"><summary>\(text("node.restriction.summary", ["count": "\(board.restrictions.count)"]))</summary>
        <p class="muted">\(text("node.restriction.why"))</p><ul class="items">\(board.restrictions.map(item))</ul>\(form)</details>
        """
    }

    private func item(_ one: DutyRestriction) -> HTML {
        let roles = one.roles.compactMap { VolunteerRole(rawValue: $0)?.words(text) }
            .joined(separator: text("node.list_separator"))
        let values = [
            "volunteer": VolunteerName.text(one.volunteer), "roles": roles,
            "reason": text("node.restriction.reason.\(one.reason)"),
        ]
        let until: HTML =
            one.until.map { " · \(text("node.restriction.until", ["day": Clock.date($0 - 1)]))" } ?? ""
        let fields = [("volunteer", one.volunteer), ("reason", one.reason), ("lift", "1")]
        return """
            <li>\(text("node.restriction.item", values))\(until)
            <form class="inline" method="post" action="\(view.links("/desk/volunteers/restriction"))">\(VolunteerPage.hidden(fields))
            <button>\(text("node.restriction.lift"))</button></form></li>
            """
    }

    private var form: HTML {
        let roles = VolunteerRole.allCases.map { role -> HTML in
            """
            <label class="check"><input type="checkbox" name="no_\(role.rawValue)" value="1"> \(role.words(text))</label>
            """
        }
        let reasons = Record.Restriction.Reason.allCases.map { reason -> HTML in
            "<option value=\"\(reason.rawValue)\">\(text("node.restriction.reason.\(reason.rawValue)"))</option>"
        }
        return """
            <form class="form" method="post" action="\(view.links("/desk/volunteers/restriction"))"><h2>\(text("node.restriction.new"))</h2>
            <label>\(text("node.column.volunteer")) <input name="volunteer" required></label>
            <fieldset><legend>\(text("node.restriction.roles"))</legend>\(roles)</fieldset>
            <label>\(text("node.restriction.reason")) <select name="reason">\(reasons)</select></label>
            <label>\(text("node.restriction.last_day")) <input name="until" type="date"></label>
            <button class="primary">\(text("node.save"))</button></form>
            """
    }
}
