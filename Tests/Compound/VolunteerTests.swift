import Testing

@testable import Compound

@Suite struct Volunteers {
    private func board(_ records: Record...) throws -> (
        VolunteerBoard, store: [String: Int64]?, building: [String: Int64]?
    ) {
        try Fixture.withStore { store in
            try store.take(.building(900))
            try store.take(records)
            try expectDigestOfRows(store)
            return (try store.board(), try store.counts("volunteers", "-"), try store.counts("volunteers", "7"))
        }
    }

    /// The article's evening: 18 short, then 7, then none. Then somebody asks for more.
    @Test func theCountdownRisesAgain() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .need(1, 48))
            var short: [Int64] = []
            for target in [30, 41, 48] {
                try store.take((1...target).map { .fill(UInt128(1000 + $0), "v\($0)") })
                short.append(try #require(try store.counts("volunteers", "-")?["short"]))
            }
            #expect(short == [18, 7, 0])
            try store.take(.need(2, 52, at: 5000))
            #expect(
                try store.counts("volunteers", "-") == [
                    "need": 52, "filled": 48, "short": 4, "buildings": 0, "claimed": 0, "done": 0,
                ])
            try expectDigestOfRows(store)
        }
    }

    @Test func onePersonCountsOnce() throws {
        #expect(try board(.need(1, 3), .fill(2, "v01"), .fill(3, "v01", at: 25)).store?["filled"] == 1)
    }

    @Test func whoWithdrawsIsMissing() throws {
        let counts = try board(.need(1, 1), .fill(2, "v01"), .fill(3, "v01", .withdrawn, at: 25)).store
        #expect(counts?["filled"] == 0 && counts?["short"] == 1)
    }

    @Test func moreThanNeededIsNotLessThanZeroShort() throws {
        #expect(try board(.need(1, 1), .fill(2, "v01"), .fill(3, "v02")).store?["short"] == 0)
    }

    @Test func anEntryTakenBackIsNoEntry() throws {
        let counts = try board(.need(1, 3), .need(2, 30, at: 11), .need(3, 4, at: 12, supersedes: [1, 2])).store
        #expect(counts?["need"] == 4)
        // The fill was for another person.
        let (board, row, _) = try board(.need(1, 1), .fill(2, "v01"), .fill(3, "v02", at: 25, supersedes: [2]))
        #expect(board.volunteers == ["v02"] && row?["filled"] == 1)
    }

    // MARK: Claims

    @Test func theFirstClaimHoldsAndTheSecondIsReserve() throws {
        let (board, _, building) = try board(.claim(1, "7", "v02", at: 40), .claim(2, "7", "v01", at: 30))
        #expect(board.claims.map(\.volunteer) == ["v01", "v02"] && board.claims.map(\.rank) == [0, 1])
        #expect(building?["claimed"] == 1, "buildings are counted, not claims")
    }

    @Test func twoClaimsAreAWorkItemUntilOneIsReleased() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .claim(1, "7", "v01"), .claim(2, "7", "v02", at: 40))
            #expect(try store.conflicts().map(\.kind) == ["two_claims"])
            try store.take(.claim(3, "7", "v01", .released, at: 50))
            #expect(try store.conflicts().isEmpty)
            #expect(try store.board().claims.first?.volunteer == "v02", "the reserve holds it now")
            try store.take(.claim(4, "7", "v02", .released, at: 60))
            #expect(try store.board().unclaimed == ["7"])
            #expect(try store.counts("volunteers", "7")?["claimed"] == 0)
        }
    }

    @Test func whoClaimsAgainQueuesBehind() throws {
        let (board, _, _) = try board(
            .claim(1, "7", "v01", at: 30), .claim(2, "7", "v02", at: 40), .claim(3, "7", "v01", .released, at: 50),
            .claim(4, "7", "v01", at: 60))
        #expect(board.claims.map(\.volunteer) == ["v02", "v01"])
    }

    @Test func doneCountsAsClaimedAndDone() throws {
        let counts = try board(.claim(1, "7", "v01"), .claim(2, "7", "v01", .done, at: 90)).building
        #expect(counts?["claimed"] == 1 && counts?["done"] == 1)
    }

    @Test func aClaimTakenBackFreesTheBuilding() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .building(901, "8"), .claim(1, "7", "v01"))
            // He had meant 8.
            try store.take(.claim(2, "8", "v01", at: 40, supersedes: [1]))
            #expect(try store.board().unclaimed == ["7"])
            #expect(try store.counts("volunteers", "7")?["claimed"] == 0)
            #expect(try store.counts("volunteers", "8")?["claimed"] == 1)
        }
    }
}
