/// One step of the volunteers' story.
package struct MobilisationStep: Hashable, Sendable {
    package enum Event: Hashable, Sendable {
        case need(required: Int)
        case fill(volunteer: String, state: FillState)
        /// `building` is its place in the plan.
        case claim(building: Int, volunteer: String, state: ClaimState)
    }
    package enum FillState: String, Sendable { case filled, withdrawn }
    package enum ClaimState: String, Sendable { case claimed, released, done }

    package var event: Event
    /// Seconds since 1970.
    package var observedAt: Int64
}

/// How the volunteers of one evening were found: two per building are needed, one of them claims it.
struct Mobilisation {
    private(set) var steps: [MobilisationStep] = []
    /// The volunteers of each building, the claimant first; empty where nobody claimed it.
    private(set) var teams: [[String]]

    init(site: Site, buildings: Int, streams: Streams) {
        teams = Array(repeating: [], count: buildings)
        var stream = streams.stream(.mobilisation)
        add(.need(required: 2 * buildings), at: 0)
        if site.kind == .article { playArticle(&stream) } else { playOrdinary(&stream) }
    }

    /// The article: 48 needed, 30 found (18 short), 41 (7 short); one withdraws (8 short) and is
    /// replaced; 48, and every building claimed.
    private mutating func playArticle(_ stream: inout Stream) {
        for volunteer in 0..<30 { join(volunteer, at: 10 + 8 * Int64(volunteer)) }
        for volunteer in 30..<41 { join(volunteer, at: 300 + 9 * Int64(volunteer - 30)) }
        let lost = stream.below(41)
        leave(lost, at: 420)
        join(48, inPlaceOf: lost, at: 450)
        for volunteer in 41..<48 { join(volunteer, at: 480 + 30 * Int64(volunteer - 41)) }
    }

    /// Elsewhere one in seven stays short of a partner or two, and some buildings remain unclaimed.
    private mutating func playOrdinary(_ stream: inout Stream) {
        let buildings = teams.count
        let short = stream.chance(15, of: 100) ? 1 + stream.below(min(3, buildings)) : 0
        let pace = max(1, (Clock.mobilisation - 60) / Int64(2 * buildings))
        let orphans = (0..<buildings).filter { $0 > 0 && stream.chance(4, of: 100) }
        for volunteer in 0..<(2 * buildings) {
            let building = volunteer / 2
            let isMissing = volunteer % 2 == 1 && building >= buildings - short
            guard !isMissing else { continue }
            let time = 10 + pace * Int64(volunteer)
            add(.fill(volunteer: Mobilisation.code(volunteer), state: .filled), at: time)
            if !orphans.contains(building) { enlist(volunteer, for: building, at: time) }
        }
    }

    private mutating func join(_ volunteer: Int, inPlaceOf other: Int? = nil, at time: Int64) {
        add(.fill(volunteer: Mobilisation.code(volunteer), state: .filled), at: time)
        let place = other ?? volunteer
        enlist(volunteer, for: place / 2, at: time, first: place % 2 == 0)
    }

    private mutating func enlist(_ volunteer: Int, for building: Int, at time: Int64, first: Bool? = nil) {
        let claims = first ?? (volunteer % 2 == 0)
        teams[building].insert(Mobilisation.code(volunteer), at: claims ? 0 : teams[building].count)
        if claims {
            add(.claim(building: building, volunteer: Mobilisation.code(volunteer), state: .claimed), at: time + 1)
        }
    }

    private mutating func leave(_ volunteer: Int, at time: Int64) {
        let (building, code) = (volunteer / 2, Mobilisation.code(volunteer))
        add(.fill(volunteer: code, state: .withdrawn), at: time)
        teams[building].removeAll { $0 == code }
        if volunteer % 2 == 0 { add(.claim(building: building, volunteer: code, state: .released), at: time + 1) }
    }

    /// The claimant says that nothing is left to do at the doors.
    mutating func finish(_ building: Int, at time: Int64) {
        guard let claimant = teams[building].first else { return }
        let event = MobilisationStep.Event.claim(building: building, volunteer: claimant, state: .done)
        steps.append(MobilisationStep(event: event, observedAt: time))
    }

    private mutating func add(_ event: MobilisationStep.Event, at offset: Int64) {
        steps.append(MobilisationStep(event: event, observedAt: Clock.start + offset))
    }

    private static func code(_ volunteer: Int) -> String { "v" + Digits.padded(volunteer + 1, 2) }
}
