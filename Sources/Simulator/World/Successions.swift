import District
import Federation

/// Compounds that split, merge, move and close while their people work and some of them are offline.
extension World {
    /// What began in the place of what ended.
    struct Succession {
        var before: [Code]
        var after: [(machine: CompoundMachine, estate: Estate)]
    }

    /// Units that a change is about or was: what they have is asked of nobody else.
    func isChanging(_ unit: Code) -> Bool { changing.contains(unit) }

    /// A compound that a change may be about: counted, the only machine of its unit, without households that others claim.
    private func candidate(_ district: DistrictMachine?, besides: Code? = nil) -> CompoundMachine? {
        chance.pick(
            compounds.filter { machine in
                !machine.retired && !isChanging(machine.unit) && machine.unit != besides
                    && (district.map { $0 === machine.district } ?? true)
                    && machine.isUp && !machine.hasNamed
                    && compounds.count { $0.unit == machine.unit } == 1
            })
    }

    func split() -> Bool {
        guard let old = candidate(nil) else { return false }
        let units = ["a", "b"].compactMap { Code("\(old.unit)\($0)") }
        let estates = Estate.halves(of: old.frame, units: units, &chance)
        guard !estates.isEmpty else { return false }
        hand(over: [old], to: estates, .split)
        return true
    }

    func merge() -> Bool {
        guard let first = candidate(nil), let second = candidate(first.district, besides: first.unit),
            let unit = Code("\(first.unit)m")
        else { return false }
        hand(over: [first, second], to: [Estate.union(of: first.frame, second.frame, unit: unit)], .merge)
        return true
    }

    func move() -> Bool {
        guard let district = chance.pick(districts), let unit = chance.pick(district.counted),
            let to = district.communities.first(where: { $0 != unit.community })
        else { return false }
        change(.move, [unit.code], [], district, community: to)
        return true
    }

    func closeUnit() -> Bool {
        guard let machine = candidate(nil), machine.district.counted.count > 2 else { return false }
        changing.insert(machine.unit)
        change(.close, [machine.unit], [], machine.district)
        closedUnits.append(machine.unit)
        return true
    }

    private func hand(over old: [CompoundMachine], to estates: [Estate], _ kind: UnitChange.Kind) {
        let district = old[0].district
        let community = district.counted.first { $0.code == old[0].unit }?.community ?? district.code
        let units = estates.map { estate in
            RegistryUnit(
                code: estate.frame.unit, name: estate.frame.unit.text, community: community,
                expectedHouseholds: Int64(estate.frame.households), expectedResidents: nil, dutyTelephone: "",
                ceilingPercent: 120)
        }
        for unit in old.map(\.unit) + estates.map(\.frame.unit) { changing.insert(unit) }
        var succession = Succession(before: old.map(\.unit), after: [])
        for estate in estates {
            let machine = CompoundMachine(
                estate.frame, number: compounds.count, district: district, disk: freshDisk(), world: self)
            if comparesClocks { machine.clockOff = old[0].clockOff }
            for (machineBefore, part) in zip(old, estate.parts) { machine.inherit(from: machineBefore, part) }
            add(machine)
            succession.after.append((machine, estate))
            // The new offices open one after the other; their predecessor may be offline, or work on.
            after(chance.between(1000, 900_000)) { machine.start() }
        }
        successions.append(succession)
        change(kind, old.map(\.unit), units, district)
        if chance.happens(500) { for machine in old { machine.cutUp = true } }
    }

    /// Written down at the district, and at the city whenever somebody gets round to it.
    private func change(
        _ kind: UnitChange.Kind, _ before: [Code], _ units: [RegistryUnit], _ district: DistrictMachine,
        community: String? = nil
    ) {
        let change = UnitChange(
            number: 0, kind: kind, day: "", at: 0, settledAt: nil, before: before, after: units.map(\.code),
            community: community, reason: Personal.reason, officer: Personal.officer)
        district.write(change, beginning: units)
        let above = units.map { unit in
            var unit = unit
            unit.home = Code(district.code)
            return unit
        }
        after(chance.between(0, 300_000)) { [self] in city.write(change, beginning: above) }
    }

    /// At the end whoever follows gets all that the old offices have, and those are switched off.
    func completeSuccessions() {
        for succession in successions {
            for (heir, estate) in succession.after {
                for machine in compounds where succession.before.contains(machine.unit) {
                    guard let part = estate.parts.first(where: { $0.frame.unit == machine.unit }) else { continue }
                    heir.inherit(from: machine, part)
                }
            }
            for machine in compounds where succession.before.contains(machine.unit) { machine.switchOff() }
        }
        for machine in compounds where closedUnits.contains(machine.unit) { machine.switchOff() }
    }
}
