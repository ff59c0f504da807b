/// How far a place was at equal steps since its round began.
package struct Course: Sendable, Equatable {
    /// What had a final result, of what was due then.
    package struct Point: Sendable, Equatable {
        package var done: Int32
        package var due: Int32

        package init(done: Int64, due: Int64) {
            (self.done, self.due) = (Int32(clamping: done), Int32(clamping: due))
        }

        /// Nobody looked, or somebody wasn't heard: nothing is concluded from such a step.
        package static let unknown = Point(done: -1, due: -1)

        /// Of due; nil where nothing is, or nothing is known.
        var share: Double? { due > 0 ? Double(done) / Double(due) : nil }
    }

    /// Between two points.
    package let stepSeconds: Int64
    package var points: [Point]

    /// Longest that is kept: a round that goes on for longer says little about an evening.
    package static let longestSeconds: Int64 = 48 * 3600

    package init(stepSeconds: Int64, points: [Point]) {
        self.stepSeconds = max(1, stepSeconds)
        self.points = points
    }

    /// - Returns: nil where nothing is known.
    subscript(step: Int) -> Point? {
        points.indices.contains(step) && points[step] != .unknown ? points[step] : nil
    }

    /// The first step after another at which the share of due was reached; nil if it never was.
    package func reached(_ share: Projection.Share, after step: Int) -> Int? {
        points.indices.dropFirst(step + 1).first { points[$0].due > 0 && share.isReached(points[$0]) }
    }

    /// The middle one of the steps at which it stood within these shares of due; where it leapt over them, the first one beyond.
    func middle(of shares: ClosedRange<Double>) -> Int? {
        var within: [Int] = []
        for step in points.indices {
            guard let share = points[step].share else { continue }
            if shares.contains(share) { within.append(step) }
            if share > shares.upperBound, within.isEmpty { return step }
        }
        return within.isEmpty ? nil : within[within.count / 2]
    }
}
