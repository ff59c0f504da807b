import Daemon
import Federation

/// How many are short, and which buildings nobody has; then the chat, the claims, the muster.
enum VolunteerPage {
    struct Model {
        var board: VolunteerBoard
        /// Doors and delivery, for the day's report.
        var survey: SurveyProgress
        var status: NodeStatus
        var pasted: Pasted?
        var help: HelpView

        /// Somebody said what each role needs or does.
        var isSplit: Bool { board.roles.contains { $0.role != VolunteerRole.general.rawValue } }
        /// What is wanted most: what a form offers first.
        var wanted: VolunteerRole {
            guard isSplit, let most = board.roles.max(by: { $0.short < $1.short }) else { return .general }
            return VolunteerRole(rawValue: most.role) ?? .general
        }
    }

    /// A chain that was pasted, and how it was read.
    struct Pasted {
        var chain: String
        var role: VolunteerRole
        var read: SignUps
        var fault: Fault?

        /// It stays until every line of it is taken.
        var left: String { read.applied && read.unclear.isEmpty ? "" : chain }
    }

    /// A line's form that was refused, and why.
    struct Fault {
        var line: Int
        var form: Form
        var error: IntakeError

        /// What was chosen in it, in the place of what the line says.
        func typed(_ said: SignUpLine.Understood) -> SignUpLine.Understood {
            var said = said
            if let building = form["building"] { (said.building, said.isBuildingOpen) = (building, false) }
            said.role = form["role"].flatMap { VolunteerRole(rawValue: $0) } ?? said.role
            return said
        }
    }

    static func html(_ model: Model, _ view: PageView) -> HTML {
        let (board, text) = (model.board, view.text)
        guard !board.task.isEmpty else {
            return "<h1>\(text("node.tab.volunteers"))</h1><p class=\"muted\">\(text("node.survey.none"))</p>"
        }
        let chat = VolunteerChat(model: model, view: view)
        let claims = VolunteerClaims(model: model, view: view)
        return """
            <div class="tiles"><section class="tile"><h1>\(text("node.volunteers.short"))</h1>
            <p class="big">\(board.need > 0 ? "\(board.short)" : "–")</p><p>\(need(board, text))</p>
            \(missing(board, text))\(steps(board, view))\(raise(board, view))</section>
            <section class="tile wide"><h2>\(text("node.volunteers.unclaimed", ["count": "\(board.unclaimed.count)"]))</h2>
            \(unclaimed(board, text))</section>\(model.isSplit ? roles(board, text) : "")</div>
            \(ConflictList.notice(board.conflicts.count, view.links, text))\(VolunteerDuty(model: model, view: view).items)
            \(HelpSection.html(model.help, view))
            \(chat.read)
            <div class="columns"><section>\(chat.chain)\(chat.messages)</section>
            <section>\(claims.table)\(claims.forms)\(VolunteerMuster(model: model, view: view).html)
            \(VolunteerDuty(model: model, view: view).html)</section></div>
            """
    }

    // MARK: What is missing

    /// Before anybody has said how many are needed nobody knows whether somebody is missing.
    private static func need(_ board: VolunteerBoard, _ text: Messages) -> HTML {
        let values = ["need": "\(board.need)", "filled": "\(board.filled)"]
        return board.need > 0
            ? "\(text("node.volunteers.need_filled", values))" : "○ \(text("node.volunteers.no_need", values))"
    }

    private static func missing(_ board: VolunteerBoard, _ text: Messages) -> HTML {
        guard !board.noShows.isEmpty else { return "" }
        return """
            <p class="warn">○ \(text("node.attendance.missing", ["count": "\(board.noShows.count)", "names": names(board.noShows, text)]))</p>
            """
    }

    /// How the shortage went, and how long it took: `18:00 18 → 18:20 7`.
    private static func steps(_ board: VolunteerBoard, _ view: PageView) -> HTML {
        guard let time = board.fillTime, time.steps.count > 1 else { return "" }
        let steps = time.shown(8).map { "\(Clock.text($0.at, asOf: view.now)) \($0.short)" }
            .joined(separator: " → ")
        let took: HTML =
            if let filled = time.filledAt, let seconds = time.seconds {
                "<br>\(view.text("node.volunteers.fill_time", ["at": Clock.text(filled, asOf: view.now), "minutes": "\(seconds / 60)"]))"
            } else { "" }
        return "<p class=\"muted steps\">\(view.text("node.volunteers.steps", ["steps": steps]))\(took)</p>"
    }

