import Coverage
import Daemon
import Federation
import Foundation
import Wire

/// What the forms of the officers' pages say, and how they look.
enum DirectiveForm {
    static func words(_ form: Form) throws(DirectiveProblem) -> DirectiveWords {
        var words = DirectiveWords(code: form["code"] ?? "")
        (words.kind, words.title, words.text) = (form["kind"], form["title"], form["text"])
        (words.campaign, words.reason, words.officer) = (form["campaign"], form["reason"], form["officer"])
        words.due = try time("due", form)
        words.measure = form["measure"]
        if let measure = Measure.all.first(where: { $0.code == words.measure }) {
            let roles = measure.classes.map {
                (name: $0, role: RuleWords.Role(rawValue: form[RuleWords.field($0)] ?? ""))
            }
            words.done = roles.filter { $0.role == .done }.map(\.name)
            words.owed = roles.filter { $0.role == .done || $0.role == .due }.map(\.name)
        }
        words.to = form["to"]?.split { ",，、; \n\r".contains($0) }.map(String.init)
        return words
    }

    /// A round as the form has it: a known one keeps whether it is closed and whether its households are compared.
    static func round(
        _ form: Form, _ known: [RegistryCampaign]
    ) throws(DirectiveProblem) -> (round: RegistryCampaign, hasClaims: Bool) {
        guard let code = Code(form["code"] ?? ""), Directive.period(code.text, 1) != nil else {
            throw DirectiveProblem(code: .code, field: "code", value: form["code"] ?? "")
        }
        guard let name = form["title"] else { throw DirectiveProblem(code: .titleMissing, field: "title") }
        guard name.utf8.count <= Limits.directiveTitle else {
            throw DirectiveProblem(code: .tooLong, field: "title", value: "\(Limits.directiveTitle)")
        }
        guard let opens = try time("opens", form) else { throw DirectiveProblem(code: .opens, field: "opens") }
        guard let deadline = try time("due", form), deadline >= opens else {
            throw DirectiveProblem(code: .opens, field: "due", value: form["due"] ?? "")
        }
        let before = known.first { $0.code == code }
        let round = RegistryCampaign(
            code: code, name: name, opens: opens, deadline: deadline, order: form["text"] ?? "",
            closed: before?.closed ?? false)
        return (round, before.map { $0.claimKey != nil } ?? true)
    }

    private static func time(_ name: String, _ form: Form) throws(DirectiveProblem) -> Int64? {
        guard let text = form[name] else { return nil }
        guard let seconds = ChinaTime.seconds(text) else {
            throw DirectiveProblem(code: .due, field: name, value: text)
        }
        return seconds
    }

    // MARK: As it looks

    /// What a form was filled with, or is offered with.
    struct Filled {
        var values: [String: String]
        var fault: String?

        /// What was sent and refused goes before what is offered.
        init(_ offered: [String: String], _ refused: DirectivePages.Refused?, action: String) {
            let mine = refused.flatMap { $0.action == action ? $0 : nil }
            values =
                mine.map { refused in
                    Dictionary(refused.form.pairs.map { ($0.name, $0.value) }) { $1 }
                } ?? offered
            fault = mine?.problem.field
        }

        subscript(name: String) -> String { values[name] ?? "" }

        func mark(_ name: String) -> HTML { name == fault ? " aria-invalid=\"true\" aria-describedby=\"fault\"" : "" }
    }

    static func field(_ name: String, _ filled: Filled, _ text: Messages, more: HTML = "") -> HTML {
        """
        <label>\(text("directive.field.\(name)")) <input name="\(name)" value="\(filled[name])"\(filled.mark(name)) autocomplete="off"\(more)></label>
        """
    }

    static func time(_ name: String, label: String, _ filled: Filled, _ text: Messages) -> HTML {
        """
        <label>\(text("directive.field.\(label)")) <input type="datetime-local" name="\(name)" value="\(filled[name])"\(filled.mark(name))></label>
        """
    }

    static func area(_ filled: Filled, _ text: Messages) -> HTML {
        """
        <label>\(text("directive.field.text")) <textarea name="text" rows="5"\(filled.mark("text"))>\(filled["text"])</textarea></label>
        """
    }

    /// Why, and who says so.
    static func word(_ filled: Filled, _ text: Messages) -> HTML {
        """
        \(field("reason", filled, text, more: " required"))\(field("officer", filled, text, more: " required maxlength=\"20\""))
        """
    }

    static func form(_ action: String, _ head: String, _ button: String, _ text: Messages, _ fields: HTML) -> HTML {
        """
        <form class="form" method="post" action="\(DashboardShell.link(action, text.language, nil))"><h2>\(text(head))</h2>\(fields)
        <button class="primary">\(text(button))</button></form>
        """
    }

    static func fault(_ refused: DirectivePages.Refused?, _ text: Messages) -> HTML {
        refused.map { "<p class=\"bad\" role=\"alert\" id=\"fault\">✕ \($0.problem.text(text))</p>" } ?? ""
    }
}
