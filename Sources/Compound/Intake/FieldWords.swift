import Daemon

/// What a field is called where people fill it in. Programs read its own name, which is the `field` of an error.
enum FieldWords {
    /// - Returns: nil for what stands on no form, such as an id.
    static func label(_ field: String, _ text: Messages) -> String? {
        // `people.tested` is a member of a member; a form has it by itself.
        let name = field.split(separator: ".").last.map(String.init) ?? field
        if PeopleClass(rawValue: name) != nil { return text("node.people.\(name)") }
        return keys[name].map { text($0) }
    }

    static let keys = [
        "address": "node.field.address", "answer": "node.feedback.answer", "at": "node.attendance.at",
        "building": "node.column.building", "buildings": "node.invite.column.buildings",
        "campaign": "node.field.campaign", "clerk": "node.clerk.name", "disposition": "node.field.disposition",
        "door": "node.column.doors", "doors_per_floor": "node.registry.per_floor", "floors": "node.registry.floors",
        "from": "node.claim.from", "hours": "node.invite.until", "label": "node.field.label",
        "lessons": "node.door.lessons", "people": "node.field.people", "person": "node.invite.person",
        "reader": "node.field.reader", "reason": "node.restriction.reason", "recorder": "node.field.recorder",
        "required": "node.volunteers.required",
        "residents": "node.column.residents", "role": "node.volunteers.role", "roles": "node.restriction.roles",
        "sender": "node.feedback.sender", "stair_units": "node.registry.stair_units", "state": "node.column.state",
        "targets": "node.field.targets", "task": "node.field.campaign", "text": "node.feedback.text",
        "theme": "node.feedback.theme", "until": "node.restriction.last_day", "volunteer": "node.column.volunteer",
        "why": "node.why", "wifi": "node.invite.wifi",
    ]
}

extension IntakeError {
    func text(_ messages: Messages) -> String {
        messages("intake.\(code.rawValue)", ["field": place(messages), "value": said(messages)])
    }

    func hint(_ messages: Messages) -> String {
        messages("intake.\(code.rawValue).hint", ["field": place(messages), "value": value])
    }

    /// The hint for whoever has a form before him; JSON's own hint says nothing to him.
    func advice(_ messages: Messages) -> String {
        let key = "intake.\(code.rawValue).hint.page"
        return messages.keys.contains(key) ? messages(key) : hint(messages)
    }

    private func place(_ messages: Messages) -> String { FieldWords.label(field, messages) ?? field }

    /// The value at fault, in words where it is a name that only programs know.
    private func said(_ messages: Messages) -> String {
        switch code {
        case .checkedByOneself: Clerk.words(value, messages)
        case .dutyRestricted: VolunteerRole(rawValue: value)?.words(messages) ?? value
        default: value
        }
    }
}
