import Federation

/// Whether one person came to a task, and for how long, folded from the live statements about it.
///
/// The rule, and why:
/// - Shifts are what lies between coming and leaving. Who is there can't come again, who has left can't leave again: two
///   devices that note the same muster give one shift, from the first word to the first leaving.
/// - Who was seen is no no-show, whatever another device says: presence stands, and a person settles it. What one device
///   says after its own word is a correction.
/// - Who was missed may come after all; what he holds then, he holds from then on.
/// - A device whose clock is off says that he was there, not when: such hours are unknown and not zero.
struct AttendanceReading: Equatable {
    private(set) var state = Record.Attendance.State.absent
    private(set) var began: Int64?
    private(set) var ended: Int64?
    /// Of the shifts that have ended.
    private(set) var seconds: Int64 = 0
    private(set) var openSince: Int64?
    /// A beginning or an end isn't known.
    private(set) var isUnclear = false
    /// Hybrid time of the word that he came after all; 0 where nobody had missed him.
    private(set) var came: Int64 = 0
    /// A presence and the absence that somebody else states after it; empty where none do.
    private(set) var disputed: [Observation] = []

    private var opening: Observation?
    private var wasMissed = false

    /// - Parameter statements: live, in the journal's order.
    /// - Returns: nil where there are none.
    init?(_ statements: [Observation]) {
        let words = AttendanceReading.ordered(statements)
        guard !words.isEmpty else { return nil }
        for word in words { take(word) }
        isUnclear = isUnclear || opening != nil && openSince == nil
        state = opening != nil ? .present : began != nil || ended != nil || isUnclear ? .left : .absent
    }

    private mutating func take(_ word: Word) {
        if word.state != .absent, let absence = disputed.last, absence.isOfSource(of: word.statement) { disputed = [] }
        switch word.state {
        case .present: come(word.statement, word.at)
        case .left: leave(word.statement, word.at)
        case .absent: miss(word.statement)
        }
    }

    private mutating func come(_ statement: Observation, _ at: Int64?) {
        if opening != nil {
            openSince = openSince ?? at
        } else {
            (opening, openSince) = (statement, at)
            arrive(statement)
        }
        began = began ?? openSince
    }

    private mutating func leave(_ statement: Observation, _ at: Int64?) {
        guard opening != nil else {
            // The second word about one leaving; or he was there, and nobody said since when.
            guard began == nil, ended == nil, !isUnclear else { return }
            (ended, isUnclear) = (at, true)
            return arrive(statement)
        }
        if let at, let openSince { seconds += max(0, at - openSince) } else { isUnclear = true }
        (ended, opening, openSince) = (at ?? ended, nil, nil)
    }

    private mutating func miss(_ statement: Observation) {
        if let opening, opening.isOfSource(of: statement), seconds == 0, ended == nil {
            (self.opening, openSince, began, disputed) = (nil, nil, nil, [])
        }
        if opening == nil, ended == nil, !isUnclear {
            wasMissed = true
        } else if let opening, !opening.isOfSource(of: statement) {
            disputed = [opening, statement]
        }
    }

    private mutating func arrive(_ statement: Observation) {
        if wasMissed { came = max(came, statement.hlc) }
        wasMissed = false
    }

    /// A statement as it is read.
    struct Word {
        var statement: Observation
        var state: Record.Attendance.State
        /// As it is stated, or by a device whose clock can be believed.
        var at: Int64?
        /// Its place among the others.
        var seconds: Int64 { at ?? statement.seconds }
    }

    /// By the times that they state; those of one time in the journal's order.
    static func ordered(_ statements: [Observation]) -> [Word] {
        let words = statements.compactMap { statement in
            said(statement).map { Word(statement: statement, state: $0.state, at: $0.at) }
        }
        return words.enumerated().sorted { a, b in
            (a.element.seconds, a.offset) < (b.element.seconds, b.offset)
        }.map(\.element)
    }

    /// - Returns: the time as it is stated, or that of a device whose clock can be believed.
    static func said(_ statement: Observation) -> (state: Record.Attendance.State, at: Int64?)? {
        guard let value = JSONLine.read(statement.value),
            let state = (value["state"] as? String).flatMap({ Record.Attendance.State(rawValue: $0) })
        else { return nil }
        let stated = Clock.moment(value["at"])
        return (state, stated ?? (statement.isClockOff ? nil : statement.observedAt))
    }
}

extension Observation {
    /// Seconds since 1970 under which it stands in the journal.
    var seconds: Int64 { (hlc >> 16) / 1000 }

    fileprivate func isOfSource(of other: Observation) -> Bool {
        recorder == other.recorder && device == other.device
    }
}
