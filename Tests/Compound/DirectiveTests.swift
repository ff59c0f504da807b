import Daemon
import Federation
import Foundation
import GRDB
import Sync
import Testing
import Wire

@testable import Compound

/// What the district publishes, held and read at a node.
@Suite struct DirectiveTests {
    private static func order(
        _ version: Int = 1, _ title: String = "入户摸底", code: String = "2022-41", at: Int64 = 1000, due: Int64? = nil,
        withdrawn: Bool = false
    ) -> Directive {
        Directive(
            code: code, version: version, kind: .order, title: title, text: "今晚完成", due: due, at: at, officer: "张科长",
            reason: "首发", withdrawn: withdrawn)
    }

    private static func document(_ directives: [Directive]) -> RegistryDocument {
        var document = RegistryDocument.naming([Fixture.campaign.text])
        document.directives = directives
        return document
    }

    private static func read(_ id: UInt128, _ version: Int = 1, at: Int64 = 1000, code: String = "2022-41") -> Record {
        Record(
            id: id,
            content: Record.Acknowledgement(directive: Code(code)!, version: version, at: at, reader: "李主任"),
            recorder: Code(literal: "desk"), observedAt: Fixture.evening, supersedes: [])
    }

    private static func counts(_ store: CompoundStore, _ period: String) throws -> [String: Int64]? {
        try store.counts("directive", "-", period: #require(Code(period)))
    }

    private static func page(_ store: CompoundStore, since: Int64 = 0) throws -> String {
        let shelf = try store.read { try DirectiveShelf($0) }
        let view = PageView(links: .of(.zhHans), text: .zhHans, now: store.clock())
        return DirectiveShelfPage.html(shelf, since: since, by: "", view).source
    }

    @Test func aNodeSaysWhatItHoldsAndThatSomebodyHasReadIt() throws {
        try Fixture.withStore { store in
            try store.adopt(Self.document([Self.order()]), digest: "1")
            #expect(try Self.counts(store, "2022-41:1") == ["received": 1, "acknowledged": 0])
            #expect(try store.status().directives == UnreadDirectives(count: 1, title: "入户摸底"))
            try store.take(Self.read(1))
            #expect(try Self.counts(store, "2022-41:1") == ["received": 1, "acknowledged": 1])
            #expect(try store.status().directives == nil)
            let page = try Self.page(store)
            #expect(page.contains("已阅：李主任") && !page.contains("name=\"reader\""))
            try expectDigestOfRows(store)
        }
    }

    /// The name of whoever read it is in no row.
    @Test func noNameLeaves() throws {
        try Fixture.withStore { store in
            try store.adopt(Self.document([Self.order()]), digest: "1")
            try store.take(Self.read(1))
            for change in try store.changes(after: 0, limit: 1000).changes { #expect(!"\(change)".contains("李主任")) }
        }
    }

    @Test func aNewVersionTakesThePlaceAndTheOldStaysReadable() throws {
        try Fixture.withStore { store in
            try store.adopt(Self.document([Self.order(due: 90_000)]), digest: "1")
            try store.take(Self.read(1))
            try store.adopt(Self.document([Self.order(2, "延长", at: 2000, due: 95_000)]), digest: "2")
            #expect(try Self.counts(store, "2022-41:1") == ["received": 1, "acknowledged": 1])
            #expect(
                try Self.counts(store, "2022-41:2") == ["received": 1, "acknowledged": 0], "it has to be read anew")
            var shelf = try store.read { try DirectiveShelf($0) }
            #expect(shelf.items.map(\.last.title) == ["延长"] && shelf.items[0].earlier.map(\.title) == ["入户摸底"])
            #expect(try Self.page(store).contains("原截止"))
            try store.adopt(Self.document([Self.order(3, "延长", at: 3000, withdrawn: true)]), digest: "3")
            shelf = try store.read { try DirectiveShelf($0) }
            #expect(shelf.items[0].last.withdrawn && shelf.items[0].earlier.count == 2)
            #expect(try Self.page(store).contains("已撤回"))
        }
    }

    /// The end of a round is told like its deadline: it is read as an end, and opens nothing again.
    @Test func aRoundThatIsOverIsSaidToBeOver() throws {
        try Fixture.withStore { store in
            func tell(_ version: Int, closed: Bool) throws {
                var document = RegistryDocument.naming([Fixture.campaign.text, "later"])
                document.campaigns[1].closed = closed
                document.directives = [
                    Directive(
                        code: "later", version: version, kind: .round, title: "第二轮", campaign: "later", opens: 1,
                        due: Fixture.evening + 86_400, at: Int64(version), officer: "张科长", reason: "摸底完毕",
                        closed: closed)
                ]
                try store.adopt(document, digest: "\(version)")
            }
            func isClosed() throws -> Bool? {
                try store.read { try Bool.fetchOne($0, sql: "SELECT closed FROM campaign WHERE code = 'later'") }
            }
            try tell(1, closed: false)
            #expect(try !Self.page(store).contains("已结束") && Self.page(store).contains("还有") && isClosed() == false)
            try tell(2, closed: true)
            let page = try Self.page(store)
            #expect(page.contains("■ 任务 · 已结束") && page.contains("摸底完毕") && !page.contains("还有"))
            #expect(try isClosed() == true)
            #expect(try store.read { try CampaignReader.current($0, now: Fixture.evening) } == Fixture.campaign.text)
            #expect(try Self.counts(store, "later:2") == ["received": 1, "acknowledged": 0])
            try tell(3, closed: false)
            #expect(try !Self.page(store).contains("任务 · 已结束") && isClosed() == false, "until it is opened again")
            #expect(
                try Self.page(store).components(separatedBy: "已结束").count == 2, "and that it was over stays readable")
        }
    }

