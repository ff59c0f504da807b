import Daemon
import Federation

/// The chat: what is pasted out of it, and what is copied into it.
struct VolunteerChat {
    let model: VolunteerPage.Model
    let view: PageView
    private var text: Messages { view.text }
    private var board: VolunteerBoard { model.board }

    // MARK: Out of the chat

    var chain: HTML {
        """
        <form id="chain" class="form" method="post" action="\(view.links("/desk/volunteers/chain"))"><h2>\(text("node.sign_up.paste"))</h2>
        <input type="hidden" name="task" value="\(board.task)">
        <label>\(text("node.sign_up.hint")) <textarea name="chain" rows="4" required>\(model.pasted?.left ?? "")</textarea></label>
        \(VolunteerPage.roleField(model, text, chosen: model.pasted?.role))<button class="primary" name="apply" value="0">\(text("node.sign_up.read"))</button></form>
        """
    }

    var read: HTML {
        guard let read = model.pasted?.read else { return "" }
        let new = read.entries.filter { $0.change != .same }
        let values = [
            "count": "\(new.count)", "same": "\(read.entries.count - new.count)", "unclear": "\(read.unclear.count)",
            "short": "\(read.shortAfter)",
        ]
        let take: HTML =
            read.isOpen
            ? "<button form=\"chain\" class=\"primary\" name=\"apply\" value=\"1\">\(text("node.sign_up.take", values))</button>"
            : ""
        return """
            <section class="\(read.unclear.isEmpty ? "ok" : "warn")"><p>\(text(read.applied ? "node.sign_up.taken" : "node.sign_up.understood", values))</p>
            <ul class="plan">\(new.map(entry))</ul>\(take)
            \(UnclearLines(model: model, view: view).html)</section>
            """
    }

    private func entry(_ entry: SignUps.Entry) -> HTML {
        let values = [
            "names": entry.names.joined(separator: text("node.list_separator")),
            "building": entry.building.map { text("node.building", ["code": $0]) } ?? text("node.sign_up.anywhere"),
            "leaves": buildings(entry.leaves), "keeps": buildings(entry.keeps),
        ]
        guard entry.change == .joins else { return "<li>\(text("node.sign_up.withdraws", values))</li>" }
        var said = text("node.sign_up.\(entry.isReserve ? "reserve" : "joins")", values)
        if entry.role != .general {
            said = text("node.volunteers.in_role", ["what": said, "role": entry.role.words(text)])
        }
        let leaves: HTML = entry.leaves.isEmpty ? "" : " · \(text("node.sign_up.leaves", values))"
        let keeps: HTML =
            entry.keeps.isEmpty ? "" : " · <span class=\"warn\">\(text("node.sign_up.keeps", values))</span>"
        return "<li>\(said)\(leaves)\(keeps)</li>"
    }

    private func buildings(_ codes: [String]) -> String {
        codes.map { text("node.building", ["code": $0]) }.joined(separator: text("node.list_separator"))
    }

    // MARK: Into the chat

    /// What is wanted now stands open; the day's report too, once the round has to be done or no door is left.
    var messages: HTML {
        let texts = CallTexts(board, now: view.now, text).all
        let report = DayReport(board: board, survey: model.survey, status: model.status, text: text).body
        let isEvening = board.deadline.map { view.now >= $0 } ?? false
        let isDone = isEvening || model.survey.doors > 0 && model.survey.left == 0
        let first = texts.prefix(1).map { message($0.name, $0.body) }
        let more = texts.dropFirst().map { folded($0.name, $0.body, isOpen: false) }
        return "\(first)\(more)\(folded("report", report, isOpen: isDone))"
    }

    private func folded(_ name: String, _ body: String, isOpen: Bool) -> HTML {
        let open: HTML = isOpen ? " open" : ""
        return """
            <details id="text-\(name)"\(open)><summary>\(text("node.call.\(name).title"))</summary>\(message(name, body, isTitled: false))</details>
            """
    }

    /// A text for the chat. It can be selected without any script; the buttons copy it, or make a picture of it.
    private func message(_ name: String, _ body: String, isTitled: Bool = true) -> HTML {
        let rows = body.split(separator: "\n", omittingEmptySubsequences: false).reduce(1) { $0 + 1 + $1.count / 32 }
        let title: HTML = isTitled ? "<h2>\(text("node.call.\(name).title"))</h2>" : ""
        return """
            <section class="message">\(title)<textarea id="call-\(name)" rows="\(rows)" readonly aria-label="\(text("node.call.\(name).title"))">\(body)</textarea>
            <p><button type="button" data-copy="call-\(name)" data-done="\(text("node.call.copied"))">\(text("node.call.copy"))</button>
            <button type="button" data-picture="call-\(name)">\(text("node.call.picture"))</button></p></section>
            """
    }
}
