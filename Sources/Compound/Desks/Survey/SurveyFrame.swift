import Daemon
import GRDB

/// How the doors that are owed a visit (应摸) follow from the households of the registry: the two pages count different
/// things, and this is the sum that leads from one to the other.
package struct SurveyFrame: Sendable, Equatable, Encodable {
    /// Registered as households.
    package var households = 0
    /// Registered as vacant, and no visit has confirmed it: somebody may live there.
    package var vacant = 0
    /// Registered as no dwelling, where a visit met somebody.
    package var inhabited = 0
    /// Registered as households, where a visit found that nobody lives.
    package var uninhabited = 0
    /// Registered as households and counted by another compound.
    package var elsewhere = 0

    /// What a visit is owed.
    package var due: Int { households + vacant + inhabited - uninhabited - elsewhere }

    /// Doors that are told alike.
    mutating func add(_ doors: Int, state: String, _ status: HouseholdClass, isElsewhere: Bool) {
        let isDue = status.isDue && !isElsewhere
        switch Record.Household.State(rawValue: state) {
        case .vacant?: vacant += isDue ? doors : 0
        case .notDwelling?: inhabited += isDue ? doors : 0
        default:
            households += doors
            elsewhere += isElsewhere ? doors : 0
            uninhabited += isDue || isElsewhere ? 0 : doors
        }
    }

    /// The registry's doors by what they are, and which of them are owed a visit; nothing where all are households.
    static func html(_ registry: RegistryOverview, _ text: Messages) -> HTML {
        let vacant = registry.buildings.reduce(0) { $0 + $1.vacant }
        let others = registry.doors - registry.households - vacant
        guard vacant + others > 0 else { return "" }
        let values = [
            "doors": "\(registry.doors)", "households": "\(registry.households)", "vacant": "\(vacant)",
            "others": "\(others)",
        ]
        return "<p class=\"muted frame\">\(text("node.frame.registry", values))</p>"
    }

    /// One line; nothing where the two numbers are one.
    func html(_ text: Messages) -> HTML {
        let terms = [
            ("vacant", vacant), ("inhabited", inhabited), ("uninhabited", uninhabited), ("elsewhere", elsewhere),
        ].filter { $0.1 > 0 }.map { text("node.frame.\($0.0)", ["count": "\($0.1)"]) }
        guard !terms.isEmpty else { return "" }
        let values = ["due": "\(due)", "households": "\(households)", "terms": terms.joined(separator: " ")]
        return "<p class=\"muted frame\">\(text("node.frame", values))</p>"
    }
}
