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
        var isReserve: Bool
    }
    var entries: [Entry] = []
    var unclear: [UnclearLine] = []
    /// How many are short once this is written.
    var shortAfter = 0
    var applied = false

    var isOpen: Bool { !applied && entries.contains { $0.change != .same } }
}

extension CompoundStore {
    /// - Parameter apply: writes what is understood and new; the same chain again writes nothing.
    func signUp(_ text: String, for task: Code, by recorder: Code, apply: Bool) throws(IntakeError) -> SignUps {
        let lines = SignUpLines(text).lines
        var reading = try durably { db in try SignUpReading(task, db) }
        for line in lines { reading.take(line, amongst: lines) }
        return apply ? try write(reading, by: recorder) : reading.plan
    }

    /// What a person made of one line; somebody who withdrew before may come back.
    func signUp(_ decided: SignUpLine.Reading, for task: Code, by recorder: Code) throws(IntakeError) -> SignUps {
        var reading = try durably { db in try SignUpReading(task, db) }
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

/// Takes the lines of a chain one after the other against how the call stands.
private struct SignUpReading {
    private let task: Code
    private let need: Int
    private var filled: Set<String>
    private let withdrawn: Set<String>
    private let buildings: Set<String>
    private var claims: [VolunteerBoard.Claim]
    private var entries: [SignUps.Entry] = []
    private var unclear: [UnclearLine] = []
    private(set) var said: [(Record.Content, supersedes: [UInt128])] = []

    init(_ task: Code, _ db: Database) throws {
        let board = try VolunteerReader.board(task.text, db)
        self.task = task
        (need, filled) = (board.need, Set(board.volunteers))
        (buildings, claims) = (Set(board.buildings), board.claims)
        withdrawn = try Set(
            String.fetchAll(
                db, sql: "SELECT volunteer FROM fill WHERE task = ? AND state = 'withdrawn'", arguments: [task.text]))
    }

    var plan: SignUps {
        SignUps(entries: entries, unclear: unclear, shortAfter: max(0, need - filled.count))
    }

    mutating func take(_ line: SignUpLine, amongst all: [SignUpLine] = [], isDecided: Bool = false) {
        switch line.reading {
        case .unclear(let doubt): doubtful(line, doubt)
        case .join(let names, let building):
            if let building, !buildings.contains(building.text) { return doubtful(line, .buildingUnknown) }
            let codes = names.compactMap(VolunteerName.code)
            let back = codes.filter { withdrawn.contains($0.text) && !filled.contains($0.text) }
            // A chain grows and is pasted again: whoever withdrew since still stands in it.
            if !back.isEmpty, !isDecided {
                if all.contains(where: { $0.number > line.number && $0.withdraws(names) }) { return }
                return doubtful(line, .withdrewBefore)
            }
            join(line, names, codes, building)
        case .withdraw(let names, let building):
            guard let codes = people(names, building) else { return doubtful(line, .personUnknown) }
            withdraw(line, codes)
        }
    }

    private mutating func doubtful(_ line: SignUpLine, _ doubt: SignUpLine.Doubt) {
        unclear.append(UnclearLine(line: line.number, text: line.text, doubt: doubt.rawValue))
    }

    private mutating func join(_ line: SignUpLine, _ names: [String], _ codes: [Code], _ building: Code?) {
        var isNew = false
        var isReserve = false
        for code in codes {
            if filled.insert(code.text).inserted {
                isNew = true
                said.append((Record.Answer(task: task, volunteer: code, state: .filled), []))
            }
            guard let building else { continue }
            let held = claims.filter { $0.building == building.text }
            isReserve = isReserve || held.contains { !codes.map(\.text).contains($0.volunteer) }
            guard !held.contains(where: { $0.volunteer == code.text }) else { continue }
            isNew = true
            said.append(
                (Record.BuildingClaim(task: task, building: building, volunteer: code, state: .claimed), []))
            claims.append(
                VolunteerBoard.Claim(
                    building: building.text, volunteer: code.text, state: Record.Claim.claimed.rawValue,
                    rank: held.count))
        }
        entries.append(
            SignUps.Entry(
                line: line.number, names: names, building: building?.text, change: isNew ? .joins : .same,
                isReserve: isReserve))
    }

    /// Those who signed up under these names; a surname alone is whoever has it in the building, if that is one person.
    private func people(_ names: [String], _ building: Code?) -> [Code]? {
        let known = filled.union(withdrawn)
        let codes = names.compactMap { name -> Code? in
            if let code = VolunteerName.code(name), known.contains(code.text) { return code }
            let alike = Set(claims.filter { $0.building == building?.text }.map(\.volunteer))
                .filter { VolunteerName.text($0).hasPrefix(name) }
            return alike.count == 1 ? alike.first.flatMap { Code($0) } : nil
        }
        return codes.count == names.count ? codes : nil
    }

    private mutating func withdraw(_ line: SignUpLine, _ codes: [Code]) {
        var isNew = false
        for code in codes {
            if filled.remove(code.text) != nil {
                isNew = true
                said.append((Record.Answer(task: task, volunteer: code, state: .withdrawn), []))
            }
            for claim in claims where claim.volunteer == code.text && claim.state == Record.Claim.claimed.rawValue {
                guard let building = Code(claim.building) else { continue }
                isNew = true
                said.append(
                    (
                        Record.BuildingClaim(task: task, building: building, volunteer: code, state: .released),
                        claim.answers.compactMap { Hex.uint128($0) }
                    ))
            }
            claims.removeAll { $0.volunteer == code.text && $0.state == Record.Claim.claimed.rawValue }
        }
        entries.append(
            SignUps.Entry(
                line: line.number, names: codes.map { VolunteerName.text($0.text) }, building: nil,
                change: isNew ? .withdraws : .same, isReserve: false))
    }
}

extension SignUpLine {
    fileprivate func withdraws(_ people: [String]) -> Bool {
        if case .withdraw(let names, _) = reading {
            names.contains { name in people.contains { $0.hasPrefix(name) } }
        } else {
            false
        }
    }
}
