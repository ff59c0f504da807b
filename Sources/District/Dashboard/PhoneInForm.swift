import Daemon
import Federation

/// In which somebody writes down what a silent compound says by telephone.
enum PhoneInForm {
    static let numbers = ["done", "due", "tested", "residents"]
    static let words = ["caller", "officer", "reason"]
    /// Those that may be left empty.
    static let optional: Set<String> = ["tested", "residents"]

    /// Behind a line that unfolds it.
    static func folded(_ unit: Code, _ campaign: Code, asked: Code?, _ text: Messages) -> HTML {
        """
        <details id="phone-in-\(unit.text)"><summary>\(text("phone_in.enter"))</summary>\(
            html(unit, campaign, asked: asked, said: nil, wrong: [], text))</details>
        """
    }

    /// - Parameters:
    ///   - said: what was typed before.
    ///   - wrong: fields at fault.
    static func html(
        _ unit: Code, _ campaign: Code, asked: Code?, said: Form?, wrong: Set<String>, _ text: Messages
    ) -> HTML {
        let fields = (numbers + words).map { name -> HTML in
            let kind: HTML = numbers.contains(name) ? "inputmode=\"numeric\" pattern=\"[0-9]*\"" : ""
            let needed: HTML = optional.contains(name) ? "" : "required"
            let marked: HTML = wrong.contains(name) ? "aria-invalid=\"true\" aria-describedby=\"fault\"" : ""
            return """
                <label>\(text("phone_in.\(name)"))<input name="\(name)" value="\(said?[name] ?? "")" autocomplete="off" maxlength="100"
                \(kind) \(needed) \(marked)></label>
                """
        }
        return """
            <form class="form" method="post" action="\(DashboardShell.link("/unit/\(unit)/phone-in", text.language, asked))">
            <input type="hidden" name="campaign" value="\(campaign.text)">\(fields)
            <button class="primary">\(text("phone_in.save"))</button></form>
            """
    }
}
