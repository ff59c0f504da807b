import Daemon
import Federation
import GRDB
import Testing

@testable import Compound

@Suite struct TheJournal {
    @Test func aReSentRecordIsRecordedWithoutEffect() throws {
        try Fixture.withStore { store in
            try store.take(.building(900))
            let visit = Record.visit(1, "7-1-101", .completed)
            #expect(try store.take(visit, visit).recorded == [Hex.text(UInt128(1)), Hex.text(UInt128(1))])
            let position = try store.position()
            // A form that is tapped twice gets its time from the node, each time another.
            #expect(try store.take(.visit(1, "7-1-101", .completed, at: 109)).recorded == [Hex.text(UInt128(1))])
            #expect(try store.position() == position)
        }
    }

    /// An id is the record's name for ever: the same name for something else is somebody's mistake.
    @Test(arguments: [
        Record.visit(1, "7-1-102", .completed), .visit(1, "7-1-101", .refused),
        .visit(1, "7-1-101", .completed, [.tested: 2]),
        .visit(1, "7-1-101", .completed, by: "v02"),
        .visit(1, "7-1-101", .completed, evidence: .phone), .visit(1, "7-1-101", .completed, supersedes: [7]),
        .household(1, "7-1-101", 3), .need(1, 3),
    ]) func anIdIsNeverUsedTwice(_ other: Record) throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .visit(1, "7-1-101", .completed))
            let position = try store.position()
            #expect(try store.take(other).refused.map(\.error.code) == [.idReused])
            #expect(try store.position() == position)
        }
    }

    @Test func aBadRecordStopsNoOther() throws {
        try Fixture.withStore { store in
            try store.take(.building(900))
            let outcome = try store.take(
                .visit(1, "7-9-999", .refused), .visit(2, "7-1-101", .refused), .claim(3, "99", "v01"))
            #expect(outcome.recorded == [Hex.text(UInt128(2))])
            #expect(outcome.refused.map(\.index) == [0, 2])
            #expect(outcome.refused.map(\.error.code) == [.doorUnknown, .buildingUnknown])
        }
    }

    // MARK: Clocks

    /// Ids fall, so that the stamps alone keep the order in which one request says it.
    @Test func whatOneRequestSaysWithinASecondKeepsItsOrder() throws {
        try Fixture.withStore { store in
            try store.take(.building(900))
            try store.take(
                .visit(9, "7-1-101", .moved), .visit(8, "7-1-101", .vacant), .visit(7, "7-1-101", .refused))
            #expect(try store.doors("7").first { $0.code == "7-1-101" }?.disposition == "refused")
        }
    }

    /// A clock that ran ahead, here of another device: what comes later stands above, in one transaction too.
    @Test func whatFollowsAClockAheadStandsAboveItInOneRequest() throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            try store.take(.building(900))
            let now = fixture.clock.now
            fixture.clock.now = now + 400 * 86_400
            try store.take(.visit(9, "7-1-102", .moved, at: 400 * 86_400))
            fixture.clock.now = now
            try store.take(
                .visit(5, "7-1-101", .vacant, by: "v02"), .visit(4, "7-1-102", .refused, by: "v02"),
                .visit(3, "7-1-102", .vacant, by: "v02"))
            #expect(try store.doors("7").first { $0.code == "7-1-102" }?.disposition == "vacant")
        }
    }

    @Test func aValuesTextIsEscapedOnlyWhereItHasToBe() {
        let line = JSONLine.object([("a", .text("中 \"\\\n\u{1}")), ("b", .text("中文"))])
        #expect(line == #"{"a":"中 \"\\\u000a\u0001","b":"中文"}"#)
        #expect(JSONLine.read(line)?["a"] as? String == "中 \"\\\n\u{1}")
    }

    /// A phone that runs fifty years ahead can't win over what is recorded after it.
    @Test func aClockAheadIsClampedOnceAndFlagged() throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            try store.take(.building(900))
            let ahead = Record.visit(1, "7-1-101", .refused, at: 50 * 31_557_600)
            #expect(try store.take(ahead).flagged == [Hex.text(UInt128(1))])
            fixture.clock.now += 600
            let later = Record.visit(2, "7-1-101", .completed, by: "v02", at: fixture.clock.now - Fixture.evening)
            #expect(try store.take(later).flagged.isEmpty)
            #expect(try store.counts("survey", "7")?["completed"] == 1)
        }
    }

    @Test func aClockBehindIsTakenAndFlagged() throws {
        try Fixture.withStore { store in
            try store.take(.building(900))
            let outcome = try store.take(.visit(1, "7-1-101", .refused, at: -Fixture.evening))
            #expect(outcome.recorded.count == 1 && outcome.flagged.count == 1)
        }
    }

    /// What the device says, what the node's clock says, what the recorder's last record got; and the stamp.
    struct Stamping {
        var observed: Int64
        var now: Int64
        var last: Int64?
        var milliseconds: Int64
        var counter: Int64 = 0
    }

    private static func second(_ time: Int64) -> Int64 { (time * 1000) << 16 }

    @Test(arguments: [
        Stamping(observed: 100, now: 200, milliseconds: 100_000),
        Stamping(observed: 300, now: 200, milliseconds: 200_000),
        Stamping(observed: -5, now: 200, milliseconds: 0),
        Stamping(observed: 100, now: -7, milliseconds: 0),
        Stamping(observed: 100, now: 200, last: second(100), milliseconds: 100_000, counter: 1),
        Stamping(observed: 100, now: 200, last: second(101), milliseconds: 100_000),
        Stamping(observed: .max, now: .max, milliseconds: 140_000_000_000_000),
    ]) func stamps(_ it: Stamping) {
        let stamp = HybridClock.stamp(observedAt: it.observed, now: it.now, last: it.last)
        #expect(stamp == it.milliseconds << 16 + it.counter)
    }

    @Test func oneRecordersOrderWithinASecondIsKept() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .need(1, 3), .need(2, 9), .need(3, 4))
            #expect(try store.board().need == 4)
        }
    }

    // MARK: The disk

    /// A real SQLITE_FULL: the database may not grow by another page.
    @Test func aFullDiskRefusesTheRecordAndWritesNothing() throws {
        try Fixture.withStore { store in
            try store.take(.building(900))
            let position = try store.position()
            try store.database.writeWithoutTransaction { db in
                let pages = try Int.fetchOne(db, sql: "PRAGMA page_count")!
                try db.execute(sql: "PRAGMA max_page_count = \(pages)")
            }
            let many: [Record] = (1...2000).map { .visit($0, "7-1-101", .nobodyHome, at: Int64($0)) }
            let error = #expect(throws: IntakeError.self) { try store.take(many) }
            #expect(error?.code == .diskFull)
            #expect(try store.position() == position)
            let journaled: Int? = try store.value("SELECT count(*) FROM observation")
            #expect(journaled == 1)
            #expect(try store.status().disk == "disk_full")
            try store.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
            try store.take(many)
            #expect(try store.status().disk == nil)
            try expectDigestOfRows(store)
        }
    }

    @Test func aReadOnlyDiskIsSaidToBeOne() throws {
        try Fixture.withStore { store in
            try store.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = 1") }
            let error = #expect(throws: IntakeError.self) { try store.take(.building(900)) }
            #expect(error?.code == .readOnly)
            #expect(try store.status().disk == "read_only")
        }
    }

    @Test func everyCommitIsSynced() throws {
        try Fixture.withStore { store in
            let level: Int? = try store.value("PRAGMA synchronous")
            let mode: String? = try store.value("PRAGMA journal_mode")
            #expect(level == 2 && mode == "wal")
        }
    }
}
