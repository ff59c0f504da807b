/// How fast a place goes, and when it will be through if it goes on as others did.
///
/// No distribution is assumed. What remains, divided by the pace of the last hour, is a guess; how wrong that guess was at
/// the same time after the beginning, in earlier rounds at places of the same level, says how wrong it may be now. If
/// this round is drawn as those were, the interval holds the real moment nine times in ten (split conformal prediction:
/// Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005). With too few of them there is none.
package struct Projection: Sendable, Equatable {
    /// A share of what is due.
    package struct Share: Sendable {
        package let percent: Int64
        package init(percent: Int64) { self.percent = percent }

        func isReached(_ point: Course.Point) -> Bool { Int64(point.done) * 100 >= Int64(point.due) * percent }
        /// What is left to it; negative beyond it.
        fileprivate func left(_ point: Course.Point) -> Double {
            Double(point.due) * Double(percent) / 100 - Double(point.done)
        }
    }

    /// The last doors depend on who comes home and who opens, not on how many call: pace says nothing about them.
    package static let target = Share(percent: 90)

    /// When the target is reached, in seconds after the last step.
    package struct Interval: Sendable, Equatable {
        package var earliest: Int64
        package var latest: Int64
    }

    /// In the last hour, or since the beginning if that is later, scaled to an hour; nil where nobody can tell.
    package let perHour: Int64?
    /// Nil where the target is reached, nothing moves, too little is known, or one in twenty never got there.
    package let interval: Interval?

    /// Below so many earlier courses there is no interval that holds nine times in ten.
    static let least = 19
    private static let windowSeconds: Int64 = 3600
    /// Of less time than this nothing is concluded.
    private static let shortestSeconds: Int64 = 900

    /// - Parameters:
    ///   - course: up to now.
    ///   - former: of places of the same level in earlier rounds, with the same step.
    package init(_ course: Course, from former: [Course]) {
        let step = course.points.count - 1
        perHour = Projection.pace(course, step).map { Int64(($0 * 3600).rounded()) }
        interval = Projection.guess(course, step).flatMap {
            Projection.interval($0, at: step, course.stepSeconds, former)
        }
    }

    private static func interval(_ guess: Double, at step: Int, _ seconds: Int64, _ former: [Course]) -> Interval? {
        let errors = former.filter { $0.stepSeconds == seconds }.compactMap { error($0, at: step) }.sorted()
        guard errors.count >= least else { return nil }
        // Ranks, from one, of the largest that nineteen in twenty exceed and the smallest that nineteen in twenty don't.
        let low = (errors.count + 1) / 20
        let high = errors.count + 1 - low
        guard errors[high - 1].isFinite else { return nil }
        return Interval(
            earliest: Int64((guess * errors[low - 1]).rounded(.down)),
            latest: Int64((guess * errors[high - 1]).rounded(.up)))
    }

    /// By how much the guess at this step had to be multiplied; infinite where the target was never reached.
    ///
    /// - Returns: nil where there was nothing to guess.
    private static func error(_ course: Course, at step: Int) -> Double? {
        guard let guess = guess(course, step) else { return nil }
        guard let reached = course.reached(target) else { return .infinity }
        return Double(Int64(reached - step) * course.stepSeconds) / guess
    }

    /// Seconds from a step to the target at the pace of the hour before.
    private static func guess(_ course: Course, _ step: Int) -> Double? {
        guard let point = course[step], point.due > 0, !target.isReached(point), let pace = pace(course, step), pace > 0
        else { return nil }
        return target.left(point) / pace
    }

    /// Per second.
    private static func pace(_ course: Course, _ step: Int) -> Double? {
        let window = min(step, Int(windowSeconds / course.stepSeconds))
        let seconds = Int64(window) * course.stepSeconds
        guard seconds >= shortestSeconds, let now = course[step], let before = course[step - window] else { return nil }
        return Double(now.done - before.done) / Double(seconds)
    }
}
