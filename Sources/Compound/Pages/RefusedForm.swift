import Daemon

/// A form that was refused, to be sent again: the field at fault is shown and marked, everything else that was typed goes along.
struct RefusedForm {
    let action: String
    let form: Form
    let error: IntakeError
    /// Those to tick, where none was.
    let buildings: [String]

    /// A field of one name; an error about several, or about none that a form has, marks nothing.
    private var fault: String? {
        error.field.isEmpty || error.field.contains { ",. ".contains($0) } ? nil : error.field
    }

    /// The fields that are shown: how many there are of each class is one thing to correct.
    private var shownNames: Set<String> {
        fault == "people" ? Set(PeopleClass.allCases.map(\.rawValue)) : Set([fault].compactMap { $0 })
    }

    func html(_ view: PageView) -> HTML {
        var shown: HTML = ""
        if let fault {
            // What nobody typed, nobody can correct.
            guard let label = FieldWords.label(fault, view.text) else { return "" }
            shown = field(fault, view.text("node.refused.correct", ["field": label]), view.text)
        }
        let kept = form.pairs.filter { !shownNames.contains($0.name) }.map { pair -> HTML in
            pair.value.contains { $0.isNewline }
                ? "<textarea name=\"\(pair.name)\" hidden>\(pair.value)</textarea>"
                : "<input type=\"hidden\" name=\"\(pair.name)\" value=\"\(pair.value)\">"
        }
        return """
            <form class="form refused" method="post" action="\(view.links(action))">\(kept)\(shown)
            <button class="primary">\(view.text("node.refused.again"))</button></form>
            """
    }

    private func field(_ name: String, _ label: String, _ text: Messages) -> HTML {
        switch name {
        case "roles":
            ticks(label, VolunteerRole.allCases.map { ("no_\($0.rawValue)", $0.words(text)) })
        case "buildings":
            ticks(label, buildings.map { ("b.\($0)", text("node.building", ["code": $0])) })
        case "people":
            counts(label, text)
        case "role":
            choice(name, label, VolunteerRole.allCases.map { ($0.rawValue, $0.words(text)) })
        default:
            typed(name, label, text)
        }
    }

    private static let marked: HTML = "aria-invalid=\"true\" aria-describedby=\"fault\" autofocus"

    private func typed(_ name: String, _ label: String, _ text: Messages) -> HTML {
        let value = form.pairs.last { $0.name == name }?.value ?? ""
        if name == Settlement.member { return SettlementField.html(text, fault: true, typed: value) }
        let control: HTML =
            value.contains { $0.isNewline }
            ? "<textarea name=\"\(name)\" \(RefusedForm.marked) rows=\"8\">\(value)</textarea>"
            : "<input name=\"\(name)\" \(RefusedForm.marked) value=\"\(value)\">"
        return "<label>\(label) \(control)</label>"
    }

    private func counts(_ label: String, _ text: Messages) -> HTML {
        let fields = PeopleClass.allCases.map { part -> HTML in
            let value = form.pairs.last { $0.name == part.rawValue }?.value ?? ""
            return """
                <label>\(text("node.people.\(part.rawValue)")) <input name="\(part.rawValue)" type="number" min="0" max="200" inputmode="numeric" value="\(value)"></label>
                """
        }
        return "<fieldset aria-describedby=\"fault\"><legend>\(label)</legend>\(fields)</fieldset>"
    }

    private func choice(_ name: String, _ label: String, _ options: [(value: String, words: String)]) -> HTML {
        let stands = form.pairs.last { $0.name == name }?.value
        let items = options.map { option -> HTML in
            let mark: HTML = option.value == stands ? " selected" : ""
            return "<option value=\"\(option.value)\"\(mark)>\(option.words)</option>"
        }
        return "<label>\(label) <select name=\"\(name)\" \(RefusedForm.marked)>\(items)</select></label>"
    }

    /// None of these was ticked.
    private func ticks(_ label: String, _ boxes: [(name: String, words: String)]) -> HTML {
        let items = boxes.map { box -> HTML in
            "<label class=\"check\"><input type=\"checkbox\" name=\"\(box.name)\" value=\"1\"> \(box.words)</label>"
        }
        return "<fieldset aria-describedby=\"fault\"><legend>\(label)</legend>\(items)</fieldset>"
    }
}
