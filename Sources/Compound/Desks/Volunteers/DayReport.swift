import Daemon

/// What a manager reports at the end of the day: the doors, the volunteers and their hours, and what isn't known.
///
/// Every number is one that a page shows. What nobody has stated is said to be unknown and isn't a zero.
struct DayReport {
    let board: VolunteerBoard
    let survey: SurveyProgress
    let status: NodeStatus
    let text: Messages

    private var now: Int64 { board.asOf }

    var body: String {
        text(
            "node.call.report",
            [
                "day": day, "task": board.name, "at": Clock.text(now, asOf: now), "doors": doors,
                "conflicts": "\(status.conflicts)", "claims": claims, "people": people, "delivery": delivery,
            ])
    }

    /// The day that it is about: a round of one evening keeps its day after midnight, and one that ends at midnight doesn't
    /// reach into the next.
    private var day: String {
        let about = Clock.reference(opens: board.opens, deadline: board.deadline, now: now)
        let opens = board.opens ?? now
        let isOneEvening = (board.deadline ?? opens) - opens <= Clock.day
        let date = Clock.date(isOneEvening ? opens : max(opens, about - 1))
        let parts = date.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3 else { return date }
        return text("node.call.day", ["month": "\(parts[1])", "day": "\(parts[2])"])
    }

    private var doors: String {
        guard survey.doors > 0 else { return text("node.call.report.no_doors") }
        let left = survey.buildings.filter { $0.left > 0 }
        let named = left.prefix(CallTexts.named).map {
            "\(text("node.building", ["code": $0.code])) \($0.left)"
        }.joined(separator: text("node.code_separator"))
        let values = [
            "doors": "\(survey.doors)", "done": "\(survey.doors - survey.left)", "left": "\(survey.left)",
            "buildings": named, "count": "\(left.count)",
        ]
        let key = left.isEmpty ? "all" : left.count > CallTexts.named ? "many" : "left"
        let elsewhere =
            survey.elsewhere > 0 ? text("node.call.report.elsewhere", ["count": "\(survey.elsewhere)"]) : ""
        return text("node.call.report.\(key)", values) + elsewhere
    }

    private var claims: String {
        text(
            "node.call.report.claims",
            [
                "buildings": "\(board.buildings.count)",
                "claimed": "\(board.buildings.count - board.unclaimed.count)", "done": "\(board.done.count)",
            ])
    }

    private var people: String {
        let muster = Muster(board)
        var values = [
            "need": "\(board.need)", "filled": "\(board.filled)", "came": "\(muster.came)",
            "missing": "\(board.noShows.count)", "uncalled": "\(muster.uncalled.count)",
            "worked": Muster.span(muster.seconds, text), "open": "\(muster.open)", "unclear": "\(muster.unclear)",
            "at": Clock.time(now),
        ]
        values["short"] = "\(board.short)"
        guard board.need > 0 || !board.attendance.isEmpty else { return text("node.call.report.no_need", values) }
        guard !board.attendance.isEmpty else { return text("node.call.report.no_muster", values) }
        return text("node.call.report.people", values)
            + (muster.uncalled.isEmpty ? "" : text("node.call.report.uncalled", values))
            + text("node.call.report.hours", values)
            + (muster.open == 0 ? "" : text("node.call.report.open", values))
            + (muster.unclear == 0 ? "" : text("node.call.report.unclear", values))
    }

    /// What the district hasn't got; and why its number may still be another.
    private var delivery: String {
        let words =
            status.acknowledgedAt == nil
            ? text("node.standing.never")
            : text("node.call.report.undelivered", ["count": "\(status.unacknowledged)"])
        guard let role = status.role, role != "active" else { return words }
        return words + text("node.sentence_separator") + text("node.standing.role.\(role)")
    }
}

/// Who is there, who was, and who hasn't been asked for yet.
struct Muster {
    /// Who came, still there or not.
    let came: Int
    /// Who signed up and of whom nobody has said whether he came.
    let uncalled: [String]
    /// Worked by all of them together, as far as it is known.
    let seconds: Int64
    /// Shifts that go on.
    let open: Int
    /// People who worked longer than is known.
    let unclear: Int

    init(_ board: VolunteerBoard) {
        let there = board.attendance.filter { $0.state != Record.Attendance.State.absent.rawValue }
        let called = Set(board.attendance.map(\.volunteer))
        came = there.count
        uncalled = board.volunteers.filter { !called.contains($0) }
        seconds = there.reduce(0) { $0 + $1.seconds }
        open = there.count(where: \.open)
        unclear = there.count(where: \.unclear)
    }

    /// To the minute, in hours however long it is: working hours aren't days.
    static func span(_ seconds: Int64, _ text: Messages) -> String {
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        if hours == 0 { return text("node.minutes", ["minutes": "\(minutes)"]) }
        let values = ["hours": "\(hours)", "minutes": "\(minutes)"]
        return text(minutes == 0 ? "node.attendance.hours" : "node.hours_minutes", values)
    }
}
