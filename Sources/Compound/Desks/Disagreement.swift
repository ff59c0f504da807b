import Federation

/// Statements about one fact that differ, none taking another back: a work item for a person.
///
/// The detail lists the statements in the journal's order, each with what it says and the one that stands marked,
/// so that the sentence a person reads follows from the statements alone.
enum Disagreement {
    /// - Parameters:
    ///   - says: what a statement says, as members of its line; equal members are agreement.
    ///   - answers: the statements that have to be taken back for the statement to be; itself at least.
    /// - Returns: nil where the statements agree.
    static func among(
        _ statements: [Observation], kind: String = "two_answers", says: (Observation) -> [(String, JSONLine.Value)],
        answers: (Observation) -> [Observation] = { [$0] }
    ) -> (kind: String, detail: String)? {
        // The ordinary fact has one statement, and is folded with each record.
        guard statements.count > 1, Set(statements.map { JSONLine.object(says($0)) }).count > 1 else { return nil }
        let lines = statements.map {
            line($0, says($0), answers: answers($0), stands: $0.id == statements.last?.id)
        }
        return (kind: kind, detail: list(lines))
    }

    /// Statements whose order is in doubt, because a device's clock is off, and which don't say the same.
    ///
    /// A clock that runs ahead was taken as the time of arrival, so only a statement ordered before it may in truth
    /// be later; one that starts in 1970 is ordered first and may be later than any.
    static func clock(
        _ statements: [Observation], says: (Observation) -> [(String, JSONLine.Value)]
    ) -> (kind: String, detail: String)? {
        let isDoubted = statements.last?.isClockAhead ?? false || statements.contains(where: \.isClockReset)
        return isDoubted ? among(statements, kind: "clock_off", says: says) : nil
    }

    static func line(
        _ statement: Observation, _ says: [(String, JSONLine.Value)], answers: [Observation], stands: Bool
    ) -> String {
        let ids = answers.map { Hex.text($0.id) }.sorted().joined(separator: ",")
        var members: [(String, JSONLine.Value)] =
            [
                ("answers", .text(ids)), ("evidence", .number(statement.evidence)),
                ("id", .text(Hex.text(statement.id))),
                ("observed_at", .number(Int(statement.observedAt))), ("recorder", .text(statement.recorder)),
                ("stands", .number(stands ? 1 : 0)),
            ] + says
        if !statement.device.isEmpty { members.append(("device", .text(statement.device))) }
        if statement.isClockOff { members.append(("clock_ahead", .number(Int(statement.clockAhead)))) }
        return JSONLine.object(members.sorted { $0.0 < $1.0 })
    }

    static func list(_ lines: [String]) -> String { "[" + lines.joined(separator: ",") + "]" }

    /// The ids of the statements that disagree: whoever settles it takes all of them back.
    static func ids(_ detail: String) -> [String] { ConflictStatement.read(detail).flatMap(\.answers) }
}

extension Observation {
    /// Seconds by which the device ran ahead of this node when the record was journaled; 0 if it didn't.
    var clockAhead: Int64 { observedAt - (hlc >> 16) / 1000 }

    /// Judged by the stored stamp, never by the time of reading: two nodes with one journal say the same.
    var isClockOff: Bool { HybridClock.isOff(observedAt: observedAt, now: (hlc >> 16) / 1000) }
    var isClockAhead: Bool { isClockOff && clockAhead > 0 }
    var isClockReset: Bool { isClockOff && clockAhead <= 0 }
}
