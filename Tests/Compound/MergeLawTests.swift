import Laws
import Testing

@testable import Compound

/// The laws of merges, applied to a compound's journal.
@Suite struct CompoundMergeLaws {
    /// Three machines of one compound that went on alone. What each journaled first keeps the stamp that it gave.
    private static func journals() throws -> [JournalCopy] {
        let common: [Record] = [.building(1), .visit(2, "7-1-101", .completed)]
        let alone: [[Record]] = [
            [.visit(10, "7-1-102", .refused, at: 200), .visit(2, "7-1-101", .completed), .need(13, 48)],
            [
                .visit(20, "7-1-102", .completed, [.tested: 2], by: "v02", at: 300),
                .visit(21, "7-1-101", .absent, at: 400, supersedes: [2]), .claim(22, "7", "v01"),
            ],
            [.visit(10, "7-1-102", .refused, at: 200), .need(30, 52, at: 900), .claim(31, "7", "v02", .done)],
        ]
        return try alone.enumerated().map { number, records in
            try Fixture.with { fixture in
                // A device that runs ahead is clamped to each machine's own time.
                fixture.clock.now = Fixture.evening + 150 + Int64(number) * 10
                let store = try fixture.open()
                try store.take(common + records)
                return try #require(try store.copyOfJournal())
            }
        }
    }

    /// Sets of facts, each with the stamp of whoever journaled it first, through the command with which people merge
    /// two machines.
    @Test func journalsOfCopies() throws {
        let broken = try MergeLaw.broken(
            Self.journals(),
            view: { copy in
                copy.statements.map { "\($0.id) \($0.hlc) \($0.value)" }.sorted()
                    + copy.supersessions.map { "\($0.superseded) by \($0.by)" }.sorted()
            },
            merge: { one, other in
                try Fixture.with { fixture in
                    fixture.clock.now = Fixture.evening + 5000
                    let store = try fixture.open()
                    for copy in [one, other] { _ = try store.adopt(copy) }
                    return try #require(try store.copyOfJournal())
                }
            })
        #expect(broken.isEmpty, "\(broken)")
    }

    /// The same facts as phones send them: what the desks conclude from a union depends on nothing but the union.
    @Test func conclusionsOfUnions() throws {
        let setup: [Record] = [.building(1), .household(3, "7-1-101", 2)]
        let samples: [[Record]] = [
            [.visit(10, "7-1-101", .completed), .fill(11, "v01", at: 20)],
            [.visit(20, "7-1-101", .refused, by: "v02", at: 300), .fill(21, "v01", .withdrawn, at: 30)],
            [.visit(30, "7-1-101", .absent, by: "v03", at: 400, supersedes: [20]), .need(31, 5)],
        ]
        let broken = try MergeLaw.broken(samples, view: { try outcome(of: [setup, $0]) }, merge: { $0 + $1 })
        #expect(broken.isEmpty, "\(broken)")
    }
}
