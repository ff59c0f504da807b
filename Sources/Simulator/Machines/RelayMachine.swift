import District
import Federation
import Sync
import Wire

/// A district as its city's child: what it publishes, and its line upward. It runs and ends with the district's
/// process.
final class RelayMachine: Child {
    let district: DistrictMachine
    let parent: DistrictMachine
    private let disk: any UpwardDisk
    private unowned let world: World
    private(set) var rowsHeld: (any LinkStoring)?
    private var uplink: Uplink?
    var cutUp = false
    var cutDown = false
    private(set) var rewound = false
    private(set) var lostItsSidecar = false
    /// How the district stood when it last cut its rows; nil before the first cut of this process.
    private(set) var lastCut: Standpoint?
    private var isHeldBack = false

    init(_ district: DistrictMachine, below parent: DistrictMachine, disk: any UpwardDisk, world: World) {
        (self.district, self.parent, self.disk, self.world) = (district, parent, disk, world)
    }

    var unit: Code { Code(district.code) ?? Code(literal: "-") }
    var number: Int { 1000 + district.number }
    var name: String { "district \(district.number)" }
    var tokenIsWrong: Bool { false }
    var retired: Bool { false }

    // MARK: Process

    /// - Throws: where the disk ended the process.
    func start() throws {
        lastCut = nil
        let store = try disk.open(self, moments)
        rowsHeld = store
        let uplink = try Uplink(
            self, store,
            Uplink.Hooks(
                ended: { [unowned self] _ in
                    world.count(.tornEffect)
                    district.end()
                },
                written: { [unowned self] in noteWritten() },
                acknowledged: { [unowned self] in _ = try self.uplink?.fetchRegistry() }), world)
        self.uplink = uplink
        noteWritten()
        if world.inFaultPhase, world.chance.happens(world.faults.tornEffects * 5) { disk.endanger(&world.chance) }
        uplink.start()
    }

    func end() {
        rowsHeld = nil
        uplink?.close()
        uplink = nil
        disk.crash(&world.chance)
    }

    private var moments: Moments {
        Moments(
            wall: { [unowned self] in world.wall + district.clockOff },
            draw: { [unowned self] in world.chance.next() },
            between: { [unowned self] in
                guard world.inFaultPhase, world.chance.happens(world.faults.tornEffects) else { return }
                world.count(.tornEffect)
                throw Ended()
            },
            afterRead: { [unowned self] in noteWritten() },
            minted: { [unowned self] in world.minted($0, by: self) }, rowsPerPart: world.rowsPerPart)
    }

    private func noteWritten() {
        guard let store = rowsHeld, let incarnation = store.incarnation else { return }
        world.checks.written(by: self, store, incarnation)
    }

    // MARK: What it says

    /// What the process would publish now; nil while it is held back.
    func looked(_ readiness: Readiness) -> Readiness {
        if case .heldBack = readiness {
            if !isHeldBack { world.count(.heldBack) }
            isHeldBack = true
            return readiness
        }
        isHeldBack = false
        lastCut = district.standpoint(district.ledger)
        return readiness
    }

    /// Rounds are published above and passed on.
    func adopt(_ campaigns: [RegistryCampaign]) {
        for round in Rounds.all.indices where campaigns.contains(where: { $0.code == Rounds.all[round] }) {
            world.note("\(name) hears of round \(round + 1)")
            district.open(world.campaign(round))
        }
    }

    // MARK: What people do to it

    func backUp() { disk.backUp() }

    /// - Returns: false if there is no backup.
    func restore() -> Bool {
        guard disk.restore() else { return false }
        rewound = true
        return true
    }

    func lose(sidecar: Bool) {
        rewound = true
        lostItsSidecar = lostItsSidecar || sidecar
        disk.lose(sidecar: sidecar)
    }

    func mend() { (cutUp, cutDown) = (false, false) }
}
