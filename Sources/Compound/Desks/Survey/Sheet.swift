import Federation
import GRDB

/// What a keyed sheet would make of a building's doors; written only when somebody says so.
struct Sheet: Sendable, Equatable {
    /// - differs: the door has another answer already; both are kept, and a person settles it.
    enum Change: String, Sendable { case new, same, differs }
    struct Entry: Sendable, Equatable {
        var door: Door
        var disposition: Disposition
        var people: [PeopleClass: Int]?
        var change: Change
    }
    var entries: [Entry] = []
    var unclear: [UnclearLine] = []
    var applied = false

    func count(_ change: Change) -> Int { entries.count { $0.change == change } }
    var isOpen: Bool { !applied && entries.contains { $0.change != .same } }
}

extension CompoundStore {
    /// - Parameters:
    ///   - recorder: who called at the doors, or the desk.
    ///   - apply: writes what is new or differs; the same sheet again writes nothing.
    func key(
        _ text: String, of building: Code, in campaign: Code, by recorder: Code, apply: Bool
    ) throws(IntakeError) -> Sheet {
        let lines = SheetLines(text).lines
        var sheet = try durably { db in try CompoundStore.read(lines, building, campaign, db) }
        guard apply else { return sheet }
        let visits = sheet.entries.filter { $0.change != .same }.map { entry in
            Record.Visit(
                campaign: campaign, door: entry.door, disposition: entry.disposition, people: entry.people,
                evidence: .paper)
        }
        try record(visits.map { ($0, []) }, by: recorder)
        sheet.applied = true
        return sheet
    }

    private static func read(_ lines: [SheetLines.Line], _ building: Code, _ campaign: Code, _ db: Database) throws
        -> Sheet
    {
        let standing = try Row.fetchAll(
            db,
            sql: """
                SELECT code, disposition, people FROM registered_door
                LEFT JOIN survey_door ON survey_door.door = registered_door.code AND campaign = ?
                WHERE building = ?
                """, arguments: [campaign.text, building.text]
        ).reduce(into: [String: (disposition: String?, people: String?)]()) {
            $0[$1["code"]] = ($1["disposition"], $1["people"])
        }
        var sheet = Sheet()
        var seen: Set<String> = []
        for line in lines {
            func doubtful(_ doubt: SheetLines.Doubt) {
                sheet.unclear.append(UnclearLine(line: line.number, text: line.text, doubt: doubt.rawValue))
            }
            guard let place = line.place, let result = line.result else {
                doubtful(line.doubt ?? .notUnderstood)
                continue
            }
            let code = "\(building)-\(place.unit)-\(place.room)"
            guard let door = Door(code), let now = standing[code] else {
                doubtful(.doorUnknown)
                continue
            }
            guard seen.insert(code).inserted else {
                doubtful(.doorTwice)
                continue
            }
            let people = result.people.map { said in
                PeopleClass.allCases.map { String(said[$0] ?? 0) }.joined(separator: ",")
            }
            let isSame = now.disposition == result.disposition.rawValue && now.people == people ?? ""
            // Whoever comes again after nobody was home contradicts nobody.
            let isFinal = now.disposition.flatMap { Disposition(rawValue: $0) }?.finality == 2
            let change: Sheet.Change = isSame ? .same : isFinal ? .differs : .new
            sheet.entries.append(
                Sheet.Entry(door: door, disposition: result.disposition, people: result.people, change: change))
        }
        return sheet
    }
}
