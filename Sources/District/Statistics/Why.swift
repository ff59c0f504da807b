import Daemon
import Federation

/// One line per unit for an operator: last heard, position, state, reason.
struct Why: Sendable {
    let unit: String
    let name: String
    let state: String
    /// In both languages: whoever is rung up at night reads one of them.
    let reason: String
    let heardAt: Int64?
    let position: Position?
    let incarnation: Incarnation?
    let shadows: [Copy]
    let telephone: String

    /// - Parameter campaign: the round that the figures beside it speak of; nil where no round is known.
    init(_ picture: Picture, unit index: Int, campaign: Code?, now: Int64) {
        let entry = picture.rollup.tree.units[index]
        let copies = picture.units[index]
        unit = entry.code.text
        name = entry.name
        telephone = entry.dutyTelephone
        heardAt = copies.active?.heardAt
        position = copies.active?.parent.position
        incarnation = copies.active?.parent.incarnation
        shadows = copies.copies.filter { $0.parent.role == .shadow }
        state = Why.judge(copies, campaign.map { picture.cut("survey", $0).standings[index] }, now)
        let key = "dash.why.\(state)"
        reason = Messages.zhHans(key) + " / " + Messages.english(key)
    }

    /// - Parameter standing: in the round.
    private static func judge(_ unit: UnitCopies, _ standing: Standing?, _ now: Int64) -> String {
        guard let active = unit.active else { return unit.copies.isEmpty ? "never_connected" : "waiting" }
        if unit.disputed { return "disputed" }
        if !active.parent.verified { return "damaged" }
        if active.appointment < now {
            let isRestored = unit.copies.contains { $0.waits && $0.appointment >= now }
            return isRestored ? "waiting" : "stale"
        }
        if standing == .silent { return "silent" }
        return active.blocks.values.contains(where: \.hasUnknown) ? "unknown_rows" : "known"
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

extension Copy {
    /// A restored life of the node, complete, that will be counted once its former life has missed its lease.
    fileprivate var waits: Bool { parent.role == .shadow && parent.verified && past == .none }
}
