import Daemon
import Federation

/// One line per unit for an operator: last heard, position, state, reason.
struct Why: Sendable {
    let unit: String
    let name: String
    let state: String
    /// In both languages: whoever is rung up at night reads one of them.
    private(set) var reason = ""
    let heardAt: Int64?
    let position: Position?
    let incarnation: Incarnation?
    let shadows: [Copy]
    let telephone: String
    /// The relay that speaks for it; nil where it speaks for itself.
    let through: String?

    /// - Parameters:
    ///   - speaker: a unit, or a relay.
    ///   - campaign: the round that the figures beside it speak of; nil where no round is known.
    init(_ picture: Picture, unit speaker: Int, campaign: Code?, now: Int64) {
        let tree = picture.rollup.tree
        let copies = picture.speakers[speaker]
        let relay = tree.relay(speaker).map { tree.relays[$0] }
        let isRelayed = relay == nil && tree.isRelayed(speaker)
        unit = tree.code(ofSpeaker: speaker).text
        name = relay?.name ?? tree.units[speaker].name
        telephone = relay?.dutyTelephone ?? tree.units[speaker].dutyTelephone
        heardAt = isRelayed ? picture.heardAt(speaker) : copies.active?.heardAt
        position = copies.active?.parent.position
        incarnation = copies.active?.parent.incarnation
        shadows = copies.copies.filter { $0.parent.role == .shadow }
        through = isRelayed ? tree.code(ofSpeaker: tree.units[speaker].home).text : nil
        state = Why.state(picture, speaker, campaign, now: now)
        reason = Messages.zhHans(reasonKey) + " / " + Messages.english(reasonKey)
    }

    /// One word for how a speaker stands; the rest of `dash.why.…` in the catalogues.
    static func state(_ picture: Picture, _ speaker: Int, _ campaign: Code?, now: Int64) -> String {
        let tree = picture.rollup.tree
        let copies = picture.speakers[speaker]
        guard tree.relay(speaker) == nil else { return judge(copies, nil, now) }
        let standing = campaign.map { picture.cut("survey", $0).standings[speaker] }
        return judge(tree.units[speaker].life, Handover(picture).stillSpeaks(tree.code(ofSpeaker: speaker)))
            ?? (tree.isRelayed(speaker)
                ? judge(standing ?? .silent, through: picture.home(speaker), now) : judge(copies, standing, now))
    }

    /// Whatever is wrong with a relay, its units are mended there.
    var reasonKey: String { "dash.why.\(state.hasPrefix("relay_") ? "relay" : state)" }

    /// - Returns: nil for a unit that is counted.
    private static func judge(_ life: Life, _ stillSpeaks: @autoclosure () -> Bool) -> String? {
        switch life {
        case .counted: nil
        case .awaited: "awaited"
        case .ended: stillSpeaks() ? "ended_speaking" : "ended"
        }
    }

    /// Of a unit that a relay speaks for: what is wrong with the relay comes first, since all its units share it.
    private static func judge(_ standing: Standing, through relay: UnitCopies, _ now: Int64) -> String {
        let its = judge(relay, nil, now)
        return ["known", "unknown_rows"].contains(its) ? standing.word : "relay_\(its)"
    }

    /// - Parameter standing: in the round.
    private static func judge(_ unit: UnitCopies, _ standing: Standing?, _ now: Int64) -> String {
        guard let active = unit.active else { return unit.copies.isEmpty ? "never_connected" : "waiting" }
        if unit.disputed { return "disputed" }
        if !active.parent.verified { return "damaged" }
        if active.appointment < now {
            let isRestored = unit.copies.contains { $0.waits && $0.appointment >= now }
            return isRestored ? "waiting" : standing == .known ? "final" : "stale"
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
            + ",\"through\":\(through.map(quoted) ?? "null")"
            + ",\"shadows\":[\(shadows.joined(separator: ","))],\"duty_telephone\":\(quoted(telephone))}"
    }
}

extension Copy {
    /// A restored life of the node, complete, that will be counted once its former life has missed its lease.
    fileprivate var waits: Bool { parent.role == .shadow && parent.verified && past == .none }
}
