import Federation
import GRDB

/// A line of a table that differs from what a person has said of its door: his word stands, unless somebody chooses the
/// table's. A list that was printed on Monday knows nothing of what was found on Tuesday.
struct Correction: Sendable, Equatable {
    enum Standing: Sendable, Equatable {
        case household(residents: Int, state: String)
        /// The door or its building was taken out of the registry.
        case withdrawn
    }
    var door: String
    /// What the table says.
    var residents: Int
    var state: String
    var standing: Standing
    var recorder: String
    /// Seconds since 1970.
    var at: Int64
    /// Somebody chose the table's.
    var isOverruled = false
}

/// Lines of which somebody has chosen that the table counts.
struct Overruling: Sendable, Equatable {
    /// All of them.
    var all = false
    var doors: Set<String> = []

    func takes(_ door: Code) -> Bool { all || doors.contains(door.text) }
}

extension Correction {
    /// Who writes down what tables say; everybody else is a person, or speaks for one.
    static let table = Code(literal: "import")

    /// - Returns: nil where nobody has said anything else.
    init?(of household: Record.Household, _ db: Database) throws {
        let door = household.door
        let withdrawal = try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT recorder, at FROM withdrawal WHERE place IN (?, ?) ORDER BY at DESC LIMIT 1"),
            arguments: [door.code.text, door.building.text])
        let isStated = try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT stated FROM door WHERE code = ?"), arguments: [door.code.text])
        let said =
            try isStated == true
            ? Journal(db: db, now: 0).live(door.code.text, RegistryDesk.household).filter(\.states) : []
        if let withdrawal, said.isEmpty {
            self.init(household, .withdrawn, withdrawal["recorder"], withdrawal["at"])
            return
        }
        guard let word = said.last(where: { $0.recorder != Correction.table.text }),
            let value = JSONLine.read(word.value), Correction.differs(household, value)
        else { return nil }
        let residents = value["residents"] as? Int ?? 0
        let state = value["state"] as? String ?? ""
        self.init(household, .household(residents: residents, state: state), word.recorder, word.observedAt)
    }

    private init(_ household: Record.Household, _ standing: Standing, _ recorder: String, _ at: Int64) {
        self.init(
            door: household.door.code.text, residents: household.residents, state: household.state.rawValue,
            standing: standing, recorder: recorder, at: at)
    }

    private static func differs(_ household: Record.Household, _ value: [String: Any]) -> Bool {
        if value["residents"] as? Int != household.residents { return true }
        if value["state"] as? String != household.state.rawValue { return true }
        guard let address = household.address, let said = value["address"] as? String else { return false }
        return address != said
    }
}
