import Daemon
import Federation

/// What needs a person, by matter; each item with what may be done about it.
enum WorkPage {
    struct Model {
        var path: [(code: String, name: String)]
        /// Nil where no round is known.
        var campaign: RegistryCampaign?
        var asked: Code?
        var items: [WorkItem]
        /// Whoever may not sees who may.
        var maySettle: Bool
        var asOf: Int64

        /// Of one matter so many are listed; how many more there are is said.
        static let most = 100
    }

    static func html(_ model: Model, _ text: Messages) -> HTML {
        let (open, inHand) = (model.items.filter { $0.note == nil }, model.items.filter { $0.note != nil })
        let crumbs = model.path.map { place -> HTML in
            "<a href=\"\(DashboardShell.link("/division/\(place.code)", text.language, model.asked))\">\(place.name)</a> › "
        }
        let quiet: HTML = "<section class=\"quiet\"><p>● \(text("work.none"))</p></section>"
        let sections = WorkItem.Kind.allCases.map { kind in
            section(text("work.kind.\(kind.rawValue)"), open.filter { $0.matter.kind == kind }, model, text)
        }
        let who: HTML =
            model.maySettle || model.items.isEmpty ? "" : "<p class=\"muted\">\(text("work.who"))</p>"
        return """
            <nav class="crumbs" aria-label="\(text("dash.path"))">\(crumbs)<span aria-current="page">\(text("work.title"))</span></nav>
            <h1>\(text("work.title"))</h1><p class="muted">\(model.campaign?.name ?? "") · \(text("work.as_of", ["at": FigureText.time(model.asOf), "count": "\(open.count)"]))</p>
            \(who)\(open.isEmpty ? quiet : "")\(sections)\(section(text("work.in_hand"), inHand, model, text))
            """
    }

    private static func section(_ title: String, _ items: [WorkItem], _ model: Model, _ text: Messages) -> HTML {
        guard !items.isEmpty else { return "" }
        let rest = items.count - Model.most
        let more: HTML = rest > 0 ? "<p class=\"muted\">\(text("work.more", ["count": "\(rest)"]))</p>" : ""
        return """
            <section><h2>\(title) <span class="count">\(items.count)</span></h2>
            <ul class="work">\(items.prefix(Model.most).map { line($0, model, text) })</ul>\(more)</section>
            """
    }

    private static func line(_ item: WorkItem, _ model: Model, _ text: Messages) -> HTML {
        let since: HTML =
            item.since.map {
                "<span class=\"muted\">\(text("dash.since", ["at": FigureText.time($0, asOf: model.asOf)]))</span>"
            }
            ?? ""
        let telephone: HTML =
            item.telephone.isEmpty
            ? "" : "<a href=\"tel:\(item.telephone)\">\(text("dash.duty", ["number": item.telephone]))</a>"
        let note: HTML =
            item.note.map {
                "<br><span class=\"ok\">\(text("work.noted", ["officer": $0.officer, "reason": $0.reason, "at": FigureText.time($0.at, asOf: model.asOf)]))</span>"
            } ?? ""
        return """
            <li>\(name(item, model, text)) \(WorkWords.text(item, asOf: model.asOf, text)) \(since) \(telephone)\(note)
            \(model.maySettle ? folded(item, model, text) : "")</li>
            """
    }

    /// A claim has several names, each with a page of its own.
    private static func name(_ item: WorkItem, _ model: Model, _ text: Messages) -> HTML {
        func link(_ code: String, _ name: String) -> HTML {
            "<a href=\"\(DashboardShell.link("/unit/\(code)", text.language, model.asked))\"><b>\(name)</b></a>"
        }
        if case .doubleClaim(let claim) = item.matter {
            return "\(claim.claimants.map { "\(link($0.unit, $0.name)) " as HTML })"
        }
        return item.unit.map { link($0.text, item.name) } ?? ""
    }

    // MARK: Settling

    private static func folded(_ item: WorkItem, _ model: Model, _ text: Messages) -> HTML {
        """
        <details id="\(item.key)"><summary>\(text("work.settle"))</summary>\(form(item, below: model.path.last?.code, model.asked, text))</details>
        """
    }

    /// - Parameters:
    ///   - division: whose list it is on; nil for everything.
    ///   - typed: what was typed before.
    ///   - wrong: the field at fault.
    private static func form(
        _ item: WorkItem, below division: String?, _ asked: Code?, typed: Form? = nil, wrong: String? = nil,
        _ text: Messages
    ) -> HTML {
        func field(_ name: String, _ more: HTML) -> HTML {
            let marked: HTML = name == wrong ? "aria-invalid=\"true\" aria-describedby=\"fault\"" : ""
            return """
                <label>\(text("work.field.\(name)"))<input name="\(name)" value="\(typed?[name] ?? "")" required \(more) \(marked)></label>
                """
        }
        let acts = WorkItem.Act.allCases.flatMap { act -> [(act: WorkItem.Act, choice: String)] in
            act == .note ? [(act, "")] : item.choices(act).map { (act, $0) }
        }
        let buttons = acts.map { act, choice -> HTML in
            let value = choice.isEmpty ? act.rawValue : "\(act.rawValue) \(choice)"
            let style: HTML = act == .note ? " class=\"primary\"" : ""
            return "<button\(style) name=\"act\" value=\"\(value)\">\(label(act, choice, item, text))</button> "
        }
        let path = "/work" + (division.map { "/\($0)" } ?? "")
        return """
            <form class="form" method="post" action="\(DashboardShell.link(path, text.language, asked))">
            <input type="hidden" name="key" value="\(item.key)">
            \(field("reason", "maxlength=\"300\" autocomplete=\"off\""))
            \(field("officer", "maxlength=\"60\" autocomplete=\"name\""))
            <p>\(buttons)</p></form>
            """
    }

    private static func label(_ act: WorkItem.Act, _ choice: String, _ item: WorkItem, _ text: Messages) -> String {
        var shown = String(choice.prefix(8))
        if case .doubleClaim(let claim) = item.matter {
            shown = claim.claimants.first { $0.unit == choice }?.name ?? choice
        }
        return text("work.do.\(act.rawValue)", ["choice": shown])
    }

    /// A form that came back, with what was typed, so that nothing has to be written twice.
    struct Return {
        var refusal: WorkDesk.Refusal
        var form: Form?
        /// What it is about; nil where that isn't on the list any more.
        var item: WorkItem?
        /// Whose list it is on; nil for everything.
        var division: String?
        var path: String
        var asked: Code?
        var asOf: Int64
    }

    static func refused(_ back: Return, _ text: Messages) -> HTML {
        let again: HTML =
            back.item.map { item in
                """
                <p>\(item.name) \(WorkWords.text(item, asOf: back.asOf, text))</p>\(
                    form(item, below: back.division, back.asked, typed: back.form, wrong: back.refusal.field, text))
                """
            } ?? typed(back.form, text)
        return """
            <h1>\(text("work.title"))</h1><p class="bad" role="alert" id="fault">\(back.refusal.words(text))</p>\(again)
            <p><a href="\(DashboardShell.link(back.path, text.language, back.asked))">\(text("work.back"))</a></p>
            """
    }

    private static func typed(_ form: Form?, _ text: Messages) -> HTML {
        let typed = [("reason", form?["reason"]), ("officer", form?["officer"])].compactMap { name, value in
            value.map { "<dt>\(text("work.field.\(name)"))</dt><dd>\($0)</dd>" as HTML }
        }
        return typed.isEmpty ? "" : "<dl>\(typed)</dl>"
    }
}
