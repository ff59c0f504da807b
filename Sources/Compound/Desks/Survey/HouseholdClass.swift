import GRDB

/// How a door stands in a round. A partition: every door is in exactly one class, and the classes are what the building's
/// row counts doors by.
///
/// Whatever is asked of a door (is it owed a visit, is it still open, was somebody met) is answered here and nowhere else.
enum HouseholdClass: Hashable {
    case unvisited, nobodyHomeFinal
    case told(Disposition)

    /// - Parameters:
    ///   - disposition: of the visit that stands; nil before the first.
    ///   - passes: calls at the door so far.
    ///   - isDwelling: as the registry says. A shop is none until somebody is met who says otherwise.
    init(_ disposition: Disposition?, passes: Int, isDwelling: Bool = true) {
        self =
            switch disposition {
            case nil: isDwelling ? .unvisited : .told(.notDwelling)
            case .nobodyHome? where !isDwelling: .told(.notDwelling)
            case .nobodyHome? where passes >= SurveyDesk.finalPasses: .nobodyHomeFinal
            case let disposition?: .told(disposition)
            }
    }

    /// - Parameter row: has `columns`.
    init(_ row: Row) {
        self.init(
            (row["disposition"] as String?).flatMap { Disposition(rawValue: $0) }, passes: row["passes"] ?? 0,
            isDwelling: row["is_dwelling"])
    }

    /// Of registered_door with the door's line of survey_door, if it has one. Doors of one class may be grouped by them.
    static let columns = """
        disposition, min(passes, \(SurveyDesk.finalPasses)) AS passes,
        registered_door.state <> '\(Record.Household.State.notDwelling.rawValue)' AS is_dwelling
        """

    static let all = [unvisited, nobodyHomeFinal] + Disposition.allCases.map(HouseholdClass.told)

    /// The indicator that counts it.
    var name: String {
        switch self {
        case .unvisited: "unvisited"
        case .nobodyHomeFinal: "nobody_home_final"
        case .told(let disposition): disposition.rawValue
        }
    }

    /// Somebody still has to call there.
    var isLeft: Bool {
        switch self {
        case .unvisited: true
        case .nobodyHomeFinal: false
        case .told(let disposition): disposition.finality == .open
        }
    }

    /// Somebody may live there, so a visit is owed (应摸): all but what a visit found vacant, and what is no dwelling.
    var isDue: Bool { self != .told(.vacant) && self != .told(.notDwelling) }

    /// A visit is owed and none is needed any more.
    var isDone: Bool { isDue && !isLeft }

    /// Somebody was met.
    var isMet: Bool {
        guard case .told(let disposition) = self else { return false }
        return [.completed, .partial, .postponed, .refused, .language].contains(disposition)
    }

    /// Names of the classes of which something is so.
    static func names(_ isSo: (HouseholdClass) -> Bool) -> [String] { all.filter(isSo).map(\.name) }
}

extension Disposition {
    /// How much it settles.
    enum Finality: Comparable {
        /// Nobody answered: somebody calls again.
        case open
        /// Somebody may come for the rest.
        case partly
        case final
    }

    var finality: Finality {
        switch self {
        case .nobodyHome, .postponed: .open
        case .partial: .partly
        default: .final
        }
    }

    /// Those after which somebody calls again, as a list of SQL.
    static let open =
        "(" + allCases.filter { $0.finality == .open }.map { "'\($0.rawValue)'" }.joined(separator: ", ") + ")"
}
