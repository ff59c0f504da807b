import Federation
import Foundation
import Generator
import Laws
import NIOPosix
import Synchronization
import Testing

@testable import District

/// An evening in a city in which lines, nodes and the aggregator fail while people record. Everybody plays it in three
/// parts, so that for each the middle of the evening is a matter of minutes.
final class FaultyEvening: Sendable {
    /// What happens to a compound's node.
    enum Lot: Sendable {
        case nothing
        /// Killed twice, and started again at once.
        case killed
        /// Killed after its second part, and found dead when the third begins.
        case foundDead
        /// Set back to a copy of before its second part, beside its sidecar.
        case restored
        /// The same on another machine, without one.
        case movedElsewhere

        /// Of 25 compounds in turn.
        static func drawn(_ place: Int) -> Lot {
            switch place % 25 {
            case 0...2: .killed
            case 3: .foundDead
            case 4...5: .restored
            case 6: .movedElsewhere
            default: .nothing
            }
        }
    }

    let city: City
    let hall: CityHall
    let uplinks: [String: Uplink]
    let testimony = Testimony()
    /// In a drawn order: what is next to each other on the map doesn't fail together.
    let nodes: [(node: Node, lot: Lot)]
    /// What was played, in parts of one node.
    private let played = Mutex(0)
    /// Nodes whose copy was behind what the aggregator had acknowledged.
    private let setBack = Mutex<[Lot: Int]>([:])
    private let restarts = Mutex(0)
    private let pace: Pace

    init(_ city: City, in folder: String, seed: UInt64, on group: MultiThreadedEventLoopGroup, _ pace: Pace)
        async throws
    {
        var chance = SplitMix(seed)
        var (uplinks, ports): ([String: Uplink], [String: Int]) = ([:], [:])
        for district in city.districts {
            let uplink = Uplink(seed: chance.next())
            ports[district] = try await uplink.listen(on: group)
            uplinks[district] = uplink
        }
        (self.city, self.uplinks, self.pace) = (city, uplinks, pace)
        hall = try await CityHall.open(folder + "/city", city, pace)
        let (units, lines, testimony) = (city.units.shuffled(using: &chance), ports, testimony)
        let nodes = try await inParallel(units) { unit in
            let url = "http://127.0.0.1:\(lines[unit.district] ?? 0)"
            return Node(unit, of: city, in: folder, url: url, testimony: testimony, pages: 6)
        }
        self.nodes = nodes.enumerated().map { ($1, Lot.drawn($0)) }
    }

    var lines: [Uplink] { Array(uplinks.values) }
    /// By an operator.
    var restarted: Int { restarts.withLock { $0 } }
    func setBack(_ lot: Lot) -> Int { setBack.withLock { $0[lot, default: 0] } }
    /// From 0 to 1.
    var progress: Double { played.withLock { Double($0) } / Double(3 * nodes.count) }

    // MARK: The compounds' evening

    func play() async throws {
        try await part { node, lot in
            try node.start()
            try node.listDoors()
            try node.enter(0.2)
            if lot == .killed { try self.killAndStart(node) }
            try node.enter(0.4)
        }
        try await part { node, lot in
            if lot == .restored || lot == .movedElsewhere { try node.backUp() }
            try node.enter(0.5)
            if lot == .killed { try self.killAndStart(node) }
            try node.enter(0.7)
            if lot == .foundDead { try node.kill() }
        }
        let lost = nodes.filter { $0.lot == .restored || $0.lot == .movedElsewhere }
        // A copy that isn't behind what was acknowledged sets nobody back.
        try await until(patience: .seconds(180)) { lost.allSatisfy { isBehind($0.node) } }
        setBack.withLock { setBack in
            for one in lost where isBehind(one.node) { setBack[one.lot, default: 0] += 1 }
        }
        try await inParallel(lost) { try $0.node.restore(elsewhere: $0.lot == .movedElsewhere) }
        // What was lost is entered again when everybody else is done: until then the figures are honestly older.
        try await part { node, lot in
            guard lot != .restored, lot != .movedElsewhere else { return }
            if !node.isUp { try node.start() }
            try node.enter()
        }
        try await inParallel(lost) { try $0.node.enter() }
    }

    private func isBehind(_ node: Node) -> Bool {
        guard let copied = node.copied, let unit = Code(node.unit.code) else { return false }
        return testimony.acknowledged[unit].map { $0.position.seq > copied } ?? false
    }

    private func part(_ body: @escaping @Sendable (Node, Lot) throws -> Void) async throws {
        try await inParallel(nodes) { one in
            try body(one.node, one.lot)
            self.played.withLock { $0 += 1 }
        }
    }

    private func killAndStart(_ node: Node) throws {
        try node.kill()
        try node.start()
    }

    // MARK: Afterwards

    /// Everything is mended. Who called in vain for minutes waits for minutes before he calls again; an operator doesn't,
    /// and starts such a node anew.
    ///
    /// - Parameter missing: units that aren't known at the moment.
    func heal(_ missing: () -> Set<String>) async throws {
        lines.forEach { $0.heal() }
        try await until(patience: .milliseconds(2 * pace.leaseMilliseconds)) { missing().isEmpty }
        let asleep = missing()
        try await inParallel(nodes.filter { asleep.contains($0.node.unit.code) }) { one in
            try one.node.stop()
            try one.node.start()
        }
        restarts.withLock { $0 += asleep.count }
    }

    // MARK: What happens to lines and to the aggregator

    /// - Parameter isSeenAway: whether readers were told by now that nobody in a district is known, or something so wrong
    ///   that nothing is waited for.
    func fail(isSeenAway: @Sendable (String) -> Bool) async throws {
        let district = city.districts[0]
        try await reach(0.2)
        try await killHall()
        try await reach(0.35)
        uplinks[district]?.goAway()
        try await reach(0.5)
        try await killHall()
        try await reach(0.6)
        try await until(patience: .seconds(300)) { isSeenAway(district) }
        uplinks[district]?.comeBack()
        try await reach(0.8)
        try await killHall()
        try await reach(1)
    }

    /// What was acknowledged has to be there again, and what is there again has to add up.
    private func killHall() async throws {
        let lines = lines
        try await hall.kill { lines.forEach { $0.end() } }
        let acknowledged = testimony.acknowledged
        // Long enough for many to call in vain.
        try await Task.sleep(for: .seconds(3))
        try hall.startAgain()
        let picture = hall.aggregator.look()
        let lost = acknowledged.filter { unit, moment in
            guard let place = picture.rollup.tree.unit(unit) else { return true }
            let copies = picture.speakers[place]
            guard let held = copies.index(of: moment.incarnation) else { return true }
            return copies.copies[held].parent.position.seq < moment.position.seq
        }
        #expect(lost.keys.map(\.text).sorted() == [], "acknowledged and lost")
        #expect(try await hall.aggregator.scrub().findings == [])
        try await serve()
    }

    func serve() async throws {
        try await hall.serve()
        lines.forEach { $0.lead(to: hall.port) }
    }

    private func reach(_ part: Double) async throws { try await until(patience: .seconds(1800)) { progress >= part } }

    private func until(patience: Duration, _ condition: () -> Bool) async throws {
        let deadline = ContinuousClock.now + patience
        while !condition(), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(100)) }
    }
}
