import Federation

/// The divisions that have units below them, and the units, in dense numbering: what the roll-up adds
/// along. Built from the registry; a change of the registry builds a new one.
struct PlaceTree: Sendable {
    struct Place: Sendable {
        var code: String
        var name: String
        var level: String
        /// −1 at the root.
        var parent: Int
        var children: [Int] = []
        var units: [Int] = []
    }

    struct Unit: Sendable {
        var code: Code
        var name: String
        var place: Int
        /// Ceiling of what may be due; nil where the registry gives none.
        var households: Int64?
        var residents: Int64?
        /// The numbers that the ceilings were made of.
        var registered: (households: Int64?, residents: Int64?)
        var dutyTelephone: String
    }

    private(set) var places: [Place] = []
    private(set) var units: [Unit] = []
    private var placeByCode: [String: Int] = [:]
    private var unitByCode: [Code: Int] = [:]

    /// Expected units and their ceilings per place, subtree included.
    private(set) var expected: [Expected] = []

    struct Expected: Sendable, Equatable {
        var units = 0
        var households: Int64 = 0
        var residents: Int64 = 0
        var withoutHouseholds = 0
        var withoutResidents = 0
        /// What is registered, without the allowance that makes it a ceiling.
        var registeredHouseholds: Int64 = 0
        var registeredResidents: Int64 = 0

        mutating func add(_ unit: Unit, sign: Int) {
            units += sign
            households += Int64(sign) * (unit.households ?? 0)
            residents += Int64(sign) * (unit.residents ?? 0)
            withoutHouseholds += unit.households == nil ? sign : 0
            withoutResidents += unit.residents == nil ? sign : 0
            registeredHouseholds += Int64(sign) * (unit.registered.households ?? 0)
            registeredResidents += Int64(sign) * (unit.registered.residents ?? 0)
        }
    }

    /// - Parameters:
    ///   - units: in ascending code.
    ///   - path: the divisions above a unit, the root first.
    init(units: [RegistryUnit], path: (RegistryUnit) throws -> [RegistryDivision]) rethrows {
        for unit in units {
            var parent = -1
            for division in try path(unit) { parent = add(division, under: parent) }
            guard parent >= 0 else { continue }
            let index = self.units.count
            self.units.append(
                Unit(
                    code: unit.code, name: unit.name, place: parent, households: unit.ceilingHouseholds,
                    residents: unit.ceilingResidents,
                    registered: (unit.expectedHouseholds, unit.expectedResidents), dutyTelephone: unit.dutyTelephone))
            unitByCode[unit.code] = index
            places[parent].units.append(index)
            forEachPlace(above: index) { expected[$0].add(self.units[index], sign: 1) }
        }
    }

    private mutating func add(_ division: RegistryDivision, under parent: Int) -> Int {
        if let known = placeByCode[division.code] { return known }
        let index = places.count
        places.append(Place(code: division.code, name: division.name, level: division.level, parent: parent))
        expected.append(Expected())
        placeByCode[division.code] = index
        if parent >= 0 { places[parent].children.append(index) }
        return index
    }

    var root: Int? { places.isEmpty ? nil : 0 }
    func place(_ code: String) -> Int? { placeByCode[code] }
    func unit(_ code: Code) -> Int? { unitByCode[code] }

    func forEachPlace(above unit: Int, _ body: (Int) -> Void) {
        var place = units[unit].place
        while place >= 0 {
            body(place)
            place = places[place].parent
        }
    }

    /// The places from the root down to `place`.
    func path(_ place: Int) -> [Int] {
        var path: [Int] = []
        var at = place
        while at >= 0 {
            path.append(at)
            at = places[at].parent
        }
        return path.reversed()
    }

    /// Units of the subtree, for lists that people read.
    func units(below place: Int) -> [Int] {
        places[place].units + places[place].children.flatMap { units(below: $0) }
    }
}
