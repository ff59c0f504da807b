import Daemon
import Federation
import Foundation
import Sync
import Testing

@testable import Compound

/// A chain of sign-ups out of a chat: understood lines are shown for one confirmation, nothing is guessed silently.
@Suite struct SignUpTests {
    private static let task = Fixture.campaign
    private static let desk = Code(literal: "desk")

    private static func reading(_ line: String) -> SignUpLine.Reading? { SignUpLines(line).lines.first?.reading }

    // MARK: Reading

    @Test(
        arguments: [
            ("1. 张勇 3栋", ["张勇"], "3"), ("3栋 李姐(两口子)", ["李姐", "李姐家属"], "3"), ("15#小王", ["小王"], "15"),
            ("9-2单元 陈", ["陈"], "9"), ("２、李梅　１２号楼", ["李梅"], "12"), ("4) 王芳 3栋2单元 报名", ["王芳"], "3"),
            ("老周 1A栋 13912345678", ["老周"], "1A"), ("5. 张勇、李梅 7栋", ["张勇", "李梅"], "7"),
            ("Zhang Yong 3#", ["Zhang Yong"], "3"), ("3栋 Tom Wang、李梅", ["Tom Wang", "李梅"], "3"),
            ("李 四 3栋", ["李四"], "3"), ("欧阳 静 王五 3栋", ["欧阳静", "王五"], "3"),
            ("二十栋 何姐", ["何姐"], "20"), ("张三 一百零二号楼二单元", ["张三"], "102"), ("十二栋张勇", ["张勇"], "12"),
            ("10号楼的冯哥", ["冯哥"], "10"), ("两栋 石三", ["石三"], "2"),
            ("6. 刘大成", ["刘大成"], nil), ("李和平 8栋", ["李和平"], "8"), ("7. 赵夫妇 5幢", ["赵", "赵家属"], "5"),
        ] as [(String, [String], String?)])
    func whoGoesWhere(_ line: String, _ names: [String], _ building: String?) {
        #expect(Self.reading(line) == .join(names, building: building.flatMap { Code($0) }))
    }

    @Test func whoIsNotComing() {
        #expect(Self.reading("王 21栋 不去了") == .withdraw(["王"], building: Code("21")))
        #expect(Self.reading("12. 张勇 来不了") == .withdraw(["张勇"], building: nil))
    }

    @Test(arguments: [
        ("8. 3栋", "no_name"), ("9. 张勇 3栋 5栋", "two_buildings"), ("几点集合？3栋 王", "question"),
        ("3、5栋 张勇", "digits"), ("10. 张勇 3", "digits"), ("11. 我和我爱人一起来 3栋", "long_name"),
        ("张勇和李梅 3栋", "long_name"), ("李 华 3栋", "one_or_two"), ("陈 张勇 3栋", "one_or_two"),
        ("李四十栋", "digits"), ("何姐 二一栋", "digits"), ("张勇不来了 李四替他 1栋", "substitute"),
        ("张勇、李梅 改3栋", "one_or_two"), ("<script>window.hacked=true</script> 20栋", "long_name"),
        ("a<b 20栋", "not_a_name"),
    ])
    func whatAPersonHasToRead(_ line: String, _ doubt: String) {
        #expect(Self.reading(line) == .unclear(SignUpLine.Doubt(rawValue: doubt)!))
    }

    /// The call itself is pasted along with the chain: it is nobody's sign-up.
    /// What people write besides names must not fill a place.
    @Test(arguments: [
        "15. 收到", "16. 谢谢大家", "赵敏 我可以 4栋", "何叔 晚上到 5栋", "王芳 志愿者 8栋", "请带手套", "我可以", "赵敏 也来", "下午有课",
    ]) func aRemarkIsNobody(_ line: String) {
        #expect(SignUpLine(line, number: 1)?.reading == .unclear(.notAName))
    }

