import Coverage
import Daemon
import Federation
import Wire

/// By which rule a measure of a round is read: for each class of doors or people whether it is done, due, or neither.
enum RulePage {
    struct Model {
        var round: RegistryCampaign
        /// As it is read now.
        var measure: Measure
        var refused: DirectivePages.Refused?
        var mayPublish: Bool
        /// The round is another's: read as is said there.
        var isFromAbove: Bool

        /// - Returns: nil where the round or the measure isn't known.
        init?(_ reading: DirectivePages.Reading, round: String, measure: String, _ refused: DirectivePages.Refused?) {
            let picture = reading.picture
            guard let campaign = picture.campaigns.first(where: { $0.code.text == round }),
                let measure = picture.measures(campaign.code).first(where: { $0.code == measure })
            else { return nil }
            (self.round, self.measure, self.refused, mayPublish) = (campaign, measure, refused, reading.mayPublish)
            isFromAbove = picture.directives.isFromAbove(round)
        }
    }

    static func html(_ model: Model, _ text: Messages) -> HTML {
        let measure = text("dash.measure.\(model.measure.code)")
        let list = DashboardShell.link(DirectivePages.list, text.language, nil)
        let suggested = "\(model.round.code).\(model.measure.code.split(separator: ".").last ?? "")"
        let filled = DirectiveForm.Filled(
            [
                "code": suggested.utf8.count <= Limits.directiveCode ? suggested : "",
                "title": text("rule.title_of", ["measure": measure, "round": model.round.name]),
            ], model.refused, action: "/directives/publish")
        let form: HTML =
            model.mayPublish && !model.isFromAbove
            ? DirectiveForm.form(
                "/directives/publish", "rule.publish", "directive.publish", text,
                """
                <input type="hidden" name="kind" value="rule"><input type="hidden" name="campaign" value="\(model.round.code.text)"><input type="hidden" name="measure" value="\(model.measure.code)">
                \(DirectiveForm.field("code", filled, text, more: " required maxlength=\"48\""))
                \(DirectiveForm.field("title", filled, text, more: " required maxlength=\"80\""))
                \(roles(model.measure, filled, text))\(DirectiveForm.area(filled, text))\(DirectiveForm.word(filled, text))
                """)
            : "<p class=\"muted\">\(text(model.isFromAbove ? "directive.problem.above" : "directive.closed"))</p>"
        return """
            <nav class="crumbs" aria-label="\(text("dash.path"))"><a href="\(list)">\(text("directive.title"))</a> ›
            <span aria-current="page">\(text("rule.heading"))</span></nav>
            <h1>\(text("rule.title_of", ["measure": measure, "round": model.round.name]))</h1>
            \(DirectiveForm.fault(model.refused, text))<p>\(text("rule.now", ["version": "\(model.measure.version)"]))</p>
            \(RuleWords(model.measure).html(text))<p class="muted">\(text("rule.effect"))</p>\(form)
            """
    }

    /// For each class one choice of three.
    static func roles(_ measure: Measure, _ filled: DirectiveForm.Filled, _ text: Messages) -> HTML {
        let rows = measure.classes.map { name -> HTML in
            let offered = RuleWords.Role(of: name, in: measure)
            let chosen = RuleWords.Role(rawValue: filled[RuleWords.field(name)]) ?? offered
            let cells = RuleWords.Role.allCases.map { role -> HTML in
                let mark: HTML = role == chosen ? " checked" : ""
                return """
                    <td><label class="check"><input type="radio" name="\(RuleWords.field(name))" value="\(role.rawValue)"\(mark)
                    aria-label="\(RuleWords.name(name, text)) · \(text("rule.role.\(role.rawValue)"))"></label></td>
                    """
            }
            return "<tr><th scope=\"row\">\(RuleWords.name(name, text))</th>\(cells)</tr>"
        }
        let heads = ["rule.class"] + RuleWords.Role.allCases.map { "rule.role.\($0.rawValue)" }
        return """
            <fieldset\(filled.mark("owed"))><legend>\(text("rule.roles"))</legend><table class="table"><thead><tr>
            \(heads.map { "<th scope=\"col\">\(text($0))</th>" as HTML })</tr></thead><tbody>\(rows)</tbody></table></fieldset>
            """
    }
}

/// A rule in words: which classes have which role.
struct RuleWords {
    enum Role: String, CaseIterable {
        case done, due, neither

        init(of name: String, in measure: Measure) {
            self = measure.numerator.contains(name) ? .done : measure.denominator.contains(name) ? .due : .neither
        }
    }
    private let measure: Measure

    init(_ measure: Measure) { self.measure = measure }

    static func field(_ name: String) -> String { "class.\(name)" }

    /// A class as nodes call it.
    static func name(_ code: String, _ text: Messages) -> String {
        text(code.hasPrefix("p_") ? "node.people.\(code.dropFirst(2))" : "node.disposition.\(code)")
    }

    private func line(_ role: Role, _ text: Messages) -> String {
        let names = measure.classes.filter { Role(of: $0, in: measure) == role }.map { RuleWords.name($0, text) }
        let all = names.isEmpty ? text("rule.none") : names.joined(separator: text("node.list_separator"))
        return text("rule.line.\(role.rawValue)", ["classes": all])
    }

    func html(_ text: Messages) -> HTML {
        "<ul class=\"items\">\(Role.allCases.map { "<li>\(line($0, text))</li>" as HTML })</ul>"
    }

    /// What compounds read where the officer wrote nothing.
    var plain: String {
        [Messages.zhHans, .english].map { text in
            ([text("dash.measure.\(measure.code)")] + Role.allCases.map { line($0, text) }).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }
}
