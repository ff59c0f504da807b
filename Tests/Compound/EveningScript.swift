import Generator
import Laws

/// What is recorded at the doors of one evening, and how it reaches the office: phones that come back late, out of order
/// and twice, sheets of paper, and people who say something else. What is so, `evening` knows by itself: it is drawn
/// before anything is observed.
struct EveningScript {
    /// What arrives in one request.
    struct Batch {
        /// Seconds since 1970.
        var at: Int64
        var records: [String]
        var body: [UInt8] { Array("[\(records.joined(separator: ","))]".utf8) }
    }
    /// A door about which two people disagree.
    struct Dispute {
        var door: String
        /// A record that settles it, without what it takes back.
        var settling: String
    }

    let evening: Evening
    /// Buildings that are surveyed, by their place in the plan.
    let places: [Int]
    private(set) var batches: [Batch] = []
    private(set) var sheets: [(building: String, text: String)] = []
    private(set) var disputes: [Dispute] = []
    /// Everything that phones send, each once, in the order of time.
    private(set) var said: [(json: String, device: String, at: Int64)] = []
    private var chance: SplitMix
    private var number: UInt64 = 0

    /// - Parameter buildings: how many of the 24 are surveyed.
    init(seed: UInt64, buildings: Int) throws {
        let world = World(profile: .xs, seed: seed)
        guard let unit = world.units.first(where: { $0.code == Site.articleCode }) else { throw CancellationError() }
        evening = world.evening(of: unit)
        chance = SplitMix(seed &* 0x5851_f42d)
        places = Array(evening.plan.buildings.indices.shuffled(using: &chance).prefix(buildings)).sorted()
        let paper = Set(places.shuffled(using: &chance).prefix(2))
        record(onPaper: paper)
        disagree(at: places.filter { !paper.contains($0) })
        said.sort { ($0.at, $0.device) < ($1.at, $1.device) }
        send()
    }

    // MARK: At the doors

    private mutating func record(onPaper paper: Set<Int>) {
        var written: Set<UInt128> = []
        for place in paper.sorted() {
            let building = evening.plan.buildings[place]
            var lines: [String] = []
            for door in building.doors {
                guard let (visit, word) = onPaper(evening.visits[door]) else { continue }
                let household = evening.plan.households[door]
                lines.append("\(household.stairUnit)-\(household.room) \(word)")
                // Some doors are told by a phone, too.
                if Int.random(in: 0..<8, using: &chance) > 0 { written.insert(visit.id) }
            }
            sheets.append((building.code, lines.joined(separator: "\n")))
        }
        for record in evening.records {
            guard case .visit(let visit, _) = record.content, isSurveyed(visit.household), !written.contains(visit.id)
            else { continue }
            said.append((record.json, visit.device, record.observedAt))
        }
    }

    /// What a sheet can say of a door: an answer in full, or a first call in vain.
    private func onPaper(_ visits: [Visit]) -> (Visit, String)? {
        guard let first = visits.first, first.evidence == .door else { return nil }
        if visits.count == 2, first.disposition == .nobodyHome, visits[1].disposition == .completed {
            return (first, "没")
        }
        guard visits.count == 1, first.disposition == .completed, let people = first.people else { return nil }
        let tested = people[.tested]
        guard people.total == tested + people[.untested] else { return nil }
        return (first, tested == people.total ? "\(tested)" : "\(people.total)/\(tested)")
    }

    private func isSurveyed(_ door: Int) -> Bool {
        places.contains { evening.plan.buildings[$0].doors.contains(door) }
    }

    /// Somebody else called at a few doors and heard something else.
    private mutating func disagree(at places: [Int]) {
        let doors = places.flatMap { Array(evening.plan.buildings[$0].doors) }.filter {
            evening.visits[$0].count == 1 && evening.visits[$0][0].disposition == .completed
        }
        for door in doors.shuffled(using: &chance).prefix(Int.random(in: 3...6, using: &chance)) {
            let visit = evening.visits[door][0]
            guard let people = visit.people else { continue }
            let (code, time) = (evening.plan.households[door].code, visit.observedAt)
            let other =
                Bool.random(using: &chance)
                ? #""disposition":"refused""#
                : #""disposition":"completed","people":{"tested":\#(people.total + 1)}"#
            let evidence = ["door", "phone", "paper"].randomElement(using: &chance) ?? "door"
            let at = time + Int64.random(in: -900...1800, using: &chance)
            said.append((json(door: code, "\(other),\"evidence\":\"\(evidence)\"", by: "w07", "q7", at), "q7", at))
            let classes = PeopleClass.allCases.filter { $0 != .unsurveyed }.map { "\"\($0.code)\":\(people[$0])" }
            let truth = "\"disposition\":\"completed\",\"people\":{\(classes.joined(separator: ","))}"
            let settled = evening.visits.joined().map(\.observedAt).max() ?? time
            disputes.append(
                Dispute(door: code, settling: json(door: code, truth, by: "s01", "desk", settled + 600)))
        }
    }

    private mutating func json(door: String, _ members: String, by recorder: String, _ device: String, _ at: Int64)
        -> String
    {
        number += 1
        let id = String(repeating: "0", count: 16) + String(0xE0_0000_0000_0000 + number, radix: 16).padded(16)
        return """
            {"kind":"visit","id":"\(id)","campaign":"\(Evening.campaign)","door":"\(door)",\(members),\
            "recorder":"\(recorder)","device":"\(device)","observed_at":\(at)}
            """
    }

    // MARK: On the way

    /// Each phone sends what it has in heaps, none before its records were made; one in three is sent again.
    private mutating func send() {
        for (_, queue) in Dictionary(grouping: said, by: \.device).sorted(by: { $0.key < $1.key }) {
            var rest = queue[...]
            while !rest.isEmpty {
                let heap = rest.prefix(Int.random(in: 5...60, using: &chance))
                rest = rest.dropFirst(heap.count)
                let late = Int.random(in: 0..<4, using: &chance) == 0 ? Int64(3 * 3600) : 300
                let at = (heap.last?.at ?? 0) + Int64.random(in: 1...late, using: &chance)
                batches.append(Batch(at: at, records: heap.map(\.json).shuffled(using: &chance)))
                guard Int.random(in: 0..<3, using: &chance) == 0 else { continue }
                let again = at + Int64.random(in: 1...3600, using: &chance)
                batches.append(Batch(at: again, records: heap.map(\.json).shuffled(using: &chance)))
            }
        }
        batches.sort { $0.at < $1.at }
    }
}

extension String {
    fileprivate func padded(_ length: Int) -> String {
        String(repeating: "0", count: Swift.max(0, length - count)) + self
    }
}
