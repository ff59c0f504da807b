import Coverage
import Daemon
import Federation
import Wire

/// What was published, the newest first, with how many have it; and the forms that publish.
enum DirectiveList {
    struct Model {
        struct Line {
            var reading: DirectiveReading
            /// Names of those it is for; empty for everybody.
            var to: [String]
        }
        var lines: [Line]
        /// Published before those that are shown.
        var earlier: Int
        var campaigns: [RegistryCampaign]
        /// Rounds that are open, and by which rules each is read, with the directive that says so.
        var rules: [(round: RegistryCampaign, measures: [(measure: Measure, directive: String?)])]
        var refused: DirectivePages.Refused?
        var mayPublish: Bool
        var asOf: Int64

        /// As many as a compound is told of.
        init(_ reading: DirectivePages.Reading, _ refused: DirectivePages.Refused?) {
            let picture = reading.picture
            lines = picture.directives.latest.suffix(Limits.directives).reversed().map {
                Line(reading: DirectiveReading($0, picture), to: picture.names($0.to ?? []))
            }
            earlier = picture.directives.latest.count - lines.count
            rules = picture.campaigns.filter { !$0.closed }.reversed().map { round in
                let measures = picture.measures(round.code)
                return (round, measures.map { ($0, picture.directives.rule(of: round.code.text, $0.code)?.code) })
            }
            (campaigns, self.refused, mayPublish, asOf) = (picture.campaigns, refused, reading.mayPublish, picture.wall)
        }
    }

    static func html(_ model: Model, _ text: Messages) -> HTML {
        let list: HTML =
            model.lines.isEmpty
            ? "<p class=\"quiet\">\(text("directive.none"))</p>"
            : "<ul class=\"items\">\(model.lines.map { line($0, model.asOf, text) })</ul>"
        let earlier: HTML =
            model.earlier > 0
            ? "<p class=\"muted\">\(text("directive.earlier", ["count": "\(model.earlier)"]))</p>" : ""
        let forms: HTML = model.mayPublish ? publish(model, text) : "<p class=\"muted\">\(text("directive.closed"))</p>"
        return """
            <h1>\(text("directive.title"))</h1>\(DirectiveForm.fault(model.refused, text))
            <p><a href="#publish">\(text("directive.publish"))</a></p>\(list)\(earlier)\(rules(model, text))<section id="publish">\(forms)</section>
            """
    }

    private static func line(_ line: Model.Line, _ now: Int64, _ text: Messages) -> HTML {
        let directive = line.reading.directive
        let link = DashboardShell.link(DirectivePages.path(directive.code), text.language, nil)
        return """
            <li><p>\(DirectiveWordsText.kind(directive, text)) <a href="\(link)"><strong>\(directive.title)</strong></a></p>
            <p class="muted">\(DirectiveWordsText.head(directive, asOf: now, text)) · \(DirectiveWordsText.to(line.to, text))</p>
            \(DirectiveWordsText.counts(line.reading, text))</li>
            """
    }

    /// By which rules open rounds are read; each leads to where it is changed.
    private static func rules(_ model: Model, _ text: Messages) -> HTML {
        guard !model.rules.isEmpty else { return "" }
        let rounds = model.rules.map { round, measures -> HTML in
            let links = measures.enumerated().map { place, read -> HTML in
                let (measure, directive) = read
                let path = directive.map(DirectivePages.path) ?? "/directives/rule"
                let asked = directive == nil ? "&campaign=\(round.code)&measure=\(measure.code)" : ""
                return """
                    \(place == 0 ? "" : " · ")<a href="\(DashboardShell.link(path, text.language, nil))\(asked)">\(text("dash.measure.\(measure.code)")) v\(measure.version)</a>
                    """
            }
            return "<li><p><strong>\(round.name)</strong></p><p>\(links)</p></li>"
        }
        return "<section id=\"rules\"><h2>\(text("rule.heading"))</h2><ul class=\"items\">\(rounds)</ul></section>"
    }

    // MARK: Publishing

