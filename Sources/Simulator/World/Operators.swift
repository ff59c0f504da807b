import District
import Federation

/// People, after the faults: they plug everything in again, keep one machine of each unit, and decide where
/// only they can.
struct Operators {
    private unowned let world: World

    init(_ world: World) { self.world = world }

    func mend() {
        world.note("everything is mended")
        var kept: [Code: CompoundMachine] = [:]
        for machine in world.compounds.shuffled(using: &world.chance) where !machine.retired {
            if let keeper = kept[machine.frame.unit] {
                machine.switchOff()
                if world.chance.happens(500) { takeOver(machine, keeper, tries: 20) }
                continue
            }
            kept[machine.frame.unit] = machine
            (machine.cutUp, machine.cutDown, machine.tokenIsWrong) = (false, false, false)
        }
    }

    /// The facts of the machine that was switched off are not thrown away; soon, before anybody compares.
    private func takeOver(_ other: CompoundMachine, _ keeper: CompoundMachine, tries: Int) {
        world.after(4000) {
            if keeper.isUp { return keeper.takeOver(other) }
            if tries > 0 { takeOver(other, keeper, tries: tries - 1) }
        }
    }

    /// - Returns: whether everybody agreed before `end`.
    func waitForAgreement(until end: Int64) -> Bool {
        while world.now < end {
            world.advance(to: world.now + 120_000)
            for machine in world.compounds where !machine.retired { look(after: machine) }
            guard let why = world.checks.disagreement() else {
                world.note("everybody agrees")
                return true
            }
            world.note("not yet: \(why)")
        }
        return false
    }

    private func look(after machine: CompoundMachine) {
        machine.mendRows()
        guard let mine = machine.store?.incarnation, let held = machine.district.held(machine.frame.unit) else {
            return
        }
        guard held.disputed, held.active == mine || held.shadows.contains(mine) else { return }
        world.count(.disputed)
        if world.chance.happens(500) { return machine.district.adopt(mine, of: machine.frame.unit) }
        for other in held.shadows + [held.active].compactMap({ $0 }) where other != mine {
            world.count(.retired)
            machine.district.retire(other, of: machine.frame.unit)
        }
    }
}
