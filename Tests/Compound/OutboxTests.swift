import Federation
import GRDB
import Laws
import Sync
import Testing

@testable import Compound

private let parent = Incarnation(value: 77)

extension CompoundStore {
    /// What the link does when the parent says that it holds everything.
    fileprivate func acknowledgeAll() throws { try acknowledge(try position(), epoch: nil, parent: parent) }

    fileprivate func key(_ dataset: String, _ subject: String) -> RowKey {
        RowKey(dataset: Code(dataset)!, period: dataset == "frame" ? .now : Fixture.campaign, subject: Code(subject)!)
    }
}

@Suite struct TheOutbox {
    @Test func onlyWhatDiffersIsAChange() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .visit(1, "7-1-101", .completed, [.tested: 2]))
            let before = try store.position()
            // Another answer of the same content: the journal grows, the counts don't.
            try store.take(.visit(2, "7-1-101", .completed, [.tested: 2], by: "v02", at: 200))
            #expect(try store.position() == before)
            try store.take(.visit(3, "7-1-102", .refused))
            #expect(try store.position().seq == before.seq + 1)
            #expect(try store.changes(after: before.seq, limit: 10).changes.map(\.key) == [store.key("survey", "7")])
        }
    }

    @Test func changesComeInOrderAndInParts() throws {
        try Fixture.withStore { store in
            try store.take((1...20).map { .building(UInt128($0), "b\($0)") })
            try store.take(.visit(100, "b7-1-101", .refused), .visit(101, "b3-1-101", .refused))
            let whole = try store.changes(after: 0, limit: 1000)
            #expect(whole.reachesEnd)
            #expect(try whole.own == store.position())
            #expect(whole.changes.map(\.seq) == whole.changes.map(\.seq).sorted())
            var (after, parts) = (UInt64(0), [RowChange]())
            while true {
                let part = try store.changes(after: after, limit: 7)
                #expect(part.reachesEnd == (parts.count + part.changes.count == whole.changes.count))
                parts += part.changes
                after = part.changes.last?.seq ?? after
                if part.reachesEnd { break }
            }
            #expect(parts == whole.changes)
            let last = try #require(whole.changes.last).seq
            #expect(try store.changes(after: last, limit: 1).reachesEnd, "nothing is left behind the end")
        }
    }

    /// An outage of any length costs what differs, and finding that out costs an index.
    @Test func whatIsUnacknowledgedIsFoundByIndex() throws {
        try Fixture.withStore { store in
            let plan = try store.plan(RowTable.changesQuery, [1, 10])
            #expect(plan.count == 1 && plan[0].contains("USING INDEX") && plan[0].contains("seq>?"), "\(plan)")
        }
    }

    @Test func theFoldReadsByIndex() throws {
        try Fixture.withStore { store in
            let plan = try store.plan(Journal.select + Journal.live, ["7-1-101", "f"])
            #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") || $0.contains("SUBQUERY") }, "\(plan)")
        }
    }

    @Test func aTombstoneLivesUntilItsAcknowledgement() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .building(901, "8"))
            try store.acknowledgeAll()
            let held = try store.position()
            // The building was entered under a wrong code.
            try store.take(.building(902, "9", at: 60, supersedes: [901]))
            let delta = try store.changes(after: held.seq, limit: 10)
            #expect(delta.changes.filter { $0.body == nil }.map(\.key) == [store.key("frame", "8")])
            try expectDigestOfRows(store)
            try store.acknowledgeAll()
            #expect(try store.changes(after: 0, limit: 10).changes.allSatisfy { $0.body != nil })
            #expect(try store.floor() == store.position().seq)
            try expectDigestOfRows(store)
        }
    }

    // MARK: Waiting

    @Test func howLongSomethingHasWaited() throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            let start = fixture.clock.now
            try store.take(.building(900))
            fixture.clock.now += 100
            try store.take(.visit(1, "7-1-101", .refused))
            fixture.clock.now += 100
            try store.take(.visit(2, "7-1-102", .refused))
            var status = try store.status()
            // The frame's row, and five that the campaign opened: survey and volunteers of 7, volunteers, feedback and
            // final report of the compound.
            #expect((status.unacknowledged, status.unacknowledgedSince) == (6, start))
            try store.acknowledge(Position(seq: 1, digest: .empty), epoch: nil, parent: parent)
            status = try store.status()
            // The survey's row changed twice; its first unacknowledged change counts.
            #expect((status.unacknowledged, status.unacknowledgedSince) == (5, start + 100))
            try store.acknowledgeAll()
            status = try store.status()
            #expect((status.unacknowledged, status.unacknowledgedSince) == (0, nil))
            #expect(status.acknowledgedAt == fixture.clock.now)
        }
    }

    @Test func aNewLifeHasWaitedSinceItBegan() throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            try store.take(.building(900))
            try store.acknowledgeAll()
            fixture.clock.now += 86_400
            _ = try store.mint(.fork)
            #expect(try store.status().unacknowledgedSince == fixture.clock.now)
        }
    }

    // MARK: Refused rows

    @Test func aRefusedRowIsUnknownUntilItsFactsChange() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .visit(1, "7-1-101", .refused))
            let key = store.key("survey", "7")
            try store.quarantine([key], [RowRefusal(line: 1, why: "too_large")])
            #expect(try store.body("survey", "7")?.counts.allSatisfy { $0 == .unknown } == true)
            #expect(try store.status().refusedRows == 1)
            try expectDigestOfRows(store)
            let before = try store.position()
            try store.adopt(.naming([Fixture.campaign.text]), digest: "d")
            #expect(try store.position() == before, "a new registry document changes no facts")
            try store.take(.visit(2, "7-1-102", .refused))
            #expect(try store.counts("survey", "7")?.households == ["unvisited": 10, "refused": 2])
            #expect(try store.status().refusedRows == 0)
            try expectDigestOfRows(store)
        }
    }

    @Test func refusingWhatIsGoneChangesNothing() throws {
        try Fixture.withStore { store in
            let before = try store.position()
            try store.quarantine([store.key("survey", "99")], [])
            #expect(try store.position() == before)
        }
    }

    // MARK: Random histories

    @Test(arguments: 0..<10) func anyHistoryLeavesTheDigestOfItsRows(_ seed: UInt64) throws {
        var generator = SplitMix(seed)
        try Fixture.with { fixture in
            var store = try fixture.open()
            try store.take(.building(900), .building(901, "8"))
            for step in 1...60 {
                let id = UInt128(step)
                let door = "\(Bool.random(using: &generator) ? 7 : 8)-1-\(Int.random(in: 1...3, using: &generator))01"
                switch Int.random(in: 0..<10, using: &generator) {
                case 0: try store.acknowledgeAll()
                case 1: _ = try store.mint(.fork)
                case 2: try store.quarantine([store.key("survey", "7"), store.key("frame", "8")], [])
                case 3: try store.take(.household(id, door, Int.random(in: 0...5, using: &generator), at: Int64(step)))
                case 4: try store.take(.building(id, "9", at: Int64(step), supersedes: [UInt128(step - 1)]))
                case 5:
                    try store.database.close()
                    store = try fixture.open()
                    _ = try store.memory()
                default:
                    let disposition = Disposition.allCases.randomElement(using: &generator)!
                    let supersedes =
                        Bool.random(using: &generator) ? [UInt128(Int.random(in: 1...60, using: &generator))] : []
                    try store.take(
                        .visit(id, door, disposition, at: Int64(step), supersedes: supersedes.filter { $0 != id }))
                }
                try expectDigestOfRows(store)
                let (changes, _, own) = try store.changes(after: 0, limit: 1000)
                #expect(changes.allSatisfy { $0.seq <= own.seq })
            }
        }
    }
}
