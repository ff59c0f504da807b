import Daemon
import Federation
import Sync
import Testing
import Wire

@testable import Compound

/// What a compound lacks and could spare, and what its manager answers to offers.
@Suite struct HelpTests {
    private static let other = "421303587002-002"

    private static func consent(_ id: UInt128, _ state: Record.HelpConsent.State = .offered) -> Record {
        Record(
            id: id, content: Record.HelpConsent(task: Fixture.campaign, state: state), recorder: Code(literal: "desk"),
            observedAt: Fixture.evening + Int64(id), supersedes: [])
    }

    private static func answer(
        _ id: UInt128, _ state: Record.HelpAnswer.State, people: Int = 2, side: HelpOffer.Side = .give,
        unit: String = other
    ) -> Record {
        Record(
            id: id,
            content: Record.HelpAnswer(
                task: Fixture.campaign, side: side, role: .general, unit: Code(unit)!, people: people, state: state),
            recorder: Code(literal: "desk"), observedAt: Fixture.evening + Int64(id), supersedes: [])
    }

    private static func offer(_ side: HelpOffer.Side = .give, theirs: String? = nil) -> RegistryDocument {
        var document = RegistryDocument.naming([Fixture.campaign.text])
        document.help = [
            HelpOffer(
                task: Fixture.campaign.text, side: side, role: "general", people: 2, short: 3, level: "community",
                unit: other,
                name: "三十六宿舍", dutyTelephone: "0722-36", theirs: theirs)
        ]
        return document
    }

    private static func help(_ store: CompoundStore) throws -> [String: Int64]? {
        try store.counts("help", "-").map { $0.filter { $0.value != 0 } }
    }

    private static func page(_ store: CompoundStore, _ text: Messages = .zhHans) throws -> String {
        let view = PageView(links: .of(text.language), text: text, now: store.clock())
        return HelpSection.html(try store.read { try HelpView(Fixture.campaign.text, $0) }, view).source
    }

    @Test func whatIsLackingLeavesAndWhoIsSpareOnlyWhereItIsAllowed() throws {
        try Fixture.withStore { store in
            #expect(try Self.help(store) == nil)
            try store.take(.need(1, 3), .fill(2, "v01"))
            #expect(try Self.help(store) == ["short_general": 2])
            try store.take((3...6).map { .fill(UInt128($0), "v0\($0)") })
            #expect(try Self.help(store) == nil, "nothing lacks, and nobody may be offered")
            #expect(try Self.page(store).contains("富余的志愿者") && Self.page(store).contains("没有提供给别的小区"))
            try store.take(Self.consent(50))
            #expect(try Self.help(store) == ["spare_general": 2])
            try store.take(Self.consent(51, .kept))
            #expect(try Self.help(store) == nil)
            try expectDigestOfRows(store)
        }
    }

    /// Who has a building, another role or isn't there isn't spare; before a need is said nobody is.
    @Test func whoHasSomethingToDoIsNotSpare() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), Self.consent(50), .fill(1, "v01"), .fill(2, "v02"), .fill(3, "v03"))
            #expect(try Self.help(store) == nil)
            try store.take(.need(10, 0))
            #expect(try Self.help(store) == ["spare_general": 3])
            try store.take(.claim(11, "7", "v01", .claimed))
            #expect(try Self.help(store) == ["spare_general": 2])
            try store.take(.claim(12, "7", "v02", .claimed, at: 60))
            #expect(try Self.help(store) == ["spare_general": 2], "a reserve is spare")
            try store.take(
                Record(
                    id: 13,
                    content: Record.Answer(
                        task: Fixture.campaign, volunteer: Code(literal: "v03"), state: .filled, role: .gate),
                    recorder: Code(literal: "desk"), observedAt: Fixture.evening, supersedes: []))
            #expect(try Self.help(store) == ["spare_general": 1], "who does two things has something to do")
        }
    }

    @Test func anAnswerIsARowWithoutNames() throws {
        try Fixture.withStore { store in
            try store.adopt(Self.offer(), digest: "1")
            let subject = "give:general:\(Self.other)"
            try store.take(Self.answer(1, .yes))
            #expect(try store.counts("help_answer", subject) == ["yes": 1, "no": 0, "people": 2])
            try store.take(Self.answer(2, .no))
            #expect(try store.counts("help_answer", subject) == ["yes": 0, "no": 1, "people": 2])
            try store.take(Self.answer(3, .open))
            #expect(try store.counts("help_answer", subject) == nil)
            try expectDigestOfRows(store)
        }
    }

    @Test func onlyWhatIsOfferedCanBeAnswered() throws {
        try Fixture.withStore { store in
            #expect(try store.take(Self.answer(1, .yes)).refused.map(\.error.code) == [.offerUnknown])
            try store.adopt(Self.offer(), digest: "1")
            let outcome = try store.take(
                Self.answer(2, .yes, side: .take), Self.answer(3, .yes, unit: "421303587002-003"),
                Self.answer(4, .yes, people: 3))
            #expect(outcome.refused.map(\.error.code) == [.offerUnknown, .offerUnknown, .fieldOutOfRange])
            for body in [
                #"{"side":"lend","role":"general","unit":"u","people":1,"state":"yes"}"#,
                #"{"side":"give","role":"cook","unit":"u","people":1,"state":"yes"}"#,
                #"{"side":"give","role":"general","unit":"u","people":0,"state":"yes"}"#,
                #"{"side":"give","role":"general","unit":"u","people":1,"state":"maybe"}"#,
            ] {
                let head =
                    #"{"id":"\#(String(repeating: "b", count: 32))","kind":"help_answer","recorder":"s01","observed_at":1,"task":"t","#
                #expect(try store.record(Array("[\(head)\(body.dropFirst())]".utf8)).refused.count == 1, "\(body)")
            }
        }
    }

    @Test func thePageSaysWhatBothAnswer() throws {
        try Fixture.withStore { store in
            #expect(try Self.page(store).isEmpty, "nothing to offer and nothing offered: nothing is shown")
            try store.adopt(Self.offer(theirs: "yes"), digest: "1")
            var page = try Self.page(store)
            for words in ["三十六宿舍（同一社区）还差 3 人", "可以支援 2 人", "0722-36", "本小区：还没答复", "对方：可以", "可以去", "去不了"] {
                #expect(page.contains(words), "\(words)")
            }
            try store.take(Self.answer(1, .yes))
            page = try Self.page(store)
            #expect(page.contains("本小区：可以") && page.contains("收回答复") && !page.contains("可以去"))
            try store.adopt(Self.offer(.take), digest: "2")
            #expect(
                try Self.page(store, .english).contains("has spare people") && !Self.page(store, .english).contains("⟦")
            )
        }
    }

    @Test func whatStandsFollowsFromTheRecords() throws {
        try Fixture.withStore { store in
            try store.adopt(Self.offer(), digest: "1")
            try store.take(
                .need(1, 1), .fill(2, "v01"), .fill(3, "v02"), Self.consent(4), Self.answer(5, .yes, people: 1))
            let found = try store.durably { db -> [Discrepancy] in
                var replay = Replay(db, now: store.clock(), catalogues: store.catalogues)
                _ = try replay.run()
                return replay.found
            }
            #expect(found.isEmpty)
        }
    }
}
