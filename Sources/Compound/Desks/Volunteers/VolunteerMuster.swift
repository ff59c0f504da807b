import Daemon
import Federation

/// The muster: who came, who didn't, who has left, and for how long they worked.
struct VolunteerMuster {
    let model: VolunteerPage.Model
    let view: PageView
    private var text: Messages { view.text }
    private var board: VolunteerBoard { model.board }

    var html: HTML {
        let muster = Muster(board)
        let people = Set(board.volunteers + board.noShows + board.attendance.map(\.volunteer))
        guard !people.isEmpty else { return "" }
        let attended = Dictionary(board.attendance.map { ($0.volunteer, $0) }) { first, _ in first }
        let order = people.sorted { (rank(attended[$0]), $0) < (rank(attended[$1]), $1) }
        let values = [
            "came": "\(muster.came)", "missing": "\(board.noShows.count)", "uncalled": "\(muster.uncalled.count)",
            "worked": Muster.span(muster.seconds, text),
        ]
        return """
            <details id="muster"><summary>\(text("node.attendance.summary", values))</summary>
            <table class="table muster"><thead><tr><th scope="col">\(text("node.column.volunteer"))</th><th scope="col">\(text("node.column.state"))</th></tr></thead>
            <tbody>\(order.map { row($0, attended[$0]) })</tbody></table>\(later(order))</details>
            """
    }

    /// Whom nobody has asked for comes first, then who is missing.
    private func rank(_ attended: VolunteerBoard.Attendance?) -> Int {
        switch attended.flatMap({ Record.Attendance.State(rawValue: $0.state) }) {
        case nil: 0
        case .absent?: 1
        case .present?: 2
        case .left?: 3
        }
    }

    private func row(_ volunteer: String, _ attended: VolunteerBoard.Attendance?) -> HTML {
        let roles = VolunteerRole.allCases.filter { (board.rolesOf[volunteer] ?? []).contains($0) && $0 != .general }
        let posts: HTML =
            roles.isEmpty
            ? ""
            : "<br><small>\(roles.map { $0.words(text) }.joined(separator: text("node.list_separator")))</small>"
        let stranger: HTML =
            board.rolesOf[volunteer] == nil ? "<br><small>\(text("node.attendance.not_signed_up"))</small>" : ""
        return """
            <tr><th scope="row">\(VolunteerName.text(volunteer))\(posts)\(stranger)</th><td>\(attended.map(words) ?? "○ \(text("node.attendance.uncalled"))")
            \(buttons(volunteer, attended))</td></tr>
            """
    }

    private func words(_ attended: VolunteerBoard.Attendance) -> HTML {
        let mark: HTML = attended.state == Record.Attendance.State.absent.rawValue ? "○" : "●"
        let state = text("node.attendance.\(attended.state)")
        guard attended.state != Record.Attendance.State.absent.rawValue else { return "\(mark) \(state)" }
        let times = [attended.began, attended.open ? nil : attended.ended].map {
            $0.map { Clock.text($0, asOf: view.now) } ?? ""
        }
        let worked = Muster.span(attended.seconds, text)
        let running: HTML = attended.open ? " · \(text("node.attendance.running"))" : ""
        let unclear: HTML =
            attended.unclear ? " <span class=\"warn\">◇ \(text("node.attendance.unclear"))</span>" : ""
        return "\(mark) \(state) \(times.joined(separator: "–")) · \(worked)\(running)\(unclear)"
    }

    /// Who is seen after he was missed came after all; whoever was mustered by mistake is missed by taking that back.
    private func buttons(_ volunteer: String, _ attended: VolunteerBoard.Attendance?) -> HTML {
        let missed = form(volunteer, [.absent], attended?.answers ?? [])
        return switch attended.flatMap({ Record.Attendance.State(rawValue: $0.state) }) {
        case nil: form(volunteer, [.present, .absent], [])
        case .absent?: form(volunteer, [.present], [])
        case .present?: "\(form(volunteer, [.left], []))\(missed)"
        case .left?: "\(form(volunteer, [.present], []))\(missed)"
        }
    }

    private func form(
        _ volunteer: String, _ states: [Record.Attendance.State], _ supersedes: [String]
    ) -> HTML {
        let buttons = states.map { state -> HTML in
            "<button name=\"state\" value=\"\(state.rawValue)\">\(text("node.attendance.do.\(state.rawValue)"))</button>"
        }
        return """
            <form class="inline" method="post" action="\(view.links("/desk/volunteers/attendance"))">\(VolunteerPage.hidden([("task", board.task), ("volunteer", volunteer)]))
            \(Supersedes.field(supersedes))\(buttons)</form>
            """
    }

    private var since: Int64 { Clock.shift(opens: board.opens, deadline: board.deadline, now: board.asOf) }

    /// What was noted on paper is keyed with its own time.
    private func later(_ people: [String]) -> HTML {
        let options = people.map { "<option value=\"\($0)\">\(VolunteerName.text($0))</option>" as HTML }
        let buttons = Record.Attendance.State.allCases.map { state -> HTML in
            "<button name=\"state\" value=\"\(state.rawValue)\">\(text("node.attendance.do.\(state.rawValue)"))</button>"
        }
        return """
            <form class="form" method="post" action="\(view.links("/desk/volunteers/attendance"))"><h2>\(text("node.attendance.later"))</h2>
            <input type="hidden" name="task" value="\(board.task)"><input type="hidden" name="since" value="\(since)">
            <label>\(text("node.column.volunteer")) <select name="volunteer">\(options)</select></label>
            <label>\(text("node.attendance.at")) <input name="at" type="time" required></label>\(buttons)</form>
            """
    }
}
