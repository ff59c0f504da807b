import Federation
import GRDB
import Sync

/// What pasted result lines would make of a building's doors: like a keyed sheet, but each record keeps the id that the
/// phone gave it, so that it is the same record when the phone's queue delivers it too.
extension CompoundStore {
    /// - Parameters:
    ///   - text: lines as `ResultLine` reads them.
    ///   - apply: writes what is new or differs; the same line again writes nothing.
    func take(results text: String, of building: Code, in campaign: Code, apply: Bool) throws(IntakeError) -> Sheet {
        var reading = try looked { db in
            var reading = ResultReading(building: building, campaign: campaign, db: db)
            try reading.read(text)
            return (sheet: reading.sheet, records: reading.records)
        }
        guard apply else { return reading.sheet }
        let outcome = try record(reading.records.map { (id: Hex.text($0.id), .success($0)) })
        if let refusal = outcome.refused.first { throw refusal.error }
        reading.sheet.applied = true
        return reading.sheet
    }
}

private struct ResultReading {
    let building: Code
    let campaign: Code
    let db: Database
    var sheet = Sheet(form: .result)
    var records: [Record] = []

    mutating func read(_ text: String) throws {
        let standing = try Sheet.standing(of: building, in: campaign, db)
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
        for (number, raw) in lines where raw.contains(where: { !$0.isWhitespace }) {
            switch Result(catching: { () throws(ResultLine.Doubt) in try ResultLine(String(raw)) }) {
            case .failure(let doubt): doubtful(doubt, number + 1, String(raw.prefix(24)))
            case .success(let line) where line.building != building:
                doubtful(.otherBuilding, number + 1, line.building.text)
            case .success(let line) where line.round != campaign: doubtful(.otherRound, number + 1, line.round.text)
            case .success(let line):
                let recorder = try invited(line.device)
                for entry in line.entries { try add(entry, of: line, by: recorder, number + 1, standing) }
            }
        }
    }

    private mutating func doubtful(_ doubt: ResultLine.Doubt, _ number: Int, _ what: String) {
        sheet.unclear.append(UnclearLine(line: number, text: what, doubt: doubt.rawValue))
    }

    /// Whose phone it was; a phone of the office has no invite.
    private func invited(_ device: Code) throws -> Code {
        let person = try String.fetchOne(
            db, sql: "SELECT person FROM invite WHERE code = ?", arguments: [device.text])
        return person.flatMap { Code($0) } ?? Clerk.desk
    }

    private mutating func add(
        _ entry: ResultLine.Entry, of line: ResultLine, by recorder: Code, _ number: Int,
        _ standing: [String: Sheet.Standing]
    ) throws {
        guard let stands = standing[entry.door.code.text] else {
            return doubtful(.doorUnknown, number, entry.door.description)
        }
        let visit = Record.Visit(
            campaign: campaign, door: entry.door, disposition: entry.disposition, people: entry.people, evidence: .door)
        let record = Record(
            id: entry.id, content: visit, recorder: recorder, device: line.device,
            observedAt: line.observedAt, supersedes: entry.supersedes)
        guard let change = try change(record, entry, stands) else {
            return doubtful(.taken, number, entry.door.description)
        }
        sheet.entries.append(
            Sheet.Entry(door: entry.door, disposition: entry.disposition, people: entry.people, change: change))
        if change != .same { records.append(record) }
    }

    /// - Returns: nil where the line contradicts the journal about one of its own records.
    private func change(_ record: Record, _ entry: ResultLine.Entry, _ stands: Sheet.Standing) throws -> Sheet.Change? {
        let journal = Journal(db: db, now: 0)
        let statement = record.content.statement
        if let known = try journal.statements([entry.id]).first {
            let isSame = known.subject == statement.subject && known.field == statement.field
            return isSame && known.value == statement.value ? .same : nil
        }
        guard try journal.statements(entry.supersedes).allSatisfy({ $0.isVisit(in: [building]) }) else { return nil }
        let isCorrected = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM supersession WHERE superseded = ?)", arguments: [Bytes.of(entry.id)])
        if isCorrected == true { return .same }
        // What takes the standing answer back is written even where it repeats it: it may settle a dispute.
        if let stands = stands.visit, entry.supersedes.contains(stands) { return .new }
        let change = stands.change(entry.disposition, entry.people)
        guard change == .same, entry.disposition.finality < .final, let before = stands.visit else { return change }
        // Nobody home again, by another phone, is another call. On paper there are no ids: it may be this one.
        return try journal.statements([before]).first?.device.isEmpty == false ? .new : .same
    }
}

extension Observation {
    /// Said by the survey about a door of one of these buildings.
    func isVisit(in buildings: [Code]) -> Bool {
        desk == SurveyDesk().name && Door(subject).map { buildings.contains($0.building) } ?? false
    }
}
