import Federation
import GRDB

/// The call for volunteers: how many a task needs in each role, who answered, who takes which building, who came.
///
/// Need and claims are two measures: need counts people, claims count buildings, and both may go up again.
struct VolunteerDesk: Desk {
    let name = "volunteers"
    let datasets = ["volunteers"]
    let kinds: [any RecordContent.Type] = [
        Record.Need.self, Record.Answer.self, Record.BuildingClaim.self, Record.Attendance.self,
        Record.Restriction.self,
    ]
    let tables = VolunteerDesk.editions
    let places = ["/volunteers"]
    static let dataset = Code(literal: "volunteers")

    // MARK: Folding

    func fold(_ subject: String, _ field: String, _ journal: Journal) throws -> ChangedRows {
        let statements = try journal.live(subject, field)
        switch VolunteerFact(field) {
        case .need(let role)?:
            try journal.note(Disagreement.clock(statements, says: VolunteerDesk.required), subject, field)
            return ChangedRows(anew: try fold(need: subject, role, statements.last, journal.db))
        case .fill(let volunteer, let role)?:
            try journal.note(Disagreement.clock(statements, says: VolunteerDesk.stated), subject, field)
            return ChangedRows(anew: try fold(fill: volunteer, role, of: subject, statements.last, journal.db))
        case .claim(let volunteer, let role)?:
            return ChangedRows(anew: try fold(claimOf: volunteer, role, on: subject, statements, journal))
        case .attendance(let volunteer)?:
            return ChangedRows(anew: try fold(attendanceOf: volunteer, at: subject, statements, journal))
        case .restriction?:
            try DutyRestrictions.fold(subject, statements.last, journal.db)
            return []
        case .claims?, nil: return []
        }
    }

    private func fold(
        need task: String, _ role: VolunteerRole, _ statement: Observation?, _ db: Database
    ) throws -> [RowKey] {
        try db.cachedStatement(sql: "DELETE FROM need WHERE task = ? AND role = ?").execute(arguments: [
            task, role.rawValue,
        ])
        if let required = VolunteerDesk.required(statement) {
            try db.cachedStatement(sql: "INSERT INTO need VALUES (?, ?, ?)").execute(arguments: [
                task, role.rawValue, required,
            ])
        }
        return row(task, Desks.compound)
    }

    /// One row for each person and role, so that one who answers twice is counted once.
    private func fold(
        fill volunteer: String, _ role: VolunteerRole, of task: String, _ statement: Observation?, _ db: Database
    ) throws -> [RowKey] {
        try db.cachedStatement(sql: "DELETE FROM fill WHERE task = ? AND volunteer = ? AND role = ?").execute(
            arguments: [task, volunteer, role.rawValue])
        if let state = VolunteerDesk.state(statement) {
            try db.cachedStatement(sql: "INSERT INTO fill VALUES (?, ?, ?, ?)").execute(arguments: [
                task, volunteer, role.rawValue, state,
            ])
        }
        return row(task, Desks.compound)
    }

    private func fold(
        claimOf volunteer: String, _ role: VolunteerRole, on subject: String, _ statements: [Observation],
        _ journal: Journal
    ) throws -> [RowKey] {
        let place = subject.split(separator: "/", maxSplits: 1).map(String.init)
        guard place.count == 2, let building = Code(place[1]) else { return [] }
        try journal.db.cachedStatement(
            sql: "DELETE FROM claim WHERE task = ? AND building = ? AND volunteer = ? AND role = ?"
        ).execute(arguments: [place[0], place[1], volunteer, role.rawValue])
        let field = VolunteerFact.claim(volunteer, role).field
        let reading = ClaimReading(statements)
        if let reading {
            let before =
                reading.state == .released
                ? ClaimReading.ended(by: reading.holding, try journal.said(subject, field)) : nil
            try journal.db.cachedStatement(sql: "INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(
                arguments: [
                    place[0], place[1], volunteer, role.rawValue, reading.state.rawValue, reading.holding.hlc,
                    (before ?? reading.holding).hlc, reading.from, reading.with,
                ])
        }
        try journal.note(VolunteerDesk.contradiction(reading), subject, field)
        try note(task: place[0], building: place[1], role, journal)
        return row(place[0], building)
    }

