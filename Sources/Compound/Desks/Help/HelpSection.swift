import Daemon
import Federation
import Wire

/// Help on the volunteers' page: whether spare people may be offered, and each offer with what both sides answer. Nothing
/// is shown where there is nothing to offer and nothing offered.
enum HelpSection {
    static func html(_ help: HelpView, _ view: PageView) -> HTML {
        guard help.isOffered || !help.spare.isEmpty || !help.offers.isEmpty else { return "" }
        let offers: HTML =
            help.offers.isEmpty ? "" : "<ul class=\"items\">\(help.offers.map { offer($0, help, view) })</ul>"
        return "<section id=\"help\"><h2>\(view.text("node.help.title"))</h2>\(consent(help, view))\(offers)</section>"
    }

    private static func consent(_ help: HelpView, _ view: PageView) -> HTML {
        let text = view.text
        guard help.isOffered || !help.spare.isEmpty else { return "" }
        let people = help.spare.map { spare in
            text("node.help.role_people", ["role": spare.role.words(text), "people": "\(spare.people)"])
        }
        let who = people.isEmpty ? text("node.help.none") : people.joined(separator: text("node.list_separator"))
        let (key, state, button): (String, Record.HelpConsent.State, String) =
            help.isOffered
            ? ("node.help.offered", .kept, "node.help.keep") : ("node.help.kept", .offered, "node.help.offer")
        return """
            <form class="inline" method="post" action="\(view.links("/desk/help/\(HelpDesk.consent)"))"><p>\(text(key, ["who": who]))
            <input type="hidden" name="task" value="\(help.task)"><button name="state" value="\(state.rawValue)">\(text(button))</button></p></form>
            """
    }

    private static func offer(_ one: HelpView.Offer, _ help: HelpView, _ view: PageView) -> HTML {
        let (offer, text) = (one.offer, view.text)
        let role = VolunteerRole(rawValue: offer.role)?.words(text) ?? offer.role
        let values = [
            "name": offer.name, "near": text("node.help.near.\(near(offer))"), "role": role,
            "short": "\(offer.short)", "people": "\(offer.people)",
        ]
        let side = HelpOffer.Side(rawValue: offer.side) ?? .give
        let duty: HTML =
            offer.dutyTelephone.isEmpty
            ? ""
            : "<p><a href=\"tel:\(offer.dutyTelephone)\">\(text("dash.duty", ["number": offer.dutyTelephone]))</a></p>"
        return """
            <li><p>\(text("node.help.\(side.rawValue)", values))</p>\(duty)
            <p>\(mark(one.ours)) \(text("node.help.ours.\(one.ours ?? "open")")) · \(mark(offer.theirs)) \(text("node.help.theirs.\(offer.theirs ?? "open")"))</p>
            \(answers(one, side, help, view))</li>
            """
    }

    private static func near(_ offer: HelpOffer) -> String {
        ["community", "street", "district"].contains(offer.level) ? offer.level : "district"
    }

    private static func mark(_ answer: String?) -> HTML {
        switch answer {
        case "yes": "●"
        case "no": "✕"
        default: "○"
        }
    }

    private static func answers(
        _ one: HelpView.Offer, _ side: HelpOffer.Side, _ help: HelpView, _ view: PageView
    ) -> HTML {
        let offer = one.offer
        let fields = [
            (name: "task", value: help.task), (name: "side", value: side.rawValue), (name: "role", value: offer.role),
            (name: "unit", value: offer.unit), (name: "people", value: "\(offer.people)"),
        ]
        let states: [Record.HelpAnswer.State] = one.ours == nil ? [.yes, .no] : [.open]
        let buttons = states.map { state -> HTML in
            "<button name=\"state\" value=\"\(state.rawValue)\">\(view.text("node.help.\(side.rawValue).\(state.rawValue)"))</button>"
        }
        return """
            <form class="form" method="post" action="\(view.links("/desk/help/\(HelpDesk.answer)"))">\(VolunteerPage.hidden(fields))\(buttons)</form>
            """
    }
}
