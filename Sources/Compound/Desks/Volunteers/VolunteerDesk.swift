import Federation
import GRDB

/// The call for volunteers: how many a task needs, who answered, who takes which building.
///
/// Need and claims are two measures: need counts people, claims count buildings, and both may go up again.
struct VolunteerDesk: Desk {
    let name = "volunteers"
    let datasets = ["volunteers"]
    static let dataset = Code(literal: "volunteers")

    func statement(of record: Record, _ db: Database) throws -> Statement? {
        switch record.content {
        case .need(let task, let required):
            return Statement(
                subject: task.text, field: "need", value: JSONLine.object([("required", .number(required))]))
        case .fill(let task, let volunteer, let state):
            return Statement(
                subject: task.text, field: "fill/\(volunteer)",
                value: JSONLine.object([("state", .text(state.rawValue))]))
        case .claim(let task, let building, let volunteer, let state):
            let known = try Int.fetchOne(
                db.cachedStatement(sql: "SELECT 1 FROM door WHERE building = ? LIMIT 1"), arguments: [building.text])
            guard known != nil else { throw IntakeError(.buildingUnknown, field: "building", value: building.text) }
            return Statement(
                subject: "\(task)/\(building)", field: "claim/\(volunteer)",
                value: JSONLine.object([("state", .text(state.rawValue))]))
        default: return nil
        }
    }

    func fold(_ subject: String, _ field: String, _ journal: Journal) throws -> [RowKey] {
        let statements = try journal.live(subject, field)
        let db = journal.db
        let parts = field.split(separator: "/", maxSplits: 1).map(String.init)
        guard let last = statements.last, let value = JSONLine.read(last.value) else {
            return try forget(subject, parts, journal)
        }
        switch parts[0] {
        case "need":
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO need VALUES (?, ?)").execute(arguments: [
                subject, value["required"] as? Int,
            ])
            return row(subject, Desks.compound)
        case "fill":
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO fill VALUES (?, ?, ?)")
                .execute(arguments: [subject, parts[1], value["state"] as? String])
            return row(subject, Desks.compound)
        default:
            let place = subject.split(separator: "/", maxSplits: 1).map(String.init)
            guard place.count == 2, let building = Code(place[1]) else { return [] }
            // The place in the queue is that of the first claim since the last release.
            let since =
                statements.reversed().prefix { ($0.value == last.value) || !$0.value.contains("released") }.last?.hlc
                ?? last.hlc
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO claim VALUES (?, ?, ?, ?, ?)")
                .execute(arguments: [place[0], place[1], parts[1], value["state"] as? String, since])
            try note(task: place[0], building: place[1], journal)
            return row(place[0], building)
        }
    }

    /// Every statement of a fact was taken back.
    private func forget(_ subject: String, _ parts: [String], _ journal: Journal) throws -> [RowKey] {
        let db = journal.db
        switch parts[0] {
        case "need":
            try db.execute(sql: "DELETE FROM need WHERE task = ?", arguments: [subject])
            return row(subject, Desks.compound)
        case "fill":
            try db.execute(sql: "DELETE FROM fill WHERE task = ? AND volunteer = ?", arguments: [subject, parts[1]])
            return row(subject, Desks.compound)
        default:
            let place = subject.split(separator: "/", maxSplits: 1).map(String.init)
            guard place.count == 2, let building = Code(place[1]) else { return [] }
            try db.execute(
                sql: "DELETE FROM claim WHERE task = ? AND building = ? AND volunteer = ?",
                arguments: [place[0], place[1], parts[1]])
            try note(task: place[0], building: place[1], journal)
            return row(place[0], building)
        }
    }

    private func row(_ task: String, _ subject: Code) -> [RowKey] {
        Code(task).map { [RowKey(dataset: VolunteerDesk.dataset, period: $0, subject: subject)] } ?? []
    }

    /// Two people on one building: the first holds it, the second is reserve, and somebody has to tell them.
    private func note(task: String, building: String, _ journal: Journal) throws {
        let claims = try VolunteerReader.claims(task, journal.db).filter {
            $0.building == building && $0.state != "released"
        }
        let detail = "[" + claims.map { JSONLine.quoted($0.volunteer) }.joined(separator: ",") + "]"
        try journal.note(claims.count > 1 ? (kind: "two_claims", detail: detail) : nil, "\(task)/\(building)", "claim")
    }

    func counts(of key: RowKey, _ db: Database) throws -> [String: Int64]? {
        if key.subject == Desks.compound {
            let board = try VolunteerReader.board(key.period.text, db)
            return ["need": Int64(board.need), "filled": Int64(board.filled), "short": Int64(board.short)]
        }
        let doors = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM door WHERE building = ? LIMIT 1"), arguments: [key.subject.text])
        guard doors != nil else { return nil }
        let states = try String.fetchAll(
            db.cachedStatement(sql: "SELECT state FROM claim WHERE task = ? AND building = ? AND state <> 'released'"),
            arguments: [key.period.text, key.subject.text])
        return ["buildings": 1, "claimed": states.isEmpty ? 0 : 1, "done": states.contains("done") ? 1 : 0]
    }

    func keys(of period: Code, _ db: Database) throws -> [RowKey] {
        let buildings = try String.fetchAll(db, sql: "SELECT DISTINCT building FROM door ORDER BY building").compactMap
        { Code($0) }
        return ([Desks.compound] + buildings).map {
            RowKey(dataset: VolunteerDesk.dataset, period: period, subject: $0)
        }
    }
}
