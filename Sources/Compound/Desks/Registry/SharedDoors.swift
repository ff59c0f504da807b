import Federation
import GRDB

/// Doors of the registry that a table names by their households: `1101` where it has `1101甲` and `1101乙`.
///
/// Two households and no line for the door itself replace it, since there are two homes and not three. What a person said
/// of the door, or found at it, stands over a table: then it stays, and the page says so.
struct SharedDoors: Sendable, Equatable {
    /// Taken out with the table.
    var replaced: [Code] = []
    /// They count beside their households.
    var staying = UnnamedDoors.Part()

    init() {}

    /// - Parameters:
    ///   - lines: of one building.
    ///   - registered: the doors that the registry has of it.
    ///   - out: those that somebody took out, which a line alone doesn't bring back.
    init(
        _ lines: ArraySlice<ListedDoors.Entry>, registered: Set<String>, out: Set<String>, _ db: Database
    ) throws {
        var households: [String: Int] = [:]
        for line in lines where line.speaks && !out.contains(line.code.text) {
            if let door = SharedDoors.door(of: line.code.text), registered.contains(door) {
                households[door, default: 0] += 1
            }
        }
        guard !households.isEmpty else { return }
        let named = Set(lines.map(\.code.text))
        for (text, count) in households.sorted(by: { $0.key < $1.key }) {
            guard let door = Code(text) else { continue }
            if try count > 1 && !named.contains(text) && SharedDoors.mayGo(door, db) {
                replaced.append(door)
            } else {
                staying.add(text)
            }
        }
    }

    static func += (a: inout SharedDoors, b: SharedDoors) {
        a.replaced += b.replaced
        a.staying.count += b.staying.count
        a.staying.first += b.staying.first.prefix(max(0, UnnamedDoors.Part.named - a.staying.first.count))
    }

    var going: UnnamedDoors.Part {
        var part = UnnamedDoors.Part()
        for door in replaced { part.add(door.text) }
        return part
    }

    /// `7-1-1101` of `7-1-1101.2`; nil for a door of one household.
    private static func door(of household: String) -> String? {
        let bytes = household.utf8
        guard bytes.count > 2, let number = bytes.last, (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(number),
            bytes.dropLast().last == UInt8(ascii: ".")
        else { return nil }
        return String(household.dropLast(2))
    }

    /// Nobody but tables and the building's shape speaks for the door.
    fileprivate static func mayGo(_ door: Code, _ db: Database) throws -> Bool {
        let isVisited = try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM survey_door WHERE door = ?)"),
            arguments: [door.text])
        guard isVisited != true else { return false }
        return try Journal(db: db, now: 0).live(door.text, RegistryDesk.household)
            .allSatisfy { $0.recorder == Correction.table.text }
    }
}

extension CompoundStore {
    /// Takes doors out whose households a table has brought; one at which somebody called meanwhile stays.
    func replace(_ doors: ArraySlice<Code>) throws(IntakeError) {
        let going = try looked { db in
            try doors.filter { try RegistryDesk.exists(door: $0, db) && SharedDoors.mayGo($0, db) }
        }
        let withdrawals = going.compactMap { Door($0.text) }.map { Record.Withdrawal(place: .door($0), visits: 0) }
        guard !withdrawals.isEmpty else { return }
        try record(withdrawals.map { ($0, []) }, by: Correction.table)
    }
}
