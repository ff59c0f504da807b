import Daemon
import Federation
import Foundation
import GRDB
import Testing
import Wire

@testable import Compound

/// `jiayuan adopt`: two copies of a journal become one, and nothing is counted twice.
@Suite struct AdoptionTests {
    /// A journal that went on in two places from one backup.
    private static func diverged(_ body: (_ one: CompoundStore, _ two: CompoundStore, _ journal: String) throws -> Void)
        throws
    {
        try Fixture.with { first in
            try Fixture.with { second in
                let one = try first.open()
                try one.take(.building(1), .visit(2, "7-1-101", .completed), .visit(3, "7-1-102", .nobodyHome))
                try first.backUp(one, as: "backup.sqlite")
                try FileManager.default.copyItem(atPath: first.folder + "/backup.sqlite", toPath: second.journal)
                let two = try second.open()
                try one.take(.visit(10, "7-1-201", .completed), .visit(11, "7-1-301", .refused, at: 200))
                try two.take(
                    .visit(20, "7-1-202", .completed), .visit(21, "7-1-301", .completed, by: "v02", at: 300),
                    .visit(22, "7-1-101", .absent, at: 400, supersedes: [2]), .building(23, "8"), .need(24, 5))
                // Something that a phone sent to both.
                for store in [one, two] { try store.take(.visit(30, "7-2-101", .vacant)) }
                try body(one, two, second.journal)
            }
        }
    }

    @Test func theUnionCountsEveryFactOnce() throws {
        try Self.diverged { one, two, _ in
            let adopted = try one.adopt(#require(try two.copyOfJournal()))
            #expect(adopted.new == 5 && adopted.known == 4 && adopted.differing == 0)
            let seven = try #require(try one.counts("survey", "7")).households
            #expect(
                seven == [
                    "unvisited": 6, "completed": 3, "absent": 1, "vacant": 1, "nobody_home": 1,
                ])
            #expect(try one.counts("survey", "8")?["unvisited"] == 12, "a building that only the other had")
            #expect(try one.counts("volunteers", "-")?["need"] == 5)
            #expect(adopted.conflicts.map(\.subject) == ["7-1-301"])
            #expect(adopted.conflicts[0].message.contains("摸底结果不同") && adopted.rows > 0)
        }
    }

    @Test func aRoundThatOnlyTheOtherCopyHasHeardOfComesWithItsFacts() throws {
        try Fixture.withStore { one in
            try one.take(.building(1))
            let copy = try Fixture.withStore { two in
                try two.take(.building(1), .visit(2, "7-1-101", .completed))
                return try #require(try two.copyOfJournal())
            }
            #expect(try one.counts("survey", "7") == nil)
            #expect(try one.adopt(copy).new == 1)
            #expect(try one.counts("survey", "7")?.households == ["unvisited": 11, "completed": 1])
        }
    }

    @Test func twiceChangesNothing() throws {
        try Self.diverged { one, two, _ in
            let copy = try #require(try two.copyOfJournal())
            _ = try one.adopt(copy)
            let position = try one.position()
            let again = try one.adopt(copy)
            #expect(again == Adopted(new: 0, known: 9, differing: 0, rows: 0, conflicts: []))
            #expect(try one.position() == position)
        }
    }

