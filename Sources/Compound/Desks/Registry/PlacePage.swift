import Daemon
import Federation

/// One building or door of the registry, to be taken out if it came in by mistake, and to be put back.
enum PlacePage {
    static func name(_ place: String, _ text: Messages) -> String {
        place.contains("-") ? place : text("node.building", ["code": place])
    }

    /// - Parameter id: ready-made, so that a second tap changes nothing.
    static func html(_ effect: WithdrawalEffect, id: String, _ view: PageView) -> HTML {
        let (links, text) = (view.links, view.text)
        let part: HTML =
            effect.withdrawn == nil
            ? "\(restored(effect, view))\(withdraw(effect, id, links, text))" : restore(effect, id, view)
        return """
            <p><a href="\(links("/registry"))">← \(text("node.tab.registry"))</a></p>
            <h1>\(name(effect.place.code.text, text))</h1>\(part)\(visits(effect, view))
            """
    }

    private static func key(_ place: RegisteredPlace) -> String {
        if case .building = place { "building" } else { "door" }
    }

    private static func withdraw(_ effect: WithdrawalEffect, _ id: String, _ links: Links, _ text: Messages) -> HTML {
        let title = text("node.place.withdraw_\(key(effect.place))")
        let button: HTML =
            effect.restored == nil ? "<button class=\"primary\">\(title)</button>" : "<button>\(title)</button>"
        return """
            <p>\(registered(effect, text))</p><h2>\(title)</h2><p class="muted">\(text("node.place.why"))</p>
            <p>\(text("node.place.goes"))</p><ul>\(goes(effect, text))</ul>\(work(effect, text))
            <form class="form" method="post" action="\(links("/desk/registry/withdrawal"))">
            \(fields(effect, id))\(known(effect, text))\(button)</form>
            """
    }

    /// It is back: whoever put it back is done here.
    private static func restored(_ effect: WithdrawalEffect, _ view: PageView) -> HTML {
        guard let restored = effect.restored else { return "" }
        return """
            <section class="ok" role="status"><p>\(view.text("node.place.is_restored", said(restored, view)))</p></section>
            <p><a class="primary" href="\(view.links("/registry"))">\(view.text("node.tab.registry"))</a></p>
            """
    }

    /// Who did it, and when.
    private static func said(_ by: (recorder: String, at: Int64), _ view: PageView) -> [String: String] {
        ["by": Clerk.words(by.recorder, view.text), "at": Clock.text(by.at, asOf: view.now)]
    }

    private static func registered(_ effect: WithdrawalEffect, _ text: Messages) -> String {
        let unlisted =
            effect.unlisted > 0 ? text("node.registry.unlisted", ["count": "\(effect.unlisted)"]) : ""
        let values = [
            "doors": "\(effect.doors)", "households": "\(effect.households)",
            "residents": RegistryPage.residents(
                effect.residents, unlisted: effect.unlisted, of: effect.households),
        ]
        return [text("node.place.registered", values), unlisted].filter { !$0.isEmpty }
            .joined(separator: text("node.list_separator"))
    }

    private static func goes(_ effect: WithdrawalEffect, _ text: Messages) -> [HTML] {
        let rest = effect.doors > effect.first.count ? text("node.table.and_more") : ""
        let doors = effect.first.joined(separator: text("node.table.separator")) + rest
        let parts = [
            ("doors", effect.doors), ("residents", effect.residents), ("visits", effect.visits.count),
            ("disputes", effect.disputes), ("claims", effect.claims),
        ].filter { $0.1 > 0 }
        return parts.map { "<li>\(text("node.place.goes.\($0.0)", ["count": "\($0.1)", "doors": doors]))</li>" }
    }

    private static func work(_ effect: WithdrawalEffect, _ text: Messages) -> HTML {
        guard !effect.visits.isEmpty else { return "" }
        return "<p class=\"warn\">\(text("node.place.work", ["count": "\(effect.visits.count)"]))</p>"
    }

    /// Somebody's work is at stake: it is asked once, and what was shown is what is sent.
    private static func known(_ effect: WithdrawalEffect, _ text: Messages) -> HTML {
        guard !effect.visits.isEmpty else { return "" }
        let count = "\(effect.visits.count)"
        return """
            <label class="check"><input type="checkbox" name="visits" value="\(count)" required> \(text("node.place.sure", ["count": count]))</label>
            """
    }

    private static func restore(_ effect: WithdrawalEffect, _ id: String, _ view: PageView) -> HTML {
        let text = view.text
        let values = said(effect.withdrawn ?? ("", 0), view)
        return """
            <section class="ok" role="status"><p>\(text("node.place.is_withdrawn", values))</p></section>
            <form class="form" method="post" action="\(view.links("/desk/registry/restoration"))">\(fields(effect, id))
            <button class="primary">\(text("node.place.restore_\(key(effect.place))"))</button></form>
            """
    }

    /// What stands where a page of the place would: it was taken out, and here it is put back by whoever may.
    static func gone(_ withdrawn: WithdrawnPlace, _ view: PageView) -> HTML {
        let text = view.text
        let restore: HTML =
            view.links.isInvited
            ? ""
            : "<p><a class=\"primary\" href=\"\(view.links("/registry/place/\(withdrawn.place)"))\">\(text("node.place.restore_\(withdrawn.place.contains("-") ? "door" : "building")"))</a></p>"
        return """
            <h1>\(name(withdrawn.place, text))</h1><section class="warn" role="status">
            <p>\(text("node.place.is_withdrawn", said((withdrawn.recorder, withdrawn.at), view)))</p></section>\(restore)
            """
    }

    private static func fields(_ effect: WithdrawalEffect, _ id: String) -> HTML {
        """
        <input type="hidden" name="id" value="\(id)"><input type="hidden" name="place" value="\(effect.place.code.text)">
        """
    }

    /// What was recorded there, which stays whatever becomes of the door.
    private static func visits(_ effect: WithdrawalEffect, _ view: PageView) -> HTML {
        guard !effect.visits.isEmpty else { return "" }
        let text = view.text
        let items = effect.visits.suffix(100).reversed().map { visit -> HTML in
            let values = [
                "door": visit.door, "what": text("node.disposition.\(visit.disposition)"), "round": visit.campaign,
                "by": Clerk.words(visit.recorder, view.text), "at": Clock.text(visit.observedAt, asOf: view.now),
            ]
            return "<li>\(text("node.place.visit", values))</li>"
        }
        return "<section><h2>\(text("node.place.visits"))</h2><ul>\(items)</ul></section>"
    }
}
