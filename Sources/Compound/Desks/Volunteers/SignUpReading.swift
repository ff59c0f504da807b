import Federation
import GRDB

/// Takes the lines of a chain one after the other against how the call stands.
struct SignUpReading {
    private let task: Code
    private let role: VolunteerRole
    private var call: VolunteerCall
    private let withdrawn: Set<String>
    private let buildings: Set<String>
    private let restrictions: [DutyRestriction]
    private var claims: SignUpClaims
    private var entries: [SignUps.Entry] = []
    private var unclear: [UnclearSignUp] = []
    private var answers: [(Record.Content, supersedes: [UInt128])] = []

    init(_ task: Code, as role: VolunteerRole, now: Int64, _ db: Database) throws {
        let board = try VolunteerReader.board(task.text, db, now: now)
        (self.task, self.role) = (task, role)
        call = try VolunteerCall(task.text, db)
        (buildings, restrictions) = (Set(board.buildings), board.restrictions)
        claims = SignUpClaims(task, board.claims, released: try VolunteerReader.released(task.text, db))
        withdrawn = try Set(
            String.fetchAll(
                db, sql: "SELECT volunteer FROM fill WHERE task = ? AND state = 'withdrawn'", arguments: [task.text]))
    }

    var plan: SignUps { SignUps(entries: entries, unclear: unclear, shortAfter: call.short) }
    /// Who signs up does so before he takes a building.
    var said: [(Record.Content, supersedes: [UInt128])] { answers + claims.said }

    private func isHere(_ code: Code) -> Bool { call.people[code.text] != nil }
    private func isKnown(_ code: Code) -> Bool { isHere(code) || withdrawn.contains(code.text) }

    mutating func take(_ line: SignUpLine, amongst all: [SignUpLine] = [], isDecided: Bool = false) {
        let later = all.filter { $0.number > line.number }
        switch line.reading {
        case .unclear(let doubt): doubtful(line, doubt)
        case .join(let names, let building, let role):
            join(line, Joining(names: names, building: building, role: role), later, isDecided)
        case .move(let names, let building, let role):
            join(line, Joining(names: names, building: building, role: role, isMove: true), later, isDecided)
        case .withdraw(let names, let building):
            // Who comes back further down has never gone: else the same chain, pasted again, would cost him his building.
            if later.contains(where: { $0.joins(names) }) { return }
            guard let codes = people(names, building) else { return doubtful(line, .personUnknown) }
            withdraw(line, codes)
        }
    }

    private mutating func doubtful(_ line: SignUpLine, _ doubt: SignUpLine.Doubt) {
        var understood = line.understood
        if doubt == .buildingUnknown { (understood.building, understood.isBuildingOpen) = (nil, true) }
        unclear.append(
            UnclearSignUp(line: line.number, text: line.text, doubt: doubt.rawValue, understood: understood))
    }

    // MARK: Who comes

    private struct Joining {
        var names: [String]
        var building: Code?
        var role: VolunteerRole?
        /// He gives up what else he has.
        var isMove = false
    }

    private mutating func join(_ line: SignUpLine, _ said: Joining, _ later: [SignUpLine], _ isDecided: Bool) {
        if let building = said.building, !buildings.contains(building.text) { return doubtful(line, .buildingUnknown) }
        let codes = said.names.compactMap { code(of: $0, at: said.building) }
        if !isDecided {
            if isOver(line, said, codes, later) { return }
            if let doubt = doubt(said, codes) { return doubtful(line, doubt) }
        }
        // What a line says beside the name is a role where the task needs that role, and else a remark.
        let named = said.role.flatMap { isDecided || call.need[$0] != nil ? $0 : nil }
        let isForbidden = codes.contains { code in
            [said.role, post(of: code, named)].compactMap { $0 }.contains { isRestricted(code, $0, said.building) }
        }
        guard !isForbidden else { return doubtful(line, .restricted) }
        write(line, said, codes, named, isDecided)
    }

    /// A chain grows and is pasted again: who has withdrawn or moved since still stands where he was.
    private func isOver(_ line: SignUpLine, _ said: Joining, _ codes: [Code], _ later: [SignUpLine]) -> Bool {
        if codes.contains(where: { !isHere($0) && withdrawn.contains($0.text) }) {
            return later.contains { $0.withdraws(said.names) }
        }
        return later.contains { line in
            guard let target = line.moves(said.names), target != said.building else { return false }
            return codes.allSatisfy { claims.holds($0, target) }
        }
    }

