import Federation
import Foundation
import GRDB
import Sync
import Testing

@testable import Compound

/// GRDB has a type of this name too.
private typealias Record = Compound.Record

@Suite struct JournalTests {
    /// The laws of a merge that forgets nothing: the state depends on the set of statements, not on their order
    /// or how often each arrived.
    @Test func stateIsAFunctionOfTheSetOfStatements() throws {
        for seed in 1...12 {
            var chance = SystemSeeded(UInt64(seed))
            let records = Self.history(using: &chance)
            let reference = try Self.state(after: records)
            for _ in 0..<3 {
                let again = records.shuffled(using: &chance) + records.filter { _ in Bool.random(using: &chance) }
                #expect(try Self.state(after: again) == reference, "seed \(seed)")
            }
        }
    }

    @Test func everyDoorAndEveryResidentIsInExactlyOneClass() throws {
        var chance = SystemSeeded(5)
        try Fixture.with { store in
            try store.record(Fixture.registry)
            for record in Self.history(using: &chance) { try store.record([(id: "", .success(record))]) }
            let counts = try store.read { try SurveyDesk().counts(of: Fixture.row, $0) } ?? [:]
            #expect(counts.filter { !$0.key.hasPrefix("p_") }.values.reduce(0, +) == 8)
            #expect(Set(counts.keys).isSubset(of: Set(try Fixture.indicators("survey"))))
        }
    }

    @Test func everyIndicatorOfTheCatalogueHasADesk() throws {
        let people = PeopleClass.allCases.map { "p_\($0.rawValue)" } + ["p_unsurveyed"]
        let doors = Disposition.allCases.map(\.rawValue) + ["unvisited", "nobody_home_final"]
        #expect(Set(try Fixture.indicators("survey")) == Set(people + doors))
        #expect(Set(try Fixture.indicators("frame")) == ["buildings", "dwellings", "households", "residents"])
        #expect(
            Set(try Fixture.indicators("volunteers")) == ["need", "filled", "short", "buildings", "claimed", "done"])
    }

    @Test func threeCallsAtAClosedDoorAreFinal() {
        #expect(SurveyDesk.householdClass(.nobodyHome, passes: 2) == "nobody_home")
        #expect(SurveyDesk.householdClass(.nobodyHome, passes: 3) == "nobody_home_final")
        #expect(SurveyDesk.householdClass(nil, passes: 0) == "unvisited")
    }

    @Test func theClockOfADeviceIsClampedOnceAndOnlyForward() {
        let now: Int64 = 1_700_000_000
        let future = HybridClock.stamp(observedAt: now + 1_000_000, now: now, last: 0)
        #expect(future == HybridClock.stamp(observedAt: now, now: now, last: 0))
        #expect(HybridClock.stamp(observedAt: now - 60, now: now, last: future) < future)
        #expect(HybridClock.stamp(observedAt: now, now: now, last: future) == future + 1)
        #expect(HybridClock.isOff(observedAt: now + 1000, now: now) && HybridClock.isOff(observedAt: 5, now: now))
    }

    // MARK: Histories

    private static func history(using chance: inout SystemSeeded) -> [Record] {
        var records: [Record] = []
        for number in 0..<40 {
            let door = Fixture.doors[Int.random(in: 0..<8, using: &chance)]
            let disposition = Disposition.allCases[Int.random(in: 0..<12, using: &chance)]
            let people: [PeopleClass: Int]? =
                disposition.hasPeople ? [.tested: Int.random(in: 0..<4, using: &chance)] : nil
            let earlier = records.randomElement(using: &chance).map { [$0.id] } ?? []
            records.append(
                Record(
                    id: UInt128.random(in: 1 ... .max, using: &chance),
                    content: .visit(
                        Record.Visit(
                            campaign: Fixture.campaign, door: door, disposition: disposition, people: people,
                            evidence: Record.Evidence.allCases[Int.random(in: 0..<4, using: &chance)])),
                    recorder: Code("v\(number % 5)")!, observedAt: 1_649_239_200 + Int64(number) * 60,
                    supersedes: Int.random(in: 0..<6, using: &chance) == 0 ? earlier : []))
        }
        return records
    }

    private static func state(after records: [Record]) throws -> [String] {
        try Fixture.with { store in
            try store.record(Fixture.registry)
            for record in records { try store.record([(id: "", .success(record))]) }
            return try store.read { db in
                let doors = try Row.fetchAll(
                    db, sql: "SELECT door, disposition, people, passes, visit FROM survey_door ORDER BY door")
                let rows = try Row.fetchAll(
                    db, sql: "SELECT dataset, period, subject, counts FROM row ORDER BY 1, 2, 3")
                let conflicts = try String.fetchAll(db, sql: "SELECT subject FROM conflict ORDER BY 1")
                return doors.map { "\($0)" } + rows.map { "\($0)" } + conflicts
            }
        }
    }
}

