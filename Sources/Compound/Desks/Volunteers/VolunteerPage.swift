import Daemon

/// How many are short, and which buildings nobody has.
enum VolunteerPage {
    /// A chain that was pasted, and how it was read.
    struct Pasted {
        var chain: String
        var read: SignUps

        /// It stays until every line of it is taken.
        var left: String { read.applied && read.unclear.isEmpty ? "" : chain }
    }

    static func html(
        _ board: VolunteerBoard, _ pasted: Pasted?, now: Int64, _ links: Links, _ text: Messages
    ) -> HTML {
        guard !board.task.isEmpty else {
            return "<h1>\(text("node.tab.volunteers"))</h1><p class=\"muted\">\(text("node.survey.none"))</p>"
        }
        return """
            <div class="tiles"><section class="tile"><h1>\(text("node.volunteers.short"))</h1>
            <p class="big">\(board.short)</p><p>\(text("node.volunteers.need_filled", ["need": "\(board.need)", "filled": "\(board.filled)"]))</p>\(raise(board, now, text))</section>
            <section class="tile wide"><h2>\(text("node.volunteers.unclaimed", ["count": "\(board.unclaimed.count)"]))</h2>
            \(unclaimed(board, text))</section></div>\(ConflictList.notice(board.conflicts.count, links, text))
            \(pasted.map { read($0.read, board, links, text) } ?? "")
            <div class="columns"><section>\(chain(board, pasted?.left ?? "", links, text))
            \(CallTexts(board, now: now, text).all.map { message($0.name, $0.body, text) })</section>
            <section><h2>\(text("node.volunteers.claims"))</h2><p><a href="\(links("/invites"))">\(text("node.invite.link"))</a></p>
            <table class="table"><thead><tr><th scope="col">\(text("node.column.building"))</th><th scope="col">\(text("node.column.volunteer"))</th>
            <th scope="col">\(text("node.column.state"))</th></tr></thead><tbody>\(board.claims.map { row($0, board.task, links, text) })</tbody></table>
            \(forms(board, links, text))</section></div>
            """
    }

    // MARK: The chat

    private static func chain(_ board: VolunteerBoard, _ typed: String, _ links: Links, _ text: Messages) -> HTML {
        """
        <form id="chain" class="form" method="post" action="\(links("/desk/volunteers/chain"))"><h2>\(text("node.sign_up.paste"))</h2>
        <input type="hidden" name="task" value="\(board.task)">
        <label>\(text("node.sign_up.hint")) <textarea name="chain" rows="4" required>\(typed)</textarea></label>
        <button class="primary" name="apply" value="0">\(text("node.sign_up.read"))</button></form>
        """
    }

    private static func read(_ read: SignUps, _ board: VolunteerBoard, _ links: Links, _ text: Messages) -> HTML {
        let new = read.entries.filter { $0.change != .same }
        let same = read.entries.count - new.count
        let values = [
            "count": "\(new.count)", "same": "\(same)", "unclear": "\(read.unclear.count)",
            "short": "\(read.shortAfter)",
        ]
        let take: HTML =
            read.isOpen
            ? "<button form=\"chain\" class=\"primary\" name=\"apply\" value=\"1\">\(text("node.sign_up.take", values))</button>"
            : ""
        return """
            <section class="\(read.unclear.isEmpty ? "ok" : "warn")"><p>\(text(read.applied ? "node.sign_up.taken" : "node.sign_up.understood", values))</p>
            <ul class="plan">\(new.map { entry($0, text) })</ul>\(take)
            \(read.unclear.map { unclear($0, board, links, text) })</section>
            """
    }

    private static func entry(_ entry: SignUps.Entry, _ text: Messages) -> HTML {
        let building = entry.building.map { text("node.building", ["code": $0]) } ?? text("node.sign_up.anywhere")
        let values = ["names": entry.names.joined(separator: text("node.list_separator")), "building": building]
        let key = entry.change == .withdraws ? "withdraws" : entry.isReserve ? "reserve" : "joins"
        return "<li>\(text("node.sign_up.\(key)", values))</li>"
    }

    /// A line that a person has to read: who it is, and where.
    private static func unclear(
        _ line: UnclearLine, _ board: VolunteerBoard, _ links: Links, _ text: Messages
    ) -> HTML {
        """
        <form class="form" method="post" action="\(links("/desk/volunteers/sign-up"))"><p>◇ \(text("node.registry.line", ["line": "\(line.line)"]))“\(line.text)” \(text("node.sign_up.\(line.doubt)"))</p>
        <input type="hidden" name="task" value="\(board.task)"><label>\(text("node.column.volunteer")) <input name="volunteer" required></label>
        <label>\(text("node.column.building")) <select name="building"><option value="">\(text("node.sign_up.anywhere"))</option>\(options(board, text))</select></label>
        <button name="state" value="filled">\(text("node.volunteers.filled"))</button>
        <button name="state" value="withdrawn">\(text("node.volunteers.withdrawn"))</button></form>
        """
    }

