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

/// Takes the lines of a chain one after the other against how the call stands.
private struct SignUpReading {
    private let task: Code
    private let role: VolunteerRole
    private var call: VolunteerCall
    private let withdrawn: Set<String>
    private let buildings: Set<String>
    private let restrictions: [DutyRestriction]
    private var claims: [VolunteerBoard.Claim]
    private var entries: [SignUps.Entry] = []
    private var unclear: [UnclearSignUp] = []
    private(set) var said: [(Record.Content, supersedes: [UInt128])] = []

    init(_ task: Code, as role: VolunteerRole, now: Int64, _ db: Database) throws {
        let board = try VolunteerReader.board(task.text, db, now: now)
        (self.task, self.role) = (task, role)
        call = try VolunteerCall(task.text, db)
        (buildings, claims, restrictions) = (Set(board.buildings), board.claims, board.restrictions)
        withdrawn = try Set(
            String.fetchAll(
                db, sql: "SELECT volunteer FROM fill WHERE task = ? AND state = 'withdrawn'", arguments: [task.text]))
    }

    var plan: SignUps { SignUps(entries: entries, unclear: unclear, shortAfter: call.short) }

    private func isHere(_ code: Code) -> Bool { call.people[code.text] != nil }

    mutating func take(_ line: SignUpLine, amongst all: [SignUpLine] = [], isDecided: Bool = false) {
        switch line.reading {
        case .unclear(let doubt): doubtful(line, doubt)
        case .join(let names, let building, let role):
            if let building, !buildings.contains(building.text) { return doubtful(line, .buildingUnknown) }
            let codes = names.compactMap(VolunteerName.code)
            let back = codes.filter { withdrawn.contains($0.text) && !isHere($0) }
            // A chain grows and is pasted again: whoever withdrew since still stands in it.
            if !back.isEmpty, !isDecided {
                if all.contains(where: { $0.number > line.number && $0.withdraws(names) }) { return }
                return doubtful(line, .withdrewBefore)
            }
            // What a line says beside the name is a role where the task needs that role, and else a remark.
            let named = role.flatMap { isDecided || call.need[$0] != nil ? $0 : nil }
            let isForbidden = codes.contains { code in
                [role, post(of: code, named)].compactMap { $0 }.contains { isRestricted(code, $0, building) }
            }
            guard !isForbidden else { return doubtful(line, .restricted) }
            join(line, names, codes, building, named)
        case .withdraw(let names, let building):
            // Who comes back further down has never gone: else the same chain, pasted again, would cost him his building.
            if all.contains(where: { $0.number > line.number && $0.joins(names) }) { return }
            guard let codes = people(names, building) else { return doubtful(line, .personUnknown) }
            withdraw(line, codes)
        }
    }

    /// What somebody does who says so, who has done so before, or who says nothing.
    private func post(of code: Code, _ said: VolunteerRole?) -> VolunteerRole {
        let before = call.people[code.text] ?? []
        return said ?? (before.contains(role) ? role : VolunteerRole.allCases.first(where: before.contains) ?? role)
    }

    private func isRestricted(_ code: Code, _ role: VolunteerRole, _ building: Code?) -> Bool {
        restrictions.forbidden(code.text, building == nil ? .role(role) : .building(role)) != nil
    }

    private mutating func doubtful(_ line: SignUpLine, _ doubt: SignUpLine.Doubt) {
        var understood = line.understood
        if doubt == .buildingUnknown { (understood.building, understood.isBuildingOpen) = (nil, true) }
        unclear.append(
            UnclearSignUp(line: line.number, text: line.text, doubt: doubt.rawValue, understood: understood))
    }

    private mutating func join(
        _ line: SignUpLine, _ names: [String], _ codes: [Code], _ building: Code?, _ role: VolunteerRole?
    ) {
        var entry = SignUps.Entry(
            line: line.number, names: names, building: building?.text, change: .same, isReserve: false)
        for code in codes {
            entry.role = post(of: code, role)
            if !(call.people[code.text] ?? []).contains(entry.role) {
                entry.change = .joins
                call.fill(code.text, entry.role, true)
                said.append((Record.Answer(task: task, volunteer: code, state: .filled, role: entry.role), []))
            }
            if let building { claim(building, code, amongst: codes, &entry) }
        }
        entries.append(entry)
    }

