import Coverage
import Federation

/// How earlier rounds went, at places of each level: what a projection may lean on.
struct Experience: Sendable {
    /// By level, `unit` for compounds, and round.
    private(set) var courses: [String: [[Course]]] = [:]

    /// The rounds before one that are over and were kept, the latest first, and not more than these.
    static let mostRounds = 7
    /// Of one level in one round: more say the same.
    private static let mostCourses = 100

    /// - Parameters:
    ///   - log: of one earlier round.
    ///   - completion: by the rule of that round.
    ///   - level: of a subject, along the hierarchy of today; nil for what isn't counted any more.
    mutating func add(
        _ log: SeriesLog, _ completion: Measure, opens: Int64, step: Int64, level: (SeriesSubject) -> String?
    ) {
        var subjects: [String: [SeriesSubject]] = [:]
        for subject in log.known { level(subject).map { subjects[$0, default: []].append(subject) } }
        for (level, all) in subjects {
            // Evenly spread over the codes, and the same at every start.
            let stride = (all.count + Experience.mostCourses - 1) / Experience.mostCourses
            let chosen = all.indices.filter { $0 % stride == 0 }.map { all[$0] }
            courses[level, default: []].append(
                chosen.map {
                    log.line($0, completion).course(opens: opens, step: step, until: opens + Course.longestSeconds)
                })
        }
    }
}

extension SeriesLine {
    /// What was known at equal steps since the round began. A step at which somebody wasn't heard is unknown.
    ///
    /// - Parameter until: seconds since 1970; the last step is not after it.
    func course(opens: Int64, step: Int64, until: Int64) -> Course {
        var known: [Course.Point] = []
        let end = min(until + 1, self.until ?? opens)
        var (next, gap) = (points.startIndex, gaps.startIndex)
        var standing: Point?
        for moment in stride(from: opens, to: end, by: Int64.Stride(step)) {
            while next < points.endIndex, points[next].at <= moment {
                standing = points[next]
                next += 1
            }
            while gap < gaps.endIndex, gaps[gap].upperBound <= moment { gap += 1 }
            let isGap = gap < gaps.endIndex && gaps[gap].contains(moment)
            known.append(isGap ? .unknown : standing.map(\.course) ?? .unknown)
        }
        return Course(stepSeconds: step, points: known)
    }
}

extension Picture {
    /// Courses are compared within a level. Nil for what isn't counted any more.
    func level(_ subject: SeriesSubject) -> String? {
        switch subject {
        case .unit(let code): rollup.tree.unit(code) == nil ? nil : "unit"
        case .place(let code): rollup.tree.place(code).map { rollup.tree.places[$0].level }
        }
    }
}

extension SeriesLine.Point {
    fileprivate var course: Course.Point {
        guard let figure, known == expected, expected > 0 else { return .unknown }
        return Course.Point(done: figure.evidence.numerator, due: figure.evidence.denominator)
    }
}

extension Series {
    /// How fast a place or unit goes in a round, and when it may be through; nil once the round is closed or goes on for
    /// longer than courses are kept, and where it has none.
    ///
    /// - Parameter round: nil where none is known.
    func pace(_ subject: SeriesSubject, _ round: Code?, _ picture: Picture) -> Pace? {
        guard let campaign = picture.campaigns.first(where: { $0.code == round }), !campaign.closed,
            (0...Course.longestSeconds).contains(picture.wall - campaign.opens), let level = picture.level(subject)
        else { return nil }
        let line = log(campaign.code, picture).line(subject, picture.measure(.completion, campaign.code))
        let course = line.course(opens: campaign.opens, step: stepSeconds, until: picture.wall)
        guard let last = course.points.indices.last else { return nil }
        return Pace(
            projection: Projection(course, from: experience(campaign.code).courses[level] ?? []),
            at: campaign.opens + Int64(last) * stepSeconds)
    }

    /// A projection, and the moment that it was made of.
    struct Pace: Sendable, Equatable {
        var projection: Projection
        /// Seconds since 1970.
        var at: Int64

        /// When the target may be reached, seconds since 1970.
        var finish: ClosedRange<Int64>? {
            projection.interval.map { at + $0.earliest...at + max($0.earliest, $0.latest) }
        }
    }
}