    /// A text for the chat. It can be selected without any script; the buttons copy it, or make a picture of it.
    private static func message(_ name: String, _ body: String, _ text: Messages) -> HTML {
        let rows = body.split(separator: "\n", omittingEmptySubsequences: false).count + 1
        return """
            <section class="message"><h2>\(text("node.call.\(name).title"))</h2>
            <textarea id="call-\(name)" rows="\(rows)" readonly>\(body)</textarea>
            <p><button type="button" data-copy="call-\(name)" data-done="\(text("node.call.copied"))">\(text("node.call.copy"))</button>
            <button type="button" data-picture="call-\(name)">\(text("node.call.picture"))</button></p></section>
            """
    }

    /// Why a countdown that stood at zero goes up again.
    private static func raise(_ board: VolunteerBoard, _ now: Int64, _ text: Messages) -> HTML {
        guard let raise = board.raise else { return "" }
        let values = [
            "from": "\(raise.from)", "to": "\(raise.to)", "at": Clock.text(raise.observedAt, asOf: now),
            "who": raise.recorder, "filled": "\(board.filled)", "short": "\(board.short)",
        ]
        return "<p class=\"warn\">↑ \(text("node.volunteers.raised", values))</p>"
    }

    private static func unclaimed(_ board: VolunteerBoard, _ text: Messages) -> HTML {
        if board.unclaimed.isEmpty { return "<p class=\"ok\">● \(text("node.volunteers.all_claimed"))</p>" }
        let names = board.unclaimed.map { text("node.building", ["code": $0]) }.joined(
            separator: text("node.list_separator"))
        return "<p class=\"unclaimed\">○ \(names)</p>"
    }

    private static func row(_ claim: VolunteerBoard.Claim, _ task: String, _ links: Links, _ text: Messages) -> HTML {
        let state =
            claim.rank > 0 ? text("node.claim.reserve", ["rank": "\(claim.rank)"]) : text("node.claim.\(claim.state)")
        // Who holds a building can finish it; a release takes every word about the claim back.
        let isOpen = claim.rank == 0 && claim.state == Record.Claim.claimed.rawValue
        let finish: HTML = isOpen ? button(claim, task, "done", text("node.claim.finish"), [], links) : ""
        let invite: HTML = isOpen ? "<a href=\"\(links.invite(claim))\">\(text("node.invite.short"))</a>" : ""
        return """
            <tr><th scope="row">\(text("node.building", ["code": claim.building]))</th><td>\(VolunteerName.text(claim.volunteer))</td><td>\(state)
            \(invite)\(finish)\(button(claim, task, "released", text("node.claim.release"), claim.answers, links))</td></tr>
            """
    }

    private static func button(
        _ claim: VolunteerBoard.Claim, _ task: String, _ state: String, _ label: String, _ supersedes: [String],
        _ links: Links
    ) -> HTML {
        """
        <form class="inline" method="post" action="\(links("/desk/volunteers/claim"))"><input type="hidden" name="task" value="\(task)">
        <input type="hidden" name="building" value="\(claim.building)"><input type="hidden" name="volunteer" value="\(claim.volunteer)">
        \(Supersedes.field(supersedes))<button name="state" value="\(state)">\(label)</button></form>
        """
    }

    /// Buildings that nobody has come first: they are what a claim is wanted for.
    private static func options(_ board: VolunteerBoard, _ text: Messages) -> [HTML] {
        let taken = board.buildings.filter { !board.unclaimed.contains($0) }
        return (board.unclaimed + taken).map {
            "<option value=\"\($0)\">\(text("node.building", ["code": $0]))</option>"
        }
    }

    private static func forms(_ board: VolunteerBoard, _ links: Links, _ text: Messages) -> HTML {
        """
        <form class="form" method="post" action="\(links("/desk/volunteers/fill"))"><h2>\(text("node.volunteers.fill"))</h2>
        <input type="hidden" name="task" value="\(board.task)"><label>\(text("node.column.volunteer")) <input name="volunteer" required></label>
        <button class="primary" name="state" value="filled">\(text("node.volunteers.filled"))</button>
        <button name="state" value="withdrawn">\(text("node.volunteers.withdrawn"))</button></form>
        <form class="form" method="post" action="\(links("/desk/volunteers/claim"))"><h2>\(text("node.volunteers.claim"))</h2>
        <input type="hidden" name="task" value="\(board.task)"><label>\(text("node.column.building")) <select name="building">
        \(options(board, text))</select></label>
        <label>\(text("node.column.volunteer")) <input name="volunteer" required></label>
        <button class="primary" name="state" value="claimed">\(text("node.claim.take"))</button></form>
        <form class="form" method="post" action="\(links("/desk/volunteers/need"))"><h2>\(text("node.volunteers.need"))</h2>
        <input type="hidden" name="task" value="\(board.task)"><label>\(text("node.volunteers.required"))
        <input name="required" type="number" min="0" max="100000" value="\(board.need)" required></label>\(Supersedes.field(board.needAnswers))
        <button class="primary">\(text("node.save"))</button></form>
        """
    }
}
