import Daemon
import Federation
import Foundation
import GRDB
import Testing

@testable import Compound

/// A line that wasn't understood has a form of its own: what is certain of it stands there, and nothing else.
@Suite struct UnclearSignUps {
    @Test(
        arguments: [
            ("9. 张勇 3栋 5栋", ["张勇"], nil, true), ("3、5栋 张勇", ["张勇"], nil, true), ("10. 张勇 3", ["张勇"], nil, true),
            ("李姐(两口子) 3栋能不能换", ["李姐", "李姐家属"], "3", false), ("张勇和李梅 3栋", [], "3", false),
            ("赵敏 我可以 4栋", ["赵敏"], "4", false), ("15. 收到", [], nil, false), ("8. 3栋", [], "3", false),
        ] as [(String, [String], String?, Bool)])
    func whatIsCertain(_ text: String, _ names: [String], _ building: String?, _ isOpen: Bool) throws {
        let line = try #require(SignUpLine(text, number: 1))
        guard case .unclear = line.reading else { return #expect(Bool(false), "\(text) was understood") }
        #expect(line.understood.names == names && line.understood.building == building)
        #expect(line.understood.isBuildingOpen == isOpen)
    }

    // MARK: On the page

    private static let chain = "1. 张勇 3栋\n2. 赵敏 我可以 4栋\n3. 收到\n4. 李姐(两口子) 99栋\n5. 王芳 2栋 不去了"

    private static func with(_ body: (CaseDesk) async throws -> Void) async throws {
        try await CaseDesk.with { desk in
            _ = try await desk.post(form: "lines=1-5栋，每栋2单元×3层×2户&apply=1", to: "/desk/registry/buildings")
            try await body(desk)
        }
    }

    /// The forms of a page of which each names its line.
    private static func forms(_ page: String) -> [String] {
        page.components(separatedBy: "<form class=\"form unclear\"").dropFirst().map {
            String($0.prefix(upTo: $0.range(of: "</form>")?.lowerBound ?? $0.endIndex))
        }
    }

    @Test func eachLineIsCompletedByItselfAndTheRestStays() async throws {
        try await Self.with { desk in
            let page = try await desk.post(
                form: "chain=\(Self.chain)&task=\(Fixture.campaign)&apply=0", to: "/desk/volunteers/chain?lang=zh-Hans")
            let forms = Self.forms(page)
            #expect(forms.count == 4)
            #expect(forms[0].contains("name=\"volunteer\" value=\"赵敏\"") && forms[0].contains("value=\"4\" selected"))
            #expect(forms[1].contains("name=\"volunteer\" value=\"\"") && !forms[1].contains("selected"))
            #expect(
                forms[2].contains("value=\"李姐、李姐家属\"") && forms[2].contains("<option value=\"\" selected disabled>请选楼栋")
            )
            #expect(
                forms[3].contains("<button class=\"primary\" name=\"state\" value=\"withdrawn\""), "what the line says")
            let line = "chain=\(Self.chain)&task=\(Fixture.campaign)&line="
            let couple = try await desk.post(
                form: line + "4&volunteer=李姐、李姐家属&building=5&state=filled", to: "/desk/volunteers/line?lang=zh-Hans")
            #expect(try desk.store.board().claims.map(\.rank) == [0, 0] && desk.store.board().filled == 2)
            #expect(Self.forms(couple).count == 3 && couple.contains("记下这 1 行"), "张勇 waits to be confirmed")
            #expect(couple.contains("name=\"line\" value=\"5\""), "the others keep their numbers")
            let skipped = try await desk.post(
                form: line + "3&state=skip", to: "/desk/volunteers/line?lang=zh-Hans")
            #expect(Self.forms(skipped).count == 3 && !skipped.contains("收到"))
            #expect(try desk.store.board().filled == 2, "a remark is nobody")
        }
    }

    /// What a browser makes of a field whose first line is blank: it isn't there any more.
    @Test func theFirstLineTakesNoOtherWithIt() async throws {
        try await Self.with { desk in
            let chain = "1. 收到%0A2. 赵敏 我可以 4栋%0A3. 好的"
            let page = try await desk.post(
                form: "chain=\(chain)&task=\(Fixture.campaign)&line=1&state=skip",
                to: "/desk/volunteers/line?lang=zh-Hans")
            let form = try #require(Self.forms(page).first)
            let left = try #require(form.firstMatch(of: /hidden>([^<]*)<\/textarea>/)).output.1
            let line = try #require(form.firstMatch(of: /name="line" value="(\d+)"/)).output.1
            #expect(left.hasPrefix("2. 赵敏") && form.contains("value=\"赵敏\""))
            let next = try await desk.post(
                form: "chain=\(left.replacing("\n", with: "%0A"))&task=\(Fixture.campaign)&line=\(line)&state=skip",
                to: "/desk/volunteers/line?lang=zh-Hans")
            #expect(Self.forms(next).count == 1 && next.contains("“好的”") && !next.contains("赵敏"))
        }
    }

    @Test func whatIsMissingIsAskedAndTheChainGoesAlong() async throws {
        try await Self.with { desk in
            let form = "chain=1. 石甲 1栋%0A2. 收到&task=\(Fixture.campaign)&line=2&volunteer=&building=1&state=filled"
            let page = try await desk.post(form: form, to: "/desk/volunteers/line?lang=zh-Hans")
            #expect(page.contains("没有填“志愿者”") && page.contains("name=\"volunteer\" aria-invalid=\"true\""))
            #expect(page.contains("<textarea name=\"chain\" hidden>1. 石甲 1栋"))
        }
    }

    /// The field at fault is marked where it stands, and the other lines are still there.
    @Test func aRefusedLineStandsAmongTheOthers() async throws {
        try await Self.with { desk in
            let chain = "1. 张勇不来了 李四替他 1栋%0A2. 收到"
            let page = try await desk.post(
                form: "chain=\(chain)&task=\(Fixture.campaign)&line=1&volunteer=张勇、李四替他&building=1&state=withdrawn",
                to: "/desk/volunteers/line?lang=zh-Hans")
            let forms = Self.forms(page)
            #expect(forms.count == 2 && forms[0].contains("没有“张勇、李四替他”的报名"))
            #expect(forms[0].contains("name=\"volunteer\" aria-invalid=\"true\"") && !forms[1].contains("aria-invalid"))
            #expect(forms[0].contains("value=\"张勇、李四替他\"") && forms[0].contains("value=\"1\" selected"))
        }
    }

    @Test func whoComesInAnothersPlaceIsNoPartOfHisName() throws {
        let line = try #require(SignUpLine("张勇不来了 李四替他 1栋", number: 1))
        #expect(line.understood.names == ["张勇"] && line.understood.isWithdrawal)
    }

    /// Reloaded, gone back to, in the other language: it is a page, and what was decided is done once.
    @Test func whatFollowsADecisionHasAnAddress() async throws {
        try await Self.with { desk in
            let next = try await desk.send(
                form: "chain=1. 赵敏 我可以 4栋%0A2. 收到&task=\(Fixture.campaign)&line=1&volunteer=赵敏&building=4&state=filled",
                to: "/desk/volunteers/line?lang=zh-Hans")
            #expect(next.hasPrefix("/draft/"))
            for _ in 1...2 {
                let page = try await desk.page(next.prefix { $0 != "?" }.description, .zhHans)
                #expect(Self.forms(page).count == 1 && page.contains("“收到”"))
            }
            #expect(
                try desk.store.read {
                    try Int.fetchOne($0, sql: "SELECT count(*) FROM observation WHERE desk = 'volunteers'")
                } == 2)
        }
    }

    @Test func aLongChainIsAskedBitByBit() async throws {
        try await Self.with { desk in
            let chain = (1...23).map { "\($0). 收到" }.joined(separator: "%0A")
            let page = try await desk.post(
                form: "chain=\(chain)&task=\(Fixture.campaign)&apply=0", to: "/desk/volunteers/chain?lang=zh-Hans")
            #expect(Self.forms(page).count == 20 && page.contains("还有 3 行"))
        }
    }
}