    /// An older parent says nothing of it.
    @Test func aDirectiveOfAnOlderParentIsRead() throws {
        let said =
            #"{"at":1,"code":"r","kind":"round","officer":"","reason":"","text":"","title":"t","version":1,"withdrawn":false}"#
        let directive = try JSONDecoder().decode(Directive.self, from: Data(said.utf8))
        #expect(directive.closed == nil)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(directive), as: UTF8.self) == said, "the same bytes, the same tag")
    }

    /// Rows end with what the parent tells no more; the words stay, whatever the line does.
    @Test func whatIsToldNoMoreStaysReadable() throws {
        try Fixture.with { fixture in
            var store = try fixture.open()
            try store.adopt(Self.document([Self.order(), Self.order(code: "n-1", at: 500)]), digest: "1")
            try store.adopt(Self.document([Self.order()]), digest: "2")
            #expect(try Self.counts(store, "n-1:1") == nil)
            store = try fixture.open()
            #expect(
                try store.read { try DirectiveShelf($0) }.items.map(\.code) == ["2022-41", "n-1"], "the newest first")
            try store.adopt(Self.document([Self.order(), Self.order(code: "n-1", at: 500)]), digest: "3")
            #expect(try Self.counts(store, "n-1:1") == ["received": 1, "acknowledged": 0])
            try expectDigestOfRows(store)
        }
    }

    /// A parent that lost its last versions gives their numbers anew: nobody has read those words.
    @Test func anotherTextUnderTheSameNumberIsNotRead() throws {
        try Fixture.withStore { store in
            try store.adopt(Self.document([Self.order(2, at: 2000)]), digest: "1")
            try store.take(Self.read(1, 2, at: 2000))
            try store.adopt(Self.document([Self.order(2, "别的", at: 2500)]), digest: "2")
            #expect(try Self.counts(store, "2022-41:2") == ["received": 1, "acknowledged": 0])
            #expect(try store.status().directives?.title == "别的")
        }
    }

    @Test func onlyWhatIsHeldCanBeRead() throws {
        try Fixture.withStore { store in
            try store.adopt(Self.document([Self.order()]), digest: "1")
            let wrong = [Self.read(1, 2), Self.read(2, at: 999), Self.read(3, code: "other")]
            let outcome = try store.take(wrong)
            #expect(outcome.refused.map(\.error.code) == [.directiveUnknown, .directiveUnknown, .directiveUnknown])
            for body in [
                #"{"directive":"2022-41","version":0,"at":1000,"reader":"li"}"#,
                #"{"directive":"2022-41","version":1,"at":1000,"reader":""}"#,
                #"{"directive":"家","version":1,"at":1000,"reader":"li"}"#,
                #"{"directive":"2022-41","version":1,"reader":"li"}"#,
            ] {
                let record =
                    #"{"id":"\#(String(repeating: "a", count: 32))","kind":"acknowledgement","recorder":"s01","observed_at":1,"#
                #expect(try store.record(Array("[\(record)\(body.dropFirst())]".utf8)).refused.count == 1, "\(body)")
            }
        }
    }

    @Test func whatIsNotSoundIsLeftOut() throws {
        try Fixture.withStore { store in
            try store.adopt(Self.document([Self.order(0), Self.order(code: "家"), Self.order(1, "")]), digest: "1")
            #expect(try store.read { try DirectiveShelf($0) }.items.isEmpty)
        }
    }

    @Test func theFirstWhoReadsItIsNamedWhateverTheOrder() throws {
        func reader(_ order: [Int]) throws -> String? {
            try Fixture.withStore { store in
                try store.adopt(Self.document([Self.order()]), digest: "1")
                let records = ["甲", "乙"].enumerated().map { number, name in
                    Record(
                        id: UInt128(number + 1),
                        content: Record.Acknowledgement(
                            directive: Code(literal: "2022-41"), version: 1, at: 1000, reader: name),
                        recorder: Code("r\(number)")!, observedAt: Fixture.evening + Int64(number), supersedes: [])
                }
                for place in order { try store.take(records[place]) }
                return try store.read { try DirectiveShelf($0) }.items.first?.last.reader
            }
        }
        for order in [[0, 1], [1, 0]] { #expect(try reader(order) == "甲") }
    }

    @Test func whatIsNewSinceTheLastLookIsMarked() throws {
        try Fixture.withStore { store in
            try store.adopt(Self.document([Self.order()]), digest: "1")
            let now = store.clock()
            #expect(try Self.page(store, since: now - 1).contains("class=\"warn\">新"))
            #expect(try !Self.page(store, since: now).contains("class=\"warn\">新"))
        }
    }

    @Test func theHeadOfEveryPageSaysWhatIsUnread() throws {
        try Fixture.withStore { store in
            try store.adopt(Self.document([Self.order(1, "<b>")]), digest: "1")
            let head = StandingLines(status: try store.status(), links: .of(.zhHans), text: .zhHans).html.source
            #expect(head.contains("1 条指令、通知待阅：&lt;b&gt;") && head.contains("/directives?lang=zh-Hans"))
        }
    }

    @Test func whatStandsFollowsFromTheRecords() throws {
        try Fixture.withStore { store in
            try store.adopt(Self.document([Self.order(), Self.order(code: "n-1")]), digest: "1")
            try store.take(Self.read(1))
            let found = try store.durably { db -> [Discrepancy] in
                var replay = Replay(db, now: store.clock(), catalogues: store.catalogues)
                _ = try replay.run()
                return replay.found
            }
            #expect(found.isEmpty)
        }
    }
}
