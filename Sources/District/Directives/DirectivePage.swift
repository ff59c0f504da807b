import Coverage
import Daemon
import Federation
import Wire

/// One directive: what it says, what it said before, who has received and read it and whom to ring; and its next version.
enum DirectivePage {
    struct Model {
        struct Unit {
            var line: DirectiveReading.Line
            var code: String
            var name: String
            var telephone: String
            /// Whether what it last said is old.
            var standing: Standing
        }
        var reading: DirectiveReading
        var versions: [Directive]
        var units: [Unit]
        var to: [String]
        var isFromAbove: Bool
        /// Of a rule by which figures are read.
        var measure: Measure?
        var refused: DirectivePages.Refused?
        var mayPublish: Bool
        var asOf: Int64

        /// - Returns: nil for a code that nobody has used.
        init?(_ code: String, _ page: DirectivePages.Reading, _ refused: DirectivePages.Refused?) {
            let picture = page.picture
            guard let last = picture.directives.last(code) else { return nil }
            let tree = picture.rollup.tree
            reading = DirectiveReading(last, picture)
            versions = picture.directives.versions(of: code)
            let cut = picture.cut("survey", Code(last.campaign ?? "") ?? picture.campaign(nil) ?? Code(literal: "now"))
            units = reading.inOrder.map { line in
                let unit = tree.units[line.unit]
                return Unit(
                    line: line, code: unit.code.text, name: unit.name, telephone: unit.dutyTelephone,
                    standing: cut.standings[line.unit])
            }
            to = picture.names(last.to ?? [])
            measure = Measure.all.lazy.compactMap { $0.read(by: last) }.first
            isFromAbove = picture.directives.isFromAbove(code)
            (self.refused, mayPublish, asOf) = (refused, page.mayPublish, picture.wall)
        }

        var directive: Directive { reading.directive }
    }

    /// Lines of the table; the others are counted, and `GET /v1/directives` has all.
    private static let most = 300

    static func html(_ model: Model, _ text: Messages) -> HTML {
        let directive = model.directive
        let list = DashboardShell.link(DirectivePages.list, text.language, nil)
        return """
            <nav class="crumbs" aria-label="\(text("dash.path"))"><a href="\(list)">\(text("directive.title"))</a> ›
            <span aria-current="page">\(directive.code)</span></nav>
            <h1>\(directive.title)</h1><p>\(DirectiveWordsText.kind(directive, text)) <span class="muted">\(DirectiveWordsText.head(directive, asOf: model.asOf, text))
            · \(DirectiveWordsText.to(model.to, text))</span></p>\(DirectiveForm.fault(model.refused, text))
            \(words(directive, model.measure, text))\(roles(model, text))\(DirectiveWordsText.counts(model.reading, text))
            \(table(model, text))\(earlier(model, text))\(forms(model, text))
            """
    }

    /// - Parameter measure: whose roles stand apart, in the reader's language.
    private static func words(_ directive: Directive, _ measure: Measure?, _ text: Messages) -> HTML {
        let why: HTML =
            directive.reason.isEmpty
            ? "" : "<p class=\"muted\">\(text("directive.why", ["reason": directive.reason]))</p>"
        if let measure, directive.text == RuleWords(measure).plain { return why }
        return "<p class=\"words\">\(directive.text)</p>\(why)"
    }

    private static func roles(_ model: Model, _ text: Messages) -> HTML {
        guard let measure = model.measure else { return "" }
        let name = text("dash.measure.\(measure.code)")
        let head = text(
            model.directive.withdrawn ? "rule.was" : "rule.is", ["measure": name, "version": "\(measure.version)"])
        return "<section><h2>\(head)</h2>\(RuleWords(measure).html(text))</section>"
    }

    // MARK: Who has it

    private static func table(_ model: Model, _ text: Messages) -> HTML {
        guard !model.units.isEmpty else { return "<p class=\"quiet\">\(text("directive.nobody"))</p>" }
        let more: HTML =
            model.units.count > most
            ? "<p class=\"muted\">\(text("directive.more", ["count": "\(model.units.count - most)"]))</p>" : ""
        return """
            <section><h2>\(text("directive.who"))</h2><table class="table"><thead><tr><th scope="col">\(text("dash.column.place"))</th>
            <th scope="col">\(text("directive.state"))</th><th scope="col">\(text("dash.telephone"))</th></tr></thead>
            <tbody>\(model.units.prefix(most).map { row($0, model.asOf, text) })</tbody></table>\(more)</section>
            """
    }

