import Federation
import GRDB
import Sync

/// The door-to-door survey: every visit is a statement about one door in one campaign.
struct SurveyDesk: Desk {
    let name = "survey"
    let datasets = ["survey"]
    let kinds: [any RecordContent.Type] = [Record.Visit.self, Record.Undo.self]
    let places = ["/survey", "/sheet", "/revisit", "/verify", FinalReportPage.path]
    let tables = [
        """
        -- Survey desk. When pupils behind the door have lessons online; '' where nobody said.
        ALTER TABLE survey_door ADD COLUMN lessons TEXT NOT NULL DEFAULT '';

        -- Survey desk. Answers that a second person verified.
        CREATE TABLE survey_check (
            -- The statement that verifies, and the one that it verifies.
            id BLOB PRIMARY KEY CHECK (length(id) = 16),
            visit BLOB NOT NULL CHECK (length(visit) = 16),
            campaign TEXT NOT NULL,
            door TEXT NOT NULL,
            agrees INTEGER NOT NULL CHECK (agrees IN (0, 1))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX survey_check_door ON survey_check(campaign, door);
        """, Verification.index,
    ]
    /// A door may be called at many times in one request, and its fold reads every call.
    let foldsLast = true
    static let dataset = Code(literal: "survey")
    private static let prefix = "visit/"
    /// Calls after which nobody is expected to open any more.
    static let finalPasses = 3

    /// The fact that visits state of a door.
    static func field(_ campaign: String) -> String { prefix + campaign }

    // MARK: Folding

