import Federation

/// Who has which building while a chain is read, and what is to be recorded about it.
struct SignUpClaims {
    private let task: Code
    private var standing: [VolunteerBoard.Claim]
    /// Buildings that somebody has given up, by his code.
    private let released: [String: Set<String>]
    private(set) var said: [(Record.Content, supersedes: [UInt128])] = []

    init(_ task: Code, _ standing: [VolunteerBoard.Claim], released: [String: Set<String>]) {
        (self.task, self.standing, self.released) = (task, standing, released)
    }

    func people(at building: Code?) -> Set<String> {
        Set(standing.filter { $0.building == building?.text }.map(\.volunteer))
    }

    func holds(_ code: Code, _ building: Code) -> Bool { people(at: building).contains(code.text) }

    func gaveUp(_ code: Code, _ building: Code) -> Bool {
        !holds(code, building) && released[code.text]?.contains(building.text) ?? false
    }

    /// Other buildings that are still to be done by him.
    func others(_ code: Code, than building: Code) -> [String] {
        let open = standing.filter { isOpen($0, of: code) && $0.building != building.text }
        return Set(open.map(\.building)).sorted(by: BuildingOrder.precedes)
    }

    private func isOpen(_ claim: VolunteerBoard.Claim, of code: Code) -> Bool {
        claim.volunteer == code.text && claim.state != Record.Claim.done.rawValue
    }

    mutating func take(_ building: Code, _ code: Code, amongst codes: [Code], _ entry: inout SignUps.Entry) {
        let role = entry.role
        let held = standing.filter { $0.building == building.text && $0.role == role.rawValue }
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
        standing.append(
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

    /// - Returns: whether there was one that isn't done.
    @discardableResult mutating func giveUp(_ code: Code, except building: Code? = nil) -> Bool {
        func isGiven(_ claim: VolunteerBoard.Claim) -> Bool {
            isOpen(claim, of: code) && claim.building != building?.text
        }
        let given = standing.filter(isGiven)
        for claim in given { release(claim, of: code) }
        standing = standing.filter { !isGiven($0) }
        return !given.isEmpty
    }

    private mutating func release(_ claim: VolunteerBoard.Claim, of code: Code) {
        guard let building = Code(claim.building), let role = VolunteerRole(rawValue: claim.role) else { return }
        let release = Record.BuildingClaim(
            task: task, building: building, volunteer: code, state: .released, role: role)
        said.append((release, claim.answers.compactMap { Hex.uint128($0) }))
    }
}
