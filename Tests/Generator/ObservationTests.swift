import Testing

@testable import Generator

@Suite struct Observations {
    /// All that a unit's files say, folded.
    private func fold(_ evening: Evening, until moment: Int64 = .max) throws -> ObservationFold {
        var fold = ObservationFold(registry: evening.plan.registryCSV)
        for record in evening.records where record.observedAt <= moment { try fold.add(record.json) }
        return fold
    }

    @Test(arguments: [1, 2, 20_220_406] as [UInt64])
    func foldedTheyGiveExactlyTheTruth(_ seed: UInt64) throws {
        let world = World(profile: .xs, seed: seed)
        for unit in world.units {
            let evening = world.evening(of: unit)
            let (fold, truth) = (try fold(evening), evening.truth())
            #expect(fold.counts().withoutZeros == truth.byBuilding)
            #expect(fold.volunteers.need == truth.totals.volunteers.need)
            #expect(fold.volunteers.filled == truth.totals.volunteers.filled)
        }
    }

    @Test func atAnyMomentTheyGiveTheTruthOfThatMoment() throws {
        let world = World(profile: .xs, seed: 3)
        for unit in world.units {
            let evening = world.evening(of: unit)
            for minute in stride(from: Int64(0), through: 270, by: 45) {
                let moment = Clock.start + 60 * minute
                let fold = try fold(evening, until: moment)
                #expect(fold.counts().withoutZeros == evening.truth(at: moment).byBuilding)
            }
            #expect(evening.truth(at: Clock.start + Clock.end).totals == evening.truth().totals)
        }
    }

    @Test func aNodeFindsNoFaultAndNoConflictInThem() throws {
        let world = World(profile: .xs, seed: 4)
        for unit in world.units {
            let fold = try fold(world.evening(of: unit))
            #expect(fold.faults.isEmpty)
            #expect(fold.conflicts.isEmpty)
        }
    }

    @Test func theyAreInOrderAndOfThatEvening() {
        let world = World(profile: .xs, seed: 5)
        for unit in world.units {
            let times = world.evening(of: unit).records.map(\.observedAt)
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
            #expect(times.allSatisfy { (Clock.start...Clock.start + Clock.end).contains($0) })
        }
    }

    @Test func someDoorsAreVisitedAgainAndSomeAnswersCorrected() throws {
        let world = World(profile: .xs, seed: 6)
        let article = try #require(world.units.first { $0.code == Site.articleCode })
        let visits = world.evening(of: article).visits
        #expect(visits.count { $0.first?.disposition == .nobodyHome && $0.last?.disposition == .completed } > 100)
        let corrected = visits.filter { $0.last?.supersedes != nil }
        #expect(!corrected.isEmpty)
        #expect(corrected.allSatisfy { $0.count == 2 && $0[0].people != $0[1].people && $0[1].supersedes == $0[0].id })
    }

    @Test func peopleStandOnlyWhereTheDoorAnswered() {
        let world = World(profile: .xs, seed: 7)
        for visit in world.units.flatMap({ world.evening(of: $0).visits.joined() }) {
            #expect((visit.people != nil) == visit.disposition.hasPeople)
        }
    }

    @Test func recordsHaveTheShapeOfTheAPI() {
        var people = People()
        people[.tested] = 2
        let visit = Visit(
            id: 1, household: 0, disposition: .completed, people: people, evidence: .door, recorder: "v03",
            device: "p03",
            observedAt: 1_649_239_200, supersedes: 255)
        let record = Record(
            id: 1, content: .visit(visit, door: "7-2-1101"), recorder: "v03", observedAt: visit.observedAt)
        let zeros = String(repeating: "0", count: 30)
        #expect(
            record.json == """
                {"kind":"visit","id":"\(zeros)01","campaign":"2022-04-06-survey","door":"7-2-1101",\
                "disposition":"completed","people":{"tested":2,"elsewhere_verified":0,"elsewhere_unverified":0,"exempt":0,\
                "deferred":0,"other_channel":0,"home_service":0,"refused":0,"untested":0,"absent":0},"evidence":"door",\
                "device":"p03","supersedes":["\(zeros)ff"],"recorder":"v03","observed_at":1649239200}
                """)
        let fill = Record(id: 2, content: .fill(volunteer: "v01", state: .withdrawn), recorder: "s01", observedAt: 5)
        #expect(
            fill.json == """
                {"kind":"fill","id":"\(zeros)02","task":"2022-04-06-survey","volunteer":"v01","state":"withdrawn",\
                "recorder":"s01","observed_at":5}
                """)
    }

    @Test func textIsEscaped() {
        var json = JSONText()
        json.array { $0.string("a\"b\\c\n小区") }
        #expect(json.text == #"["a\"b\\c\u000a小区"]"#)
    }
}