    func fold(_ subject: String, _ field: String, _ journal: Journal) throws -> ChangedRows {
        guard field.hasPrefix(SurveyDesk.prefix), let campaign = Code(field.dropFirst(SurveyDesk.prefix.count)),
            let door = Door(subject)
        else { return [] }
        try Verification.fold(subject, field, campaign, journal)
        let visits = try journal.live(subject, field).compactMap(Told.init)
        try journal.note(SurveyDesk.conflict(visits), subject, field)
        let row = RowKey(dataset: SurveyDesk.dataset, period: campaign, subject: door.building)
        guard let stands = SurveyDesk.standing(visits) else {
            // Every visit was taken back: it was at another door. This one is unvisited again.
            try journal.db.cachedStatement(sql: "DELETE FROM survey_door WHERE campaign = ? AND door = ?")
                .execute(arguments: [campaign.text, subject])
            return try ChangedRows(anew: [row] + RegistryDesk.rows(of: door.building, journal.db))
        }
        let before = try SurveyDesk.counts(of: .door(door.code), campaign, journal.db)
        let isRegistered = try RegistryDesk.exists(door: door.code, journal.db)
        if !isRegistered { try RegistryDesk.keep(door, journal.db) }
        try journal.db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO survey_door
                (campaign, door, disposition, people, passes, observed_at, visit, lessons) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                campaign.text, subject, stands.disposition.rawValue,
                stands.people.map { String($0) }.joined(separator: ","),
                // Whoever verifies an answer isn't one more who found nobody home.
                max(1, visits.count { !$0.isCheck }), stands.observation.observedAt, Bytes.of(stands.observation.id),
                visits.last { !$0.lessons.isEmpty }?.lessons ?? "",
            ])
        // A door that nothing else speaks for is there because somebody called at it.
        guard isRegistered else {
            return try ChangedRows(anew: [row] + RegistryDesk.rows(of: door.building, journal.db))
        }
        return ChangedRows(row, from: before, to: try SurveyDesk.counts(of: .door(door.code), campaign, journal.db))
    }

    /// A visit as the fold reads it.
    struct Told {
        var observation: Observation
        var disposition: Disposition
        /// In the order of `PeopleClass`; empty where nobody told.
        var people: [Int]
        var lessons: String
        var isCheck: Bool

        init?(_ observation: Observation) {
            guard let value = JSONLine.read(observation.value), let text = value["disposition"] as? String,
                let disposition = Disposition(rawValue: text)
            else { return nil }
            self.observation = observation
            self.disposition = disposition
            lessons = value["lessons"] as? String ?? ""
            isCheck = value["checks"] != nil
            let people = value["people"] as? [String: Any]
            self.people = people.map { people in PeopleClass.allCases.map { people[$0.rawValue] as? Int ?? 0 } } ?? []
        }
    }

    /// The visit that stands: of those that settle most, the last in the journal's order. A door that was answered
    /// is not unanswered by somebody who later finds nobody home.
    static func standing(_ visits: [Told]) -> Told? {
        let most = visits.map(\.disposition.finality).max()
        return visits.last { $0.disposition.finality == most }
    }

    /// Two final results that differ, neither taking the other back. Who comes again after nobody was home, or for
    /// what was left open, contradicts nobody: that is a revisit, and every live visit is a pass.
    static func conflict(_ visits: [Told]) -> (kind: String, detail: String)? {
        let final = visits.filter { $0.disposition.finality == .final }
        let people = Dictionary(final.map { ($0.observation.id, $0) }) { $1 }
        return Disagreement.among(final.map(\.observation)) { statement in
            guard let visit = people[statement.id] else { return [] }
            let told = zip(PeopleClass.allCases, visit.people).filter { $0.1 > 0 }.map {
                ($0.0.rawValue, JSONLine.Value.number($0.1))
            }
            return [
                ("disposition", .text(visit.disposition.rawValue)), ("people", .object(told.sorted { $0.0 < $1.0 })),
            ]
        }
    }

    // MARK: Counts

    func counts(of key: RowKey, _ db: Database) throws -> [String: Int64]? {
        let counts = try SurveyDesk.counts(of: .building(key.subject), key.period, db)
        // Explicit zeros where every door is counted elsewhere: a unit without a row would be silent.
        return try counts.isEmpty && !RegistryDesk.exists(building: key.subject, db) ? nil : counts
    }

    /// What a row adds up: a building's doors, of which each record changes one.
    private enum Part {
        case building(Code), door(Code)

        var code: String {
            switch self {
            case .building(let code), .door(let code): code.text
            }
        }

        /// Doors that are told alike are one line.
        var lines: String {
            let columns = "SELECT \(HouseholdClass.columns), people, "
            let doors = """
                 FROM registered_door LEFT JOIN survey_door ON survey_door.door = registered_door.code AND campaign = ?
                WHERE NOT \(HouseholdClaims.isElsewhere) AND\u{20}
                """
            return switch self {
            case .building:
                columns + "count(*) AS doors, sum(residents) AS residents, sum(NOT stated) AS unlisted" + doors
                    + "building = ? GROUP BY 1, 2, 3, 4"
            case .door: columns + "1 AS doors, residents, NOT stated AS unlisted" + doors + "code = ?"
            }
        }
    }

    private static func counts(of part: Part, _ campaign: Code, _ db: Database) throws -> [String: Int64] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: part.lines), arguments: [campaign.text, campaign.text, part.code])
        var counts: [String: Int64] = [:]
        while let row = try rows.next() {
            let disposition = (row["disposition"] as String?).flatMap { Disposition(rawValue: $0) }
            let doors: Int64 = row["doors"]
            counts[HouseholdClass(row).name, default: 0] += doors
            let people = Behind(
                doors: doors, residents: row["residents"], unlisted: row["unlisted"], told: row["people"])
            SurveyDesk.count(&counts, disposition, people)
        }
        return counts
    }

    /// The people behind doors that are told alike.
    private struct Behind {
        var doors: Int64
        /// Behind all of them, as far as the registry knows.
        var residents: Int64
        /// Those doors of which the registry doesn't know how many live there.
        var unlisted: Int64
        /// Behind each, as somebody told there, in the order of `PeopleClass`.
        var told: String?
    }

    /// Counts people as told where somebody told, else as the registry lists them. Where neither says how many there are,
    /// the door is `unlisted`: nobody behind it is in any class.
    private static func count(_ counts: inout [String: Int64], _ disposition: Disposition?, _ people: Behind) {
        switch disposition {
        case .completed?, .partial?:
            for (name, number) in zip(toldNames, (people.told ?? "").split(separator: ",")) {
                counts[name, default: 0] += people.doors * (Int64(number) ?? 0)
            }
        case .vacant?, .notDwelling?, .moved?: break
        // Who is away is owed nothing, however many they are.
        case .absent?: counts["p_absent", default: 0] += people.residents
        case .refused?:
            counts["p_refused", default: 0] += people.residents
            counts[unlisted, default: 0] += people.unlisted
        default:
            counts["p_unsurveyed", default: 0] += people.residents
            counts[unlisted, default: 0] += people.unlisted
        }
    }

    private static let unlisted = "unlisted"
    private static let toldNames = PeopleClass.allCases.map { "p_" + $0.rawValue }

    func keys(of period: Code, _ db: Database) throws -> [RowKey] {
        try RegistryDesk.buildings(db).map { RowKey(dataset: SurveyDesk.dataset, period: period, subject: $0) }
    }
}
