import Coverage
import Federation

/// The series of one round, as a page draws it.
struct RoundProgress {
    private let log: SeriesLog
    private let opens: Int64
    private let completion: Measure
    let chart: RoundChart

    /// - Parameters:
    ///   - campaign: nil where the round isn't known any more.
    ///   - completion: by the rule of the round.
    init(_ log: SeriesLog, _ campaign: RegistryCampaign?, _ completion: Measure, now: Int64) {
        (self.log, self.completion) = (log, completion)
        // Of the time before the first sample nobody knows anything that could be drawn.
        opens = max(campaign?.opens ?? 0, log.steps.first?.at ?? now)
        chart = RoundChart(
            opens: opens, deadline: campaign?.deadline ?? now, now: campaign?.closedAt ?? now,
            targets: campaign?.targets ?? [], least: 12 * (log.steps.last?.seconds ?? 300))
    }

    /// How many places a page draws; a table names the others.
    static let most = 100

    func line(_ subject: SeriesSubject) -> SeriesLine { log.line(subject, completion) }

    /// The last hours of the round, each by its beginning: seconds since 1970.
    func hours(most: Int64) -> [Int64] {
        guard let last = log.steps.last?.at, opens <= last else { return [] }
        let hours = opens / 3600...last / 3600
        return (max(hours.lowerBound, hours.upperBound - most + 1)...hours.upperBound).map { $0 * 3600 }
    }
}
