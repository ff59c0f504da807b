import Daemon
import Federation
import Foundation

/// Who may record with a phone, where and until when; a new invite as a link, a QR code and a sheet of paper.
enum InvitePage {
    /// An invite that was just made. Its link is shown this once: the node doesn't keep it.
    struct Made {
        var invite: Invite
        /// The whole address.
        var link: String
    }

    struct Model {
        var lines: [InviteLine]
        /// Codes and names of all buildings.
        var buildings: [WalkPage.Building]
        var made: Made?
        /// A drawn token for the next one: a form that is sent twice makes one invite.
        var token: InviteToken
        /// Host and port as phones reach this node; empty where it can't be told.
        var address: String
        /// The pages are open to this machine alone.
        var isLocal: Bool
        var chosen: Set<String> = []
        var person = ""
        var now: Int64
    }

    static func html(_ model: Model, _ links: Links, _ text: Messages) -> HTML {
        """
        \(model.made.map { slip($0, model.now, text) } ?? "")<h1>\(text("node.invite.title"))</h1><p class="muted">\(text("node.invite.what"))</p>
        \(model.isLocal ? "<p class=\"warn\" role=\"alert\">\(text("node.invite.local"))</p>" as HTML : "")\(form(model, links, text))
        <h2>\(text("node.invite.list"))</h2>\(table(model, links, text))
        """
    }

    // MARK: Making one

    private static func form(_ model: Model, _ links: Links, _ text: Messages) -> HTML {
        let buildings = model.buildings.map { building -> HTML in
            let chosen: HTML = model.chosen.contains(building.code) ? " checked" : ""
            return
                "<label class=\"check\"><input type=\"checkbox\" name=\"b.\(building.code)\"\(chosen)> \(building.name)</label>"
        }
        let hours = [2, 4, 6, 8, 12, Invite.longest].map { hours -> HTML in
            let chosen: HTML = hours == 4 ? " selected" : ""
            let until = Clock.text(model.now + Int64(hours) * 3600, asOf: model.now)
            return
                "<option value=\"\(hours)\"\(chosen)>\(text("node.invite.hours", ["hours": "\(hours)", "until": until]))</option>"
        }
        return """
            <form class="form" method="post" action="\(links("/invites"))"><h2>\(text("node.invite.make"))</h2>
            <input type="hidden" name="token" value="\(model.token.text)">
            <label>\(text("node.invite.person")) <input name="person" value="\(model.person)" maxlength="30" required></label>
            <label>\(text("node.invite.until")) <select name="hours">\(hours)</select></label>
            <fieldset><legend>\(text("node.invite.buildings"))</legend>\(buildings)</fieldset>
            <label>\(text("node.invite.wifi")) <input name="wifi" value="\(model.lines.first?.invite.wifi ?? "")" maxlength="60"></label>
            <label>\(text("node.invite.address")) <input name="address" value="\(model.address)" maxlength="80" required></label>
            <button class="primary">\(text("node.invite.make"))</button></form>
            """
    }

    // MARK: The sheet

    /// What is printed or shown to whoever is invited: how his phone gets here, and what it may do.
    private static func slip(_ made: Made, _ now: Int64, _ text: Messages) -> HTML {
        let invite = made.invite
        let values = [
            "person": VolunteerName.text(invite.person.text), "buildings": names(invite.buildings, text),
            "until": Clock.text(invite.until, asOf: now), "wifi": invite.wifi,
        ]
        let wifi = text(invite.wifi.isEmpty ? "node.invite.step.any_wifi" : "node.invite.step.wifi", values)
        let steps = [wifi, text("node.invite.step.scan"), text("node.invite.step.go"), text("node.invite.step.return")]
        return """
            <section class="paper slip"><h1>\(text("node.invite.slip", values))</h1><p>\(text("node.invite.for", values))</p>
            \(QRCode.svg(made.link, label: made.link) ?? "")<p class="code">\(made.link)</p>
            <ol>\(steps.map { "<li>\($0)</li>" as HTML })</ol><p>\(text("node.invite.reach"))</p><p class="muted">\(text("node.invite.once"))</p></section>
            """
    }

    // MARK: The list

    private static func table(_ model: Model, _ links: Links, _ text: Messages) -> HTML {
        guard !model.lines.isEmpty else { return "<p class=\"muted\">\(text("node.invite.none"))</p>" }
        let heads = ["person", "desk", "buildings", "until", "used", "records", "state"].map {
            "<th scope=\"col\">\(text("node.invite.column.\($0)"))</th>" as HTML
        }
        return """
            <div class="scroll"><table class="table"><thead><tr>\(heads)</tr></thead><tbody>\(model.lines.map { row($0, model.now, links, text) })</tbody></table></div>
            """
    }

    private static func row(_ line: InviteLine, _ now: Int64, _ links: Links, _ text: Messages) -> HTML {
        let invite = line.invite
        let standing = invite.standing(now: now)
        let end: HTML =
            standing == .open
            ? """
            <form class="inline" method="post" action="\(links("/invites/end"))"><button name="invite" value="\(invite.code.text)">\(text("node.invite.end"))</button></form>
            """ : ""
        return """
            <tr><th scope="row">\(VolunteerName.text(invite.person.text))</th><td>\(text("node.tab.\(invite.desk)"))</td><td>\(names(invite.buildings, text))</td>
            <td>\(Clock.text(invite.until, asOf: now))</td><td>\(line.lastUsed.map { Clock.text($0, asOf: now) } ?? text("node.invite.unused"))</td>
            <td>\(line.records)</td><td>\(text("node.invite.standing.\(standing.rawValue)"))\(end)</td></tr>
            """
    }

    static func names(_ buildings: [Code], _ text: Messages) -> String {
        buildings.map { text("node.building", ["code": $0.text]) }.joined(separator: text("node.list_separator"))
    }
}

/// Why somebody with an invite sees nothing, and what to do: the answer 403.
enum InviteRefusal: String, CaseIterable {
    /// The invite is over, or was never given; or it stands and opens other things.
    case expired, ended, unknown, shut

    init(_ standing: Invite.Standing) { self = standing == .ended ? .ended : .expired }

    func html(_ links: Links, _ text: Messages) -> HTML {
        let back: HTML =
            self == .shut
            ? "<p><a class=\"primary\" href=\"\(links("/walk"))\">\(text("node.invite.back"))</a></p>" : ""
        return """
            <h1>\(text("node.invite.refused.\(rawValue)"))</h1><p role="alert">\(text("node.invite.refused.\(rawValue).hint"))</p>\(back)
            <p><a href="\(links("/pin"))">\(text("node.invite.staff"))</a></p>
            """
    }

    /// For the scripts of a phone.
    func json(_ text: Messages) -> String {
        JSONLine.object([
            ("error", .text("invite_\(rawValue)")), ("hint", .text(text("node.invite.refused.\(rawValue).hint"))),
            ("message", .text(text("node.invite.refused.\(rawValue)"))),
        ])
    }
}

extension Links {
    /// The page of invites, filled in for whoever holds a building.
    func invite(_ claim: VolunteerBoard.Claim) -> String {
        let person = VolunteerName.text(claim.volunteer).addingPercentEncoding(withAllowedCharacters: .alphanumerics)
        return self("/invites") + "&building=\(claim.building)&person=\(person ?? "")"
    }
}
