import District
import Federation

/// People, after the faults: they plug everything in again, keep one machine of each unit, and decide where
/// only they can.
struct Operators {
    private unowned let world: World

    init(_ world: World) { self.world = world }

    func mend() {
        world.note("everything is mended")
        world.completeSuccessions()
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
        for district in world.districts { district.relay?.mend() }
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
        while world.now < end, !world.isOver {
            world.advance(to: world.now + 120_000)
            for machine in world.compounds where !machine.retired { machine.mendRows() }
            for machine in world.children where !machine.retired { settle(machine) }
            guard let why = world.checks.disagreement() else {
                world.note("everybody agrees")
                return true
            }
            world.note("not yet: \(why)")
        }
        return false
    }

    private func settle(_ machine: any Child) {
        guard let mine = machine.rowsHeld?.incarnation, let held = machine.parent.held(machine.unit) else { return }
        guard held.disputed, held.active == mine || held.shadows.contains(mine) else { return }
        world.count(.disputed)
        if world.chance.happens(500) { return machine.parent.adopt(mine, of: machine.unit) }
        for other in held.shadows + [held.active].compactMap({ $0 }) where other != mine {
            world.count(.retired)
            machine.parent.retire(other, of: machine.unit)
        }
    }
}
