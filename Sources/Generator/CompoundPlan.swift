/// How a door stands in the compound's registry.
package enum HouseholdState: String, Sendable, CaseIterable {
    case occupied, vacant, `let`
    case groupLet = "group_let"
    case notDwelling = "not_dwelling"

    /// Somebody is registered as living there.
    package var isHousehold: Bool { self == .occupied || self == .let || self == .groupLet }
}

/// One door: what the registry says of it, and what is so.
package struct Household: Hashable, Sendable {
    /// `building-unit-room`, e.g. `7-2-1101`; the room is the floor and two digits.
    package var code: String
    package var stairUnit: Int
    package var room: Int
    package var state: HouseholdState
    /// Registered residents.
    package var residents: Int
    /// People who really live there; the registry may be behind by one.
    package var living: Int
}

/// A building: a full grid of `stairUnits × floors × doorsPerFloor` doors.
package struct BuildingPlan: Hashable, Sendable {
    package var code: String
    package var label: String
    package var stairUnits: Int
    package var floors: Int
    package var doorsPerFloor: Int
    /// Places of its doors in the plan's households.
    package var doors: Range<Int>
}

package struct Gate: Hashable, Sendable {
    package var code: String
    package var label: String
}

/// A compound as its registry describes it.
package struct CompoundPlan: Sendable {
    package let site: Site
    package let gates: [Gate]
    package let buildings: [BuildingPlan]
    /// Building by building, within one by stair unit, floor and door.
    package let households: [Household]

    package var registeredResidents: Int { households.reduce(0) { $0 + $1.residents } }
    package var occupiedHouseholds: Int { households.count { $0.state.isHousehold } }

    /// The most people that any state of the survey can count: the ceiling that bounds a silent unit.
    var mostResidents: Int { households.reduce(0) { $0 + max($1.residents, $1.living) } }

    init(site: Site, seed: UInt64) {
        let streams = Streams(seed: seed, code: site.code)
        let layout = Layout(site: site, streams: streams)
        self.site = site
        gates = layout.gates
        buildings = layout.buildings
        households = HouseholdDrawing(site: site, streams: streams).households(in: buildings)
    }
}
