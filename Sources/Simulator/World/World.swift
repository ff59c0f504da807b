import District
import Federation
import Logging
import Sync

/// One seed: districts, compounds, a network between them, people who record, and what goes wrong. First a
/// phase of faults, then one in which everything is mended and must come together.
package final class World {
    static let pace = Pace(milliseconds: 60_000, graceMilliseconds: 20_000, leaseMilliseconds: 300_000)
    static let silent = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
    static let faultPhase: Int64 = 40 * 60_000
    /// Everything has to come together within this time after the last fault.
    static let healPhase: Int64 = 6 * 3_600_000

    /// What the machines' stores are.
    package enum Depth: String, Sendable, CaseIterable {
        /// The pure core over stores in memory: the many seeds.
        case memory
        /// The real journal and store code, SQLite over a disk that forgets what wasn't synced.
        case disk
    }

    let seed: UInt64
    let depth: Depth
    var chance: Chance
    private(set) var faults: Faults
    let rowsPerPart: Int
    /// By round, under which households are claimed.
    private let claimKeys: [UInt128]
    private var closed: Set<Int> = []
    private(set) var now: Int64 = 0
    private(set) var inFaultPhase = true
    private(set) var roundsOpen = 1
    private(set) var districts: [DistrictMachine] = []
    /// The aggregator above the districts.
    private(set) lazy var city = makeCity()
    private(set) var compounds: [CompoundMachine] = []
    var changing: Set<Code> = []
    var successions: [Succession] = []
    var closedUnits: [Code] = []
    private(set) lazy var network = Network(self)
    private(set) lazy var checks = Checks(self)
    var records = 0
    private var report: Report
    private var agenda = Agenda()
    private let traces: Bool
    private let clocksTell: Bool
    /// Run twice, under two clocks: a unit's words are then ordered by one clock, a copy's being its original's.
    let comparesClocks: Bool
    private let stopsAtViolation: Bool

    /// - Parameters:
    ///   - faults: nil to let the seed draw them.
    ///   - cutsPower: false for a world in which no process ends between two effects.
    ///   - clocksTell: false gives every node the right time and changes nothing else.
    ///   - stopsAtViolation: true for a world that is over as soon as something is broken in it.
    package init(
        seed: UInt64, depth: Depth = .memory, faults: Faults? = nil, clocksTell: Bool = true, cutsPower: Bool = true,
        stopsAtViolation: Bool = false, traces: Bool = false
    ) {
        self.seed = seed
        self.depth = depth
        self.traces = traces
        self.clocksTell = clocksTell
        self.stopsAtViolation = stopsAtViolation
        chance = Chance(seed)
        let drawn = Faults.drawn(&chance)
        self.faults = faults ?? drawn
        if !cutsPower { self.faults.tornEffects = 0 }
        comparesClocks = !cutsPower
        rowsPerPart = 2 + chance.below(6)
        var keys = Chance(seed ^ 0xc1a1)
        claimKeys = Rounds.all.map { _ in UInt128(keys.next()) << 64 | UInt128(keys.next()) }
        report = Report(seed: seed)
        build()
    }

    private func build() {
        let numberOfDistricts = 2 + chance.below(2)
        var divisions = ["4213": RegistryDivision(code: "4213", name: "city", level: "city", parent: "")]
        for number in 0..<numberOfDistricts {
            divisions["42130\(number)"] = RegistryDivision(
                code: "42130\(number)", name: "district", level: "district", parent: "4213")
            for community in ["a", "b"].map({ "42130\(number)\($0)" }) {
                divisions[community] = RegistryDivision(
                    code: community, name: "community", level: "community", parent: "42130\(number)")
            }
        }
        var frames: [[Frame]] = Array(repeating: [], count: numberOfDistricts)
        for number in 0..<(8 + chance.below(5)) {
            guard let unit = Code("42130\(number % numberOfDistricts)-\(100 + number)") else { continue }
            let doors = (0..<(2 + chance.below(8))).map { _ in 2 + chance.below(7) }
            let ceiling = Int64(doors.reduce(0, +)) * 120 / 100
            frames[number % numberOfDistricts].append(Frame(unit: unit, doors: doors, ceiling: ceiling))
        }
        for (number, frames) in frames.enumerated() {
            let units = frames.enumerated().map { place, frame in
                RegistryUnit(
                    code: frame.unit, name: frame.unit.text, community: "42130\(number)\(place % 2 == 0 ? "a" : "b")",
                    expectedHouseholds: Int64(frame.households), expectedResidents: nil, dutyTelephone: "",
                    ceilingPercent: 120)
            }
            let content = RegistryContent(units: units, divisions: divisions, campaigns: [campaign(0)])
            let district = DistrictMachine(
                number: number, code: "42130\(number)", content: content,
                rows: depth == .memory ? MemoryRows() : SQLiteRows(), world: self)
            districts.append(district)
            for frame in frames {
                compounds.append(
                    CompoundMachine(
                        frame, number: compounds.count, district: district, disk: freshDisk(), world: self))
            }
        }
        for district in districts {
            let disk: any UpwardDisk = depth == .memory ? MemoryUpwardDisk() : SQLiteUpwardDisk()
            district.relay = RelayMachine(district, below: city, disk: disk, world: self)
        }
    }

    func freshDisk() -> any MachineDisk { depth == .memory ? MemoryDisk() : SQLiteDisk() }

    /// Knows every unit, and which district it is counted through.
    private func makeCity() -> DistrictMachine {
        let units = districts.flatMap { district in
            district.content.units.map { unit in
                var unit = unit
                unit.home = Code(district.code)
                return unit
            }
        }
        let relays = districts.compactMap { district in
            Code(district.code).map {
                RegistryRelay(code: $0, name: "district", division: district.code, dutyTelephone: "")
            }
        }
        let content = RegistryContent(
            units: units.sorted { $0.code < $1.code }, relays: relays,
            divisions: districts.first?.content.divisions ?? [:], campaigns: districts.first?.content.campaigns ?? [])
        return DistrictMachine(
            number: districts.count, code: "4213", content: content,
            rows: depth == .memory ? MemoryRows() : SQLiteRows(), world: self)
    }

    /// Every aggregator, the city last.
    var aggregators: [DistrictMachine] { districts + [city] }
    /// Whoever has a parent.
    var children: [any Child] { compounds + districts.compactMap(\.relay) }

    func campaign(_ round: Int) -> RegistryCampaign {
        RegistryCampaign(
            code: Rounds.all[round], name: "round", opens: 1, deadline: Int64.max / 4, order: "", closed: false,
            claimKey: claimKeys[round])
    }

    // MARK: The story

    package func run() -> Report {
        let clocks = Chance(seed ^ 0xc10c)
        setClocks(clocks)
        for aggregator in aggregators { aggregator.start() }
        for compound in compounds { after(chance.between(0, 60_000)) { compound.start() } }
        for _ in 0..<(500 + chance.below(200)) {
            after(chance.between(61_000, World.faultPhase)) { [self] in
                chance.pick(compounds.filter(\.isUp))?.record()
            }
        }
        for _ in 0..<chance.below(8) {
            after(chance.between(61_000, World.faultPhase)) { [self] in chance.pick(compounds.filter(\.isUp))?.claim() }
        }
        planBackups()
        planFaults()
        advance(to: World.faultPhase)
        inFaultPhase = false
        if !isOver {
            let operators = Operators(self)
            operators.mend()
            checks.healed(converged: operators.waitForAgreement(until: World.faultPhase + World.healPhase))
        }
        report.records = records
        report.simulatedMilliseconds = now
        return report
    }

    /// Nobody looks any further.
    var isOver: Bool { stopsAtViolation && !report.violations.isEmpty }

    /// Moves time forward, one happening after the other.
    func advance(to end: Int64) {
        while !isOver, let next = agenda.next(before: end) {
            now = next.at
            report.events += 1
            next.body()
        }
        now = end
    }

    private func setClocks(_ drawn: Chance) {
        var clocks = drawn
        for compound in compounds where clocks.happens(faults.clocksOff) {
            let seconds = clocks.pick(World.clocksOff) ?? 0
            guard clocksTell else { continue }
            // Compounds that will be merged have words of one building each, and the heir's own beside them.
            let alike = comparesClocks ? compounds.filter { $0.district === compound.district } : [compound]
            for machine in alike { machine.clockOff = seconds }
            count(.clockOff)
        }
    }

    /// Seconds: 1970, 2100, a day behind, and what nobody notices.
    private static let clocksOff: [Int64] = [-1_649_239_000, 2_460_000_000, -86_400, 3600, -300, 40]

    /// - Returns: false in a world that is run under two clocks: what a copy stamped before a jump and its original
    ///   after it would stand in another order.
    func stepClock(of machine: CompoundMachine) -> Bool {
        let seconds = chance.pick(World.clocksOff + [0]) ?? 0
        guard !comparesClocks else { return false }
        machine.clockOff = seconds
        return true
    }

    private func planBackups() {
        for compound in compounds {
            for _ in 0..<4 {
                after(chance.between(120_000, World.faultPhase)) { compound.backUp() }
            }
        }
        for district in aggregators {
            for _ in 0..<3 { after(chance.between(120_000, World.faultPhase)) { district.backUp() } }
        }
    }

    private func planFaults() {
        for kind in Faults.schedule {
            for _ in 0..<faults[keyPath: kind.path] {
                after(chance.between(180_000, World.faultPhase - 60_000)) { [self] in
                    if Mishap.happen(kind.name, in: self) { count(kind.name) }
                }
            }
        }
    }

    func openNextRound() -> Bool {
        guard roundsOpen < Rounds.all.count else { return false }
        city.open(campaign(roundsOpen))
        roundsOpen += 1
        return true
    }

    func close(_ round: Int) { closed.insert(round) }
    func isClosed(_ round: Int) -> Bool { closed.contains(round) }

    func add(_ compound: CompoundMachine) { compounds.append(compound) }

    // MARK: What everybody uses

    /// Seconds since 1970, as the world's own clock has it.
    var wall: Int64 { 1_649_239_200 + now / 1000 }

    func after(_ milliseconds: Int64, _ body: @escaping () -> Void) { agenda.add(at: now + milliseconds, body) }

    func count(_ what: Occurrence, _ number: Int = 1) { report.occurrences[what, default: 0] += number }

    func note(_ line: @autoclosure () -> String) { if traces { report.trace.append("\(now) ms  \(line())") } }

    func violate(_ invariant: Int, _ what: String) {
        note("VIOLATION of invariant \(invariant): \(what)")
        report.violations.append(Violation(invariant: invariant, what: what, at: now))
    }

    func sign(_ value: UInt64) { report.signature = (report.signature ^ value) &* 0x0000_0100_0000_01b3 }

    func minted(_ reason: ChildLink.MintReason, by machine: any Child) {
        note("\(machine.name) starts a new life: \(reason.rawValue)")
        switch reason {
        case .firstStart: count(.incarnationFirst)
        case .parentAhead: count(.incarnationParentAhead)
        case .digestMismatch: count(.incarnationMismatch)
        case .fork: count(.incarnationFork)
        case .olderThanSidecar: count(.incarnationOlderThanSidecar)
        }
        checks.minted(reason, by: machine)
    }

    /// Counts what a parent said.
    func said(_ answer: Answer) {
        switch answer.outcome {
        case .held: count(.held)
        case .staged: count(.staged)
        case .contradicted(_, .unknown): count(.answer409unknown)
        case .contradicted(_, .stale): count(.answer409stale)
        case .contradicted(_, .mismatch): count(.answer409mismatch)
        case .contradicted(_, .fork): count(.answer409fork)
        case .contradicted(_, .parts): count(.answer409parts)
        case .contradicted(_, .catalogue): count(.answer409catalogue)
        case .refused: count(.answer422)
        case .tooLarge: count(.answer413)
        case .unauthorized: count(.answer401)
        case .unsupported, .invalid: count(.answer400)
        case .busy: break
        }
    }
}
