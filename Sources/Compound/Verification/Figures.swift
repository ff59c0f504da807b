import Federation
import GRDB

/// The counts of one round as its rows say them, and beside them what is counted without rows.
struct Figures {
    struct Building {
        var code: String
        /// By indicator; nil where there is no row, or its counts are unknown.
        var frame: [String: Int64]?
        var survey: [String: Int64]?
        var volunteers: [String: Int64]?
        /// Doors of the registry that this compound counts.
        var doors: Int64 = 0
        /// Who was told of behind them, or is registered where nobody told; not where nobody lives.
        var people: Int64 = 0
    }
    var campaign: String
    var buildings: [Building]
    /// The call's row.
    var call: [String: Int64]?
    /// People who answered, didn't withdraw and weren't missed.
    var volunteers: Int64
    /// The sum of what each role lacks.
    var short: Int64
    /// Doors as the survey's page adds them up, vacant ones too, and those where somebody has to call.
    var doors: Int64
    /// What a visit is owed, as it follows from the registry's households.
    var due: Int64
    var left: Int64

    /// Classes of people begin so.
    static let people = "p_"
}

extension Figures {
    /// One for each round.
    static func read(_ db: Database, _ catalogues: Catalogues) throws -> [Figures] {
        let rows = Rows(db: db, catalogues: catalogues)
        return try String.fetchAll(db, sql: "SELECT code FROM campaign ORDER BY code").map { campaign in
            let progress = try SurveyReader.progress(campaign, db)
            return Figures(
                campaign: campaign, buildings: try buildings(campaign, rows),
                call: try rows.counts(VolunteerDesk.dataset, campaign, Desks.compound.text),
                volunteers: try Int64.fetchOne(
                    db,
                    sql: "SELECT count(DISTINCT volunteer) FROM fill WHERE task = ? AND \(isFilled)",
                    arguments: [campaign]) ?? 0,
                short: try Int64.fetchOne(
                    db,
                    sql: """
                        SELECT sum(max(0, required - (SELECT count(*) FROM fill WHERE task = need.task
                        AND role = need.role AND \(isFilled)))) FROM need WHERE task = ?
                        """, arguments: [campaign]) ?? 0,
                doors: Int64(progress.buildings.reduce(0) { $0 + $1.doors + $1.vacant }),
                due: Int64(progress.frame.due), left: Int64(progress.left))
        }
    }

    private static let isFilled = """
        state = 'filled' AND NOT EXISTS (SELECT 1 FROM attendance WHERE attendance.task = fill.task
        AND attendance.volunteer = fill.volunteer AND attendance.state = 'absent')
        """

    private static func buildings(_ campaign: String, _ rows: Rows) throws -> [Building] {
        var behind = try doors(campaign, rows.db)
        return try RegistryDesk.buildings(rows.db).map { code in
            var building = behind.removeValue(forKey: code.text) ?? Building(code: code.text)
            building.frame = try rows.counts(RegistryDesk.dataset, RegistryDesk.now.text, code.text)
            building.survey = try rows.counts(SurveyDesk.dataset, campaign, code.text)
            building.volunteers = try rows.counts(VolunteerDesk.dataset, campaign, code.text)
            return building
        }
    }

    /// Doors and people by building, added up door by door.
    private static func doors(_ campaign: String, _ db: Database) throws -> [String: Building] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT registered_door.building, residents, disposition, people FROM registered_door
                LEFT JOIN survey_door ON survey_door.door = registered_door.code AND campaign = ?
                WHERE NOT \(HouseholdClaims.isElsewhere)
                """, arguments: [campaign, campaign])
        var buildings: [String: Building] = [:]
        while let row = try rows.next() {
            let code: String = row["building"]
            let disposition = (row["disposition"] as String?).flatMap { Disposition(rawValue: $0) }
            buildings[code, default: Building(code: code)].doors += 1
            buildings[code]?.people += people(disposition, told: row["people"] ?? "", residents: row["residents"])
        }
        return buildings
    }

    private static func people(_ disposition: Disposition?, told: String, residents: Int64) -> Int64 {
        switch disposition {
        case .vacant?, .notDwelling?, .moved?: 0
        case let disposition? where disposition.hasPeople:
            told.split(separator: ",").reduce(0) { $0 + (Int64($1) ?? 0) }
        default: residents
        }
    }

    private struct Rows {
        let db: Database
        let catalogues: Catalogues

        func counts(_ dataset: Code, _ period: String, _ subject: String) throws -> [String: Int64]? {
            let text = try String.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT counts FROM row
                        WHERE dataset = ? AND period = ? AND subject = ? AND refused IS NULL AND counts IS NOT NULL
                        """), arguments: [dataset.text, period, subject])
            let numbers = text.map { $0.split(separator: ",").compactMap { Int64($0) } } ?? []
            let names = catalogues[dataset]?.indicators.map(\.code.text) ?? []
            guard !names.isEmpty, numbers.count == names.count, !numbers.contains(where: { $0 < 0 }) else { return nil }
            return Dictionary(zip(names, numbers)) { $1 }
        }
    }
}
