import Federation

/// The divisions that have units below them, the units, and who speaks for them, in dense numbering: what the
/// roll-up adds along. Built from the registry; a change of the registry builds a new one.
///
/// Two things are numbered together. *Units* are what is counted. *Speakers* are whose rows are held: every unit,
/// and behind the units in the same numbering the relays, each of which speaks for many units.
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
        /// −1 where it isn't counted: what it says is kept and goes nowhere.
        var place: Int
        var life: Life
        /// Ceiling of what may be due; nil where the registry gives none.
        var households: Int64?
        var residents: Int64?
        /// The numbers that the ceilings were made of.
        var registered: (households: Int64?, residents: Int64?)
        var dutyTelephone: String
        /// The speaker whose rows count for it: itself, or a relay.
        var home: Int
    }

    /// An aggregator below this one.
    struct Relay: Sendable {
        var code: Code
        var name: String
        var dutyTelephone: String
        /// The divisions above it, the root first.
        var path: [RegistryDivision]
        var units: [Int] = []
    }

    private(set) var places: [Place] = []
    private(set) var units: [Unit] = []
    private(set) var relays: [Relay] = []
    /// Where units that aren't counted would stand, or stood: the divisions above them, the root first.
    private var apart: [Int: [RegistryDivision]] = [:]
    private var placeByCode: [String: Int] = [:]
    /// The counted units, those of a subtree side by side, and where each place's own begin and end among them.
    private var ordered: [Int] = []
    private var spans: [Range<Int>] = []
    private var speakerByCode: [Code: Int] = [:]

    /// Expected units and their ceilings per place, subtree included.
    private(set) var expected: [Expected] = []
    /// Of an overlay: members of which nobody knows what they have. They are expected, and have no ceiling.
    private(set) var unresolved = 0

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
    ///   - units, relays: in ascending code.
    ///   - path: the divisions above a division, itself included, the root first.
    init(
        units: [RegistryUnit], relays: [RegistryRelay] = [], path: (String) throws -> [RegistryDivision]
    ) rethrows {
        var homes: [Code?] = []
        let paths = try units.map { try path($0.community) }
        let top = PlaceTree.top(over: zip(units, paths).filter { $0.0.life == .counted }.map(\.1))
        for (unit, path) in zip(units, paths) where !path.isEmpty {
            var parent = -1
            let index = self.units.count
            if unit.life == .counted {
                for division in top + path { parent = add(division, under: parent) }
            } else {
                apart[index] = path
            }
            self.units.append(
                Unit(
                    code: unit.code, name: unit.name, place: parent, life: unit.life,
                    households: unit.ceilingHouseholds,
                    residents: unit.ceilingResidents,
                    registered: (unit.expectedHouseholds, unit.expectedResidents), dutyTelephone: unit.dutyTelephone,
                    home: index))
            homes.append(unit.home)
            speakerByCode[unit.code] = index
            if parent >= 0 { places[parent].units.append(index) }
            forEachPlace(above: index) { expected[$0].add(self.units[index], sign: 1) }
        }
        for relay in relays {
            speakerByCode[relay.code] = speakers
            self.relays.append(
                Relay(
                    code: relay.code, name: relay.name, dutyTelephone: relay.dutyTelephone,
                    path: try path(relay.division)))
        }
        for (unit, home) in homes.enumerated() {
            guard let home = home.flatMap({ speakerByCode[$0] }), let relay = relay(home) else { continue }
            self.units[unit].home = home
            self.relays[relay].units.append(unit)
        }
        order()
    }

    private mutating func order() {
        ordered = []
        spans = Array(repeating: 0..<0, count: places.count)
        if let root { order(root) }
    }

    private mutating func order(_ place: Int) {
        let start = ordered.count
        ordered += places[place].units
        for child in places[place].children { order(child) }
        spans[place] = start..<ordered.count
    }

    /// Several trees stand under one top, or all but one of them would be on no page and in no sum.
    ///
    /// - Returns: nothing where there is one tree.
    private static func top(over paths: [[RegistryDivision]]) -> [RegistryDivision] {
        let roots = Dictionary(paths.compactMap(\.first).map { ($0.code, $0.name) }) { a, _ in a }
        guard roots.count > 1 else { return [] }
        let names = roots.sorted { $0.key < $1.key }.map(\.value)
        let name = names.prefix(3).joined(separator: "、") + (names.count > 3 ? "…" : "")
        return [RegistryDivision(code: "all", name: name, level: "all", parent: "")]
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

    /// The same units and speakers in the same numbering, some of the units directly below one place and all others
    /// nowhere: what a set of units is added up along.
    func gathered(_ members: Set<Int>, unresolved: Int, under top: Place) -> PlaceTree {
        var tree = self
        (tree.places, tree.placeByCode, tree.expected) = ([top], [top.code: 0], [Expected()])
        tree.places[0].units = members.sorted()
        for unit in units.indices { tree.units[unit].place = members.contains(unit) ? 0 : -1 }
        for unit in members { tree.expected[0].add(units[unit], sign: 1) }
        tree.unresolved = unresolved
        tree.expected[0].units += unresolved
        tree.expected[0].withoutHouseholds += unresolved
        tree.expected[0].withoutResidents += unresolved
        tree.order()
        return tree
    }

    var root: Int? { places.isEmpty ? nil : 0 }
    func place(_ code: String) -> Int? { placeByCode[code] }
    func unit(_ code: Code) -> Int? { speakerByCode[code].flatMap { $0 < units.count ? $0 : nil } }

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

    func isCounted(_ unit: Int) -> Bool { units[unit].life == .counted }
    var counted: Int { root.map { expected[$0].units } ?? 0 }

    /// The divisions above a unit, the root first, whether it is counted or not.
    func divisions(above unit: Int) -> [(code: String, name: String, level: String)] {
        apart[unit]?.map { ($0.code, $0.name, $0.level) }
            ?? path(units[unit].place).map { (places[$0].code, places[$0].name, places[$0].level) }
    }

    /// Units of the subtree, those of one place side by side.
    func units(below place: Int) -> ArraySlice<Int> { ordered[spans[place]] }
}

/// Who speaks.
extension PlaceTree {
    var speakers: Int { units.count + relays.count }
    func speaker(_ code: Code) -> Int? { speakerByCode[code] }

    /// - Returns: nil where the speaker is a unit.
    func relay(_ speaker: Int) -> Int? { speaker >= units.count ? speaker - units.count : nil }
    func code(ofSpeaker speaker: Int) -> Code { relay(speaker).map { relays[$0].code } ?? units[speaker].code }
    func isRelayed(_ unit: Int) -> Bool { units[unit].home != unit }

    /// The units that this speaker's rows count for: none, where a unit speaks whose home is another.
    func units(through speaker: Int) -> [Int] {
        if let relay = relay(speaker) { return relays[relay].units }
        return units[speaker].home == speaker ? [speaker] : []
    }
}
