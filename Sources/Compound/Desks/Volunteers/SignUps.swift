import Federation
import GRDB

/// What a pasted chain would make of the call, line by line; written only when somebody says so.
struct SignUps: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        enum Change: String, Sendable { case joins, withdraws, same }
        var line: Int
        var names: [String]
        var building: String?
        var change: Change
        /// Somebody holds the building already: this one is reserve.
        var isReserve = false
        /// Buildings that he gives up for it.
        var leaves: [String] = []
        /// Buildings that he has besides.
        var keeps: [String] = []
        var role = VolunteerRole.general
    }
    var entries: [Entry] = []
    var unclear: [UnclearSignUp] = []
    /// How many are short once this is written.
    var shortAfter = 0
    var applied = false

    var isOpen: Bool { !applied && entries.contains { $0.change != .same } }
}

extension CompoundStore {
    /// - Parameters:
    ///   - role: of whoever names none and has none.
    ///   - apply: writes what is understood and new; the same chain again writes nothing.
    func signUp(
        _ text: String, for task: Code, as role: VolunteerRole = .general, by recorder: Code, apply: Bool
    ) throws(IntakeError) -> SignUps {
        let lines = SignUpLines(text).lines
        var reading = try looked { db in try SignUpReading(task, as: role, now: self.clock(), db) }
        for line in lines { reading.take(line, amongst: lines) }
        return apply ? try write(reading, by: recorder) : reading.plan
    }

    /// What a person made of one line; somebody who withdrew before may come back.
    func signUp(_ decided: SignUpLine.Reading, for task: Code, by recorder: Code) throws(IntakeError) -> SignUps {
        var reading = try looked { db in try SignUpReading(task, as: .general, now: self.clock(), db) }
        reading.take(SignUpLine(decided: decided), isDecided: true)
        return try write(reading, by: recorder)
    }

    private func write(_ reading: SignUpReading, by recorder: Code) throws(IntakeError) -> SignUps {
        var plan = reading.plan
        try record(reading.said, by: recorder)
        plan.applied = true
        return plan
    }
}
