import Federation

/// One line per unit for an operator: last heard, position, state, reason.
struct Why: Sendable {
    let unit: String
    let name: String
    let state: String
    let reason: String
    let heardAt: Int64?
    let position: Position?
    let incarnation: Incarnation?
    let shadows: [Copy]
    let telephone: String

    init(_ picture: Picture, unit index: Int, now: Int64) {
        let entry = picture.rollup.tree.units[index]
        let copies = picture.units[index]
        unit = entry.code.text
        name = entry.name
        telephone = entry.dutyTelephone
        heardAt = copies.active?.heardAt
        position = copies.active?.parent.position
        incarnation = copies.active?.parent.incarnation
        shadows = copies.copies.filter { $0.parent.role == .shadow }
        (state, reason) = Why.judge(copies, now)
    }

    private static func judge(_ unit: UnitCopies, _ now: Int64) -> (String, String) {
        guard let active = unit.active else {
            return unit.copies.isEmpty
                ? (
                    "never_connected",
                    "registered and never heard: check that the node is installed and has its slip's token"
                )
                : ("silent", "an incarnation is heard, but not counted before the lease of the earlier one has run out")
        }
        if unit.disputed {
            return (
                "disputed", "two copies of this node are alive: stop one, then settle it with `jiayuan unit retire`"
            )
        }
        if active.appointment < now { return ("stale", "missed its last appointment: line, power or office") }
        if active.blocks.values.contains(where: \.hasUnknown) {
            return ("unknown_rows", "some rows were refused; the node's page names them")
        }
        return ("known", "kept its last appointment")
    }

    var json: String {
        func quoted(_ text: String) -> String {
            "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        let shadows = shadows.map {
            #"{"incarnation":"\#($0.parent.incarnation)","seq":\#($0.parent.position.seq),"heard_at":\#($0.heardAt)}"#
        }
        return "{\"unit\":\(quoted(unit)),\"name\":\(quoted(name)),\"state\":\"\(state)\",\"reason\":\(quoted(reason))"
            + ",\"heard_at\":\(heardAt.map(String.init) ?? "null")"
            + ",\"position\":\(position.map { "{\"seq\":\($0.seq),\"digest\":\"\($0.digest)\"}" } ?? "null")"
            + ",\"incarnation\":\(incarnation.map { "\"\($0)\"" } ?? "null")"
            + ",\"shadows\":[\(shadows.joined(separator: ","))],\"duty_telephone\":\(quoted(telephone))}"
    }
}
