import Daemon

/// What has to be settled, each with its sentence and the buttons that settle it: a page of its own, so that however
/// much is in dispute, a desk's page still answers its question at once.
enum ConflictList {
    /// What its forms say in `back`: they lead here again.
    static let back = "conflicts"

    static func html(_ conflicts: [Conflict], now: Int64, _ links: Links, _ text: Messages) -> HTML {
        guard !conflicts.isEmpty else { return "<h1>\(text("node.conflicts.none"))</h1>" }
        let items = conflicts.map { item($0, now, links, text) }
        return "<h1 class=\"warn\">◇ \(text("node.conflicts", ["count": "\(conflicts.count)"]))</h1><ul>\(items)</ul>"
    }

    /// What a desk's page says of them: the number, and the way to the list.
    static func notice(_ count: Int, _ links: Links, _ text: Messages) -> HTML {
        guard count > 0 else { return "" }
        let words = text("node.conflicts", ["count": "\(count)"])
        return "<a class=\"notice\" href=\"\(links("/conflicts"))\">◇ \(words)</a>"
    }

    private static func item(_ conflict: Conflict, _ now: Int64, _ links: Links, _ text: Messages) -> HTML {
        let words = ConflictWords(conflict, now: now, text)
        return """
            <li><p>\(words.message)</p><p class="muted">\(words.remedy) \(link(conflict, links))</p>
            \((ConflictChoice.all(conflict, text) + ConflictChoice.together(conflict, text)).map { form($0, links, text) })</li>
            """
    }

    /// A door is settled on its own screen, after somebody called there again.
    private static func link(_ conflict: Conflict, _ links: Links) -> HTML {
        guard case .visit(let door, _) = conflict.matter, let building = door.split(separator: "-").first else {
            return ""
        }
        return "<a href=\"\(links("/survey/\(building)/\(door)"))\">\(door)</a>"
    }

    private static func form(_ choice: ConflictChoice, _ links: Links, _ text: Messages) -> HTML {
        let fields = (choice.fields + [("back", back)]).map { field -> HTML in
            "<input type=\"hidden\" name=\"\(field.0)\" value=\"\(field.1)\">"
        }
        return """
            <form class="form settle" method="post" action="\(links(choice.action))">\(fields)\(Supersedes.field(choice.supersedes))
            \(SettlementField.html(text))<button>\(choice.label)</button></form>
            """
    }
}

/// One button that settles a conflict: a record that takes the disputed answers back.
struct ConflictChoice {
    var label: String
    var action: String
    var fields: [(name: String, value: String)]
    var supersedes: [String]

    static func all(_ conflict: Conflict, _ text: Messages) -> [ConflictChoice] {
        guard let matter = conflict.matter else { return [] }
        let ids = conflict.statements.flatMap(\.answers)
        var offered: Set<String> = []
        return conflict.statements.compactMap { statement in
            guard var choice = choice(matter, statement, text) else { return nil }
            if choice.supersedes.isEmpty { choice.supersedes = ids }
            return offered.insert(choice.label).inserted ? choice : nil
        }
    }

    private static func choice(
        _ matter: ConflictMatter, _ statement: ConflictStatement, _ text: Messages
    ) -> ConflictChoice? {
        let label = text("node.conflict.choose", ["what": statement.what(text)])
        let state = statement.words["state"] ?? ""
        switch matter {
        case .visit: return nil
        case .household(let door):
            let residents = "\(statement.numbers["residents"] ?? 0)"
            return ConflictChoice(
                label: label, action: "/desk/registry/household",
                fields: [("door", door), ("residents", residents), ("state", state)], supersedes: [])
        case .building(let building, let role, let task):
            let volunteer = statement.words["volunteer"] ?? ""
            return ConflictChoice(
                label: text("node.conflict.release", ["volunteer": VolunteerName.text(volunteer)]),
                action: "/desk/volunteers/claim",
                fields: [("task", task), ("building", building), ("volunteer", volunteer), ("state", "released")]
                    + role.named,
                supersedes: statement.answers)
        case .claim(let building, let volunteer, let role, let task):
            return ConflictChoice(
                label: label, action: "/desk/volunteers/claim",
                fields: [("task", task), ("building", building), ("volunteer", volunteer), ("state", state)]
                    + role.named,
                supersedes: [])
        case .need(let role, let task):
            return ConflictChoice(
                label: label, action: "/desk/volunteers/need",
                fields: [("task", task), ("required", "\(statement.numbers["required"] ?? 0)")] + role.named,
                supersedes: [])
        case .attendance(let volunteer, let task):
            let at = statement.numbers["at"].map { Int64($0) } ?? statement.observedAt
            return ConflictChoice(
                label: label, action: "/desk/volunteers/attendance",
                fields: [
                    ("task", task), ("volunteer", volunteer), ("state", state), ("at", Clock.time(at)),
                    ("near", "\(at)"),
                ], supersedes: [])
        case .fill(let volunteer, let role, let task):
            return ConflictChoice(
                label: label, action: "/desk/volunteers/fill",
                fields: [("task", task), ("volunteer", volunteer), ("state", state)] + role.named, supersedes: [])
        }
    }
}
