import Federation
import GRDB
import Synchronization
import Testing

@testable import Compound

/// The facts that one request touches are folded once, and yet before anything is judged by them.
@Suite struct FoldingOnce {
    private final class Folds: Sendable { let count = Mutex(0) }

    @Test func manyVisitsToOneDoorAreOneFold() throws {
        try Fixture.withStore { store in
            try store.take(.building(900))
            let folds = Folds()
            store.database.writeWithoutTransaction { db in
                db.trace { event in
                    if "\(event)".hasPrefix("INSERT OR REPLACE INTO survey_door") { folds.count.withLock { $0 += 1 } }
                }
            }
            try store.take((1...50).map { .visit(UInt128($0), "7-1-101", .nobodyHome, at: Int64($0)) })
            store.database.writeWithoutTransaction { $0.trace(options: []) }
            #expect(folds.count.withLock { $0 } == 1)
            #expect(try store.doors("7").first?.passes == 50)
            #expect(try store.counts("survey", "7")?.households == ["unvisited": 11, "nobody_home_final": 1])
        }
    }

    /// A door that a building loses stays if it was called at, also where one request says all of it.
    @Test func whatWaitsIsFoldedBeforeABuildingChanges() throws {
        try Fixture.withStore { store in
            try store.take(.building(900))
            let outcome = try store.take(
                .visit(1, "7-1-301", .nobodyHome), .building(901, floors: 2, at: 50, supersedes: [900]),
                .visit(2, "7-1-301", .nobodyHome, at: 200), .visit(3, "7-1-302", .refused))
            #expect(outcome.recorded.count == 3 && outcome.refused.map(\.error.code) == [.doorUnknown])
            #expect(try store.doors("7").count == 9)
        }
    }
}
