import Coverage
import Federation
import Wire

/// How far a place or a unit was when it should have come to a target, or is now where that time is still to come.
struct TargetStanding: Sendable, Equatable {
    var target: RoundTarget
    var outcome: TargetOutcome
    /// Nil where nobody looked.
    var figure: Figure?
}

extension Picture {
    /// - Parameters:
    ///   - log: how the round went.
    ///   - current: the place's figures as of `now`, seconds since 1970.
    /// - Returns: nil for an overlay: its members change, and nothing is kept of how they stood.
    func targets(
        _ spot: Spot, of round: RegistryCampaign, _ log: SeriesLog, current: [MeasureFigure], now: Int64
    ) -> [TargetStanding]? {
        guard !cutWords.isOverlay else { return nil }
        return log.standings(
            of: round.targets, subject(spot), measure(.completion, round.code),
            current: current.of(.completion)?.figure, now: now)
    }
}

extension SeriesLog {
    /// Seconds within which the sample of a target's time is awaited before it is said that there is none.
    private static let patience: Int64 = 60

    /// - Parameters:
    ///   - completion: by the rule of the round.
    ///   - current: the figure as of `now`, seconds since 1970.
    fileprivate func standings(
        of targets: [RoundTarget], _ subject: SeriesSubject, _ completion: Measure, current: Figure?, now: Int64
    ) -> [TargetStanding] {
        let taken = max(steps.last?.at ?? 0, now - SeriesLog.patience)
        return targets.map { target in
            let isAhead = target.at > min(taken, now)
            let figure = isAhead ? current : sampled(subject, completion, at: target.at)
            let outcome = TargetOutcome(percent: Int64(target.percent), figure, isAhead: isAhead)
            return TargetStanding(target: target, outcome: outcome, figure: figure)
        }
    }

    /// Nil where nobody looked, and for what wasn't counted then.
    private func sampled(_ subject: SeriesSubject, _ measure: Measure, at moment: Int64) -> Figure? {
        guard let sample = sample(subject, at: moment), sample.expected > 0 else { return nil }
        return sample.figure(measure)
    }
}
