import Federation
import Sync
import Wire

/// One node: a machine with a disk, a process that runs or doesn't, and a line to its district.
///
/// The process is the real one: see `Uplink`.
final class CompoundMachine: Child {
    let frame: Frame
    let number: Int
    let district: DistrictMachine
    private let disk: any MachineDisk
    private unowned let world: World
    private(set) var store: (any CompoundStoring)?
    private var uplink: Uplink?
    /// Distinguishes the process from the ones before it: what was planned for those is nobody's.
    private var run = 0
    /// Switched off for good: the second of two copies, after people found it.
    var retired = false
    /// Seconds by which the wall clock is off.
    var clockOff: Int64 = 0
    var version = 0
    var tokenIsWrong = false
    /// Cut towards the district, and back.
    var cutUp = false
    var cutDown = false
    /// It was restored, copied or robbed of its sidecar: new incarnations are no surprise.
    var rewound = false
    private(set) var lostItsSidecar = false
    /// Some door had an address, here or in a backup.
    private(set) var hasNamed = false
    private var backups: [Any] = []
    /// Tokens that the last document gave to others.
    private var notYours: Set<String> = []
    /// Journals of the compounds that this one follows; whoever finds no building on a restored disk takes them over again.
    private var heritage: [(journal: JournalImage, part: Estate.Part, isTaken: Bool)] = []

    init(_ frame: Frame, number: Int, district: DistrictMachine, disk: any MachineDisk, world: World) {
        (self.frame, self.number, self.district, self.disk, self.world) = (frame, number, district, disk, world)
    }

    var isUp: Bool { store != nil }
    var unit: Code { frame.unit }
    var parent: DistrictMachine { district }
    var rowsHeld: (any LinkStoring)? { store }
    var name: String { "node \(number) of \(frame.unit)" }

    // MARK: Process

    func start() {
        guard !retired, store == nil else { return }
        run += 1
        do {
            let store = try disk.open(self, moments(run))
            self.store = store
            let isBare = !store.hasBuildings
            for (index, one) in heritage.enumerated() where isBare || !one.isTaken {
                try store.inherit(one.journal, one.part)
                heritage[index].isTaken = true
            }
            let uplink = try Uplink(
                self, store,
                Uplink.Hooks(
                    ended: { [unowned self] in end($0) }, written: { [unowned self] in noteWritten() },
                    acknowledged: { [unowned self] in try fetchRegistry() }), world)
            self.uplink = uplink
            noteWritten()
            if world.inFaultPhase, world.chance.happens(world.faults.tornEffects * 5) { disk.endanger(&world.chance) }
            uplink.start()
        } catch { end("while starting") }
    }

    /// The process ends, at any moment. What is on the disk stays.
    func end(_ why: String, restartIn wait: Int64? = nil) {
        world.note("\(name) ends \(why)")
        if disk.wasCut { world.count(.tornEffect) }
        store = nil
        uplink?.close()
        uplink = nil
        disk.crash(&world.chance)
        run += 1
        let restart = wait ?? world.chance.between(500, 60_000)
        world.after(restart) { [self] in start() }
    }

    private func moments(_ run: Int) -> Moments {
        Moments(
            wall: { [unowned self] in world.wall + clockOff },
            draw: { [unowned self] in world.chance.next() },
            between: { [unowned self] in
                guard world.inFaultPhase, world.chance.happens(world.faults.tornEffects) else { return }
                world.count(.tornEffect)
                throw Ended()
            },
            afterRead: { [unowned self] in
                noteWritten()
                guard world.inFaultPhase, world.chance.happens(world.faults.writesBetweenParts) else { return }
                world.count(.writeBetweenParts)
                record()
            },
            minted: { [unowned self] in world.minted($0, by: self) }, rowsPerPart: world.rowsPerPart)
    }

    // MARK: The link

    private func fetchRegistry() throws {
        if let document = try uplink?.fetchRegistry() { hear(document) }
    }

    private func hear(_ document: RegistryDocument) {
        let told = Set(document.notYours?.flatMap(\.value) ?? [])
        world.count(.claimLost, told.subtracting(notYours).count)
        world.count(.claimRegained, notYours.subtracting(told).count)
        notYours = told
    }

