import Daemon
import Federation

extension FeedbackDesk {
    func routes(_ pages: NodePages) -> [Route] {
        [
            pages.page("/feedback") { _, campaign in
                let list = try pages.store.read { try FeedbackList(campaign, $0) }
                return NodePages.Body { FeedbackPage.html(list, $0) }
            }
        ]
    }

    func documents(_ api: CompoundAPI) -> [Route] {
        [
            api.document("feedback") { call in
                guard let campaign = try api.store.campaign(asked: call.query["campaign"]) else {
                    throw CompoundAPI.Unknown("campaign")
                }
                return try api.store.read { try FeedbackList(campaign, $0) }
            }
        ]
    }
}

/// What residents suggest: what is open first, each with the form that follows it up.
enum FeedbackPage {
    static func html(_ list: FeedbackList, _ view: PageView) -> HTML {
        let text = view.text
        guard !list.campaign.isEmpty else {
            return "<h1>\(text("node.tab.feedback"))</h1><p class=\"muted\">\(text("node.survey.none"))</p>"
        }
        let items: HTML =
            list.items.isEmpty
            ? "<p class=\"muted\">\(text("node.feedback.nothing"))</p>"
            : "<ul class=\"items\">\(list.items.map { item($0, view) })</ul>"
        return """
            <div class="tiles"><section class="tile"><h1>\(text("node.feedback.open"))</h1><p class="big">\(list.open)</p></section>
            <section class="tile"><h2>\(text("node.feedback.received"))</h2><p class="big">\(list.items.count)</p></section></div>
            <div class="columns"><section><h2>\(text("node.tab.feedback"))</h2>\(items)</section><section>\(form(list, view))</section></div>
            """
    }

    private static func form(_ list: FeedbackList, _ view: PageView) -> HTML {
        let text = view.text
        let themes = Record.Suggestion.Theme.allCases.map {
            "<option value=\"\($0.rawValue)\">\(text("node.feedback.theme.\($0.rawValue)"))</option>" as HTML
        }
        return """
            <form class="form" method="post" action="\(view.links("/desk/feedback/suggestion"))"><h2>\(text("node.feedback.new"))</h2>
            <input type="hidden" name="campaign" value="\(list.campaign)"><input type="hidden" name="item" value="\(Hex.text(UInt128.random(in: 1 ... .max)))">
            <label>\(text("node.feedback.theme")) <select name="theme">\(themes)</select></label>
            <label>\(text("node.feedback.text")) <textarea name="text" rows="4" maxlength="500" required></textarea></label>
            <label>\(text("node.feedback.sender")) <input name="sender" maxlength="20"></label>
            <button class="primary">\(text("node.save"))</button></form>
            """
    }

    private static func item(_ item: FeedbackList.Item, _ view: PageView) -> HTML {
        let text = view.text
        let mark: HTML = item.state == Record.FollowUp.State.open.rawValue ? "○" : "●"
        let answer: HTML = item.answer.map { "<p>\(text("node.feedback.answer"))：\($0)</p>" } ?? ""
        let states = Record.FollowUp.State.allCases.map {
            "<button name=\"state\" value=\"\($0.rawValue)\">\(text("node.feedback.state.\($0.rawValue)"))</button>"
                as HTML
        }
        return """
            <li><p>\(mark) <strong>\(text("node.feedback.state.\(item.state)"))</strong> · \(text("node.feedback.theme.\(item.theme)")) ·
            \(item.sender ?? text("node.feedback.anonymous")) · \(Clock.text(item.saidAt, asOf: view.now))</p><p>\(item.text)</p>\(answer)
            <details><summary>\(text("node.feedback.follow_up"))</summary><form class="form" method="post" action="\(view.links("/desk/feedback/follow_up"))">
            <input type="hidden" name="item" value="\(item.item)"><label>\(text("node.feedback.answer")) <textarea name="answer" rows="2" maxlength="500">\(item.answer ?? "")</textarea></label>
            \(states)</form></details></li>
            """
    }
}