    private static func row(_ unit: Model.Unit, _ now: Int64, _ text: Messages) -> HTML {
        let since = unit.line.since.map { text("directive.since", ["at": FigureText.time($0, asOf: now)]) } ?? ""
        let quiet: HTML =
            unit.standing == .known || unit.line.state == .acknowledged
            ? "" : "<br><small>\(unit.standing.mark) \(text("dash.state.\(unit.standing.word)"))</small>"
        return """
            <tr><th scope="row"><a href="\(DashboardShell.link("/unit/\(unit.code)", text.language, nil))">\(unit.name)</a></th>
            <td><span class="\(unit.line.state.style)">\(unit.line.state.mark) \(text("directive.state.\(unit.line.state.rawValue)"))</span> \(since)\(quiet)</td>
            <td>\(DutyTelephone.link(unit.telephone, unit.telephone, text))</td></tr>
            """
    }

    // MARK: Versions

    private static func earlier(_ model: Model, _ text: Messages) -> HTML {
        let before = model.versions.dropLast().reversed()
        guard !before.isEmpty else { return "" }
        let items = before.map { version -> HTML in
            """
            <li><p><strong>\(version.title)</strong> <span class="muted">\(DirectiveWordsText.head(version, asOf: model.asOf, text))\(version.closed == true ? " · \(text("directive.over"))" : "")</span></p>
            \(words(version, nil, text))</li>
            """
        }
        return """
            <details id="earlier"><summary>\(text("directive.versions", ["count": "\(before.count)"]))</summary><ul class="items">\(items)</ul></details>
            """
    }

    private static func forms(_ model: Model, _ text: Messages) -> HTML {
        if model.isFromAbove { return "<p class=\"muted\">\(text("directive.problem.above"))</p>" }
        guard model.mayPublish else { return "<p class=\"muted\">\(text("directive.closed"))</p>" }
        let directive = model.directive
        var offered = [
            "code": directive.code, "kind": directive.kind, "title": directive.title, "text": directive.text,
            "campaign": directive.campaign ?? "",
        ]
        offered["due"] = directive.due.map(ChinaTime.field)
        offered["opens"] = directive.opens.map(ChinaTime.field)
        offered["targets"] = RoundTarget.written(directive.targets ?? [], near: directive.due ?? directive.at)
        if directive.kind == Directive.Kind.round.rawValue {
            let filled = DirectiveForm.Filled(offered, model.refused, action: "/directives/round")
            return DirectiveForm.form(
                "/directives/round", "directive.change", "directive.publish_change", text,
                DirectiveList.roundFields(filled, text, isKnown: true))
        }
        if let measure = model.measure {
            offered["measure"] = measure.code
            if directive.text == RuleWords(measure).plain { offered["text"] = nil }
        }
        let filled = DirectiveForm.Filled(offered, model.refused, action: "/directives/publish")
        return change(filled, model.measure, text)
            + (directive.withdrawn ? "" : withdraw(directive, model.refused, text))
    }

    private static func known(_ filled: DirectiveForm.Filled, _ names: [String]) -> HTML {
        let fields = names.map { "<input type=\"hidden\" name=\"\($0)\" value=\"\(filled[$0])\">" as HTML }
        return "\(fields)<input type=\"hidden\" name=\"known\" value=\"1\">"
    }

    /// A rule by which figures are read is due at once.
    private static func change(_ filled: DirectiveForm.Filled, _ measure: Measure?, _ text: Messages) -> HTML {
        let fields: HTML =
            measure.map { RulePage.roles($0, filled, text) } ?? DirectiveForm.time("due", label: "due", filled, text)
        let names = ["code", "kind", "campaign"] + (measure == nil ? [] : ["measure"])
        return DirectiveForm.form(
            "/directives/publish", "directive.change", "directive.publish_change", text,
            """
            \(known(filled, names))\(DirectiveForm.field("title", filled, text, more: " required maxlength=\"80\""))
            \(DirectiveForm.area(filled, text))\(fields)\(DirectiveForm.word(filled, text))
            """)
    }

    private static func withdraw(_ directive: Directive, _ refused: DirectivePages.Refused?, _ text: Messages) -> HTML {
        let filled = DirectiveForm.Filled(["code": directive.code], refused, action: "/directives/withdraw")
        return DirectiveForm.form(
            "/directives/withdraw", "directive.withdraw", "directive.withdraw", text,
            "\(known(filled, ["code"]))\(DirectiveForm.word(filled, text))")
    }
}

extension DirectiveReading.State {
    /// A shape and a class beside the words.
    var mark: String {
        switch self {
        case .missing: "○"
        case .received: "◐"
        case .acknowledged: "●"
        }
    }

    var style: String {
        switch self {
        case .missing: "bad"
        case .received: "warn"
        case .acknowledged: "ok"
        }
    }
}

private func + (a: HTML, b: HTML) -> HTML { "\(a)\(b)" }
