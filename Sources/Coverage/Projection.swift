import Foundation

/// How fast a place goes, and when it will be through if it goes on as others did.
///
/// What remains, divided by the pace of the last hour, is a guess. How wrong that guess was where a place of the same level had come
/// as far, in earlier rounds, says how wrong it may be now: as far and not as late, for an evening on which everybody begins late or
/// walks slowly shifts what stands at a clock time, and far less what a pace is worth at a share. What all places of an evening still
/// have in common is foretold round by round (see ``Foretold``), so that hundreds of places of two evenings don't pass for experience.
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
    /// Nil where the target is reached, nothing moves, too little is known, one in twenty never got there, or the end lies further
    /// ahead than courses are kept.
    package let interval: Interval?

    private static let windowSeconds: Int64 = 3600
    /// Of less time than this nothing is concluded.
    private static let shortestSeconds: Int64 = 900
    /// As far is within so much of the due.
    private static let near = 0.025

    /// - Parameters:
    ///   - course: up to now.
    ///   - rounds: courses of places of the same level, by earlier round.
    package init(_ course: Course, from rounds: [[Course]]) {
        let step = course.points.count - 1
        perHour = Projection.pace(course, step).map { Int64(($0 * 3600).rounded()) }
        interval = Projection.guess(course, step).flatMap { Projection.interval($0, course, rounds) }
    }

    private static func interval(_ guess: Double, _ course: Course, _ rounds: [[Course]]) -> Interval? {
        guard let share = course.points.last?.share,
            let factor = Foretold(rounds.map { $0.compactMap { error($0, at: share) } })
        else { return nil }
        let (earliest, latest) = (guess * exp(factor.low), guess * exp(factor.high))
        guard latest <= Double(Course.longestSeconds) else { return nil }
        return Interval(earliest: Int64(earliest.rounded(.down)), latest: Int64(latest.rounded(.up)))
    }

    /// By how much the guess had to be multiplied where a course had come as far, as its logarithm: half as long and twice as long
    /// are equally wrong. Infinite where the target was never reached.
    ///
    /// - Returns: nil where there was nothing to guess.
    private static func error(_ course: Course, at share: Double) -> Double? {
        guard let step = course.middle(of: share - near...share + near), let guess = guess(course, step) else {
            return nil
        }
        guard let reached = course.reached(target, after: step) else { return .infinity }
        return log(Double(Int64(reached - step) * course.stepSeconds) / guess)
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
