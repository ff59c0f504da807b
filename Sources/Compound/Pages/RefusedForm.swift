import Daemon

/// A form that was refused, to be sent again: the field at fault is shown and marked, everything else that was typed goes along.
struct RefusedForm {
    let action: String
    let form: Form
    let error: IntakeError

    /// A field of one name; an error about several, or about none that a form has, marks nothing.
    private var fault: String? {
        error.field.isEmpty || error.field.contains { ",. ".contains($0) } ? nil : error.field
    }

    func html(_ view: PageView) -> HTML {
        let kept = form.pairs.filter { $0.name != fault }.map { pair -> HTML in
            pair.value.contains { $0.isNewline }
                ? "<textarea name=\"\(pair.name)\" hidden>\(pair.value)</textarea>"
                : "<input type=\"hidden\" name=\"\(pair.name)\" value=\"\(pair.value)\">"
        }
        let shown: HTML = fault.map { field($0, view.text) } ?? ""
        return """
            <form class="form refused" method="post" action="\(view.links(action))">\(kept)\(shown)
            <button class="primary">\(view.text("node.refused.again"))</button></form>
            """
    }

    private func field(_ name: String, _ text: Messages) -> HTML {
        let value = form.pairs.last { $0.name == name }?.value ?? ""
        if name == Settlement.member { return SettlementField.html(text, fault: true, typed: value) }
        let attributes: HTML = "name=\"\(name)\" aria-invalid=\"true\" aria-describedby=\"fault\" autofocus"
        let control: HTML =
            value.contains { $0.isNewline }
            ? "<textarea \(attributes) rows=\"8\">\(value)</textarea>" : "<input \(attributes) value=\"\(value)\">"
        return "<label>\(text("node.refused.correct")) \(control)</label>"
    }
}
