import Federation
import Foundation
import Generator
import Sync
import Testing

@testable import Compound

/// An evening with 48 volunteers through the real intake: duplicates, withdrawals, late entries, two people at one door,
/// phones that send twice and out of order, paper keyed at the end, a need that is raised in between. At its end the
/// node's counts are those that were drawn before anybody looked.
@Suite struct EveningTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func anEveningEndsEqualToTheTruth(_ seed: UInt64) throws { try play(seed, buildings: 4) }

    /// All of the article: 24 buildings, 1,280 doors.
    @Test func theWholeCompoundEndsEqualToTheTruth() throws { try play(6, buildings: 24) }

    private func play(_ seed: UInt64, buildings: Int) throws {
        let script = try EveningScript(seed: seed, buildings: buildings)
        try Fixture.with { fixture in
            fixture.clock.now = Fixture.evening
            let store = try fixture.open()
            _ = try store.memory()
            try register(script, store)
            let codes = script.evening.plan.buildings.map(\.code)
            var call = EveningCall(fixture, store, buildings: codes, seed: seed)
            try call.gather()
            try work(script, fixture, store)
            try call.comeLate()
            try call.work()
            try key(script, fixture, store)
            let disputed = try dispute(script, store).union(call.disputed)
            #expect(disputed.count >= 7)
            let open = Set(try store.conflicts().map { "\($0.subject) \($0.field)" })
            #expect(open == disputed, "seed \(seed): what somebody has to decide is what was planted")
            #expect(try doors(store) == 1280, "seed \(seed): a door in dispute is counted once, too")
            let verification = try store.verify()
            #expect(verification.found == [], "seed \(seed): \(verification.text)")
            try call.settle()
            try settle(script, fixture, store)
            #expect(try store.conflicts().map(\.subject) == [], "seed \(seed)")
            try expectTruth(script, call, store, seed)
        }
    }

    // MARK: The evening

    private func register(_ script: EveningScript, _ store: CompoundStore) throws {
        let lines = "1–8栋，每栋2单元×18层×2户\n9–26栋，缺14、24；每栋2单元×11层×2户"
        #expect(try store.build(lines, by: EveningCall.desk, apply: true).problems.isEmpty)
        #expect(try doors(store) == nil && store.overview().doors == 1280)
        let records = script.evening.householdRecords
        for place in script.places {
            let household = records[script.evening.plan.buildings[place].doors].map(\.json)
            try take(EveningScript.Batch(at: 0, records: household), store)
        }
    }

    private func work(_ script: EveningScript, _ fixture: Fixture, _ store: CompoundStore) throws {
        for batch in script.batches {
            fixture.clock.now = max(fixture.clock.now, batch.at)
            try take(batch, store)
        }
    }

    private func take(_ batch: EveningScript.Batch, _ store: CompoundStore) throws {
        let refused = try store.record(batch.body).refused
        #expect(refused.isEmpty, "\(refused)")
    }

    /// Paper comes last, after phones have told some of it, and each sheet is keyed twice.
    private func key(_ script: EveningScript, _ fixture: Fixture, _ store: CompoundStore) throws {
        fixture.clock.now += 60
        for sheet in script.sheets {
            let building = try #require(Code(sheet.building))
            func keyed() throws -> Sheet {
                try store.key(
                    sheet.text, of: building, in: Fixture.campaign, by: EveningCall.desk, apply: true)
            }
            #expect(try keyed().unclear.isEmpty)
            let position = try store.position()
            #expect(try keyed().count(.new) == 0)
            #expect(try store.position() == position, "a sheet that is keyed twice is counted once")
        }
    }

    /// Two lists know one household differently, beside the doors at which two people heard two things.
    private func dispute(_ script: EveningScript, _ store: CompoundStore) throws -> Set<String> {
        let household = script.evening.plan.households[script.evening.plan.buildings[script.places[0]].doors.lowerBound]
        let record = """
            {"kind":"household","id":"\(String(repeating: "b", count: 32))","door":"\(household.code)",\
            "residents":\(household.residents + 1),"state":"occupied","recorder":"s02","observed_at":\(Fixture.evening + 50)}
            """
        try take(EveningScript.Batch(at: 0, records: [record]), store)
        return Set(
            script.disputes.map { "\($0.door) \(SurveyDesk.field(Evening.campaign))" } + ["\(household.code) household"]
        )
    }

    /// Somebody goes and asks, and says what was so.
    private func settle(_ script: EveningScript, _ fixture: Fixture, _ store: CompoundStore) throws {
        fixture.clock.now += 7200
        for conflict in try store.conflicts() {
            let back = Disagreement.ids(conflict.detail).map { "\"\($0)\"" }.joined(separator: ",")
            let word = try #require(settling(conflict, script))
            let record = String(word.dropLast()) + ",\"supersedes\":[\(back)]}"
            try take(EveningScript.Batch(at: 0, records: [record]), store)
        }
    }

    private func settling(_ conflict: Conflict, _ script: EveningScript) -> String? {
        if case .household(let door)? = conflict.matter {
            let residents = script.evening.plan.households.first { $0.code == door }?.residents ?? 0
            return """
                {"kind":"household","id":"\(String(repeating: "c", count: 32))","door":"\(door)",\
                "residents":\(residents),"state":"occupied","recorder":"s01","observed_at":\(Fixture.evening + 16_000)}
                """
        }
        return script.disputes.first { $0.door == conflict.subject }?.settling
    }

    // MARK: The truth

    /// Doors over all classes; nil before the round has begun.
    private func doors(_ store: CompoundStore) throws -> Int64? {
        let rows = try store.changes(after: 0, limit: 10_000).changes.filter { $0.key.dataset == SurveyDesk.dataset }
        guard !rows.isEmpty else { return nil }
        return rows.reduce(0) { sum, row in
            sum + (row.body?.counts.prefix(HouseholdClass.allCases.count).reduce(0) { $0 + $1.raw } ?? 0)
        }
    }

    private func expectTruth(_ script: EveningScript, _ call: EveningCall, _ store: CompoundStore, _ seed: UInt64)
        throws
    {
        let truth = script.evening.truth()
        for (place, building) in truth.buildings.enumerated() {
            let isSurveyed = script.places.contains(place)
            var survey = building.survey
            if !isSurveyed {
                survey = SurveyCounts()
                survey[.unvisited] = building.survey.doors
            }
            // Nobody has listed who lives in the buildings that aren't surveyed in this script.
            let unlisted = ["unlisted": isSurveyed ? 0 : Int64(building.survey.doors)]
            try expect("survey", building.code, survey, store, seed, also: unlisted)
            if isSurveyed { try expect("frame", building.code, building.frame, store, seed, period: .now) }
            var volunteers = VolunteerCounts()
            (volunteers.buildings, volunteers.claimed) = (1, 1)
            volunteers.done = call.done.contains(building.code) ? 1 : 0
            try expect("volunteers", building.code, volunteers, store, seed)
        }
        var need = VolunteerCounts()
        (need.need, need.filled, need.short) = (48, 48, 0)
        try expect("volunteers", "-", need, store, seed)
        let board = try store.board()
        #expect(board.volunteers == call.there.map(EveningCall.code).sorted(), "seed \(seed): each person once")
        #expect(
            Dictionary(board.claims.map { ($0.building, $0.volunteer) }) { $1 }
                == call.holders.mapValues(EveningCall.code), "seed \(seed)")
        let verification = try store.verify()
        #expect(verification.found == [], "seed \(seed): \(verification.text)")
        try expectDigestOfRows(store)
    }

    private func expect(
        _ dataset: String, _ subject: String, _ counts: some Counts, _ store: CompoundStore, _ seed: UInt64,
        period: Code = Fixture.campaign, also others: [String: Int64] = [:]
    ) throws {
        let wanted = Dictionary(zip(type(of: counts).indicators, counts.values.map(Int64.init))) { $1 }
            .merging(others) { $1 }
        let found = try store.counts(dataset, subject, period: period) ?? [:]
        #expect(found == wanted, "seed \(seed): \(dataset) of \(subject): \(differing(found, wanted))")
    }

    private func differing(_ found: [String: Int64], _ wanted: [String: Int64]) -> String {
        wanted.keys.sorted().filter { found[$0] != wanted[$0] }.map {
            "\($0) \(found[$0] ?? -1), in truth \(wanted[$0] ?? -1)"
        }.joined(separator: ", ")
    }

    // MARK: Any order

    /// The same records in any order, in any heaps, any number of times: the same rows and the same questions.
    @Test(arguments: [3, 11] as [UInt64]) func theOrderOfArrivalDecidesNothing(_ seed: UInt64) throws {
        let script = try EveningScript(seed: seed, buildings: 2)
        let plan = script.evening.plan
        let setup = script.places.map { place -> [String] in
            let building = plan.buildings[place]
            let shape = """
                {"kind":"building","id":"\(String(repeating: "a", count: 30))\(building.code.count == 1 ? "0" : "")\
                \(building.code)","building":"\(building.code)","stair_units":\(building.stairUnits),\
                "floors":\(building.floors),"doors_per_floor":\(building.doorsPerFloor),"recorder":"s01",\
                "observed_at":\(Fixture.evening)}
                """
            return [shape] + script.evening.householdRecords[building.doors].map(\.json)
        }.joined()
        try expectOrderFree(
            records(script.said.map(\.json)), after: records(Array(setup)), seed: seed, rounds: 2)
    }

    private func records(_ lines: [String]) throws -> [Record] {
        try RecordReader.read(EveningScript.Batch(at: 0, records: lines).body).map { try $0.1.get() }
    }
}
