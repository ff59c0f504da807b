import Daemon
import Federation
import Testing

@testable import Compound

/// A dispute is settled with a reason, which stays where it was given.
@Suite struct SettlingADispute {
    private static let twoAnswers: [Record] = [
        .building(900), .visit(1, "7-1-101", .completed, [.tested: 2]),
        .visit(2, "7-1-101", .refused, by: "v02", at: 600),
    ]
    private static let form = "campaign=\(Fixture.campaign)&door=7-1-101&disposition=completed&tested=2"
    private static let both = "&supersedes=" + [1, 2].map { Hex.text(UInt128($0)) }.joined(separator: ",")

    @Test func aFormThatSettlesSaysWhy() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Self.twoAnswers)
            let refused = try await desk.post(form: Self.form + Self.both + "&why=", to: "/desk/survey/visit")
            #expect(refused.contains("了结时要写明依据"))
            #expect(refused.contains("name=\"tested\" value=\"2\""), "what was typed goes along")
            #expect(refused.contains("aria-invalid=\"true\"") && refused.contains("value=\"phone\""))
            #expect(try desk.store.conflicts().count == 1, "nothing was settled")
            try await desk.press("再提交一次", in: refused, why: .phone)
            try desk.expectSettled()
            try await desk.expect(
                on: "/conflicts", zh: "7-1-101：已登记、本小区已检 2；23:33 值班台 了结，依据：电话核实",
                en: "7-1-101: completed, tested here 2; settled 23:33 by the desk, because: asked by phone")
            try await desk.expect(
                on: "/survey/7/7-1-101", zh: "18:10 v02：拒绝 · 已被取代", en: "18:10 v02: refused · taken back")
            try await desk.expect(
                on: "/survey/7/7-1-101", zh: "了结了待核实，依据：电话核实", en: "settled the dispute, because: asked by phone")
        }
    }

    /// Whoever corrects one answer that nobody contradicts settles nothing.
    @Test func aCorrectionNeedsNoReason() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Array(Self.twoAnswers.dropLast()))
            try await desk.send(form: Self.form + "&supersedes=\(Hex.text(UInt128(1)))", to: "/desk/survey/visit")
            let page = try await desk.page("/conflicts", .zhHans)
            #expect(!page.contains("已了结"))
        }
    }

    @Test func whatIsTypedStandsBesideWhatIsTapped() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Self.twoAnswers)
            try await desk.send(
                form: Self.form + Self.both + "&why=visit&why=住户说+<两人>", to: "/desk/survey/visit")
            try await desk.expect(
                on: "/conflicts", zh: "依据：上门复核 住户说 <两人>", en: "because: called again 住户说 <两人>")
            let long = Self.form + "&why=" + String(repeating: "长", count: 101)
            #expect(try await desk.post(form: long, to: "/desk/survey/visit").contains("aria-invalid=\"true\""))
        }
    }

    /// The list of disputes asks whatever its buttons take back: releasing one of two claims takes back one answer.
    @Test func theListAsksForEveryButton() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take([.building(900), .claim(1, "7", "v01"), .claim(2, "7", "v02", at: 60)])
            let form =
                "task=\(Fixture.campaign)&building=7&volunteer=v01&state=released&supersedes=\(Hex.text(UInt128(1)))"
            #expect(
                try await desk.post(form: form + "&back=conflicts", to: "/desk/volunteers/claim").contains("写明依据"))
            try await desk.press("释放 v01 的认领", on: "/conflicts", why: .phone)
            try desk.expectSettled()
            try await desk.expect(
                on: "/conflicts", zh: "7栋 v01：已释放；23:33 值班台 了结，依据：电话核实",
                en: "Building 7 v01: Released; settled 23:33 by the desk, because: asked by phone")
        }
    }

    /// A phone's queue and an older program's journal say nothing: that is told apart from a reason.
    @Test func aScriptMaySayWhy() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Self.twoAnswers)
            let visit = """
                {"kind":"visit","id":"\(Hex.text(UInt128(3)))","campaign":"\(Fixture.campaign)","door":"7-1-101","recorder":"s01",
                "disposition":"refused","observed_at":\(Fixture.evening + 900),"supersedes":["\(Hex.text(UInt128(1)))","\(Hex.text(UInt128(2)))"]
                """
            #expect(try await desk.send(records: visit + "}").status == 200)
            try await desk.expect(on: "/conflicts", zh: "s01 了结，依据：没有写", en: "by s01, because: not said")
            try desk.store.take(.visit(4, "7-1-101", .moved, by: "v02", at: 1000))
            let again = visit.replacing("00000003", with: "00000005").replacing("00000001\"", with: "00000003\"")
                .replacing("00000002\"", with: "00000004\"")
            _ = try await desk.send(records: again + ",\"why\":\"wrong_door\"}")
            try desk.expectSettled()
            try await desk.expect(on: "/conflicts", zh: "s01 了结，依据：看错门牌", en: "by s01, because: wrong door")
            #expect(
                try desk.store.value("SELECT value FROM observation WHERE instr(value, 'why')")
                    == #"{"disposition":"refused","why":"wrong_door"}"#)
        }
    }

    /// An undo is known by its value, so nothing may be added to it.
    @Test func anUndoIsAnUndoWhateverItSaysBesides() throws {
        try Fixture.withStore { store in
            try store.take(Array(Self.twoAnswers.dropLast()))
            var undo = Record(
                id: 9, content: Record.Undo(campaign: Fixture.campaign, door: Door("7-1-101")!),
                recorder: Code(literal: "v01"), observedAt: Fixture.evening + 200, supersedes: [1])
            undo.why = "slip"
            try store.take(undo)
            #expect(try store.counts("survey", "7")?["unvisited"] == 12)
        }
    }
}
