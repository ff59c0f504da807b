import Federation
import Sync
import Synchronization
import Testing

@testable import Compound

/// What a node's own pages say of conflicts that are settled at the district, by their numbers in the catalogue.
@Suite struct ConflictCasesOfTheUplink {
    private static let setup: [Record] = [.building(900)]

    /// Right: the former life until its lease has run out. The restored node goes on recording.
    @Test func case11ARestoredNodeIsAShadow() async throws {
        try await Self.expectRole(
            .shadow, zh: "重复节点（未计入）：请联系区里核实",
            en: "Shadow copy, not counted: ask the district to settle it")
    }

    /// Right: nobody, until a person has stopped one of them. Both go on recording.
    @Test func case13TwoMachinesWithOneIdentity() async throws {
        try await Self.expectRole(
            .disputed, zh: "待核实：有两台主机在用同一小区的身份",
            en: "In dispute: two machines use this compound's identity")
    }

    private static func expectRole(_ role: Role, zh: String, en: String) async throws {
        try await CaseDesk.with { desk in
            desk.store.standing.withLock { $0.role = role }
            try await desk.expect(on: "/survey", zh: zh, en: en)
            #expect(try desk.store.take(setup + [.visit(1, "7-1-101", .refused)]).refused.isEmpty)
        }
    }

    /// Right: the register. The node goes on recording and says why nothing is delivered.
    @Test func case21TheDistrictDoesNotKnowTheUnit() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup)
            desk.store.standing.withLock { $0.trouble = .unauthorized("unit_unknown") }
            try await desk.expect(
                on: "/survey", zh: "未送达 1 项 · 自 23:33 · 区里没有登记本小区",
                en: "Rows not delivered: 1 · since 23:33 · the district has not registered this compound")
            #expect(try desk.store.take(.visit(1, "7-1-101", .refused)).refused.isEmpty)
        }
    }

    /// Right: every record, under the time at which it was made. Nothing is too old to be sent.
    @Test func case20ThreeDaysWithoutALine() async throws {
        let days: [Record] = [
            .visit(1, "7-1-101", .nobodyHome, at: 100), .visit(2, "7-1-101", .nobodyHome, at: 86_500),
            .visit(3, "7-1-101", .completed, [.tested: 2], at: 172_900), .visit(4, "7-1-102", .refused, at: 172_950),
        ]
        try await CaseDesk.with { desk in
            desk.fixture.clock.now = Fixture.evening + 50
            try desk.store.take(Self.setup)
            try desk.store.acknowledge(try desk.store.position(), epoch: nil, parent: Incarnation(value: 77))
            let acknowledged = try desk.store.position()
            for (day, record) in days.enumerated() {
                desk.fixture.clock.now = Fixture.evening + Int64(day) * 86_400 + 200
                try desk.store.take(record)
            }
            desk.store.standing.withLock { $0.trouble = .unreachable("no route") }
            try await desk.expect(
                on: "/survey", zh: "未送达 5 项 · 自 04-06 18:03 · 连不上汇总服务器",
                en: "Rows not delivered: 5 · since 04-06 18:03 · the aggregator can't be reached")
            let owed = try desk.store.changes(after: acknowledged.seq, limit: 100).changes
            #expect(owed.count == 5, "what differs, not what happened")
            desk.store.standing.withLock { $0.trouble = nil }
            try desk.store.acknowledge(try desk.store.position(), epoch: nil, parent: Incarnation(value: 77))
            try await desk.expect(on: "/survey", zh: "全部已送达 18:03", en: "Everything delivered, 18:03")
        }
        try expectSameAsADayAtATime(days)
    }

    /// A phone that comes back with three days in its queue leaves what three days of entering would have left.
    private func expectSameAsADayAtATime(_ days: [Record]) throws {
        let counts = try [true, false].map { isDaily in
            try Fixture.with { fixture in
                let store = try fixture.open()
                try store.take(Self.setup)
                for (day, record) in days.enumerated() where isDaily {
                    fixture.clock.now = Fixture.evening + Int64(day) * 86_400 + 200
                    try store.take(record)
                }
                fixture.clock.now = Fixture.evening + 4 * 86_400
                try store.take(days.reversed())
                try expectDigestOfRows(store)
                return try store.counts("survey", "7")
            }
        }
        #expect(counts[0] == counts[1])
        #expect(counts[0]?["completed"] == 1 && counts[0]?["refused"] == 1)
    }
}
