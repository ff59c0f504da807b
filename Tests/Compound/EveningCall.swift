import Federation
import Foundation
import Laws
import Testing

@testable import Compound

/// The call for 48 volunteers as the office lives it: by chain and by desk form, pasted twice, with one who withdraws,
/// a need that is raised in between, and records that arrive hours late. Who is there in truth is kept by hand.
struct EveningCall {
    let fixture: Fixture
    let store: CompoundStore
    /// In the order of the plan.
    let buildings: [String]
    /// Names of those who are there.
    private(set) var there: Set<String> = []
    /// Who has which building, by name.
    private(set) var holders: [String: String] = [:]
    private(set) var done: Set<String> = []
    /// Facts on which somebody has to decide: subject and field.
    private(set) var disputed: Set<String> = []
    /// Who claimed buildings that others have.
    private var second = ""
    private var chance: SplitMix
    private var number = 0

    static let desk = Code(literal: "desk")
    private static let task = Fixture.campaign

    init(_ fixture: Fixture, _ store: CompoundStore, buildings: [String], seed: UInt64) {
        (self.fixture, self.store, self.buildings) = (fixture, store, buildings)
        chance = SplitMix(seed ^ 0xca11)
    }

    /// 60 names, no two alike.
    static let names = "赵钱孙李周吴郑王冯陈褚卫".flatMap { family in "勇芳梅强明".map { "\(family)\($0)" } }

    /// From 18:00 to 18:20: 18, 7, 8 short, then nobody.
    mutating func gather() throws {
        try need(48, at: 1)
        try expectShort(48)
        let names = Self.names.shuffled(using: &chance)
        // 12 were typed in at the desk, 25 stand in the chain, and 7 of them are the same people.
        for (place, name) in names[..<12].enumerated() { try sign(up: name, at: 10 + Int64(place)) }
        var chain = names[5..<30].shuffled(using: &chance).enumerated().map { number, name in
            line(number + 1, name, names.firstIndex(of: name) ?? 0)
        }
        try paste(chain, at: 120)
        try expectShort(18)
        for (place, name) in names[..<5].enumerated() { try claim(place, name, at: 130 + Int64(place)) }
        there = Set(names[..<30])
        try expectNothingNew(chain, at: 140)
        chain += (30..<41).map { line($0, names[$0], $0) }
        try paste(chain, at: 300)
        there.formUnion(names[30..<41])
        try expectShort(7)
        try replace(in: &chain, names)
        try need(52, at: 490)
        try expectShort(11)
        chain += (41..<48).map { line($0, names[$0], $0) }
        try paste(chain.shuffled(using: &chance), at: 700)
        there.formUnion(names[41..<48])
        try expectShort(4)
        try need(48, at: 1200)
        try expectShort(0)
        try expectNothingNew(chain, at: 1210)
        for place in buildings.indices where holders[buildings[place]] == nil {
            holders[buildings[place]] = names[self.place(of: place)]
        }
    }

    /// Who has a building: the first 11 who came, then those who joined later.
    private func place(of building: Int) -> Int { building < 11 ? building : building + 19 }

    private func line(_ number: Int, _ name: String, _ place: Int) -> String {
        let building = buildings.indices.first { self.place(of: $0) == place }
        return "\(number). \(name)" + (building.map { " \(buildings[$0])栋" } ?? "")
    }

    /// One of the chain withdraws, and another comes in his place.
    private mutating func replace(in chain: inout [String], _ names: [String]) throws {
        let place = Int.random(in: 5..<41, using: &chance)
        let before = chain
        chain.append("\(names[place]) 不去了")
        try paste(chain, at: 420)
        there.remove(names[place])
        try expectShort(8)
        // Somebody who hasn't seen that pastes the chain of before.
        let old = try paste(before, at: 430)
        #expect(old.unclear.map(\.doubt) == ["withdrew_before"])
        try expectShort(8)
        chain.append(line(99, names[48], place))
        try paste(chain, at: 450)
        there.insert(names[48])
        if let building = buildings.indices.first(where: { self.place(of: $0) == place }) {
            holders[buildings[building]] = names[48]
        }
        try expectShort(7)
    }

    // MARK: What arrives late

