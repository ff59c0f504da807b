import District
import Federation

/// Invariant 10: a node that nobody rewound or copied never starts a new life, whatever happens to its parent
/// or the network; and what counts of a unit changes at most once for each reason to.
final class NoFlapping: Checker {
    private unowned let world: World
    private var lives: [Code: Int] = [:]
    private var heard: [Incarnation: Int64] = [:]
    private var counted: [Code: (incarnation: Incarnation, changes: Int)] = [:]
    /// The highest epoch of each unit, and whether the parent has lost it since.
    private var epochs: [Code: (highest: Epoch, lost: Bool)] = [:]
    init(_ world: World) { self.world = world }

    func minted(_ reason: ChildLink.MintReason, by machine: CompoundMachine) {
        lives[machine.frame.unit, default: 0] += 1
        if reason != .firstStart, !machine.rewound {
            world.violate(10, "\(machine.name) was never rewound and starts a new life: \(reason.rawValue)")
        }
    }

    func committed(_ ledger: Ledger, _ district: DistrictMachine, clock: Int64) {
        for unit in district.content.units {
            guard let held = ledger.held(unit.code) else { continue }
            notice(held.epoch, unit.code)
            guard let active = held.active else { continue }
            guard let old = counted[unit.code] else {
                counted[unit.code] = (active, 0)
                continue
            }
            guard old.incarnation != active else { continue }
            counted[unit.code] = (active, old.changes + 1)
            world.count(.takeover)
            checkLease(of: old.incarnation, unit.code, district)
            // Each life can take over once; a parent that was rewound may learn each of its decisions once more.
            let reasons = lives[unit.code, default: 1] * (1 + district.rewinds) + district.rewinds
            if old.changes + 1 > reasons { world.violate(10, "\(unit.code) changed hands \(old.changes + 1) times") }
        }
    }

    func answered(_ answer: Answer, to push: Push, of unit: Code, by district: DistrictMachine) {
        if case .held = answer.outcome { heard[push.incarnation] = world.now }
    }

    /// The incumbent was silent for a whole lease before another took over, but for what people decide and what a
    /// parent learns back.
    private func checkLease(of incumbent: Incarnation, _ unit: Code, _ district: DistrictMachine) {
        guard world.inFaultPhase, district.rewinds == 0, let last = heard[incumbent] else { return }
        let silent = world.now - last
        if silent < Int64(World.pace.leaseMilliseconds) {
            world.violate(10, "\(unit) changed hands \(silent) ms after the incumbent was heard")
        }
    }

    private func notice(_ epoch: Epoch?, _ unit: Code) {
        guard let known = epochs[unit] else {
            epochs[unit] = epoch.map { ($0, false) }
            return
        }
        guard let epoch, epoch >= known.highest else { return epochs[unit] = (known.highest, true) }
        if known.lost, epoch == known.highest { world.count(.epochLearnt) }
        epochs[unit] = (epoch, false)
    }
}
