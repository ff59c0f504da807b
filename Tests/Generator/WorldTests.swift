import Foundation
import Testing

@testable import Generator

private func fnv1a(_ world: World) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    world.write { name, text in
        for byte in (name + text).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    return hash
}

@Suite struct Determinism {
    /// A changed hash is a changed world: whoever kept files or seeds of the former must be told.
    @Test func theBytesOfASeedAreFrozen() {
        #expect(fnv1a(World(profile: .xs, seed: 1)) == 8_490_600_244_646_270_470)
    }

    @Test func equalSeedsGiveEqualBytesAndOthersOthers() {
        let hashes = [9, 9, 10].map { fnv1a(World(profile: .xs, seed: $0)) }
        #expect(hashes[0] == hashes[1])
        #expect(hashes[0] != hashes[2])
    }

    @Test func aCompoundIsTheSameAloneAndAmongOthers() throws {
        let communities = (1...9).map { Community(code: "42130300100\($0)", name: "社区") }
        let all = World(profile: .s, seed: 11, communities: communities)
        let few = World(profile: .s, seed: 11, communities: [communities[4]])
        let same = all.units.filter { $0.community == communities[4].code }
        #expect(!same.isEmpty)
        #expect(few.units == same)
        for unit in same {
            #expect(all.evening(of: unit).observationsJSONL == few.evening(of: unit).observationsJSONL)
        }
    }

    @Test func theArticlesCompoundIsTheSameInEveryProfile() throws {
        let list = [Community(code: "421303587002", name: "吴家老湾社区")]
        let inCity = World(profile: .m, seed: 12, communities: list).units.first { $0.code == Site.articleCode }
        #expect(inCity == World(profile: .xs, seed: 12).units.first { $0.code == Site.articleCode })
    }
}

@Suite struct Profiles {
    @Test func inventedWorldsHaveTheProfilesNumberOfUnitsAndATree() {
        let world = World(profile: .s, seed: 1)
        #expect(world.units.count == 325)
        #expect(Set(world.units.map(\.code)).count == 325)
        let codes = Set(world.divisions.map(\.code))
        #expect(codes.count == world.divisions.count)
        #expect(world.units.allSatisfy { codes.contains($0.community) })
        #expect(world.divisions.dropFirst().allSatisfy { codes.contains($0.parent) })
    }

    @Test func compoundsPerCommunityFollowTheirDistribution() {
        let drawing = SiteDrawing(seed: 1)
        let counts = (0..<2_000).map { index in
            let code = "4213\(Digits.padded(index, 5))001"
            return drawing.sites(of: Community(code: code, name: "社区")).count
        }.sorted()
        #expect((480...540).contains(counts.reduce(0, +) * 100 / counts.count))
        #expect((3...4).contains(counts[1_000]))
        #expect((11...13).contains(counts[1_900]))
        #expect(counts[1_999] <= 40)
    }

    @Test func aVillageIsOneNode() throws {
        let sites = SiteDrawing(seed: 1).sites(of: Community(code: "421303003206", name: "和平村委会"))
        #expect(sites.map(\.kind) == [.hamlets])
        let plan = CompoundPlan(site: try #require(sites.first), seed: 1)
        #expect((1...12).contains(plan.buildings.count))
        #expect(plan.gates.count == plan.buildings.count)
    }

    @Test func profilesTakeTheirShareOfAList() {
        let list = ["421303001001", "421303003206", "421321101001", "420102001001"].map {
            Community(code: $0, name: "")
        }
        #expect(Profile.s.selection(from: list).map(\.code) == ["420102001001"])
        #expect(Profile.m.selection(from: Array(list.prefix(3))).count == 3)
        #expect(Profile.l.selection(from: list).count == 3)
    }

    @Test func everyKindOfPlaceIsAGridOfDoorsWithinItsBounds() {
        for kind in Settlement.allCases where kind != .article {
            for serial in 1...5 {
                let community = Community(code: "421303001001", name: "社区")
                let site = Site(community: community, serial: serial, name: "", kind: kind, households: 150 * serial)
                let plan = CompoundPlan(site: site, seed: 1)
                for building in plan.buildings {
                    #expect(building.doors.count == building.stairUnits * building.floors * building.doorsPerFloor)
                    #expect(plan.households[building.doors].allSatisfy { $0.code.hasPrefix(building.code + "-") })
                }
                #expect(Set(plan.households.map(\.code)).count == plan.households.count)
                let percent = plan.occupiedHouseholds * 100 / site.households
                #expect((70...145).contains(percent), "\(kind) \(serial): \(percent) %")
            }
        }
    }

    @Test func householdsHaveTwoAndAHalfPeople() {
        let site = Site(
            community: Community(code: "421303001001", name: "社区"), serial: 1, name: "", kind: .walkUp,
            households: 4_000)
        let plan = CompoundPlan(site: site, seed: 1)
        #expect((240...260).contains(plan.registeredResidents * 100 / plan.occupiedHouseholds))
    }
}

/// The checks that every run must pass, whatever was drawn.
@Suite struct MustHold {
    private let worlds = (1...3).map { World(profile: .xs, seed: $0) }