    private static func publish(_ model: Model, _ text: Messages) -> HTML {
        let filled = DirectiveForm.Filled([:], model.refused, action: "/directives/publish")
        let kinds = Directive.Kind.allCases.filter { $0 != .round }.map { kind -> HTML in
            let chosen: HTML = filled["kind"] == kind.rawValue ? " selected" : ""
            return "<option value=\"\(kind.rawValue)\"\(chosen)>\(text("directive.kind.\(kind.rawValue)"))</option>"
        }
        let rounds = model.campaigns.map { campaign -> HTML in
            let chosen: HTML = filled["campaign"] == campaign.code.text ? " selected" : ""
            return "<option value=\"\(campaign.code.text)\"\(chosen)>\(campaign.name)</option>"
        }
        let fields: HTML = """
            <label>\(text("directive.field.kind")) <select name="kind"\(filled.mark("kind"))>\(kinds)</select></label>
            \(DirectiveForm.field("code", filled, text, more: " required maxlength=\"48\""))
            \(DirectiveForm.field("title", filled, text, more: " required maxlength=\"80\""))
            \(DirectiveForm.area(filled, text))
            <label>\(text("directive.field.campaign")) <select name="campaign"\(filled.mark("campaign"))><option value="">–</option>\(rounds)</select></label>
            \(DirectiveForm.time("due", label: "due", filled, text))\(DirectiveForm.field("to", filled, text))
            \(DirectiveForm.word(filled, text))
            """
        let round = DirectiveForm.Filled([:], model.refused, action: "/directives/round")
        return """
            \(DirectiveForm.form("/directives/publish", "directive.publish", "directive.publish", text, fields))
            \(DirectiveForm.form("/directives/round", "directive.round", "directive.publish", text, roundFields(round, text)))
            """
    }

    static func roundFields(_ filled: DirectiveForm.Filled, _ text: Messages, isKnown: Bool = false) -> HTML {
        let code: HTML =
            isKnown
            ? "<input type=\"hidden\" name=\"code\" value=\"\(filled["code"])\"><input type=\"hidden\" name=\"known\" value=\"1\">"
            : DirectiveForm.field("code", filled, text, more: " required maxlength=\"48\"")
        return """
            \(code)\(DirectiveForm.field("title", filled, text, more: " required maxlength=\"80\""))
            <label>\(text("directive.field.order")) <input name="text" value="\(filled["text"])" autocomplete="off"></label>
            \(DirectiveForm.time("opens", label: "opens", filled, text))\(DirectiveForm.time("due", label: "deadline", filled, text))
            \(DirectiveForm.field("targets", filled, text, more: " placeholder=\"12:00 50%，16:00 100%\""))\(DirectiveForm.word(filled, text))
            """
    }
}

/// What is said of a directive in several places.
enum DirectiveWordsText {
    static func kind(_ directive: Directive, _ text: Messages) -> HTML {
        let name = text("directive.kind.\((Directive.Kind(rawValue: directive.kind) ?? .notice).rawValue)")
        if directive.withdrawn { return "<span class=\"muted\">✕ \(name) · \(text("directive.withdrawn"))</span>" }
        if directive.closed == true { return "<span class=\"muted\">■ \(name) · \(text("directive.over"))</span>" }
        return "<span>◆ \(name)</span>"
    }

    /// `2022-41 · 第 2 版 · 20:14 张科长 · 截止 22:00`.
    static func head(_ directive: Directive, asOf now: Int64, _ text: Messages) -> String {
        var parts = [
            directive.code, text("directive.version", ["number": "\(directive.version)"]),
            [FigureText.time(directive.at, asOf: now), directive.officer].filter { !$0.isEmpty }.joined(separator: " "),
        ]
        if let due = directive.due { parts.append(text("directive.due", ["at": FigureText.time(due, asOf: now)])) }
        if let targets = directive.targets {
            let written = RoundTarget.written(targets, near: directive.due ?? directive.at)
            parts.append(text("directive.targets", ["targets": written]))
        }
        return parts.joined(separator: " · ")
    }

    static func to(_ names: [String], _ text: Messages) -> String {
        guard !names.isEmpty else { return text("directive.to_all") }
        return text("directive.to", ["names": names.joined(separator: text("node.list_separator"))])
    }

    static func counts(_ reading: DirectiveReading, _ text: Messages) -> HTML {
        let (all, read) = (reading.lines.count, reading.count(.acknowledged))
        let values = [
            "all": "\(all)", "received": "\(read + reading.count(.received))", "acknowledged": "\(read)",
            "missing": "\(reading.count(.missing))",
        ]
        let style: HTML = read == all ? "ok" : "warn"
        let mark: HTML = read == all ? "●" : "◐"
        return "<p class=\"\(style)\">\(mark) \(text("directive.counts", values))</p>"
    }
}

extension Picture {
    /// Names of divisions and units by their codes.
    func names(_ codes: [String]) -> [String] {
        codes.map { code in
            let tree = rollup.tree
            if let place = tree.place(code) { return tree.places[place].name }
            guard let speaker = Code(code).flatMap({ tree.speaker($0) }) else { return code }
            return tree.relay(speaker).map { tree.relays[$0].name } ?? tree.units[speaker].name
        }
    }
}
