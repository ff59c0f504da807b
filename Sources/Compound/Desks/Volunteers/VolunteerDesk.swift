import Federation
import GRDB

/// The call for volunteers: how many a task needs, who answered, who takes which building.
///
/// Need and claims are two measures: need counts people, claims count buildings, and both may go up again.
struct VolunteerDesk: Desk {
    let name = "volunteers"
    let datasets = ["volunteers"]
    let kinds: [any RecordContent.Type] = [Record.Need.self, Record.Answer.self, Record.BuildingClaim.self]
    let places = ["/volunteers"]
    static let dataset = Code(literal: "volunteers")

    // MARK: Folding

    func fold(_ subject: String, _ field: String, _ journal: Journal) throws -> [RowKey] {
        let statements = try journal.live(subject, field)
        let parts = field.split(separator: "/", maxSplits: 1).map(String.init)
        switch (parts[0], parts.count) {
        case ("need", 1):
            try journal.note(Disagreement.clock(statements, says: VolunteerDesk.required), subject, field)
            return try fold(need: subject, statements.last, journal.db)
        case ("fill", 2):
            try journal.note(Disagreement.clock(statements, says: VolunteerDesk.stated), subject, field)
            return try fold(fill: parts[1], of: subject, statements.last, journal.db)
        case ("claim", 2): return try fold(claimOf: parts[1], on: subject, statements, journal)
        default: return []
        }
    }

    private func fold(need task: String, _ statement: Observation?, _ db: Database) throws -> [RowKey] {
        try db.cachedStatement(sql: "DELETE FROM need WHERE task = ?").execute(arguments: [task])
        if let required = statement.flatMap({ JSONLine.read($0.value)?["required"] as? Int }) {
            try db.cachedStatement(sql: "INSERT INTO need VALUES (?, ?)").execute(arguments: [task, required])
        }
        return row(task, Desks.compound)
    }

    /// One row for each person, so that one who answers twice is counted once.
    private func fold(fill volunteer: String, of task: String, _ statement: Observation?, _ db: Database) throws
        -> [RowKey]
    {
        try db.cachedStatement(sql: "DELETE FROM fill WHERE task = ? AND volunteer = ?").execute(arguments: [
            task, volunteer,
        ])
        if let state = VolunteerDesk.state(statement) {
            try db.cachedStatement(sql: "INSERT INTO fill VALUES (?, ?, ?)").execute(arguments: [
                task, volunteer, state,
            ])
        }
        return row(task, Desks.compound)
    }

    private func fold(
        claimOf volunteer: String, on subject: String, _ statements: [Observation], _ journal: Journal
    ) throws -> [RowKey] {
        let place = subject.split(separator: "/", maxSplits: 1).map(String.init)
        guard place.count == 2, let building = Code(place[1]) else { return [] }
        try journal.db.cachedStatement(sql: "DELETE FROM claim WHERE task = ? AND building = ? AND volunteer = ?")
            .execute(arguments: [place[0], place[1], volunteer])
        let reading = ClaimReading(statements)
        if let reading {
            try journal.db.cachedStatement(sql: "INSERT INTO claim VALUES (?, ?, ?, ?, ?)").execute(arguments: [
                place[0], place[1], volunteer, reading.state.rawValue, reading.holding.hlc,
            ])
        }
        try journal.note(VolunteerDesk.contradiction(reading), subject, "claim/\(volunteer)")
        try note(task: place[0], building: place[1], journal)
        return row(place[0], building)
    }

    private static func state(_ statement: Observation?) -> String? {
        statement.flatMap { JSONLine.read($0.value)?["state"] as? String }
    }

    private func row(_ task: String, _ subject: Code) -> [RowKey] {
        Code(task).map { [RowKey(dataset: VolunteerDesk.dataset, period: $0, subject: subject)] } ?? []
    }

    /// Two people on one building: the first holds it, the second is reserve, and somebody has to tell them.
    private func note(task: String, building: String, _ journal: Journal) throws {
        let claims = try VolunteerReader.claims(task, journal.db).filter {
            $0.building == building && $0.state != "released"
        }
        let subject = "\(task)/\(building)"
        guard claims.count > 1 else { return try journal.note(nil, subject, "claim") }
        let lines = try claims.compactMap { claim in
            try line(claim, try journal.live(subject, "claim/\(claim.volunteer)"))
        }
        try journal.note((kind: "two_claims", detail: Disagreement.list(lines)), subject, "claim")
    }

    /// A claimant, with every statement that would have to be taken back to take the claim back.
    private func line(_ claim: VolunteerBoard.Claim, _ statements: [Observation]) throws -> String? {
        ClaimReading(statements).map { reading in
            Disagreement.line(
                reading.holding, [("state", .text(claim.state)), ("volunteer", .text(claim.volunteer))],
                answers: statements, stands: claim.rank == 0)
        }
    }

    /// Released on one device, done on another: done stands until somebody has asked.
    private static func contradiction(_ reading: ClaimReading?) -> (kind: String, detail: String)? {
        guard let reading, !reading.disputed.isEmpty else { return nil }
        let lines = reading.disputed.map {
            Disagreement.line(
                $0.last, stated($0.last), answers: $0.all, stands: ClaimReading.state($0.last) == .done)
        }
        return (kind: "released_and_done", detail: Disagreement.list(lines))
    }

    private static func stated(_ statement: Observation) -> [(String, JSONLine.Value)] {
        [("state", .text(state(statement) ?? ""))]
    }

    private static func required(_ statement: Observation) -> [(String, JSONLine.Value)] {
        [("required", .number(JSONLine.read(statement.value)?["required"] as? Int ?? 0))]
    }

    // MARK: Counts

    func counts(of key: RowKey, _ db: Database) throws -> [String: Int64]? {
        if key.subject == Desks.compound {
            let (need, volunteers) = try VolunteerReader.call(key.period.text, db)
            return [
                "need": Int64(need), "filled": Int64(volunteers.count), "short": Int64(max(0, need - volunteers.count)),
            ]
        }
        guard try RegistryDesk.exists(building: key.subject, db) else { return nil }
        let states = try String.fetchAll(
            db.cachedStatement(sql: "SELECT state FROM claim WHERE task = ? AND building = ? AND state <> 'released'"),
            arguments: [key.period.text, key.subject.text])
        return ["buildings": 1, "claimed": states.isEmpty ? 0 : 1, "done": states.contains("done") ? 1 : 0]
    }

    func keys(of period: Code, _ db: Database) throws -> [RowKey] {
        try ([Desks.compound] + RegistryDesk.buildings(db)).map {
            RowKey(dataset: VolunteerDesk.dataset, period: period, subject: $0)
        }
    }
}
