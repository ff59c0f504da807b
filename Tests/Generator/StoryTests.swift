import Testing

@testable import Generator

/// The article's numbers, whatever the seed.
@Suite(.serialized) struct ArticleStory {
    private func evening(_ seed: UInt64) throws -> Evening {
        let world = World(profile: .xs, seed: seed)
        return world.evening(of: try #require(world.units.first { $0.code == Site.articleCode }))
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>) func theCompound(_ seed: UInt64) throws {
        let plan = try evening(seed).plan
        #expect(plan.site.name == "千千水岸")
        #expect(plan.occupiedHouseholds == 1_280)
        #expect(plan.households.count == 1_280)
        #expect(plan.registeredResidents == 3_200)
        #expect(plan.gates.count == 2)
        #expect(plan.buildings.map(\.code) == (1...26).filter { $0 != 14 && $0 != 24 }.map(String.init))
        #expect(plan.buildings.prefix(8).allSatisfy { $0.doors.count == 72 && $0.floors == 18 })
        #expect(plan.buildings.suffix(16).allSatisfy { $0.doors.count == 44 && $0.floors == 11 })
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>) func theCountdown(_ seed: UInt64) throws {
        let evening = try evening(seed)
        var shorts: [Int] = []
        for step in evening.steps where step.observedAt < Clock.start + Clock.mobilisation {
            shorts.append(evening.truth(at: step.observedAt).totals.volunteers.short)
        }
        let turns = [48, 18, 7, 8, 0]
        #expect(turns.allSatisfy(shorts.contains))
        let rises = zip(shorts, shorts.dropFirst()).filter { $0 < $1 }
        #expect(rises.map(\.0) == [7])
        #expect(rises.map(\.1) == [8])
        #expect(shorts.last == 0)
        let volunteers = evening.truth().totals.volunteers
        #expect((volunteers.need, volunteers.filled, volunteers.claimed) == (48, 48, 24))
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>) func nobodyRefusesAndNotEverythingIsDone(_ seed: UInt64) throws {
        let survey = try evening(seed).truth().totals.survey
        #expect(survey[HouseholdClass.refused] == 0)
        #expect(survey[PeopleClass.refused] == 0)
        #expect(survey[.vacant] == 0)
        #expect(survey.completion.denominator == 1_280)
        #expect((1_200..<1_280).contains(survey.completion.numerator))
        #expect(survey.contact.numerator < survey.completion.numerator)
    }

    @Test func aBuildingIsWorkedByItsOwnVolunteers() throws {
        let evening = try evening(8)
        for building in evening.plan.buildings {
            let recorders = Set(evening.visits[building.doors].joined().map(\.recorder))
            #expect(recorders.count == 2)
        }
        let recorders = evening.visits.joined().map(\.recorder)
        #expect(recorders.allSatisfy { $0.first == "v" && Int($0.dropFirst()) != nil })
    }
}

@Suite struct DemoCast {
    private let world = World(profile: .xs, seed: 1)

    @Test func sixCompoundsOfTwoDistrictsAndTheResidentsOutside() {
        #expect(world.units.count == 7)
        #expect(world.units.count { $0.code.hasSuffix("-000") } == 1)
        let compounds = world.units.filter { !$0.code.hasSuffix("-000") }
        #expect(Set(compounds.map(\.district)) == ["421303000000", "421321000000"])
        let communities = Dictionary(grouping: compounds, by: \.community)
        #expect(communities.values.filter { $0.count == 3 }.count == 1)
        #expect(communities["421303587002"]?.count == 1)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>) func theOthersAreSmall(_ seed: UInt64) {
        let world = World(profile: .xs, seed: seed)
        for unit in world.units where unit.code != Site.articleCode {
            #expect((60...400).contains(world.plan(of: unit).occupiedHouseholds), "\(unit.code), seed \(seed)")
        }
    }
}