    private func doubt(_ said: Joining, _ codes: [Code]) -> SignUpLine.Doubt? {
        if codes.contains(where: { !isHere($0) && withdrawn.contains($0.text) }) { return .withdrewBefore }
        guard let building = said.building else { return nil }
        if said.isMove {
            let leaves = Set(codes.filter { !claims.holds($0, building) }.flatMap { claims.others($0, than: building) })
            return leaves.count > 1 ? .movesFromSeveral : nil
        }
        if codes.contains(where: { claims.gaveUp($0, building) }) { return .gaveUpBefore }
        // There is an 李姐 in many a building.
        let isMet = zip(said.names, codes).contains { name, code in
            SpokenName.isFormOfAddress(name) && !claims.holds(code, building)
                && !claims.others(code, than: building).isEmpty
        }
        return isMet ? .sameAddress : nil
    }

    /// - Returns: of two who are called the same, the one of this building.
    private func code(of name: String, at building: Code?) -> Code? {
        let own = building.flatMap { VolunteerName.code(VolunteerName.at($0, name)) }
        return own.flatMap { isKnown($0) ? $0 : nil } ?? VolunteerName.code(name)
    }

    /// What somebody does who says so, who has done so before, or who says nothing.
    private func post(of code: Code, _ said: VolunteerRole?) -> VolunteerRole {
        let before = call.people[code.text] ?? []
        return said ?? (before.contains(role) ? role : VolunteerRole.allCases.first(where: before.contains) ?? role)
    }

    private func isRestricted(_ code: Code, _ role: VolunteerRole, _ building: Code?) -> Bool {
        restrictions.forbidden(code.text, building == nil ? .role(role) : .building(role)) != nil
    }

    private mutating func write(
        _ line: SignUpLine, _ said: Joining, _ codes: [Code], _ role: VolunteerRole?, _ isDecided: Bool
    ) {
        var entry = SignUps.Entry(
            line: line.number, names: codes.map { VolunteerName.text($0.text) }, building: said.building?.text,
            change: .same)
        for code in codes {
            entry.role = post(of: code, role)
            if !(call.people[code.text] ?? []).contains(entry.role) {
                entry.change = .joins
                call.fill(code.text, entry.role, true)
                answers.append((Record.Answer(task: task, volunteer: code, state: .filled, role: entry.role), []))
            }
            guard let building = said.building else { continue }
            // A line that is pasted again takes nothing that he got since.
            let isNew = isDecided || !claims.holds(code, building)
            claims.take(building, code, amongst: codes, &entry)
            let others = claims.others(code, than: building)
            if said.isMove, isNew {
                claims.giveUp(code, except: building)
                if !others.isEmpty { (entry.leaves, entry.change) = (others, .joins) }
            } else {
                entry.keeps = others
            }
        }
        entries.append(entry)
    }

    // MARK: Who doesn't come

    /// Those who signed up under these names; a surname alone is whoever has it in the building, if that is one person.
    private func people(_ names: [String], _ building: Code?) -> [Code]? {
        let codes = names.compactMap { name -> Code? in
            let code = code(of: name, at: building)
            if let code, isKnown(code), !isSomebodyElses(name, code, building) { return code }
            let alike = claims.people(at: building).filter { VolunteerName.text($0).hasPrefix(name) }
            return alike.count == 1 ? alike.first.flatMap { Code($0) } : nil
        }
        return codes.count == names.count ? codes : nil
    }

    /// What several are called says who it is with a building alone.
    private func isSomebodyElses(_ name: String, _ code: Code, _ building: Code?) -> Bool {
        guard let building else {
            let namesakes = buildings.compactMap { Code($0) }.compactMap { self.code(of: name, at: $0) }
            return namesakes.contains { $0 != code }
        }
        return SpokenName.isFormOfAddress(name) && !claims.holds(code, building)
            && !claims.others(code, than: building).isEmpty
    }

    /// From every role, and from every building that isn't done.
    private mutating func withdraw(_ line: SignUpLine, _ codes: [Code]) {
        var entry = SignUps.Entry(
            line: line.number, names: codes.map { VolunteerName.text($0.text) }, building: nil, change: .same)
        for code in codes {
            for role in VolunteerRole.allCases where (call.people[code.text] ?? []).contains(role) {
                entry.change = .withdraws
                call.fill(code.text, role, false)
                answers.append((Record.Answer(task: task, volunteer: code, state: .withdrawn, role: role), []))
            }
            if claims.giveUp(code) { entry.change = .withdraws }
        }
        entries.append(entry)
    }
}

extension SignUpLine {
    fileprivate func joins(_ people: [String]) -> Bool {
        switch reading {
        case .join(let names, _, _), .move(let names, _, _):
            people.allSatisfy { name in names.contains { $0.hasPrefix(name) } }
        case .withdraw, .unclear: false
        }
    }

    fileprivate func withdraws(_ people: [String]) -> Bool {
        if case .withdraw(let names, _) = reading {
            names.contains { name in people.contains { $0.hasPrefix(name) } }
        } else {
            false
        }
    }

    /// - Returns: where all of them go instead.
    fileprivate func moves(_ people: [String]) -> Code? {
        guard case .move(let names, let building, _) = reading else { return nil }
        return people.allSatisfy(names.contains) ? building : nil
    }
}
