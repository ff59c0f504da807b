import Daemon
import Federation
import Foundation
import GRDB
import Synchronization
import Testing

@testable import Compound

/// Requests that wait for the disk together share a transaction, and nothing else.
@Suite struct SharedCommitTests {
    /// Counts what was committed.
    private final class Commits: TransactionObserver {
        // The observer is told on the database's queue alone, and read when that is idle.
        let count = Mutex(0)
        func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
        func databaseDidChange(with event: DatabaseEvent) {}
        func databaseDidCommit(_ db: Database) { count.withLock { $0 += 1 } }
        func databaseDidRollback(_ db: Database) {}
    }

    /// Sends every request while the queue is held, so that all of them wait.
    private static func send(
        _ requests: [[Record]], to store: CompoundStore
    ) async throws -> (outcomes: [Result<CompoundStore.Recorded, any Error>], commits: Int) {
        let queue = SerialQueue("shared")
        let commit = SharedCommit(store, on: queue)
        let commits = Commits()
        store.database.add(transactionObserver: commits)
        defer { store.database.remove(transactionObserver: commits) }
        let held = DispatchSemaphore(value: 0)
        queue.submit { held.wait() }
        let outcomes = try await withThrowingTaskGroup(of: (Int, Result<CompoundStore.Recorded, any Error>).self) {
            group in
            for (place, request) in requests.enumerated() {
                group.addTask {
                    do {
                        return (
                            place,
                            .success(
                                try await commit.record(bytes: 100) { request.map { (Hex.text($0.id), .success($0)) } })
                        )
                    } catch { return (place, .failure(error)) }
                }
            }
            // All tasks that can have run have appended themselves by then; those that come later share the next one.
            try await Task.sleep(for: .milliseconds(200))
            held.signal()
            return try await group.reduce(into: [Int: Result<CompoundStore.Recorded, any Error>]()) { $0[$1.0] = $1.1 }
        }
        return (requests.indices.compactMap { outcomes[$0] }, commits.count.withLock { $0 })
    }

    @Test func manyRequestsAreOneTransaction() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900))
            let doors = (1...3).flatMap { floor in (1...2).map { "7-1-\(floor)0\($0)" } }
            let requests = doors.enumerated().map { [Record.visit(UInt128($0 + 1), $1, .refused)] }
            let (outcomes, commits) = try await Self.send(requests, to: desk.store)
            #expect(outcomes.count == 6 && commits <= 2, "\(commits) transactions for 6 requests")
            for (outcome, request) in zip(outcomes, requests) {
                #expect(try outcome.get().recorded == request.map { Hex.text($0.id) })
            }
            #expect(try desk.store.counts("survey", "7")?["refused"] == 6)
            try expectDigestOfRows(desk.store)
        }
    }

    /// A refused record is refused to whoever sent it; the others are taken.
    @Test func eachRequestHasItsOwnOutcome() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900))
            let (outcomes, _) = try await Self.send(
                [
                    [.visit(1, "7-1-101", .refused), .visit(2, "7-9-999", .refused)],
                    [.visit(3, "7-1-102", .completed)],
                    [.visit(4, "8-1-101", .vacant)],
                ], to: desk.store)
            let told = try outcomes.map { try $0.get() }
            #expect(told.map { $0.recorded.count } == [1, 1, 0] && told.map { $0.refused.count } == [1, 0, 1])
            #expect(told[0].refused.map(\.index) == [1] && told[2].refused.map(\.error.code) == [.doorUnknown])
            #expect(
                try desk.store.counts("survey", "7")?.households == ["unvisited": 10, "refused": 1, "completed": 1])
        }
    }

    /// The disk's own refusal of one request stops no other.
    @Test func whatOneCannotBeTakenWithStopsNoOther() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900))
            try desk.store.durably {
                try $0.execute(
                    sql: """
                        CREATE TRIGGER broken BEFORE INSERT ON observation WHEN new.subject = '7-1-102'
                        BEGIN SELECT raise(ABORT, 'this page is bad'); END
                        """)
            }
            let (outcomes, _) = try await Self.send(
                [[.visit(1, "7-1-101", .refused)], [.visit(2, "7-1-102", .refused)], [.visit(3, "7-1-201", .vacant)]],
                to: desk.store)
            #expect(try outcomes[0].get().recorded.count == 1 && outcomes[2].get().recorded.count == 1)
            #expect(throws: IntakeError.self) { try outcomes[1].get() }
            #expect(try desk.store.counts("survey", "7")?.households == ["unvisited": 10, "refused": 1, "vacant": 1])
        }
    }

    /// More than fit into one transaction: nobody is forgotten.
    @Test func nobodyIsForgotten() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900, floors: 20, perFloor: 4))
            let doors = (1...20).flatMap { floor in (1...4).map { "7-1-\(floor * 100 + $0)" } }
            let requests = (doors + doors.map { $0.replacing("7-1", with: "7-2") }).enumerated().map {
                [Record.visit(UInt128($0 + 1), $1, .refused)]
            }
            let (outcomes, commits) = try await Self.send(requests, to: desk.store)
            #expect(requests.count > 2 * SharedCommit.most && commits <= 5, "\(commits)")
            #expect(try outcomes.map { try $0.get().recorded.count }.reduce(0, +) == requests.count)
            #expect(try desk.store.counts("survey", "7")?["refused"] == Int64(requests.count))
        }
    }
}
