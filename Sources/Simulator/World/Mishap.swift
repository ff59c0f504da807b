import District
import Federation

/// The faults that are planned at a moment of their own.
enum Mishap {
    /// - Returns: false if there was nothing that it could happen to.
    static func happen(_ what: Occurrence, in world: World) -> Bool {
        switch what {
        case .districtCrash: return crash(world)
        case .districtRestored: return world.chance.pick(world.aggregators)?.restore() ?? false
        case .districtEmptied:
            world.chance.pick(world.aggregators)?.empty()
            return true
        case .upwardRestored: return world.chance.pick(world.districts)?.disturbUpward { $0.restore() } ?? false
        case .upwardLost:
            let sidecar = world.chance.happens(300)
            return world.chance.pick(world.districts)?.disturbUpward {
                $0.lose(sidecar: sidecar)
                return true
            } ?? false
        case .cityCut: return cutFromCity(world)
        case .twoLevelsEmptied:
            world.chance.pick(world.districts)?.empty()
            world.city.empty()
            return true
        case .districtReplaced:
            world.chance.pick(world.districts)?.replace(for: world.chance.between(60_000, 900_000))
            return true
        case .phonedIn:
            // Counted where it is taken.
            world.chance.pick(world.districts)?.phoneIn()
            return false
        case .campaignOpened: return world.openNextRound()
        case .claimDecided: return decide(world)
        case .unitSplit: return world.split()
        case .unitsMerged: return world.merge()
        case .unitMoved: return world.move()
        case .unitClosed: return world.closeUnit()
        case .storm: return storm(world)
        default:
            guard let machine = world.chance.pick(world.compounds) else { return false }
            world.note("\(what.rawValue): \(machine.name)")
            return hit(machine, what, world)
        }
    }

    private static func hit(_ machine: CompoundMachine, _ what: Occurrence, _ world: World) -> Bool {
        switch what {
        case .compoundCrash: machine.end("at a crash")
        case .restoreExact: machine.end("for a restore")
        case .restoreOlder: return restore(machine, .stays, world)
        case .databaseWithoutSidecar: return restore(machine, .lost, world)
        case .cloneIdentical: return machine.clone(older: false, sidecar: false)
        case .cloneDiverged: return machine.clone(older: true, sidecar: false)
        case .cloneWithSidecar: return machine.clone(older: world.chance.happens(500), sidecar: true)
        case .upgrade:
            machine.version += 1
            machine.end("for an upgrade", restartIn: 2000)
        case .absurdRow: machine.change { try $0.setAbsurd(world.chance.below(machine.frame.doors.count), true) }
        case .wrongToken:
            machine.tokenIsWrong = true
            world.after(300_000) { machine.tokenIsWrong = false }
        case .outage: cut(machine, world)
        case .claimRaised: machine.claim()
        case .claimWithdrawn: return machine.withdraw()
        case .clockStepped: return world.stepClock(of: machine)
        default: return false
        }
        return true
    }

    /// Half of the restored machines go on for a while without a line, past their old numbers.
    private static func restore(
        _ machine: CompoundMachine, _ sidecar: CompoundMachine.SidecarFate, _ world: World
    ) -> Bool {
        guard machine.restore(sidecar: sidecar) else { return false }
        guard world.chance.happens(500) else { return true }
        machine.cutUp = true
        for _ in 0..<world.chance.below(40) {
            // Once all is mended nobody records any more: checkers compare what is held before and after.
            world.after(world.chance.between(60_000, 240_000)) { if world.inFaultPhase { machine.record() } }
        }
        world.after(300_000) { machine.cutUp = false }
        return true
    }

    private static func cut(_ machine: CompoundMachine, _ world: World) {
        let way = world.chance.below(3)
        (machine.cutUp, machine.cutDown) = (way != 1, way != 0)
        world.after(world.chance.between(60_000, 900_000)) { (machine.cutUp, machine.cutDown) = (false, false) }
    }

    /// An officer gives a household to a unit, whether it claims it or not.
    private static func decide(_ world: World) -> Bool {
        guard let district = world.chance.pick(world.districts), let unit = world.chance.pick(district.content.units),
            let address = world.chance.pick(district.addresses)
        else { return false }
        district.decide(address, for: unit.code)
        return true
    }

    private static func crash(_ world: World) -> Bool {
        world.chance.pick(world.aggregators)?.end()
        return true
    }

    private static func cutFromCity(_ world: World) -> Bool {
        guard let relay = world.chance.pick(world.districts)?.relay else { return false }
        let way = world.chance.below(3)
        (relay.cutUp, relay.cutDown) = (way != 1, way != 0)
        world.after(world.chance.between(60_000, 900_000)) { relay.mend() }
        return true
    }

    /// A district's line goes down for everybody and comes back at once.
    private static func storm(_ world: World) -> Bool {
        guard let district = world.chance.pick(world.districts) else { return false }
        let hit = world.compounds.filter { $0.district === district }
        for machine in hit { machine.cutUp = true }
        world.after(world.chance.between(120_000, 600_000)) { for machine in hit { machine.cutUp = false } }
        return true
    }
}
