import Daemon
import Federation
import Foundation
import Sync
import Testing

@testable import Compound

/// A building's results as one line out of a chat: whole or not read, and each record counted once on all its ways.
@Suite struct ResultLineTests {
    private static let base = "0123456789abcdef0123456789"

    private static func seal(_ text: String) -> String { "\(text)·校验\(CRC32.text(text))" }

    /// - Parameter records: as behind `=`, of stair unit 1.
    private static func line(
        _ records: String, building: String = "7", doors: Int, round: String = "\(Fixture.campaign)",
        device: String = "i-0000002a"
    ) -> String {
        seal("家园·\(building)栋·\(doors)户·\(round)/\(device)/rad9yo/\(base)/1=\(records)")
    }

    private static func id(_ tag: String) -> UInt128 { Hex.uint128(base + tag) ?? 0 }

    private static func with(_ body: (CompoundStore) throws -> Void) throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .building(901, "8"), .need(902, 1))
            let invite = Invite(
                code: Code(literal: "i-0000002a"), person: Code(literal: "v01"), buildings: [Code(literal: "7")],
                until: Fixture.evening + 90_000)
            _ = try store.make(invite, InviteToken(draw: 1))
            try body(store)
        }
    }

    private static func paste(_ text: String, _ store: CompoundStore, apply: Bool = true) throws -> Sheet {
        try store.key(text, of: Code(literal: "7"), in: Fixture.campaign, by: Code(literal: "desk"), apply: apply)
    }

    // MARK: Reading

    @Test func whatALineSays() throws {
        let line = try ResultLine(
            "张勇： " + Self.line("101/ct2u1/a1b2c3,102/n/a1b2c4~a1b2c5~\(Hex.text(UInt128(9)))", doors: 2) + "\n")
        #expect(line.building.text == "7" && line.round == Fixture.campaign && line.device.text == "i-0000002a")
        #expect(line.observedAt == Int64("rad9yo", radix: 36))
        #expect(line.entries.map(\.door.description) == ["7-1-101", "7-1-102"])
        #expect(line.entries[0].people == [.tested: 2, .untested: 1] && line.entries[0].disposition == .completed)
        #expect(line.entries[1].people == nil && line.entries[1].disposition == .nobodyHome)
        #expect(line.entries[1].id == Self.id("a1b2c4") && line.entries[1].supersedes == [Self.id("a1b2c5"), 9])
    }

    /// Nothing that a chat or a hand does to a line is read as something else.
    @Test func oneChangeIsNoticed() throws {
        let whole = Self.line("101/ct2/a1b2c3,102/n/a1b2c4", doors: 2)
        _ = try ResultLine(whole)
        for place in whole.indices {
            for other in ["", "1", "栋"] where other != String(whole[place]) {
                let changed = whole.replacingCharacters(in: place...place, with: other)
                #expect(throws: ResultLine.Doubt.self, "\(changed)") { try ResultLine(changed) }
            }
        }
        for length in 0..<whole.count {
            #expect(throws: ResultLine.Doubt.checksum) { try ResultLine(String(whole.prefix(length))) }
        }
    }

    @Test(arguments: [
        ("101/ct2/a1b2c3", 2), ("101/c/a1b2c3", 1), ("101/ct0/a1b2c3", 1), ("101/ct2t1/a1b2c3", 1),
        ("101/n2/a1b2c3", 1),
        ("101/q/a1b2c3", 1), ("101/n/a1b2", 1), ("101/n", 1), ("", 0), ("101/n/a1b2c3,", 1), ("101/ct201/a1b2c3", 1),
        ("1-1/n/a1b2c3", 1), ("101/ct２/a1b2c3", 1),
    ]) func whatIsWholeAndMeansNothing(_ records: String, _ doors: Int) {
        #expect(throws: ResultLine.Doubt.notUnderstood) { try ResultLine(Self.line(records, doors: doors)) }
    }

    @Test func theChecksumIsTheOneOfZip() { #expect(CRC32.text("123456789") == "CBF43926") }

    // MARK: Writing

    @Test func aLineIsTakenOnceOnAllItsWays() throws {
        try Self.with { store in
            let text = Self.line("101/ct2/a1b2c3,102/n/a1b2c4", doors: 2)
            let plan = try Self.paste(text, store, apply: false)
            #expect(plan.count(.new) == 2 && plan.unclear.isEmpty)
            #expect(try store.progress().left == 24, "planned before written")
            _ = try Self.paste(text, store)
            #expect(try store.progress().left == 23 && store.doors("7").map(\.passes).reduce(0, +) == 2)
            let position = try store.position()
            #expect(try Self.paste(text, store).count(.same) == 2)
            #expect(try store.position() == position)
            // The phone's own queue, in its person's name.
            var visit = Record.visit(Self.id("a1b2c4"), "7-1-102", .nobodyHome, by: "v01")
            visit.device = Code(literal: "i-0000002a")
            #expect(try store.take(visit).refused.isEmpty)
            #expect(try store.doors("7").map(\.passes).reduce(0, +) == 2, "no second call at a door where nobody was")
            #expect(try store.position() == position && store.conflicts().isEmpty)
        }
    }

    /// A phone of the office has no invite; its line and its queue are one too.
    @Test func aPhoneWithoutAnInviteIsTheDesks() throws {
        try Self.with { store in
            _ = try Self.paste(Self.line("101/n/a1b2c3", doors: 1, device: "p-00000001"), store)
            var visit = Record.visit(Self.id("a1b2c3"), "7-1-101", .nobodyHome, by: "desk")
            visit.device = Code(literal: "p-00000001")
            #expect(try store.take(visit).refused.isEmpty)
            #expect(try store.doors("7").first?.passes == 1)
        }
    }

    @Test func whatCameByTheQueueOrOnPaperIsTheSame() throws {
        try Self.with { store in
            var visit = Record.visit(Self.id("a1b2c3"), "7-1-101", .completed, [.tested: 2], by: "v01")
            visit.device = Code(literal: "i-0000002a")
            try store.take(visit, .visit(5, "7-1-102", .refused, evidence: .paper))
            let text = Self.line("101/ct2/a1b2c3,102/r/a1b2c4,201/v/a1b2c5", doors: 3)
            let sheet = try Self.paste(text, store)
            #expect(sheet.entries.map(\.change) == [.same, .same, .new])
            #expect(try store.conflicts().isEmpty && store.progress().left == 21)
        }
    }

    /// Three phones find nobody: three calls. Paper has no ids: keyed after a phone, or before it, it may be the same call.
    @Test func nobodyHomeIsACallOfEachPhone() throws {
        try Self.with { store in
            for (id, device, passes) in [
                ("a1b2c3", "i-0000002a", 1), ("a1b2c4", "i-0000002b", 2), ("a1b2c5", "p-00000001", 3),
            ] {
                _ = try Self.paste(Self.line("101/n/\(id)", doors: 1, device: device), store)
                #expect(try store.doors("7").first?.passes == passes)
            }
            try store.take(.visit(7, "7-1-102", .nobodyHome, evidence: .paper, by: "desk"))
            let line = try Self.paste(Self.line("102/n/a1b2c6", doors: 1), store)
            #expect(line.entries.map(\.change) == [.same])
        }
    }

    @Test func aLineMaySettleADisputeWithTheAnswerThatStands() throws {
        try Self.with { store in
            try store.take(.visit(5, "7-1-101", .vacant), .visit(6, "7-1-101", .refused, by: "v02", at: 200))
            #expect(try store.conflicts().count == 1)
            let taken = "\(Hex.text(UInt128(5)))~\(Hex.text(UInt128(6)))"
            #expect(try Self.paste(Self.line("101/r/a1b2c3~\(taken)", doors: 1), store).count(.new) == 1)
            #expect(try store.conflicts().isEmpty)
        }
    }

    @Test func anotherAnswerIsADisputeAndACorrectionIsNone() throws {
        try Self.with { store in
            try store.take(.visit(5, "7-1-101", .completed, [.tested: 3]), .visit(6, "7-1-102", .refused))
            let text = Self.line("101/ct2/a1b2c3,102/ct1/a1b2c4~\(Hex.text(UInt128(6)))", doors: 2)
            #expect(try Self.paste(text, store).entries.map(\.change) == [.differs, .new])
            #expect(try store.conflicts().map(\.subject) == ["7-1-101"])
        }
    }

    /// The phone changed its mind and delivered that; the old line brings nothing back.
    @Test func anOldLineBringsNothingBack() throws {
        try Self.with { store in
            try store.take(
                .visit(Self.id("a1b2c9"), "7-1-101", .vacant, by: "v01", supersedes: [Self.id("a1b2c3")]))
            #expect(try Self.paste(Self.line("101/ct2/a1b2c3", doors: 1), store).entries.map(\.change) == [.same])
            #expect(try store.doors("7").first?.disposition == "vacant" && store.conflicts().isEmpty)
        }
    }

    @Test func eachDoubtIsASentence() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .building(901, "8"), .need(902, 1), .visit(5, "8-1-101", .refused))
            let good = Self.line("101/ct2/a1b2c3", doors: 1)
            let lines: [(String, String)] = [
                (String(good.dropLast()), "校验不对"), (Self.line("101/z/a1b2c3", doors: 1), "读不懂"),
                (Self.line("101/n/a1b2c3", building: "8", doors: 1), "“8” 栋的结果，不是这一栋的"),
                (Self.line("101/n/a1b2c3", doors: 1, round: "2022-04-05"), "“2022-04-05” 轮的结果"),
                (Self.line("901/n/a1b2c3", doors: 1), "“7-1-901” 没有这一户"),
                (Self.line("101/n/a1b2c3~\(Hex.text(UInt128(5)))", doors: 1), "“7-1-101” 和已有的记录对不上"),
            ]
            for (line, sentence) in lines {
                let form = "building=7&campaign=\(Fixture.campaign)&lines=" + Self.escaped(line + "\n" + good)
                let page = try await desk.post(form: form, to: "/desk/survey/sheet?lang=zh-Hans")
                #expect(page.contains(sentence), "\(sentence)")
                #expect(page.contains("读懂新的 1 户"), "and the good line is offered")
            }
        }
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(arguments: ResultLine.Doubt.allCases) func everyDoubtHasWords(_ doubt: ResultLine.Doubt) {
        for text in [Messages.zhHans, .english] { #expect(!text("node.result.\(doubt.rawValue)").contains("⟦")) }
    }
}
