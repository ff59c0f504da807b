import Daemon
import Federation

/// One change of units as people and scripts read it.
package struct ChangeLine: Codable, Sendable {
    package var change: Int64
    package var kind: String
    package var day: String
    package var before: [String]
    package var after: [String]
    package var to: String?
    /// Seconds since 1970; nil while it waits.
    package var settledAt: Int64?
    package var reason: String
    package var officer: String
    /// What it waits for, in both languages.
    package var waitsFor: [String]
    /// Units that ended and still send rows, which are kept and not counted: a person has to look.
    package var stillSpeaking: [String]

    init(_ change: UnitChange, _ handover: Handover, today: String) {
        self.change = change.number
        kind = change.kind.rawValue
        day = change.day
        before = change.before.map(\.text)
        after = change.after.map(\.text)
        to = change.community
        settledAt = change.settledAt
        reason = change.reason
        officer = change.officer
        waitsFor = change.settledAt == nil ? ChangeLine.owed(change, handover, today) : []
        stillSpeaking = change.kind == .move ? [] : change.before.filter { handover.stillSpeaks($0) }.map(\.text)
    }

    private static func owed(_ change: UnitChange, _ handover: Handover, _ today: String) -> [String] {
        if change.day > today { return [words("lineage.day", ["day": change.day])] }
        let owed = change.after.flatMap { code -> [String] in
            let owed = handover.owed(by: code, change)
            if owed.contact { return [words("lineage.contact", ["unit": code.text])] }
            return owed.rounds.map { words("lineage.round", ["unit": code.text, "round": $0.text]) }
        }
        guard owed.isEmpty else { return owed }
        return handover.shortfalls(change).map {
            words("lineage.fewer", ["round": $0.round.text, "before": "\($0.before)", "after": "\($0.after)"])
        }
    }

    private static func words(_ key: String, _ values: [String: String]) -> String {
        Messages.zhHans(key, values) + " / " + Messages.english(key, values)
    }
}

extension Handover {
    /// Heard after it ended.
    func stillSpeaks(_ code: Code) -> Bool {
        guard let unit = rollup.tree.unit(code), case .ended(let day, let since) = rollup.tree.units[unit].life,
            !rollup.tree.isRelayed(unit), let heard = speakers[unit].active?.heardAt
        else { return false }
        return heard > since && Day.of(heard) >= day
    }
}
