import Daemon
import Federation

/// What the office alone does at a door, and what its register has to do with it.
extension DoorPage {
    /// A second person's answer, once there is a first.
    var verify: HTML {
        guard door.disposition != nil, !door.isLeft, let visit = door.visit else { return "" }
        return """
            <details><summary>\(text("node.verify.title"))</summary><form class="form detail" method="post" action="\(links("/desk/survey/verify"))">
            <input type="hidden" name="campaign" value="\(campaign)"><input type="hidden" name="door" value="\(door.code)"><input type="hidden" name="checks" value="\(visit)">
            <label>\(text("node.verify.who")) <input name="recorder" maxlength="10" required></label>
            <button class="primary" name="same" value="1">\(text("node.verify.same"))</button>\(PeopleClass.allCases.map(field))
            \(Disposition.allCases.map(choice))</form></details>
            """
    }

    /// Two compounds have the household; this one leaves it out, and may be told that it shouldn't.
    var elsewhere: HTML {
        guard door.elsewhere else { return "" }
        return "<p class=\"warn\">⇄ \(text("node.door.elsewhere", ["token": door.token ?? "–"]))</p>"
    }

    /// What the registry says of the door. An empty field isn't sent, so that - stands for no address.
    var register: HTML {
        let states = Record.Household.State.allCases.map { state -> HTML in
            let chosen: HTML = state.rawValue == door.state ? " selected" : ""
            return "<option value=\"\(state.rawValue)\"\(chosen)>\(text("node.household.\(state.rawValue)"))</option>"
        }
        return """
            <details><summary>\(text("node.door.register"))</summary>
            <form class="form" method="post" action="\(links("/desk/registry/household"))">
            <input type="hidden" name="door" value="\(door.code)"><input type="hidden" name="address_before" value="\(door.address ?? "-")">
            <label>\(text("node.column.residents")) <input name="residents" type="number" min="0" max="200" value="\(door.residents)" required></label>
            <label>\(text("node.door.state")) <select name="state">\(states)</select></label>
            <label>\(text("node.door.address")) <input name="address" maxlength="100" value="\(door.address ?? "")"></label>
            <p class="muted">\(text("node.door.address_why"))</p><button>\(text("node.save"))</button></form>
            <p><a href="\(links("/registry/place/\(door.code)"))">\(text("node.place.withdraw_door"))</a></p></details>
            """
    }

    /// The register against the door: what was told at the door is counted, and neither is bent to fit the other.
    var difference: HTML {
        guard let registered = door.registered, let told = door.told, registered != told else { return "" }
        let key = told > registered ? "node.door.more" : "node.door.fewer"
        let values = ["registered": "\(registered)", "told": "\(told)", "by": "\(abs(told - registered))"]
        return "<p class=\"warn\">◇ \(text(key, values))</p>"
    }
}