    /// Who doesn't come holds no building: the reserve moves up, and back only if nobody holds it meanwhile.
    private func fold(
        attendanceOf volunteer: String, at task: String, _ statements: [Observation], _ journal: Journal
    ) throws -> [RowKey] {
        let db = journal.db
        try db.cachedStatement(sql: "DELETE FROM attendance WHERE task = ? AND volunteer = ?").execute(arguments: [
            task, volunteer,
        ])
        let reading = AttendanceReading(statements)
        if let reading {
            try db.cachedStatement(sql: "INSERT INTO attendance VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(
                arguments: [
                    task, volunteer, reading.state.rawValue, reading.began, reading.ended, reading.seconds,
                    reading.openSince, reading.isUnclear ? 1 : 0, reading.came,
                ])
        }
        try journal.note(
            VolunteerDesk.seenAndMissed(reading), task, VolunteerFact.attendance(volunteer).field)
        let held = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT building, role FROM claim WHERE task = ? AND volunteer = ?"),
            arguments: [task, volunteer])
        return try held.reduce(into: row(task, Desks.compound)) { keys, claim in
            let building: String = claim["building"]
            guard let code = Code(building), let role = VolunteerRole(rawValue: claim["role"]) else { return }
            try note(task: task, building: building, role, journal)
            keys += row(task, code)
        }
    }

    static func state(_ statement: Observation?) -> String? {
        statement.flatMap { JSONLine.read($0.value)?["state"] as? String }
    }

    /// With what the compound lacks and could spare, which every word about its volunteers may change.
    private func row(_ task: String, _ subject: Code) -> [RowKey] {
        let own = Code(task).map { RowKey(dataset: VolunteerDesk.dataset, period: $0, subject: subject) }
        return [own, HelpDesk.key(task)].compactMap { $0 }
    }

    // MARK: Work items

    /// Two people on one building who don't share it: the first holds it, the second is reserve, and somebody has to tell
    /// them.
    private func note(task: String, building: String, _ role: VolunteerRole, _ journal: Journal) throws {
        let claims = try VolunteerReader.claims(task, building: building, journal.db).filter {
            $0.role == role.rawValue && $0.isStanding
        }
        let (subject, field) = ("\(task)/\(building)", VolunteerFact.claims(role).field)
        guard Set(claims.map(\.rank)).count > 1 else { return try journal.note(nil, subject, field) }
        let lines = try claims.compactMap { claim in
            try line(claim, try journal.live(subject, VolunteerFact.claim(claim.volunteer, role).field))
        }
        try journal.note((kind: "two_claims", detail: Disagreement.list(lines)), subject, field)
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

    /// Mustered by one, missed by another: whoever was seen was there.
    private static func seenAndMissed(_ reading: AttendanceReading?) -> (kind: String, detail: String)? {
        guard let reading, !reading.disputed.isEmpty else { return nil }
        let lines = reading.disputed.map { statement in
            Disagreement.line(
                statement, attended(statement), answers: [statement], stands: statement == reading.disputed.first)
        }
        return (kind: "present_and_absent", detail: Disagreement.list(lines))
    }

    private static func attended(_ statement: Observation) -> [(String, JSONLine.Value)] {
        guard let said = AttendanceReading.said(statement) else { return [] }
        return (said.at.map { [("at", .number(Int($0)))] } ?? []) + [("state", .text(said.state.rawValue))]
    }

    private static func stated(_ statement: Observation) -> [(String, JSONLine.Value)] {
        [("state", .text(state(statement) ?? ""))]
    }

    private static func required(_ statement: Observation) -> [(String, JSONLine.Value)] {
        [("required", .number(required(statement) ?? 0))]
    }

    /// - Returns: nil for what nobody here could have recorded: sums of it would overflow.
    static func required(_ statement: Observation?) -> Int? {
        let required = statement.flatMap { JSONLine.read($0.value)?["required"] as? Int }
        return required.flatMap { Record.Need.range.contains($0) ? $0 : nil }
    }

    // MARK: Counts

    /// `need` is the sum over roles, `filled` counts people, one in several roles once, without those who didn't come;
    /// `short` is the sum of what each role lacks: what one has too many fills no other.
    func counts(of key: RowKey, _ db: Database) throws -> [String: Int64]? {
        if key.subject == Desks.compound {
            let call = try VolunteerCall(key.period.text, db)
            return [
                "need": Int64(call.needed), "filled": Int64(call.people.count - call.missing.count),
                "short": Int64(call.short),
            ]
        }
        guard try RegistryDesk.exists(building: key.subject, db) else { return nil }
        let claims = try VolunteerReader.claims(key.period.text, building: key.subject.text, db)
            .filter(\.isStanding)
        return ["buildings": 1, "claimed": claims.isEmpty ? 0 : 1, "done": VolunteerBoard.isDone(claims) ? 1 : 0]
    }

    func keys(of period: Code, _ db: Database) throws -> [RowKey] {
        try ([Desks.compound] + RegistryDesk.buildings(db)).map {
            RowKey(dataset: VolunteerDesk.dataset, period: period, subject: $0)
        }
    }
}
