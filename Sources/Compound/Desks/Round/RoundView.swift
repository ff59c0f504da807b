import Federation
import GRDB
import Wire

/// A round as the survey's page shows it above its figures.
struct RoundStanding: Sendable, Equatable {
    struct Target: Sendable, Equatable {
        var at: Int64
        var percent: Int
        /// Doors that had their result by then, or have it now if that time is still to come.
        var done: Int
        /// The district published it; else this compound set it itself.
        var isFromAbove: Bool
    }
    var order: String
    var opens: Int64?
    var deadline: Int64?
    var targets: [Target]
    var final: (reporter: String, at: Int64)?
    /// What a target is a share of.
    var doors: Int
    var left: Int
    var conflicts: Int
    /// Records made since the final report: they leave as corrections.
    var since: Int

    static func == (a: RoundStanding, b: RoundStanding) -> Bool {
        a.targets == b.targets && a.final?.at == b.final?.at && a.left == b.left && a.since == b.since
    }

    init(_ progress: SurveyProgress, now: Int64, _ db: Database) throws {
        let campaign = progress.campaign
        (doors, left, conflicts) = (progress.doors, progress.left, progress.conflicts.count)
        let row = try Row.fetchOne(
            db, sql: "SELECT order_number, opens, deadline, targets FROM campaign WHERE code = ?", arguments: [campaign]
        )
        (order, opens, deadline) = (row?["order_number"] ?? "", row?["opens"], row?["deadline"])
        final = try Row.fetchOne(
            db, sql: "SELECT reporter, at FROM final_report WHERE campaign = ?", arguments: [campaign]
        )
        .map { ($0["reporter"], $0["at"]) }
        since =
            try final.map { final in
                try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM observation WHERE field = ? AND observed_at > ?",
                    arguments: [SurveyDesk.field(campaign), final.at]) ?? 0
            } ?? 0
        let open = progress.doors - progress.left
        let above = RoundTarget.targets(kept: row?["targets"] ?? "")
        let own = try Row.fetchAll(
            db, sql: "SELECT at, percent FROM round_target WHERE campaign = ? ORDER BY at", arguments: [campaign]
        ).map { RoundTarget(at: $0["at"], percent: $0["percent"]) }
        // An order isn't hidden by what a compound wants of itself.
        let all = above.map { ($0, true) } + own.filter { !above.contains($0) }.map { ($0, false) }
        targets = try all.sorted { $0.0.at < $1.0.at }.map { target, isFromAbove in
            let done = target.at > now ? open : try RoundStanding.done(campaign, by: target.at, db)
            return Target(at: target.at, percent: target.percent, done: done, isFromAbove: isFromAbove)
        }
    }

    /// Doors that have their result now and had one by then: a door that was corrected later had one too, a slip that was
    /// undone was none.
    private static func done(_ campaign: String, by time: Int64, _ db: Database) throws -> Int {
        let said = try Row.fetchAll(
            db,
            sql: """
                SELECT subject, json_extract(value, '$.disposition') AS disposition, count(*) AS calls FROM observation
                WHERE field = ? AND observed_at <= ? AND value <> '\(Record.Undo.value)' AND NOT EXISTS (
                SELECT 1 FROM supersession JOIN observation AS slip ON slip.id = by
                WHERE superseded = observation.id AND slip.value = '\(Record.Undo.value)')
                GROUP BY subject, disposition
                """, arguments: [SurveyDesk.field(campaign), time])
        let had = said.reduce(into: Set<String>()) { doors, row in
            let told = (row["disposition"] as String?).flatMap { Disposition(rawValue: $0) }
            if let told, HouseholdClass(told, passes: row["calls"]).isDone { doors.insert(row["subject"]) }
        }
        return try finished(campaign, db).count(where: had.contains)
    }

    /// Doors that are owed a visit here and have their result now.
    private static func finished(_ campaign: String, _ db: Database) throws -> [String] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT code, \(HouseholdClass.columns) FROM registered_door JOIN survey_door ON door = code AND campaign = ?
                WHERE NOT \(HouseholdClaims.isElsewhere)
                """, arguments: [campaign, campaign]
        ).compactMap { HouseholdClass($0).isDone ? $0["code"] : nil }
    }
}

extension SurveyReader {
    /// A round with its figures.
    static func standing(
        _ campaign: String, now: Int64, _ db: Database
    ) throws -> (SurveyProgress, RoundStanding) {
        let progress = try progress(campaign, db)
        return (progress, try RoundStanding(progress, now: now, db))
    }
}

extension RoundStanding.Target {
    /// Doors that were wanted by then, rounded up: a target of 50 % of 3 doors is 2.
    func wanted(of doors: Int) -> Int { (doors * percent + 99) / 100 }
}
