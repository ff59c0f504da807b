package import Federation

/// What a unit is told of help between two compounds, in one role of one round: an offer, never an order. Counts and
/// telephones; nobody's name.
package struct HelpOffer: Codable, Sendable, Equatable {
    package enum Side: String, Codable, Sendable, CaseIterable { case give, take }

    package var task: String
    /// What the unit that is told of it would do: `give` or `take`.
    package var side: String
    package var role: String
    /// How many could come, or how many both have agreed on.
    package var people: Int64
    /// How many the one who would take lacks in this role, at the last word.
    package var short: Int64
    /// How near: the level of the nearest division that both stand in.
    package var level: String
    /// The other side.
    package var unit: String
    package var name: String
    package var dutyTelephone: String
    /// What the other side has answered, `yes` or `no`; nil for nothing yet.
    package var theirs: String?

    package init(
        task: String, side: Side, role: String, people: Int64, short: Int64, level: String, unit: String, name: String,
        dutyTelephone: String, theirs: String?
    ) {
        (self.task, self.side, self.role) = (task, side.rawValue, role)
        (self.people, self.short, self.level) = (people, short, level)
        (self.unit, self.name, self.dutyTelephone, self.theirs) = (unit, name, dutyTelephone, theirs)
    }
}

extension HelpOffer {
    /// What a compound lacks and could spare, by role: `short_ROLE` and `spare_ROLE`.
    package static let dataset = Code(literal: "help")
    /// What it has answered, a row for each pair.
    package static let answers = Code(literal: "help_answer")

    /// The subject of an answer: `give:ROLE:UNIT`; nil where that is too long.
    package static func subject(_ side: Side, _ role: String, _ unit: String) -> Code? {
        Code("\(side.rawValue):\(role):\(unit)")
    }

    package static func named(by subject: Code) -> (side: Side, role: String, unit: String)? {
        let parts = subject.text.split(separator: ":", maxSplits: 2).map(String.init)
        guard parts.count == 3, let side = Side(rawValue: parts[0]) else { return nil }
        return (side, parts[1], parts[2])
    }
}
