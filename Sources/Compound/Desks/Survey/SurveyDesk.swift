import Federation
import GRDB

/// The door-to-door survey: every visit is a statement about one door in one campaign.
struct SurveyDesk: Desk {
    let name = "survey"
    let datasets = ["survey"]
    static let dataset = Code(literal: "survey")
    private static let prefix = "visit/"
    /// Calls after which nobody is expected to open any more.
    static let finalPasses = 3

    func statement(of record: Record, _ db: Database) throws -> Statement? {
        guard case .visit(let visit) = record.content else { return nil }
        let known = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM door WHERE code = ?"), arguments: [visit.door.code.text])
        guard known != nil else { throw IntakeError(.doorUnknown, field: "door", value: visit.door.code.text) }
        var members: [(String, JSONLine.Value)] = [("disposition", .text(visit.disposition.rawValue))]
        if let people = visit.people {
            // Zeros are written: a class that is not there and a class with nobody in it are two things.
            members.append(("people", .object(PeopleClass.sorted.map { ($0.rawValue, .number(people[$0] ?? 0)) })))
        }
        return Statement(
            subject: visit.door.code.text, field: SurveyDesk.prefix + visit.campaign.text,
            value: JSONLine.object(members),
            evidence: visit.evidence.rank)
    }

    func fold(_ subject: String, _ field: String, _ journal: Journal) throws -> [RowKey] {
        guard field.hasPrefix(SurveyDesk.prefix), let campaign = Code(field.dropFirst(SurveyDesk.prefix.count)),
            let door = Door(subject)
        else { return [] }
        let visits = try journal.live(subject, field).compactMap(Told.init)
        let key = RowKey(dataset: SurveyDesk.dataset, period: campaign, subject: door.building)
        guard let stands = SurveyDesk.standing(visits) else {
            // Every statement was taken back: the door is as if nobody had called.
            try journal.db.cachedStatement(sql: "DELETE FROM survey_door WHERE campaign = ? AND door = ?")
                .execute(arguments: [campaign.text, subject])
            try journal.note(nil, subject, field)
            return [key]
        }
        try journal.db.cachedStatement(sql: "INSERT OR REPLACE INTO survey_door VALUES (?, ?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                campaign.text, subject, stands.disposition.rawValue, stands.people, visits.count,
                stands.observation.observedAt,
                Bytes.of(stands.observation.id),
            ])
        try journal.note(SurveyDesk.conflict(visits), subject, field)
        return [key]
    }

    /// A visit as the fold reads it.
    struct Told {
        var observation: Observation
        var disposition: Disposition
        var people: String

        init?(_ observation: Observation) {
            guard let value = JSONLine.read(observation.value), let text = value["disposition"] as? String,
                let disposition = Disposition(rawValue: text)
            else { return nil }
            self.observation = observation
            self.disposition = disposition
            let people = value["people"] as? [String: Any]
            self.people =
                people.map { people in
                    JSONLine.object(PeopleClass.sorted.map { ($0.rawValue, .number(people[$0.rawValue] as? Int ?? 0)) })
                } ?? ""
        }
    }

    /// The visit that stands. A door that was answered is not unanswered by somebody who later finds
    /// nobody home, so final dispositions go before those that ask for a revisit.
    static func standing(_ visits: [Told]) -> Told? {
        visits.last { !$0.disposition.asksForRevisit } ?? visits.last
    }

    /// Two final results that differ, neither taking the other back. A revisit after nobody was home is none.
    static func conflict(_ visits: [Told]) -> (kind: String, detail: String)? {
        let final = visits.filter { !$0.disposition.asksForRevisit }
        guard Set(final.map(\.observation.value)).count > 1 else { return nil }
        let said = final.map { visit in
            JSONLine.object([
                ("disposition", .text(visit.disposition.rawValue)), ("id", .text(Hex.text(visit.observation.id))),
                ("observed_at", .number(Int(visit.observation.observedAt))),
                ("recorder", .text(visit.observation.recorder)),
            ])
        }
        return (kind: "two_answers", detail: "[" + said.joined(separator: ",") + "]")
    }

    // MARK: Counts

    func counts(of key: RowKey, _ db: Database) throws -> [String: Int64]? {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT residents, disposition, people, passes FROM door
                    LEFT JOIN survey_door ON survey_door.door = door.code AND survey_door.campaign = ?
                    WHERE door.building = ?
                    """), arguments: [key.period.text, key.subject.text])
        guard !rows.isEmpty else { return nil }
        var counts: [String: Int64] = [:]
        for row in rows {
            let disposition = (row["disposition"] as String?).flatMap { Disposition(rawValue: $0) }
            counts[SurveyDesk.householdClass(disposition, passes: row["passes"] ?? 0), default: 0] += 1
            try SurveyDesk.count(&counts, disposition, residents: row["residents"], people: row["people"] ?? "")
        }
        return counts
    }

    /// The class of a door. A partition: every door is in exactly one.
    static func householdClass(_ disposition: Disposition?, passes: Int) -> String {
        switch disposition {
        case nil: "unvisited"
        case .nobodyHome? where passes >= finalPasses: "nobody_home_final"
        case let disposition?: disposition.rawValue
        }
    }

    /// The people behind a door: as told where somebody told, else as the registry lists them.
    private static func count(
        _ counts: inout [String: Int64], _ disposition: Disposition?, residents: Int64, people: String
    ) throws {
        switch disposition {
        case .completed?, .partial?:
            for (part, number) in JSONLine.read(people) ?? [:] {
                counts["p_\(part)", default: 0] += Int64(number as? Int ?? 0)
            }
        case .vacant?, .notDwelling?, .moved?: break
        case .absent?: counts["p_absent", default: 0] += residents
        case .refused?: counts["p_refused", default: 0] += residents
        default: counts["p_unsurveyed", default: 0] += residents
        }
    }

    func keys(of period: Code, _ db: Database) throws -> [RowKey] {
        try String.fetchAll(db, sql: "SELECT DISTINCT building FROM door ORDER BY building").compactMap { building in
            Code(building).map { RowKey(dataset: SurveyDesk.dataset, period: period, subject: $0) }
        }
    }
}

extension PeopleClass {
    static let sorted = allCases.sorted { $0.rawValue < $1.rawValue }
}