    /// Records of the evening's beginning that arrive at 22:00, and of 19:00 before what they precede.
    mutating func comeLate() throws {
        let late = "迟到"
        fixture.clock.now = Fixture.evening + 14_400
        // Somebody who is there had withdrawn before he signed up: that is history.
        try send(fill(there.sorted()[0], "withdrawn", at: -600))
        try send(fill(late, "withdrawn", at: 3600))
        try send(fill(late, "filled", at: 2400))
        try send(#""kind":"need","task":"\#(Self.task)","required":50"#, at: 60, by: "s01")
        try expectShort(0)
    }

    /// Two buildings are claimed twice, one claim is released on one phone and done on another, a dozen are done.
    mutating func work() throws {
        let order = buildings.shuffled(using: &chance)
        fixture.clock.now = Fixture.evening + 15_000
        second = there.subtracting(holders.values).sorted()[0]
        for building in order.prefix(2) {
            try send(claim(building, second, "claimed"), at: 1800, by: "v99", on: "p99")
            disputed.insert("\(Self.task)/\(building) claim")
        }
        let torn = order[2]
        try send(claim(torn, holder(torn), "released"), at: 3600, by: "h1", on: "p1")
        try send(claim(torn, holder(torn), "done"), at: 7200, by: "h1", on: "p2")
        disputed.insert("\(Self.task)/\(torn) claim/\(Self.code(holder(torn)))")
        done.insert(torn)
        for building in order[3...].prefix(12) {
            let record = item(claim(building, holder(building), "done"), at: 9000, by: "h1", on: "p3")
            for _ in 1...2 { try take("[\(record)]") }
            done.insert(building)
        }
    }

    /// The office decides what its page names.
    mutating func settle() throws {
        fixture.clock.now = Fixture.evening + 16_000
        for conflict in try store.conflicts() {
            let answers = Disagreement.ids(conflict.detail)
            switch conflict.matter {
            case .building(let building, _, _)?:
                let own = try store.board().claims.first {
                    $0.building == building && $0.volunteer == Self.code(second)
                }
                try send(
                    claim(building, second, "released"), at: 15_500, by: "s01", takingBack: own?.answers ?? [])
            case .claim(let building, _, _, _)?:
                try send(claim(building, holder(building), "done"), at: 15_500, by: "s01", takingBack: answers)
            default: continue
            }
        }
    }

    private func holder(_ building: String) -> String { holders[building] ?? "" }

    // MARK: Words

    static func code(_ name: String) -> String { VolunteerName.code(name)?.text ?? "" }

    private mutating func need(_ required: Int, at time: Int64) throws {
        fixture.clock.now = Fixture.evening + time
        try send(#""kind":"need","task":"\#(Self.task)","required":\#(required)"#, at: time, by: "s01")
    }

    private mutating func sign(up name: String, at time: Int64) throws {
        fixture.clock.now = Fixture.evening + time
        try send(fill(name, "filled", at: time))
    }

    private mutating func claim(_ place: Int, _ name: String, at time: Int64) throws {
        fixture.clock.now = Fixture.evening + time
        try send(claim(buildings[place], name, "claimed"), at: time, by: "s01")
    }

    private func claim(_ building: String, _ name: String, _ state: String) -> String {
        #""kind":"claim","task":"\#(Self.task)","building":"\#(building)","volunteer":"\#(Self.code(name))","state":"\#(state)""#
    }

    private func fill(_ name: String, _ state: String, at time: Int64) -> (String, Int64) {
        (#""kind":"fill","task":"\#(Self.task)","volunteer":"\#(Self.code(name))","state":"\#(state)""#, time)
    }

    private mutating func send(_ fill: (json: String, at: Int64)) throws { try send(fill.json, at: fill.at, by: "s01") }

    private mutating func send(
        _ members: String, at time: Int64, by recorder: String, on device: String? = nil, takingBack ids: [String] = []
    ) throws {
        let back = ids.isEmpty ? "" : ",\"supersedes\":[\(ids.map { "\"\($0)\"" }.joined(separator: ","))]"
        try take("[\(item(members + back, at: time, by: recorder, on: device))]")
    }

    private mutating func item(_ members: String, at time: Int64, by recorder: String, on device: String? = nil)
        -> String
    {
        number += 1
        let id = String(repeating: "0", count: 24) + String(0xCA11_0000 + number, radix: 16)
        let machine = device.map { #","device":"\#($0)""# } ?? ""
        return
            #"{"id":"\#(id)","recorder":"\#(recorder)","observed_at":\#(Fixture.evening + time)\#(machine),\#(members)}"#
    }

    private func take(_ body: String) throws {
        let refused = try store.record(Array(body.utf8)).refused
        #expect(refused.isEmpty, "\(refused)")
    }

    @discardableResult private func paste(_ chain: [String], at time: Int64) throws -> SignUps {
        fixture.clock.now = Fixture.evening + time
        return try store.signUp(chain.joined(separator: "\n"), for: Self.task, by: Self.desk, apply: true)
    }

    private func expectNothingNew(_ chain: [String], at time: Int64) throws {
        let position = try store.position()
        let again = try paste(chain, at: time)
        #expect(try store.position() == position && again.unclear.isEmpty, "the same chain again writes nothing")
    }

    private func expectShort(_ short: Int64, sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try store.counts("volunteers", "-")?["short"] == short, sourceLocation: sourceLocation)
    }
}
