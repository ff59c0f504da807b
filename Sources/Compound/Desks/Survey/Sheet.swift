import Federation
import Foundation
import GRDB
import Sync

/// What a keyed sheet would make of a building's doors; written only when somebody says so.
struct Sheet: Sendable, Equatable {
    /// How it came; doubts have their words under `node.<form>.`
    enum Form: String, Sendable { case sheet, result }
    /// - differs: the door has another answer already; both are kept, and a person settles it.
    enum Change: String, Sendable { case new, same, differs }
    struct Entry: Sendable, Equatable {
        var door: Door
        var disposition: Disposition
        var people: [PeopleClass: Int]?
        var change: Change
    }
    var form = Form.sheet
    var entries: [Entry] = []
    var unclear: [UnclearLine] = []
    var applied = false

    func count(_ change: Change) -> Int { entries.count { $0.change == change } }
    var isOpen: Bool { !applied && entries.contains { $0.change != .same } }
}

extension Sheet {
    /// How a door stands before anything is written.
    struct Standing {
        var disposition: String?
        /// In the order of `PeopleClass`; empty where nobody told.
        var people: String?
        /// Id of the visit that stands.
        var visit: UInt128?

        /// What an answer would make of it.
        func change(_ said: Disposition, _ told: [PeopleClass: Int]?) -> Change {
            let told = told.map { said in PeopleClass.allCases.map { String(said[$0] ?? 0) }.joined(separator: ",") }
            if disposition == said.rawValue, people == told ?? "" { return .same }
            // Whoever comes again after nobody was home contradicts nobody.
            return disposition.flatMap { Disposition(rawValue: $0) }?.finality == .final ? .differs : .new
        }
    }

    /// By the doors of the building.
    static func standing(of building: Code, in campaign: Code, _ db: Database) throws -> [String: Standing] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT code, disposition, people, visit FROM registered_door
                LEFT JOIN survey_door ON survey_door.door = registered_door.code AND campaign = ?
                WHERE building = ?
                """, arguments: [campaign.text, building.text]
        ).reduce(into: [:]) {
            $0[$1["code"]] = Standing(
                disposition: $1["disposition"], people: $1["people"],
                visit: ($1["visit"] as Data?).map(Bytes.uint128))
        }
    }
}

extension CompoundStore {
    /// - Parameters:
    ///   - text: a sheet's lines, or result lines from phones.
    ///   - recorder: who called at the doors, or the desk.
    ///   - apply: writes what is new or differs; the same sheet again writes nothing.
    func key(
        _ text: String, of building: Code, in campaign: Code, by recorder: Code, apply: Bool
    ) throws(IntakeError) -> Sheet {
        if ResultLine.isIn(text) { return try take(results: text, of: building, in: campaign, apply: apply) }
        let lines = SheetLines(text).lines
        var sheet = try looked { db in try CompoundStore.read(lines, building, campaign, db) }
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
        let standing = try Sheet.standing(of: building, in: campaign, db)
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
            sheet.entries.append(
                Sheet.Entry(
                    door: door, disposition: result.disposition, people: result.people,
                    change: now.change(result.disposition, result.people)))
        }
        return sheet
    }
}
