import Federation
import Laws
import Sync
import Testing

@testable import Compound

/// A row that is counted by what a record changes in it is the row that counting anew gives.
@Suite struct ChangedRowsTests {
    private static let doors = ["7-1-101", "7-1-102", "7-2-301", "8-1-101", "8-2-202"]

    private static func row(_ building: StaticString) -> RowKey {
        RowKey(dataset: SurveyDesk.dataset, period: Fixture.campaign, subject: Code(literal: building))
    }

    /// Requests of several records: calls, corrections, slips taken back, residents and shapes that change meanwhile.
    @Test(arguments: 1...6 as ClosedRange<UInt64>) func whateverIsRecordedRowsAreWhatCountingAnewGives(
        _ seed: UInt64
    ) throws {
        var chance = SplitMix(seed)
        try Fixture.withStore { store in
            try store.take(.building(900), .building(901, "8"))
            var (next, said): (UInt128, [String: UInt128]) = (1, [:])
            for step in 0..<20 {
                let records = (0..<Int.random(in: 1...6, using: &chance)).map { _ -> Record in
                    defer { next += 1 }
                    let door = Self.doors.randomElement(using: &chance) ?? ""
                    let time = Int64(100 + step)
                    if Int.random(in: 0..<6, using: &chance) == 0 {
                        return .household(
                            next, door, Int.random(in: 0...5, using: &chance),
                            Bool.random(using: &chance) ? .occupied : .notDwelling, at: time)
                    }
                    if Int.random(in: 0..<9, using: &chance) == 0 {
                        return .building(next, "7", floors: Int.random(in: 1...3, using: &chance), at: time)
                    }
                    let takesBack = Bool.random(using: &chance) ? said[door].map { [$0] } ?? [] : []
                    said[door] = next
                    return .visit(
                        next, door, Disposition.allCases.randomElement(using: &chance) ?? .refused, at: time,
                        supersedes: takesBack)
                }
                try store.take(records)
                #expect(try store.verify().found == [], "step \(step)")
            }
        }
    }

    /// A count that nobody knows is no zero to add to.
    @Test func anUnknownRowIsCountedAnew() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .visit(1, "7-1-101", .refused))
            try store.quarantine([Self.row("7")], [])
            #expect(try store.body("survey", "7")?.counts.allSatisfy { $0 == .unknown } == true)
            try store.take(.visit(2, "7-1-102", .refused))
            #expect(try store.counts("survey", "7")?.households == ["unvisited": 10, "refused": 2])
        }
    }

    @Test func whatIsCountedAnewIsCountedAnewWhateverElseIsKnown() throws {
        let (row, other) = (Self.row("7"), Self.row("8"))
        var rows = ChangedRows(row, from: ["unvisited": 1, "p_unsurveyed": 3], to: ["refused": 1, "p_unsurveyed": 3])
        #expect(rows.difference(of: row) == ["unvisited": -1, "refused": 1])
        rows.formUnion(ChangedRows(row, from: ["refused": 1], to: ["completed": 1]))
        rows.formUnion(ChangedRows(other, from: [:], to: ["vacant": 1]))
        #expect(rows.difference(of: row) == ["unvisited": -1, "refused": 0, "completed": 1])
        rows.formUnion(anew: [row])
        #expect(rows.difference(of: row) == nil && rows.difference(of: other) == ["vacant": 1])
        #expect(rows.all == [row, other])
    }
}
