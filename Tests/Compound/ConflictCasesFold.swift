import Federation
import Laws
import Testing

@testable import Compound

/// The law of order over the conflicts themselves: what is open, who stands and what the detail says depend on the
/// set of statements alone.
@Suite struct ConflictCasesFold {
    private static let setup: [Record] = [.building(900), .building(901, "8"), .household(902, "7-1-101", 3)]

    @Test(arguments: 0..<12) func claimsOnSeveralDevices(_ seed: UInt64) throws {
        var chance = SplitMix(seed)
        let states: [Record.Claim] = [.claimed, .claimed, .released, .done]
        let records: [Record] = (1...24).map { number in
            .claim(
                UInt128(number), ["7", "8"].randomElement(using: &chance)!,
                ["v01", "v02"].randomElement(using: &chance)!, states.randomElement(using: &chance)!,
                at: Int64(number * 60), supersedes: Self.earlier(number, &chance)
            ).on(["p1", "p2", "desk"].randomElement(using: &chance)!)
        }
        try expectOrderFree(records, after: Self.setup, seed: seed)
    }

    /// Clocks that run ahead or start in 1970 among others that are in order.
    @Test(arguments: 0..<12) func wordsFromWrongClocks(_ seed: UInt64) throws {
        var chance = SplitMix(seed)
        let records: [Record] = (1...20).map { number in
            // Each on a device of its own: a clock that is clamped twice within a second counts on.
            let time = [Int64(number * 60), 90_000 + Int64(number), -Fixture.evening + Int64(number)]
                .randomElement(using: &chance)!
            let supersedes = Self.earlier(number, &chance)
            let id = UInt128(number)
            let record: Record =
                switch Int.random(in: 0..<3, using: &chance) {
                case 0: .need(id, Int.random(in: 1...3, using: &chance), at: time, supersedes: supersedes)
                case 1:
                    .fill(
                        id, "v01", Bool.random(using: &chance) ? .filled : .withdrawn, at: time,
                        supersedes: supersedes)
                default:
                    .visit(
                        id, "7-1-101", Bool.random(using: &chance) ? .refused : .absent, by: "v\(number)", at: time,
                        supersedes: supersedes)
                }
            return record.on("p\(number)")
        }
        try expectOrderFree(records, after: Self.setup, seed: seed)
    }

    /// Whoever settles takes back what the listing names, and nothing of it is left open.
    @Test(arguments: 0..<12) func whatTheListingNamesSettles(_ seed: UInt64) throws {
        var chance = SplitMix(seed)
        try Fixture.withStore { store in
            try store.take(Self.setup)
            for number in 1...12 {
                try store.take(
                    .household(
                        UInt128(number), "7-1-101", Int.random(in: 1...3, using: &chance),
                        by: ["s01", "s02", "s03"].randomElement(using: &chance)!, at: Int64(number * 60)))
            }
            guard let open = try store.conflicts().first else { return }
            let answers = Disagreement.ids(open.detail).compactMap { Hex.uint128($0) }
            try store.take(.household(99, "7-1-101", 2, by: "desk", at: 9000, supersedes: answers))
            #expect(try store.conflicts().isEmpty)
        }
    }

    private static func earlier(_ number: Int, _ chance: inout SplitMix) -> [UInt128] {
        guard number > 1, Int.random(in: 0..<4, using: &chance) == 0 else { return [] }
        return [UInt128(Int.random(in: 1..<number, using: &chance))]
    }
}
