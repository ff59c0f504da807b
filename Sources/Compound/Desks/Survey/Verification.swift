import Federation
import Foundation
import GRDB
import Sync

/// A second person calls at doors that have their answer. What he finds is an answer like any other (two that differ are in
/// dispute), and says how often first answers are wrong.
struct Verification: Sendable, Equatable {
    var verified: Int
    /// Those whose first answer was another one. Who taps twice, or calls twice, verifies one answer.
    var differing: Int
    /// Doors with a final answer that nobody has verified, in an order of chance: the first of them are a sample.
    var next: [SurveyDoor]

    /// Doors that are offered at once.
    private static let offered = 20

    init(_ campaign: String, _ db: Database) throws {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT count(*) AS verified, total(NOT agrees) AS differing
                FROM (SELECT min(agrees) AS agrees FROM survey_check WHERE campaign = ? GROUP BY visit)
                """,
            arguments: [campaign])
        (verified, differing) = (row?["verified"] ?? 0, Int(row?["differing"] as Double? ?? 0))
        // Ids of visits are random.
        let doors = try String.fetchAll(
            db,
            sql: """
                SELECT door FROM survey_door JOIN registered_door ON code = door
                WHERE campaign = ? AND disposition NOT IN \(Disposition.open)
                AND NOT EXISTS (SELECT 1 FROM survey_check WHERE survey_check.campaign = survey_door.campaign
                AND survey_check.door = survey_door.door) ORDER BY visit LIMIT \(Verification.offered)
                """, arguments: [campaign])
        next = try doors.compactMap { try SurveyReader.door($0, campaign, db) }
    }

    /// Checks count whether or not somebody settled what they found; one that was undone doesn't.
    static func fold(_ subject: String, _ field: String, _ campaign: Code, _ journal: Journal) throws {
        try journal.db.cachedStatement(sql: "DELETE FROM survey_check WHERE campaign = ? AND door = ?").execute(
            arguments: [campaign.text, subject])
        guard try isAnyCheck(of: subject, field, journal) else { return }
        let all = try journal.said(subject, field)
        let said = Dictionary(all.map { ($0.id, $0.value) }) { $1 }
        for check in all {
            guard let value = JSONLine.read(check.value),
                let id = (value["checks"] as? String).flatMap({ Hex.uint128($0) }),
                let first = said[id], try !Undo.isUndone(check, journal)
            else { continue }
            try journal.db.cachedStatement(sql: "INSERT INTO survey_check VALUES (?, ?, ?, ?, ?)").execute(
                arguments: [
                    Bytes.of(check.id), Bytes.of(id), campaign.text, subject,
                    answer(first) == answer(check.value),
                ])
        }
    }

    /// Statements that verify others, found without reading what else was said at their door.
    static let index = "CREATE INDEX observation_check ON observation(subject, field) WHERE \(isCheck);"
    /// A quote within a text is written with a backslash, so nothing that somebody typed looks like a member.
    private static let isCheck = #"instr(value, '"checks":"') > 0"#

    private static func isAnyCheck(of subject: String, _ field: String, _ journal: Journal) throws -> Bool {
        try Int.fetchOne(
            journal.db.cachedStatement(
                sql: """
                    SELECT 1 FROM observation INDEXED BY observation_check
                    WHERE subject = ? AND field = ? AND \(isCheck) LIMIT 1
                    """), arguments: [subject, field]) != nil
    }

    /// What a visit says of the door, without when lessons are and what it verifies.
    private static func answer(_ value: String) -> [String: String] {
        guard let value = JSONLine.read(value) else { return [:] }
        let people = value["people"] as? [String: Any] ?? [:]
        return people.reduce(into: ["disposition": value["disposition"] as? String ?? ""]) {
            if let number = $1.value as? Int, number > 0 { $0[$1.key] = String(number) }
        }
    }
}