    @Test(arguments: ["欧阳静 3栋", "李姐 3栋", "老陈 3栋", "刘师傅 3栋", "Anna 3栋", "谢宁 3栋", "陈 3栋", "何叔 3栋"])
    func namesAsPeopleSayThem(_ line: String) {
        let name = String(line.split(separator: " ")[0])
        #expect(SignUpLine(line, number: 1)?.reading == .join([name], building: Code("3")))
    }

    @Test func theHeadOfAChainIsNoLine() {
        let chain = """
            #接龙
            【志愿者招募】4月6日晚 入户摸底
            还缺 18 人（需48，已报30），截至 18:05
            待认领：3、5、9、12、15栋
            报名请接龙，写“楼栋+姓名”，例：3栋 张勇

            1. 张勇 3栋
            """
        #expect(SignUpLines(chain).lines.map(\.number) == [7])
    }

    @Test func aNameIsACodeAndBack() {
        for name in ["张勇", "李姐家属", "v01", "O'Neil", "<b>x</b>", "欧阳娜娜欧阳娜娜欧"] {
            let code = VolunteerName.code(name)
            #expect(code.map { VolunteerName.text($0.text) } == name, "\(name)")
        }
        #expect(
            VolunteerName.code("张\u{200B}勇\u{202E}") == VolunteerName.code("张勇"), "one person, whatever nobody sees")
        #expect(VolunteerName.code("\u{202E}") == nil)
        #expect(VolunteerName.code("") == nil && VolunteerName.code(String(repeating: "长", count: 11)) == nil)
        #expect(VolunteerName.text("n:zz") == "n:zz" && VolunteerName.text("n:ff") == "n:ff")
    }

    // MARK: At the desk

    /// 48 are needed and 30 have signed up: the article's evening.
    private static func evening(_ body: (CompoundStore) throws -> Void) throws {
        try Fixture.withStore { store in
            _ = try store.build("1-8栋，每栋2单元×18层×2户\n9-26栋，缺14、24；每栋2单元×11层×2户", by: desk, apply: true)
            let records =
                ["{\"kind\":\"need\",\"task\":\"\(task)\",\"required\":48}"]
                + (1...30).map {
                    "{\"kind\":\"fill\",\"task\":\"\(task)\",\"volunteer\":\"v\($0)\",\"state\":\"filled\"}"
                }
            let body0 = records.enumerated().map { number, record in
                record.dropLast()
                    + ",\"id\":\"\(Hex.text(UInt128(number + 1)))\",\"recorder\":\"s01\",\"observed_at\":\(Fixture.evening)}"
            }
            #expect(try store.record(Array("[\(body0.joined(separator: ","))]".utf8)).refused.isEmpty)
            try body(store)
        }
    }

    private static func board(_ store: CompoundStore) throws -> VolunteerBoard {
        try store.read { try VolunteerReader.board(task.text, $0, now: store.clock()) }
    }

    private static let chain = (1...11).map { "\($0). 石\("甲乙丙丁戊己庚辛壬癸子".map(String.init)[$0 - 1]) \($0)栋" }
        .joined(separator: "\n")

    @Test func theCountdown() throws {
        try Self.evening { store in
            #expect(try Self.board(store).short == 18)
            let plan = try store.signUp(Self.chain, for: Self.task, by: Self.desk, apply: false)
            #expect(plan.shortAfter == 7 && plan.entries.count == 11 && plan.unclear.isEmpty)
            #expect(try Self.board(store).short == 18, "a plan writes nothing")
            _ = try store.signUp(Self.chain, for: Self.task, by: Self.desk, apply: true)
            #expect(try Self.board(store).short == 7 && Self.board(store).unclaimed.count == 13)
            // The chain grows and is pasted whole.
            let grown = Self.chain + "\n石丁 不去了"
            _ = try store.signUp(grown, for: Self.task, by: Self.desk, apply: true)
            #expect(try Self.board(store).short == 8 && Self.board(store).unclaimed.contains("4"))
            let position = try store.standingPosition()
            let again = try store.signUp(grown, for: Self.task, by: Self.desk, apply: true)
            #expect(!again.isOpen && again.unclear.isEmpty && again.shortAfter == 8)
            #expect(try store.standingPosition() == position, "the same chain again writes nothing")
        }
    }

    @Test func theSecondOnABuildingIsReserve() throws {
        try Self.evening { store in
            let plan = try store.signUp("1. 张勇 3栋\n2. 李梅 3栋", for: Self.task, by: Self.desk, apply: true)
            #expect(plan.entries.map(\.isReserve) == [false, true])
            let claims = try Self.board(store).claims.filter { $0.building == "3" }
            #expect(claims.map { VolunteerName.text($0.volunteer) } == ["张勇", "李梅"] && claims.map(\.rank) == [0, 1])
        }
    }

    /// He comes, he doesn't, he comes: his last word in the chain is what counts, each time that it is pasted.
    @Test func whoComesBackInTheSameChainKeepsHisBuilding() throws {
        try Self.evening { store in
            let chain = "1. 张勇 3栋\n2. 张勇 不去了\n3. 张勇 3栋\n4. 李梅 3栋"
            for turn in 1...3 {
                let plan = try store.signUp(chain, for: Self.task, by: Self.desk, apply: true)
                let claims = try Self.board(store).claims.filter { $0.building == "3" }
                #expect(claims.map { VolunteerName.text($0.volunteer) } == ["张勇", "李梅"], "pasted \(turn) times")
                #expect(plan.unclear.isEmpty && plan.entries.allSatisfy { turn == 1 || $0.change == .same })
            }
        }
    }

    @Test func whatIsTooLongIsSaid() {
        let lines = SignUpLines((1...SignUpLines.most + 3).map { "\($0 % 999). 张勇 3栋" }.joined(separator: "\n")).lines
        #expect(lines.count == SignUpLines.most + 1 && lines.last?.reading == .unclear(.tooMany))
        #expect(lines.last?.number == SignUpLines.most + 1)
    }

    @Test func whoWithdrewIsNotSignedUpAgainByAnOldChain() throws {
        try Self.evening { store in
            _ = try store.signUp("1. 张勇 3栋", for: Self.task, by: Self.desk, apply: true)
            _ = try store.signUp("张勇 不去了", for: Self.task, by: Self.desk, apply: true)
            let old = try store.signUp("1. 张勇 3栋\n2. 李梅 5栋", for: Self.task, by: Self.desk, apply: true)
            #expect(old.unclear.map(\.doubt) == ["withdrew_before"] && old.entries.map(\.names) == [["李梅"]])
            #expect(try Self.board(store).short == 17)
            let back = try store.signUp(.join(["张勇"], building: Code("3")), for: Self.task, by: Self.desk)
            #expect(back.unclear.isEmpty && back.shortAfter == 16, "a person may say that he comes after all")
        }
    }

    @Test func aSurnameIsWhoeverHasItInTheBuilding() throws {
        try Self.evening { store in
            _ = try store.signUp(
                "1. 王芳 21栋\n2. 王强 22栋\n3. 王明 22栋", for: Self.task, by: Self.desk, apply: true)
            let plan = try store.signUp("王 21栋 不去了\n王 22栋 不去了", for: Self.task, by: Self.desk, apply: false)
            #expect(plan.entries.map(\.names) == [["王芳"]], "shown by the whole name before it is written")
            #expect(plan.unclear.map(\.doubt) == ["person_unknown"] && plan.unclear.map(\.line) == [2])
        }
    }

    @Test func aBuildingThatIsNotThereIsAsked() throws {
        try Self.evening { store in
            let plan = try store.signUp("1. 张勇 14栋\n2. 李梅 99栋", for: Self.task, by: Self.desk, apply: true)
            #expect(plan.entries.isEmpty && plan.unclear.map(\.doubt) == ["building_unknown", "building_unknown"])
            #expect(try Self.board(store).short == 18)
        }
    }

    // MARK: On the page

    @Test func theTextsAreThoseThatPeopleSend() throws {
        try Self.evening { store in
            let messages = Messages.of(.zhHans)
            let board = try Self.board(store)
            let texts = CallTexts(board, now: Fixture.evening + 300, messages).all
            #expect(texts.map(\.name) == ["call", "reminder", "handover"])
            let lines = texts[0].body.split(separator: "\n").map(String.init)
            #expect(lines[0] == "【志愿者招募】\(Self.task)")
            #expect(lines[1] == "还缺 18 人（需48，已报30），截至 18:05")
            #expect(lines[2].hasPrefix("待认领：1、2、3、4、5") && lines[2].hasSuffix("26栋"))
            #expect(lines[3] == "报名请接龙，写“楼栋+姓名”，例：1栋 张勇")
            _ = try store.signUp(
                (board.unclaimed).map {
                    "\($0)栋 石\(["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"][Int($0)! % 10])\(Int($0)! / 10 == 0 ? "" : Int($0)! / 10 == 1 ? "十" : "廿")"
                }
                .joined(separator: "\n"), for: Self.task, by: Self.desk, apply: true)
            let full = try Self.board(store)
            #expect(full.short == 0 && full.unclaimed.isEmpty)
            let thanks = CallTexts(full, now: Fixture.evening + 600, messages).all
            #expect(thanks.map(\.name) == ["thanks", "handover"])
            #expect(thanks[0].body.contains("54 人报名，24 栋都有人认领，截至 18:10"))
        }
    }

    /// Zero, missing and unknown are three things: nobody is thanked before anybody was needed.
    @Test func withoutANeedOrBuildingsNothingIsSaidToBeEnough() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.need(1, 0))
            try await desk.expect(
                on: "/volunteers", zh: "○ 请先定人数（已报 0）", en: "○ Say first how many are needed (0 signed up)")
            try await desk.expect(on: "/volunteers", zh: "○ 还没有登记楼栋", en: "○ No buildings are registered")
            var page = try await desk.page("/volunteers", .zhHans)
            #expect(page.contains("<p class=\"big\">–</p>") && !page.contains("都有人认领"))
            #expect(!page.contains("id=\"call-thanks\"") && !page.contains("id=\"call-handover\""))
            #expect(page.contains("志愿者：没有定人数，已报 0"), "the day's report says what is known")
            try desk.store.take(.building(900))
            page = try await desk.page("/volunteers", .zhHans)
            #expect(!page.contains("人数已够") && page.contains("○ 7栋"))
            try desk.store.take(.need(2, 1, at: 50))
            #expect(try await desk.page("/volunteers", .zhHans).contains("id=\"call-call\""))
        }
    }

    @Test func aTaskWithoutBuildingsThanksForNone() throws {
        try Fixture.withStore { store in
            try store.take(.need(1, 1), .fill(2, "v01"))
            let texts = CallTexts(try store.board(), now: Fixture.evening, .zhHans).all
            #expect(texts[0].name == "thanks" && !texts[0].body.contains("栋"))
        }
    }

    @Test func aChainIsReadConfirmedAndItsRestAsked() async throws {
        try await CaseDesk.with { desk in
            _ = try await desk.post(form: "lines=1-5栋，每栋2单元×3层×2户&apply=1", to: "/desk/registry/buildings")
            let chain = "chain=1. 张勇 3栋%0A2. <b>3栋</b>?&task=\(Self.task)"
            let page = try await desk.post(form: chain, to: "/desk/volunteers/chain?lang=zh-Hans")
            #expect(page.contains("读懂 1 行新的") && page.contains("3栋 张勇") && page.contains("记下这 1 行"))
            #expect(page.contains("&lt;b&gt;3栋&lt;/b&gt;?” 像是在问"), "what was pasted is shown, not run")
            let taken = try await desk.post(form: chain + "&apply=1", to: "/desk/volunteers/chain?lang=zh-Hans")
            #expect(taken.contains("已记下 1 行") && taken.contains("<td>张勇</td>"))
            #expect(
                taken.contains(/href="\/draft\/[0-9a-f]{32}\?lang=en"/),
                "the other language is a page that can be asked for")
        }
    }
}