    @Test func classesArePartitions() {
        for world in worlds {
            for unit in world.units {
                let evening = world.evening(of: unit)
                let survey = evening.truth().totals.survey
                #expect(survey.doors == evening.plan.households.count)
                let others: [PeopleClass] = [.exempt, .deferred, .otherChannel, .absent]
                #expect(survey.tested.denominator + others.reduce(0) { $0 + survey[$1] } == survey.persons)
                #expect(survey.tested.numerator <= survey.tested.denominator)
                #expect(survey.completion.numerator <= survey.completion.denominator)
            }
        }
    }

    @Test func noMomentExceedsTheRegistersCeilings() {
        for world in worlds {
            for unit in world.units {
                let evening = world.evening(of: unit)
                for moment in stride(from: Clock.start, through: Clock.start + Clock.end, by: 900) {
                    let survey = evening.truth(at: moment).totals.survey
                    #expect(survey.completion.denominator <= unit.expectedHouseholds)
                    #expect(survey.persons <= unit.expectedResidents)
                }
            }
        }
    }

    @Test func claimsStayBelowBuildingsAndShortageIsTheDifference() {
        let world = World(profile: .s, seed: 2)
        for unit in world.units.prefix(60) {
            let evening = world.evening(of: unit)
            for step in evening.steps {
                let volunteers = evening.truth(at: step.observedAt).totals.volunteers
                #expect(volunteers.claimed <= volunteers.buildings)
                #expect(volunteers.done <= volunteers.claimed)
                #expect(volunteers.short == max(0, volunteers.need - volunteers.filled))
            }
        }
    }

    @Test func sumsOfUnitsAreTheSumsOfTheirDivisions() throws {
        let world = worlds[0]
        let truth = try #require(JSONSerialization.jsonObject(with: Data(world.truthJSON.utf8)) as? [String: Any])
        let divisions = try #require(truth["divisions"] as? [String: [String: Any]])
        let units = try #require(truth["units"] as? [String: [String: Any]])
        func survey(_ place: [String: Any]?) -> [String: Int] { place?["survey"] as? [String: Int] ?? [:] }
        for (code, division) in divisions {
            let below = world.units.filter { [$0.city, $0.district, $0.street, $0.community].contains(code) }
            let sums = below.map { survey(units[$0.code]) }.reduce(into: [:] as [String: Int]) {
                $0.merge($1, uniquingKeysWith: +)
            }
            #expect(survey(division) == sums, "\(code)")
        }
        #expect(survey(divisions["421300000000"]) == survey(truth["total"] as? [String: Any]))
        #expect(divisions["421303587002"]?["units"] as? Int == 2)
    }

    @Test func theDemosCommunitiesAreInTheShippedTable() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let table = try String(contentsOf: root.appending(path: "Config/divisions.csv"), encoding: .utf8)
        for unit in worlds[0].units {
            #expect(table.contains("\n\(unit.community),\(unit.site.community.name),community,\(unit.street)\n"))
        }
    }
}
