import District
import Federation

/// Invariant 10: a node that nobody rewound or copied never starts a new life, whatever happens to its parent
/// or the network; and what counts of a unit changes at most once for each reason to.
final class NoFlapping: Checker {
    private unowned let world: World
    private var lives: [Code: Int] = [:]
    private var heard: [Incarnation: Int64] = [:]
    private var counted: [Code: (incarnation: Incarnation, changes: Int)] = [:]
    /// By aggregator: the highest epoch of each of its speakers, and whether it has lost it since.
    private var epochs: [Int: [Code: (highest: Epoch, lost: Bool)]] = [:]
    init(_ world: World) { self.world = world }

    func minted(_ reason: ChildLink.MintReason, by machine: any Child) {
        lives[machine.unit, default: 0] += 1
        if reason != .firstStart, !machine.rewound {
            world.violate(10, "\(machine.name) was never rewound and starts a new life: \(reason.rawValue)")
        }
    }

    func committed(_ ledger: Ledger, _ district: DistrictMachine, clock: Int64) {
        for unit in district.speakers {
            guard let held = ledger.held(unit) else { continue }
            notice(held.epoch, unit, district.number)
            guard let active = held.active else { continue }
            guard let old = counted[unit] else {
                counted[unit] = (active, 0)
                continue
            }
            guard old.incarnation != active else { continue }
            counted[unit] = (active, old.changes + 1)
            world.count(.takeover)
            checkLease(of: old.incarnation, unit, district)
            // Each life can take over once; a parent that was rewound may learn each of its decisions once more.
            let reasons = lives[unit, default: 1] * (1 + district.rewinds) + district.rewinds
            if old.changes + 1 > reasons { world.violate(10, "\(unit) changed hands \(old.changes + 1) times") }
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

    private func notice(_ epoch: Epoch?, _ speaker: Code, _ aggregator: Int) {
        guard let known = epochs[aggregator]?[speaker] else {
            epochs[aggregator, default: [:]][speaker] = epoch.map { ($0, false) }
            return
        }
        guard let epoch, epoch >= known.highest else {
            epochs[aggregator]?[speaker] = (known.highest, true)
            return
        }
        if known.lost, epoch == known.highest { world.count(.epochLearnt) }
        epochs[aggregator]?[speaker] = (epoch, false)
    }
}