    /// What no node could have written is left out, counted and named, and stops nothing else.
    @Test func theImpossibleIsNamed() throws {
        try Self.diverged { one, two, _ in
            var copy = try #require(try two.copyOfJournal())
            copy.statements[0].id = "no id"
            copy.statements[1].observedAt = .max
            copy.statements[2].hlc = -1
            copy.supersessions.append(.init(superseded: "x", by: copy.statements[3].id))
            copy.campaigns.append(.init(code: "two words", name: "", opens: nil, deadline: nil, closed: false))
            let adopted = try one.adopt(copy)
            #expect(adopted.impossible == 5 && adopted.new + adopted.known == copy.statements.count - 3)
            #expect(adopted.impossibles.map(\.fault) == ["campaign", "id", "observed_at", "hlc", "supersedes"])
            #expect(
                adopted.impossibles[1].id == "no id" && adopted.impossibles[1].subject == copy.statements[0].subject)
            #expect(try one.adopt(copy).impossible == 5, "the same again")
        }
    }

    /// Whoever takes over whom, both end with the same rows and the same order of statements.
    @Test func bothWaysGiveTheSame() throws {
        try Self.diverged { one, two, _ in
            let (mine, theirs) = (try #require(try one.copyOfJournal()), try #require(try two.copyOfJournal()))
            _ = try one.adopt(theirs)
            _ = try two.adopt(mine)
            for dataset in ["survey", "frame", "volunteers"] {
                for subject in ["7", "8", "-"] {
                    #expect(try one.counts(dataset, subject) == two.counts(dataset, subject))
                }
            }
            let stamps = "SELECT group_concat(hex(id) || ' ' || hlc) FROM (SELECT id, hlc FROM observation ORDER BY id)"
            let (ones, twos): (String?, String?) = (try one.value(stamps), try two.value(stamps))
            #expect(ones == twos)
            #expect(try one.conflicts().map(\.subject) == two.conflicts().map(\.subject))
        }
    }

    /// A record journaled on both sides at different times keeps the stamp of the first.
    @Test func theEarlierStampIsKept() throws {
        try Fixture.with { first in
            try Fixture.with { second in
                let (one, two) = (try first.open(), try second.open())
                // The device runs ahead: each node clamps to its own time.
                first.clock.now = Fixture.evening + 50
                second.clock.now = Fixture.evening + 60
                for store in [one, two] {
                    try store.take(.building(1), .visit(2, "7-1-101", .completed, at: 9000))
                }
                let stamp: Int64? = try one.value("SELECT hlc FROM observation WHERE desk = 'survey'")
                let later: Int64? = try two.value("SELECT hlc FROM observation WHERE desk = 'survey'")
                #expect(stamp != later)
                _ = try two.adopt(#require(try one.copyOfJournal()))
                #expect(try two.value("SELECT hlc FROM observation WHERE desk = 'survey'") == stamp)
                // What the same recorder says next still stands above.
                try two.take(.visit(3, "7-1-101", .refused, at: 9000))
                #expect(try two.doors("7").first { $0.code == "7-1-101" }?.disposition == "refused")
            }
        }
    }

    @Test func theFileOfTheOtherCopyIsReadAndNotWritten() throws {
        try Self.diverged { one, two, journal in
            // What the running copy committed last is still in the log beside its file.
            let before = try FileManager.default.contentsOfDirectory(
                atPath: (journal as NSString).deletingLastPathComponent)
            let copy = try JournalCopy(file: journal)
            #expect(copy.statements.count == 9)
            let after = try FileManager.default.contentsOfDirectory(
                atPath: (journal as NSString).deletingLastPathComponent)
            #expect(before.sorted() == after.sorted())
            #expect(try one.adopt(copy).new == 5)
            _ = two
        }
    }

    @Test func anotherCompoundsJournalIsRefusedAndSoIsNone() throws {
        try Self.diverged { one, two, _ in
            var copy = try #require(try two.copyOfJournal())
            copy.unit = "421303587002-002"
            let position = try one.position()
            #expect(throws: IntakeError(.otherCompound, field: "unit", value: copy.unit)) { try one.adopt(copy) }
            #expect(try one.position() == position)
        }
        try Fixture.with { fixture in
            #expect(throws: JournalCopy.Fault.self) { try JournalCopy(file: fixture.journal) }
            try Data("not a database at all, only words".utf8).write(to: URL(fileURLWithPath: fixture.journal))
            #expect(throws: StoreError.self) { try JournalCopy(file: fixture.journal) }
        }
    }

    @Test func aReceiptIsShownUntilSomebodyHasReadIt() throws {
        try Fixture.withStore { store in
            let receipt = RegistryDocument.Receipt(
                deposed: String(repeating: "1", count: 32), heir: String(repeating: "2", count: 32),
                at: Fixture.evening, since: Fixture.evening - 600, rows: 2,
                fewer: [.init(campaign: Fixture.campaign.text, households: 37, buildings: ["3", "7"])])
            var document = RegistryDocument.naming([Fixture.campaign.text])
            #expect(try store.status().receipts.isEmpty)
            document.receipts = [receipt]
            try store.adopt(document, digest: "d")
            #expect(try store.status().receipts == [receipt])
            let links = Links(Call(method: "GET", path: "/survey", query: ["lang": "zh-Hans"]))
            let page = NodePage.html(
                .notFound, status: try store.status(), clerk: Clerk(draw: 1), path: "/survey", links, .zhHans
            ).source
            #expect(page.contains("本次恢复少了 37 户：3栋、7栋；17:50 之后未送达的记录也可能缺失"))
            try store.markReceiptRead(
                deposed: receipt.deposed, heir: receipt.heir, at: receipt.at, reader: "s01")
            #expect(try store.status().receipts.isEmpty)
        }
    }
}