    private static func roles(_ board: VolunteerBoard, _ text: Messages) -> HTML {
        let rows = board.roles.map { post -> HTML in
            let role = VolunteerRole(rawValue: post.role)?.words(text) ?? post.role
            let mark: HTML = post.short > 0 ? "○" : "●"
            return """
                <tr><th scope="row">\(role)</th><td>\(post.need)</td><td>\(post.filled)</td><td>\(mark) \(post.short)</td></tr>
                """
        }
        return """
            <section class="tile wide"><h2>\(text("node.volunteers.roles"))</h2><table class="table"><thead><tr>
            <th scope="col">\(text("node.volunteers.role"))</th><th scope="col">\(text("node.volunteers.needed"))</th>
            <th scope="col">\(text("node.volunteers.filling"))</th><th scope="col">\(text("node.volunteers.lacking"))</th></tr></thead>
            <tbody>\(rows)</tbody></table></section>
            """
    }

    /// Why a countdown that stood at zero goes up again.
    private static func raise(_ board: VolunteerBoard, _ view: PageView) -> HTML {
        guard let raise = board.raise, let role = VolunteerRole(rawValue: raise.role) else { return "" }
        let values = [
            "from": "\(raise.from)", "to": "\(raise.to)", "at": Clock.text(raise.observedAt, asOf: view.now),
            "who": Clerk.words(raise.recorder, view.text), "filled": "\(board.filled)", "short": "\(board.short)",
            "role": role.words(view.text),
        ]
        let key = role == .general ? "node.volunteers.raised" : "node.volunteers.raised_role"
        return "<p class=\"warn\">↑ \(view.text(key, values))</p>"
    }

    private static func unclaimed(_ board: VolunteerBoard, _ text: Messages) -> HTML {
        if board.buildings.isEmpty { return "<p>○ \(text("node.volunteers.no_buildings"))</p>" }
        if board.unclaimed.isEmpty { return "<p class=\"ok\">● \(text("node.volunteers.all_claimed"))</p>" }
        let names = board.unclaimed.map { text("node.building", ["code": $0]) }.joined(
            separator: text("node.list_separator"))
        return "<p class=\"unclaimed\">○ \(names)</p>"
    }

    // MARK: Parts of several sections

    static func names(_ codes: [String], _ text: Messages) -> String {
        codes.map(VolunteerName.text).joined(separator: text("node.list_separator"))
    }

    /// The role that a form is about; nothing while the task isn't split.
    static func roleField(_ model: Model, _ text: Messages, chosen: VolunteerRole? = nil) -> HTML {
        guard model.isSplit else { return "" }
        let chosen = chosen ?? model.wanted
        let options = VolunteerRole.allCases.map { role -> HTML in
            let mark: HTML = role == chosen ? " selected" : ""
            return "<option value=\"\(role.rawValue)\"\(mark)>\(role.words(text))</option>"
        }
        return "<label>\(text("node.volunteers.role")) <select name=\"role\">\(options)</select></label>"
    }

    /// Buildings that nobody has come first: they are what a claim is wanted for.
    static func buildings(_ board: VolunteerBoard, _ text: Messages, chosen: String? = nil) -> [HTML] {
        let taken = board.buildings.filter { !board.unclaimed.contains($0) }
        return (board.unclaimed + taken).map {
            let mark: HTML = $0 == chosen ? " selected" : ""
            return "<option value=\"\($0)\"\(mark)>\(text("node.building", ["code": $0]))</option>"
        }
    }

    /// Which evening a typed time belongs to.
    static func near(_ board: VolunteerBoard) -> HTML {
        let near = Clock.reference(opens: board.opens, deadline: board.deadline, now: board.asOf)
        return "<input type=\"hidden\" name=\"near\" value=\"\(near)\">"
    }

    static func hidden(_ fields: [(name: String, value: String)]) -> HTML {
        fields.reduce(into: HTML()) { $0 += "<input type=\"hidden\" name=\"\($1.name)\" value=\"\($1.value)\">" }
    }
}
