import Daemon
import Federation

/// Who has which building, and the forms of sign-ups, claims and the need.
struct VolunteerClaims {
    let model: VolunteerPage.Model
    let view: PageView
    private var text: Messages { view.text }
    private var board: VolunteerBoard { model.board }

    var table: HTML {
        """
        <h2>\(text("node.volunteers.claims"))</h2><p><a href="\(view.links("/invites"))">\(text("node.invite.link"))</a></p>
        <table class="table"><thead><tr><th scope="col">\(text("node.column.building"))</th><th scope="col">\(text("node.column.volunteer"))</th>
        <th scope="col">\(text("node.column.state"))</th></tr></thead><tbody>\(board.claims.map(row))</tbody></table>
        """
    }

    private func row(_ claim: VolunteerBoard.Claim) -> HTML {
        let role = VolunteerRole(rawValue: claim.role) ?? .general
        let post: HTML = role == .general ? "" : "<br><small>\(role.words(text))</small>"
        // Who holds a building can finish it; a release takes every word about the claim back.
        let isOpen = board.isAtWork(claim)
        let finish: HTML = isOpen ? button(claim, role, "done", text("node.claim.finish"), []) : ""
        let invite: HTML = isOpen ? "<a href=\"\(view.links.invite(claim))\">\(text("node.invite.short"))</a>" : ""
        return """
            <tr><th scope="row">\(text("node.building", ["code": claim.building]))\(post)</th><td>\(VolunteerName.text(claim.volunteer))</td><td>\(state(claim))
            \(invite)\(finish)\(button(claim, role, "released", text("node.claim.release"), claim.answers))</td></tr>
            """
    }

    private func state(_ claim: VolunteerBoard.Claim) -> HTML {
        let isReserve = claim.rank > 0 && claim.isStanding
        let words =
            isReserve ? text("node.claim.reserve", ["rank": "\(claim.rank)"]) : text("node.claim.\(claim.state)")
        let from: HTML =
            claim.from.map { " · \(text("node.claim.since", ["at": Clock.text($0, asOf: view.now)]))" } ?? ""
        let partners = board.partners(of: claim).map(\.volunteer)
        let together: HTML =
            partners.isEmpty
            ? "" : " · \(text("node.claim.together", ["names": VolunteerPage.names(partners, text)]))"
        return "\(words)\(together)\(from)\(claim.after.map(movedUp) ?? "")"
    }

    /// The reserve has to be told, and why.
    private func movedUp(after volunteer: String) -> HTML {
        let isMissing = board.attendance.contains {
            $0.volunteer == volunteer && $0.state == Record.Attendance.State.absent.rawValue
        }
        let why = isMissing ? "missed" : "released"
        return """
             <span class="warn">↑ \(text("node.claim.moved_up.\(why)", ["volunteer": VolunteerName.text(volunteer)]))</span>
            """
    }

    private func button(
        _ claim: VolunteerBoard.Claim, _ role: VolunteerRole, _ state: String, _ label: String, _ supersedes: [String]
    ) -> HTML {
        let fields = [("task", board.task), ("building", claim.building), ("volunteer", claim.volunteer)] + role.named
        return """
            <form class="inline" method="post" action="\(view.links("/desk/volunteers/claim"))">\(VolunteerPage.hidden(fields))
            \(Supersedes.field(supersedes))<button name="state" value="\(state)">\(label)</button></form>
            """
    }

    // MARK: Forms

    var forms: HTML {
        """
        <form class="form" method="post" action="\(view.links("/desk/volunteers/sign-up"))"><h2>\(text("node.volunteers.fill"))</h2>
        <input type="hidden" name="task" value="\(board.task)"><label>\(text("node.column.volunteer")) <input name="volunteer" required></label>
        \(VolunteerPage.roleField(model, text))<button class="primary" name="state" value="filled">\(text("node.volunteers.filled"))</button>
        <button name="state" value="withdrawn">\(text("node.volunteers.withdrawn"))</button></form>
        <form class="form" method="post" action="\(view.links("/desk/volunteers/claim"))"><h2>\(text("node.volunteers.claim"))</h2>
        <input type="hidden" name="id" value="\(Hex.text(UInt128.random(in: 1 ... .max)))"><input type="hidden" name="task" value="\(board.task)">\(VolunteerPage.near(board))<label>\(text("node.column.building")) <select name="building">
        \(VolunteerPage.buildings(board, text))</select></label>
        <label>\(text("node.column.volunteer")) <input name="volunteer" required></label>\(VolunteerPage.roleField(model, text))
        <label>\(text("node.claim.from")) <input name="from" type="time"></label>
        <button class="primary" name="state" value="claimed">\(text("node.claim.take"))</button></form>
        \(need(.general, "<h2>\(text("node.volunteers.need"))</h2>", general))\(needs)
        """
    }

    /// Once the task is split, those that are wanted for no role in particular are one of its parts.
    private var general: String {
        model.isSplit ? VolunteerRole.general.words(text) : text("node.volunteers.required")
    }

    /// A task that is split says what each role needs; most tasks aren't.
    private var needs: HTML {
        let rest = VolunteerRole.allCases.filter { $0 != .general }
        return """
            <details id="needs"><summary>\(text("node.volunteers.need_by_role"))</summary><p class="muted">\(text("node.volunteers.need_adds"))</p><div class="needs">\(rest.map { need($0, "", $0.words(text)) })</div></details>
            """
    }

    private func need(_ role: VolunteerRole, _ title: HTML, _ label: String) -> HTML {
        let post = board.roles.first { $0.role == role.rawValue }
        let answers = role == .general ? board.needAnswers : post?.needAnswers ?? []
        return """
            <form class="form" method="post" action="\(view.links("/desk/volunteers/need"))">\(title)
            \(VolunteerPage.hidden([("task", board.task)] + role.named))<label>\(label)
            <input name="required" type="number" min="0" max="100000" value="\(post?.need ?? 0)" required></label>\(Supersedes.field(answers))
            <button class="primary">\(text("node.save"))</button></form>
            """
    }
}
