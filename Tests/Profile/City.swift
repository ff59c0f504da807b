import Federation
import Foundation
import Generator

@testable import District

/// A generated world, or every n-th of its units: who is registered, and what every place must end with.
struct City: Sendable {
    static let round = Code(literal: "2022-04-06-survey")

    let world: World
    /// In ascending order of codes.
    let units: [ReportingUnit]
    /// Tokens by unit.
    private let tokens: [String: String]

    /// - Parameter every: 1 for the whole of it; more for whoever works on a test and can't wait.
    init(_ profile: Profile, seed: UInt64, every: Int = 1) {
        world = World(profile: profile, seed: seed)
        units = world.units.enumerated().filter { $0.offset % every == 0 }.map(\.element)
        tokens = Dictionary(uniqueKeysWithValues: units.map { ($0.code, Token.random()) })
    }

    var code: String { units[0].city }
    var districts: [String] { Set(units.map(\.district)).sorted() }
    func token(_ unit: ReportingUnit) -> String { tokens[unit.code] ?? "" }

    /// A unit and every place above it.
    static func places(_ unit: ReportingUnit) -> [String] {
        [unit.code, unit.community, unit.street, unit.district, unit.city]
    }

    /// What each unit tells, added up as the generator adds up, by place.
    func truth(_ units: some Sequence<(ReportingUnit, SurveyCounts)>) -> [String: SurveyCounts] {
        units.reduce(into: [:]) { places, one in
            for code in City.places(one.0) { places[code, default: SurveyCounts()] += one.1 }
        }
    }

    /// How many units there are, by place.
    var expected: [String: Int] {
        units.reduce(into: [:]) { places, unit in
            for code in City.places(unit) { places[code, default: 0] += 1 }
        }
    }

    /// Writes the divisions, the round and the units into an aggregator's registry.
    func register(in registry: RegistryStore) throws {
        let divisions = world.divisions.map {
            RegistryDivision(code: $0.code, name: $0.name, level: $0.level, parent: $0.parent)
        }
        try registry.put(DivisionEdition(name: world.profile.rawValue, validFrom: "2000-01-01")!, divisions)
        try registry.put(
            RegistryCampaign(
                code: City.round, name: world.profile.rawValue, opens: 1, deadline: 2, order: "", closed: false))
        for unit in units {
            try registry.put(
                RegistryUnit(
                    code: Code(unit.code)!, name: unit.name, community: unit.community,
                    expectedHouseholds: Int64(unit.expectedHouseholds),
                    expectedResidents: Int64(unit.expectedResidents),
                    dutyTelephone: unit.dutyTelephone, ceilingPercent: 100), tokenHash: Token.hash(token(unit)))
        }
    }
}