    private mutating func claim(_ building: Code, _ code: Code, amongst codes: [Code], _ entry: inout SignUps.Entry) {
        let role = entry.role
        let held = claims.filter { $0.building == building.text && $0.role == role.rawValue }
        entry.isReserve =
            entry.isReserve || held.contains { $0.isStanding && !codes.map(\.text).contains($0.volunteer) }
        let before = held.first { $0.volunteer == code.text }
        let with = partner(of: code, amongst: codes, held)
        guard before == nil || before?.isStanding == true && before?.with == nil && with != nil else { return }
        entry.change = .joins
        said.append(
            (
                Record.BuildingClaim(
                    task: task, building: building, volunteer: code, state: .claimed, role: role, with: with), []
            ))
        claims.append(
            VolunteerBoard.Claim(
                building: building.text, volunteer: code.text, state: Record.Claim.claimed.rawValue,
                rank: held.count, role: role.rawValue, with: with?.text))
    }

    /// Who sign up on one line go together: all but the first of them name him, or whom he goes with.
    private func partner(of code: Code, amongst codes: [Code], _ held: [VolunteerBoard.Claim]) -> Code? {
        guard let first = codes.first, first != code else { return nil }
        let partner = held.first { $0.volunteer == first.text }?.with.flatMap { Code($0) } ?? first
        return partner == code ? nil : partner
    }

    /// Those who signed up under these names; a surname alone is whoever has it in the building, if that is one person.
    private func people(_ names: [String], _ building: Code?) -> [Code]? {
        let known = withdrawn.union(call.people.keys)
        let codes = names.compactMap { name -> Code? in
            if let code = VolunteerName.code(name), known.contains(code.text) { return code }
            let alike = Set(claims.filter { $0.building == building?.text }.map(\.volunteer))
                .filter { VolunteerName.text($0).hasPrefix(name) }
            return alike.count == 1 ? alike.first.flatMap { Code($0) } : nil
        }
        return codes.count == names.count ? codes : nil
    }

    /// From every role, and from every building that isn't done.
    private mutating func withdraw(_ line: SignUpLine, _ codes: [Code]) {
        var entry = SignUps.Entry(
            line: line.number, names: codes.map { VolunteerName.text($0.text) }, building: nil, change: .same,
            isReserve: false)
        for code in codes {
            for role in VolunteerRole.allCases where (call.people[code.text] ?? []).contains(role) {
                entry.change = .withdraws
                call.fill(code.text, role, false)
                said.append((Record.Answer(task: task, volunteer: code, state: .withdrawn, role: role), []))
            }
            let open = claims.filter { $0.volunteer == code.text && $0.state != Record.Claim.done.rawValue }
            for claim in open { if release(claim, of: code) { entry.change = .withdraws } }
            claims.removeAll { $0.volunteer == code.text && $0.state != Record.Claim.done.rawValue }
        }
        entries.append(entry)
    }

    private mutating func release(_ claim: VolunteerBoard.Claim, of code: Code) -> Bool {
        guard let building = Code(claim.building), let role = VolunteerRole(rawValue: claim.role) else { return false }
        let release = Record.BuildingClaim(
            task: task, building: building, volunteer: code, state: .released, role: role)
        said.append((release, claim.answers.compactMap { Hex.uint128($0) }))
        return true
    }
}

extension SignUpLine {
    fileprivate func joins(_ people: [String]) -> Bool {
        guard case .join(let names, _, _) = reading else { return false }
        return people.allSatisfy { name in names.contains { $0.hasPrefix(name) } }
    }

    fileprivate func withdraws(_ people: [String]) -> Bool {
        if case .withdraw(let names, _) = reading {
            names.contains { name in people.contains { $0.hasPrefix(name) } }
        } else {
            false
        }
    }
}