@Suite struct OutboxTests {
    @Test func theDigestIsThatOfTheRowsAfterAnyHistory() throws {
        try Fixture.with { store in
            try store.record(Fixture.registry)
            for number in 0..<30 { try store.record(Fixture.visit(number)) }
            let (row, digest) = try store.read { db in
                let row = try PositionRow.read(db)
                return (row, try RowTable(db: db, now: 0).recomputedDigest(in: row.incarnation!))
            }
            #expect(row.position.digest == digest)
            #expect(row.position.seq >= 15)
        }
    }

    @Test func changesAreReadInOrderAndByTheIndex() throws {
        try Fixture.with { store in
            try store.record(Fixture.registry)
            try store.record(Fixture.visit(0))
            let (first, more, own) = try store.changes(after: 0, limit: 2)
            #expect(first.count == 2 && !more && own.seq >= 3)
            let (rest, ended, _) = try store.changes(after: first.last?.seq ?? 0, limit: 100)
            #expect(ended && rest.map(\.seq) == rest.map(\.seq).sorted())
            let plan = try store.read { db in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + RowTable.changesQuery, arguments: [1, 2]).map {
                    "\($0)"
                }
            }
            #expect(plan.joined().contains("USING INDEX") && !plan.joined().contains("TEMP B-TREE"))
        }
    }

    @Test func anHonestStartKeepsItsLifeAndARestoredOneBeginsAnother() throws {
        let folder = try Fixture.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let parent = Incarnation(value: 9)
        func life(_ body: (CompoundStore) throws -> Void) throws -> Incarnation {
            let store = try Fixture.store(folder)
            let memory = try store.memory()
            try body(store)
            try store.database.close()
            return memory.incarnation
        }
        let first = try life { store in
            try store.record(Fixture.registry)
            try store.acknowledge(store.changes(after: 0, limit: 9).own, epoch: nil, parent: parent)
        }
        #expect(try life { _ in } == first)
        try FileManager.default.copyItem(atPath: folder + "/journal.sqlite", toPath: folder + "/old.sqlite")
        #expect(
            try life { store in
                try store.record(Fixture.visit(1))
                try store.acknowledge(store.changes(after: 0, limit: 99).own, epoch: nil, parent: parent)
            } == first)
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: folder + "/journal.sqlite" + suffix)
        }
        try FileManager.default.moveItem(atPath: folder + "/old.sqlite", toPath: folder + "/journal.sqlite")
        let second = try life { _ in }
        #expect(second != first, "the database is older than the sidecar")
        #expect(try life { _ in } == second)
    }

    @Test func sessionsRiseWithEveryStartEvenIfTheDatabaseIsRewound() throws {
        let folder = try Fixture.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var last: UInt64 = 0
        for _ in 0..<3 {
            let store = try Fixture.store(folder)
            let counter = try store.memory().session.counter
            #expect(counter > last)
            last = counter
            try store.database.write { try $0.execute(sql: "UPDATE position SET session = 0") }
            try store.database.close()
        }
    }

    @Test func aRefusedRowStandsAsUnknownUntilItsFactsChange() throws {
        try Fixture.with { store in
            try store.record(Fixture.registry)
            try store.record(Fixture.visit(0))
            let before = try store.changes(after: 0, limit: 99).own
            try store.quarantine([Fixture.row], [RowRefusal(line: 1, why: "count_out_of_range:completed")])
            let change = try store.changes(after: before.seq, limit: 99).changes
            #expect(change.count == 1 && change[0].body?.counts.allSatisfy { $0 == .unknown } == true)
            #expect(try store.status().refusedRows == 1)
            try store.record(Fixture.visit(1))
            #expect(try store.status().refusedRows == 0)
        }
    }

    @Test func aDeletionIsRememberedUntilItIsAcknowledged() throws {
        try Fixture.with { store in
            try store.record(Fixture.registry)
            try store.record(Fixture.visit(0))
            try store.database.write { try $0.execute(sql: "DELETE FROM survey_door; DELETE FROM door") }
            _ = try store.durably { try store.derive([Fixture.row], $0) }
            let (changes, _, own) = try store.changes(after: 0, limit: 99)
            #expect(changes.contains { $0.key == Fixture.row && $0.body == nil })
            try store.acknowledge(own, epoch: nil, parent: Incarnation(value: 9))
            #expect(try !store.changes(after: 0, limit: 99).changes.contains { $0.key == Fixture.row })
        }
    }
}
