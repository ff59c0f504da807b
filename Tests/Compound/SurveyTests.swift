import Federation
import Laws
import Sync
import Testing

@testable import Compound

@Suite struct Survey {
    /// Twelve doors in building 7, one with three residents.
    private func survey(_ records: Record...) throws -> (counts: [String: Int64], conflicts: [String]) {
        try Fixture.withStore { store in
            try store.take(.building(900), .household(901, "7-1-101", 3))
            try store.take(records)
            try expectDigestOfRows(store)
            return (try #require(try store.counts("survey", "7")), try store.conflicts().map(\.subject))
        }
    }

    @Test(arguments: [
        (Disposition.completed, "completed", ["p_tested": Int64(2), "p_untested": 1]),
        (.partial, "partial", ["p_tested": 2, "p_untested": 1]), (.nobodyHome, "nobody_home", ["p_unsurveyed": 3]),
        (.absent, "absent", ["p_absent": 3]), (.postponed, "postponed", ["p_unsurveyed": 3]),
        (.refused, "refused", ["p_refused": 3]),
        (.vacant, "vacant", [:]), (.notDwelling, "not_dwelling", [:]), (.notFound, "not_found", ["p_unsurveyed": 3]),
        (.moved, "moved", [:]), (.language, "language", ["p_unsurveyed": 3]), (.other, "other", ["p_unsurveyed": 3]),
    ]) func everyDispositionHasItsClass(_ disposition: Disposition, _ name: String, _ people: [String: Int64]) throws {
        let told: [PeopleClass: Int]? = disposition.hasPeople ? [.tested: 2, .untested: 1] : nil
        let (counts, conflicts) = try survey(.visit(1, "7-1-101", disposition, told))
        #expect(counts.households == ["unvisited": 11, name: 1])
        #expect(counts.people == people)
        #expect(conflicts.isEmpty)
    }

    @Test func everyDoorIsUnvisitedAtFirstInWrittenZeros() throws {
        let (counts, _) = try survey(
            .visit(1, "7-1-101", .refused), .visit(2, "7-1-101", .refused, at: 200, supersedes: [1]))
        #expect(counts.count == 26)
        #expect(counts["completed"] == 0 && counts["p_tested"] == 0)
    }

    /// Twelve doors, of which the registry knows one: how many live behind the others isn't none.
    @Test func whoLivesBehindADoorThatNobodyListedIsUnknown() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .household(901, "7-1-101", 3), .visit(1, "7-1-101", .nobodyHome))
            #expect(try store.counts("survey", "7")?.people == ["p_unsurveyed": 3])
            let after: [(Record, Int64)] = [
                (.visit(2, "7-1-102", .completed, [.tested: 2]), 10), (.visit(3, "7-1-201", .refused), 10),
                (.visit(4, "7-1-202", .vacant), 9), (.visit(5, "7-1-301", .absent), 8),
                (.visit(6, "7-1-302", .postponed), 8), (.household(902, "7-1-201", 4), 7),
            ]
            #expect(try store.counts("survey", "7")?["unlisted"] == 11)
            for (record, unlisted) in after {
                try store.take(record)
                #expect(try store.counts("survey", "7")?["unlisted"] == unlisted, "\(record)")
            }
            #expect(try store.counts("survey", "7")?.people == ["p_unsurveyed": 3, "p_tested": 2, "p_refused": 4])
        }
    }

    @Test(arguments: 0..<8) func householdsAndPeopleArePartitions(_ seed: UInt64) throws {
        var generator = SplitMix(seed)
        try Fixture.withStore { store in
            try store.take(.building(900), .household(901, "7-1-101", 3), .household(902, "7-2-302", 5))
            for id in 1...40 {
                let door = try #require(try store.doors("7").randomElement(using: &generator))
                let disposition = Disposition.allCases.randomElement(using: &generator)!
                try store.take(.visit(UInt128(id), door.code, disposition, by: "v\(id)", at: Int64(id)))
                let counts = try #require(try store.counts("survey", "7"))
                #expect(counts.households.values.reduce(0, +) == 12, "after \(id) visits of seed \(seed)")
            }
            try expectDigestOfRows(store)
        }
    }

    // MARK: Passes

    @Test func theThirdCallIsFinal() throws {
        let calls: [Record] = (1...3).map { .visit($0, "7-1-101", .nobodyHome, at: Int64($0) * 3600) }
        #expect(try survey(calls[0], calls[1]).counts["nobody_home"] == 1)
        #expect(try survey(calls[0], calls[1], calls[2]).counts["nobody_home_final"] == 1)
        #expect(
            try survey(calls[0], calls[1], calls[1]).counts["nobody_home"] == 1, "a re-sent call is no further call")
    }

    @Test func aCallTakenBackIsNoCall() throws {
        let counts = try survey(
            .visit(1, "7-1-101", .nobodyHome), .visit(2, "7-1-101", .nobodyHome, at: 200),
            .visit(3, "7-1-101", .nobodyHome, at: 300, supersedes: [2])
        ).counts
        #expect(counts["nobody_home"] == 1)
    }

    @Test func anAnswerIsNotUndoneByFindingNobody() throws {
        for answer in [Disposition.completed, .partial, .refused] {
            let (counts, conflicts) = try survey(
                .visit(1, "7-1-101", answer), .visit(2, "7-1-101", .nobodyHome, at: 200))
            #expect(counts[answer.rawValue] == 1 && conflicts.isEmpty)
        }
    }

    // MARK: Conflicts

    /// Somebody who comes again to finish what was left open doesn't contradict who came first.
    @Test(arguments: [Disposition.nobodyHome, .postponed, .partial]) func aRevisitIsNoConflict(_ first: Disposition)
        throws
    {
        let (counts, conflicts) = try survey(
            .visit(1, "7-1-101", first, by: "v01"), .visit(2, "7-1-101", .completed, [.tested: 3], by: "v02", at: 200))
        #expect(counts["completed"] == 1 && counts["p_tested"] == 3)
        #expect(conflicts.isEmpty)
    }

    @Test func twoFinalAnswersThatDifferAreAConflictUntilSettled() throws {
        let first = Record.visit(1, "7-1-101", .completed, [.tested: 2])
        let second = Record.visit(2, "7-1-101", .completed, [.tested: 3], by: "v02", at: 200)
        let (counts, open) = try survey(first, second)
        #expect(counts["p_tested"] == 3, "the later one is chosen meanwhile")
        #expect(open == ["7-1-101"])
        let settled = Record.visit(3, "7-1-101", .completed, [.tested: 3], by: "s01", at: 300, supersedes: [1, 2])
        #expect(try survey(first, second, settled).conflicts.isEmpty)
    }

    @Test func theSameAnswerTwiceIsNoConflict() throws {
        #expect(
            try survey(.visit(1, "7-1-101", .refused), .visit(2, "7-1-101", .refused, by: "v02", at: 200)).conflicts
                .isEmpty)
    }

    @Test func whatWasSeenStandsAgainstWhatWasHeard() throws {
        let counts = try survey(
            .visit(1, "7-1-101", .completed, [.tested: 3]),
            .visit(2, "7-1-101", .moved, evidence: .hearsay, by: "v02", at: 200)
        ).counts
        #expect(counts["completed"] == 1)
    }

    @Test func thePageCanSettleWithWhatTheDoorSays() throws {
        try Fixture.withStore { store in
            try store.take(.building(900))
            try store.take(
                .visit(1, "7-1-101", .completed, [.tested: 2]), .visit(2, "7-1-101", .refused, by: "v02", at: 200))
            let door = try #require(try store.doors("7").first { $0.code == "7-1-101" })
            #expect(door.visit == Hex.text(UInt128(2)))
            #expect(door.answers == [Hex.text(UInt128(1)), Hex.text(UInt128(2))])
        }
    }

    // MARK: Corrections

    @Test func aVisitAtTheWrongDoorLeavesThatDoorUnvisited() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .building(901, "8"))
            try store.take(.visit(1, "7-1-101", .completed, [.tested: 2]))
            try store.take(.visit(2, "8-1-101", .completed, [.tested: 2], at: 200, supersedes: [1]))
            #expect(try store.counts("survey", "7")?.households == ["unvisited": 12])
            #expect(try store.counts("survey", "7")?.people == [:])
            #expect(try store.counts("survey", "8")?.households == ["unvisited": 11, "completed": 1])
            try expectDigestOfRows(store)
        }
    }

    // MARK: Reading

    @Test func progressSaysWhatIsLeftBuildingByBuilding() throws {
        try Fixture.withStore { store in
            try store.take(.building(900, "10"), .building(901, "2", units: 1, floors: 1))
            try store.take(
                .visit(1, "10-1-101", .completed), .visit(2, "10-1-102", .vacant), .visit(3, "10-1-201", .nobodyHome),
                .visit(4, "10-1-202", .partial))
            let progress = try store.progress()
            #expect(progress.buildings.map(\.code) == ["2", "10"], "as people read them")
            let ten = progress.buildings[1]
            #expect((ten.doors, ten.left, ten.vacant) == (11, 9, 1))
            #expect(
                ten.classes.filter { $0.value > 0 } == [
                    "unvisited": 8, "completed": 1, "vacant": 1, "nobody_home": 1, "partial": 1,
                ])
            #expect((progress.doors, progress.left, progress.met) == (13, 11, 2))
        }
    }

    @Test func aCampaignThatTheParentNamesStartsInExplicitZeros() throws {
        try Fixture.withStore { store in
            try store.take(.building(900))
            #expect(try store.body("survey", "7") == nil)
            try store.adopt(.naming([Fixture.campaign.text]), digest: "d")
            #expect(try store.counts("survey", "7")?.households == ["unvisited": 12])
            #expect(
                try store.counts("volunteers", "7") == [
                    "need": 0, "filled": 0, "short": 0, "buildings": 1, "claimed": 0, "done": 0,
                ])
            try store.take(.building(901, "8", units: 1))
            #expect(
                try store.counts("survey", "8")?.households == ["unvisited": 6], "so does a building that comes later")
            try expectDigestOfRows(store)
        }
    }

    @Test func withoutBuildingsThereAreNoRows() throws {
        try Fixture.withStore { store in
            try store.adopt(.naming([Fixture.campaign.text]), digest: "d")
            #expect(try store.changes(after: 0, limit: 10).changes.allSatisfy { $0.key.dataset.text != "survey" })
        }
    }
}
