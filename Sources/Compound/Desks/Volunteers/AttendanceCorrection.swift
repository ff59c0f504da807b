import Federation

/// What a time that is keyed from paper takes back: the words beside which it would mean nothing.
///
/// Of one coming the earliest word counts and of one leaving too, so an earlier time needs nothing and a later one takes back
/// what stands in its way; whoever came wasn't missed afterwards. Who left before he came, or is missed after he left, is
/// asked about: one of the times is wrong, and only the person with the paper knows which.
struct AttendanceCorrection {
    private(set) var takenBack: [UInt128] = []
    private(set) var doubt: Doubt?

    enum Doubt: Equatable {
        /// Both in seconds since 1970.
        case leftBeforeCame(left: Int64, came: Int64)
        case cameAndLeft(Int64)
    }

    /// - Parameters:
    ///   - at: as it is keyed, seconds since 1970.
    ///   - statements: live, in the journal's order.
    init(_ state: Record.Attendance.State, at: Int64, _ statements: [Observation]) {
        let words = AttendanceReading.ordered(statements)
        let seen = words.filter { $0.seconds <= at && $0.state != .absent }
        let later = words.filter { $0.seconds > at }
        let hasCome = seen.contains { $0.state == .present }
        switch state {
        case .present:
            if !hasCome, let left = seen.last { doubt = .leftBeforeCame(left: left.seconds, came: at) }
            takeBack(seen.last(while: .present) + later.filter { $0.state == .absent })
        case .left:
            if !hasCome, let came = later.first(where: { $0.state == .present }) {
                doubt = .leftBeforeCame(left: at, came: came.seconds)
            }
            takeBack(seen.last(while: .left))
        case .absent:
            if let left = seen.last(where: { $0.state == .left }) { doubt = .cameAndLeft(left.seconds) }
            takeBack(seen.last(while: .present))
        }
    }

    private mutating func takeBack(_ words: [AttendanceReading.Word]) { takenBack = words.map(\.statement.id) }
}

extension [AttendanceReading.Word] {
    /// Those at the end that all say the same.
    fileprivate func last(while state: Record.Attendance.State) -> [Element] {
        Array(self[(lastIndex { $0.state != state }.map { $0 + 1 } ?? startIndex)...])
    }
}

extension AttendanceCorrection.Doubt {
    func error(asOf now: Int64) -> IntakeError {
        switch self {
        case .leftBeforeCame(let left, let came):
            let times = [left, came].map { Clock.text($0, asOf: now) }.joined(separator: " < ")
            return IntakeError(.leftBeforeCame, field: "at", value: times)
        case .cameAndLeft(let left):
            return IntakeError(.cameAndLeft, field: "at", value: Clock.text(left, asOf: now))
        }
    }
}