    // MARK: People

    /// Somebody finds something at a random door of a random round that is open.
    func record() {
        let building = frame.inhabited(world.chance.below(frame.doors.count))
        let fact = Fact(
            // Most people work on the newest round; rows of the older ones stand for long.
            id: world.chance.next(),
            round: world.chance.happens(700) ? world.roundsOpen - 1 : world.chance.below(world.roundsOpen),
            building: building,
            door: world.chance.below(frame.doors[building]),
            finding: Fact.Finding(rawValue: world.chance.below(Fact.Finding.allCases.count)) ?? .completed,
            stamp: world.now)
        guard let store else { return }
        do {
            try store.record(fact)
            world.records += 1
            noteWritten()
        } catch { end("while recording") }
    }

    /// Somebody registers a random door at an address that other compounds may have too.
    func claim() {
        guard !world.isChanging(frame.unit) else { return }
        let building = world.chance.below(frame.doors.count)
        name(building, world.chance.below(frame.doors[building]), world.chance.pick(district.addresses) ?? "")
    }

    /// A door is at no such address after all.
    ///
    /// - Returns: false if no door has an address.
    func withdraw() -> Bool {
        guard let place = world.chance.pick(store?.addressed ?? []) else { return false }
        name(place / 1000, place % 1000, "")
        return true
    }

    private func name(_ building: Int, _ door: Int, _ address: String) {
        hasNamed = true
        let naming = Naming(
            id: world.chance.next(), building: building, door: door, address: address, stamp: world.now)
        change { try $0.register(naming) }
    }

    func change(_ body: (any CompoundStoring) throws -> Void) {
        guard let store else { return }
        do {
            try body(store)
            noteWritten()
        } catch { end("while writing") }
    }

    /// After every durable change: numbers rise, and what the journal says now belongs to this position.
    private func noteWritten() {
        guard let store, let incarnation = store.incarnation else { return }
        world.checks.written(by: self, store, incarnation)
    }

    /// The facts of another copy's disk become this node's too.
    func takeOver(_ other: CompoundMachine) {
        guard let store, let journal = other.disk.journal() else { return }
        let mine = store.journaled
        change { try $0.takeOver(journal) }
        world.count(.journalAdopted)
        world.checks.tookOver(self, union: mine.union(journal.names))
    }

    /// What comes here of a compound that ended; at once, or when the process is up again.
    func inherit(from other: CompoundMachine, _ part: Estate.Part) {
        guard let journal = other.disk.journal() else { return }
        heritage.append((journal, part, store != nil))
        change { try $0.inherit(journal, part) }
    }

    // MARK: What people do to it

    func backUp() { backups.append(disk.image()) }

    enum SidecarFate { case stays, lost }

    /// - Returns: false if there is no backup.
    func restore(sidecar: SidecarFate) -> Bool {
        guard let backup = world.chance.pick(backups) else { return false }
        rewind(unit: frame.unit)
        end("for a restore")
        disk.put(any: backup)
        if sidecar == .lost {
            disk.loseSidecar()
            lostItsSidecar = true
        }
        return true
    }

    /// A second machine with a copy of this one's files; both run.
    ///
    /// - Returns: false if there is no backup to copy.
    func clone(older: Bool, sidecar: Bool) -> Bool {
        guard !retired, let image = older ? world.chance.pick(backups) : disk.image(),
            let copy = disk.copy(any: image, sidecar: sidecar)
        else { return false }
        rewind(unit: frame.unit)
        let twin = CompoundMachine(frame, number: world.compounds.count, district: district, disk: copy, world: world)
        twin.rewound = true
        twin.version = version
        twin.heritage = heritage
        if world.comparesClocks { twin.clockOff = clockOff }
        world.add(twin)
        twin.start()
        return true
    }

    private func rewind(unit: Code) {
        for machine in world.compounds where machine.frame.unit == unit { machine.rewound = true }
    }

    func switchOff() {
        retired = true
        store = nil
        uplink?.close()
        uplink = nil
        run += 1
    }

    /// The program that derived absurd counts is mended.
    func mendRows() {
        change { store in for building in frame.doors.indices { try store.setAbsurd(building, false) } }
    }
}
