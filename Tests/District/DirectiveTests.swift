import Daemon
import Federation
import Foundation
import Testing
import Wire

@testable import District

/// What officers publish: versions, whom they are for, who has received and read them.
@Suite struct DirectiveTests {
    private static let codes = (0..<4).map { Code("42130300100\($0 / 2 + 1)-00\($0 % 2 + 1)")! }
    private static let city = RegistryDivision(code: "421300000000", name: "随州市", level: "city", parent: "")
    private static let street = RegistryDivision(
        code: "421303001000", name: "西城街道", level: "street", parent: "421300000000")

    /// Two communities of one street with two compounds each; the last two are counted through a relay.
    private static let tree = PlaceTree(
        units: codes.enumerated().map { number, code in
            RegistryUnit(
                code: code, name: "小区\(number)", community: String(code.text.prefix(12)), expectedHouseholds: 10,
                expectedResidents: nil, dutyTelephone: "0722", ceilingPercent: 100,
                home: number < 2 ? nil : Code(literal: "421303000000"))
        },
        relays: [
            RegistryRelay(
                code: Code(literal: "421303000000"), name: "曾都区", division: "421303001000", dutyTelephone: "")
        ]
    ) { code in
        code == street.code
            ? [city, street]
            : [city, street, RegistryDivision(code: code, name: code, level: "community", parent: street.code)]
    }

    private static func order(
        _ code: String = "o-1", version: Int = 1, at: Int64 = 100, to: [String]? = nil, withdrawn: Bool = false
    ) -> Directive {
        Directive(
            code: code, version: version, kind: .order, title: "t", text: "x", at: at, officer: "li", reason: "r",
            withdrawn: withdrawn, to: to)
    }

    private static func draft(_ entries: [Directive] = [], above: [Directive] = []) -> DirectiveDraft {
        DirectiveDraft(
            book: DirectiveBook(
                entries.map { DirectiveBook.Entry($0) } + above.map { DirectiveBook.Entry($0, isFromAbove: true) }),
            tree: tree,
            campaigns: [
                RegistryCampaign(
                    code: Code(literal: "round-1"), name: "r", opens: 0, deadline: 9, order: "", closed: false)
            ], now: 500)
    }

    private static func words(_ change: (inout DirectiveWords) -> Void = { _ in }) -> DirectiveWords {
        var words = DirectiveWords(code: "o-1")
        (words.kind, words.title, words.text) = ("order", "入户摸底", "今晚完成")
        (words.reason, words.officer) = ("首发", "张科长")
        change(&words)
        return words
    }

    private static func problem(_ draft: DirectiveDraft, _ change: (inout DirectiveWords) -> Void) -> DirectiveProblem?
    {
        do { _ = try draft.publish(words(change)) } catch { return error }
        return nil
    }

    // MARK: Drafts

    @Test func aChangeIsTheNextVersion() throws {
        let first = try Self.draft().publish(Self.words { $0.to = ["421303001002", "421303001001", "421303001002"] })
        #expect(first.version == 1 && first.at == 500 && first.to == ["421303001001", "421303001002"])
        let second = try Self.draft([first]).publish(Self.words { $0.text = "明晨完成" })
        #expect(second.version == 2 && second.to == first.to && !second.withdrawn)
        let about = try Self.draft().publish(Self.words { $0.campaign = "round-1" })
        let later = try Self.draft([about]).publish(Self.words { $0.text = "明晨完成" })
        #expect(later.campaign == "round-1", "the round that it is about stays")
        let withdrawn = try Self.draft([first, second]).withdraw(Self.words())
        #expect(withdrawn.version == 3 && withdrawn.withdrawn && withdrawn.text == "明晨完成")
        let again = try Self.draft([first, second, withdrawn]).publish(Self.words())
        #expect(again.version == 4 && !again.withdrawn, "what was withdrawn may be published again")
    }

    @Test func whatIsWrongIsSaid() throws {
        let (fresh, known) = (Self.draft(), Self.draft([Self.order(to: ["421303001001"])]))
        let wrong: [(DirectiveDraft, (inout DirectiveWords) -> Void, DirectiveProblem.Code, String)] = [
            (fresh, { $0.code = "家" }, .code, "code"), (fresh, { $0.code = "" }, .code, "code"),
            (fresh, { $0.code = "round-1" }, .round, "code"), (fresh, { $0.kind = nil }, .kind, "kind"),
            (fresh, { $0.kind = "round" }, .kind, "kind"), (fresh, { $0.kind = "decree" }, .kind, "kind"),
            (fresh, { $0.title = nil }, .titleMissing, "title"), (fresh, { $0.title = "" }, .titleMissing, "title"),
            (fresh, { $0.title = String(repeating: "家", count: 81) }, .tooLong, "title"),
            (fresh, { $0.text = String(repeating: "x", count: 6001) }, .tooLong, "text"),
            (fresh, { $0.reason = nil }, .reasonMissing, "reason"),
            (fresh, { $0.officer = "" }, .officerMissing, "officer"),
            (fresh, { $0.reason = String(repeating: "家", count: 81) }, .tooLong, "reason"),
            (fresh, { $0.to = ["421399000000"] }, .addressee, "to"),
            (fresh, { $0.campaign = "round-2" }, .campaign, "campaign"), (fresh, { $0.due = -1 }, .due, "due"),
            (known, { $0.to = ["421303001002"] }, .addressees, "to"),
            (Self.draft([Self.order(version: 999)]), { _ in }, .versions, "code"),
            (Self.draft(above: [Self.order()]), { _ in }, .above, "code"),
        ]
        for (draft, change, code, field) in wrong {
            let problem = try #require(Self.problem(draft, change))
            #expect(problem.code == code && problem.field == field)
            #expect(!problem.text(.zhHans).contains("⟦") && !problem.text(.english).contains("⟦"))
        }
        let same = try fresh.publish(Self.words())
        #expect(Self.problem(Self.draft([same])) { _ in }?.code == .unchanged)
        #expect(throws: DirectiveProblem(code: .unknown, field: "code", value: "o-1")) {
            try fresh.withdraw(Self.words())
        }
        #expect(throws: DirectiveProblem(code: .withdrawn, field: "code", value: "o-1")) {
            try Self.draft([Self.order(withdrawn: true)]).withdraw(Self.words())
        }
        for code in DirectiveProblem.Code.allCases {
            #expect(Messages.zhHans.keys.contains("directive.problem.\(code.rawValue)"), "\(code)")
        }
    }

    // MARK: Whom it is for

    private static func told(_ speaker: Int, _ to: [String]?) -> Directive? {
        DirectiveBook([DirectiveBook.Entry(order(to: to))]).concerning(speaker, tree).first
    }

    @Test func aUnitIsToldOfWhatIsForItOrForADivisionAboveIt() {
        for to in [nil, ["421300000000"], ["421303001000"], ["421303001001"], [Self.codes[0].text]] {
            let directive = Self.told(0, to)
            #expect(directive != nil && directive?.to == nil, "\(to ?? []): a unit need not know who else")
        }
        for to in [["421303001002"], [Self.codes[1].text], []] { #expect(Self.told(0, to) == nil, "\(to)") }
    }

    @Test func aRelayIsToldWhichOfItsUnits() {
        let relay = Self.tree.units.count
        #expect(Self.told(relay, nil)?.to == nil)
        #expect(
            Self.told(relay, ["421300000000"]) != nil && Self.told(relay, ["421300000000"])?.to == nil,
            "all of its units")
        #expect(Self.told(relay, ["421303000000"])?.to == nil)
        #expect(Self.told(relay, ["421303001002", "421303001001"])?.to == ["421303001002"])
        #expect(Self.told(relay, [Self.codes[3].text])?.to == [Self.codes[3].text])
        #expect(Self.told(relay, [Self.codes[0].text]) == nil)
    }

    @Test func theNewestAreTold() {
        let many = (1...60).map { Self.order("o-\($0)", at: Int64($0)) }
        let others = (1...60).map { Self.order("p-\($0)", at: 1000 + Int64($0), to: ["421303001002"]) }
        let book = DirectiveBook((many + others).map { DirectiveBook.Entry($0) })
        #expect(book.concerning(0, Self.tree).map(\.code) == (11...60).map { "o-\($0)" }, "the newest last")
    }

    @Test func onlyTheLastVersionIsTold() {
        let book = DirectiveBook(
            [Self.order(at: 1), Self.order("o-2", at: 2), Self.order(version: 2, at: 3, withdrawn: true)]
                .map { DirectiveBook.Entry($0) })
        #expect(book.concerning(0, Self.tree).map { "\($0.code):\($0.version)" } == ["o-2:1", "o-1:2"])
        #expect(book.concerning(0, Self.tree).last?.withdrawn == true, "a withdrawal is told")
        #expect(book.versions(of: "o-1").map(\.version) == [1, 2])
    }

    // MARK: Who has it

    private static let catalogue = Catalogue(text: "directive\nreceived units open\nacknowledged units open\n")!

    private static func picture(_ book: DirectiveBook, _ rows: [Int: [Count]], version: Int = 1) throws -> Picture {
        let cut = Cut(dataset: Directive.dataset, period: try #require(Directive.period("o-1", version)))
        let speakers = (0..<tree.speakers).map { speaker -> UnitCopies in
            guard let counts = rows[speaker] else { return UnitCopies() }
            var copy = RollupTests.copy()
            copy.appointment = 100
            copy.blocks[cut] = RowBlock([
                .init(subject: Code(literal: "-"), seq: 1, asOf: 777, catalogue: 0, counts: counts)
            ])
            return UnitCopies(copies: [copy])
        }
        let rollup = Rollup.recomputed(
            Hierarchy(current: tree), shelf: CatalogueShelf([catalogue]), speakers: Paged(speakers), now: 0)
        var picture = Picture(
            rollup: rollup, speakers: Paged(speakers), campaigns: [], edition: nil, now: 0, wall: 900, revision: 0,
            tokens: [:]
        )
        picture.directives = book
        return picture
    }

    @Test func unitsThemselvesSayWhoHasIt() throws {
        let book = DirectiveBook([DirectiveBook.Entry(Self.order())])
        let reading = DirectiveReading(Self.order(), try Self.picture(book, [0: [1, 1], 1: [1, 0]]))
        #expect(reading.lines.map(\.state) == [.acknowledged, .received, .missing, .missing])
        #expect(reading.lines.map(\.since) == [777, 777, 100, 100], "who hasn't it, since it was published")
        #expect(reading.inOrder.map(\.unit) == [2, 3, 1, 0], "whom to ring first")
        let second = DirectiveReading(
            Self.order(version: 2, at: 200), try Self.picture(book, [0: [1, 1]], version: 1))
        #expect(
            second.lines.map(\.state) == Array(repeating: .missing, count: 4),
            "an old version's rows say nothing of the new")
        let few = DirectiveReading(
            Self.order(to: ["421303001001"]), try Self.picture(book, [0: [1, 1], 1: [.unknown, .unknown]]))
        #expect(few.lines.map(\.state) == [.acknowledged, .missing], "a row that was refused says nothing")
    }

    /// Rows upward are a row per unit that has something to say.
    @Test func aRelaySaysWhichOfItsUnitsHaveIt() throws {
        let book = DirectiveBook([DirectiveBook.Entry(Self.order())])
        let derived = DerivedRows(try Self.picture(book, [0: [1, 1], 1: [1, 0]]))
        #expect(derived.rows.keys.map(\.subject).sorted() == [Self.codes[0], Self.codes[1]])
        #expect(
            derived.rows.values.map { $0.counts.suffix(2).map(\.raw) }.sorted { $0[1] < $1[1] } == [[1, 0], [1, 1]])
    }

    // MARK: Files

    private static func withRegistry(_ body: (RegistryStore) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/directives-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(try RegistryStore(folder + "/registry.sqlite"))
    }

    @Test func theRegistryKeepsEveryVersion() throws {
        try Self.withRegistry { registry in
            let versions = [Self.order(to: ["421303001001"]), Self.order(version: 2, at: 200, withdrawn: true)]
            for version in versions { try registry.put(version) }
            #expect(try registry.directives().versions(of: "o-1") == versions)
        }
    }

    /// A deadline that is moved is a new version of its round, and so is its end; what a round counts by is the last one.
    @Test func aRoundIsPublishedLikeAnOrder() throws {
        try Self.withRegistry { registry in
            var round = RegistryCampaign(
                code: Code(literal: "r-1"), name: "入户摸底", opens: 10, deadline: 20, order: "2022-41", closed: false)
            func publish(_ reason: String) throws {
                try registry.publish(round, withClaims: false, at: 5, draw: { 1 }, open: [:])
                try registry.noteRound(round, at: 5, reason: reason, officer: "li")
            }
            try publish("")
            try publish("again")
            round.deadline = 30
            try publish("暴雨")
            round.closed = true
            try publish("摸底完毕")
            round.closed = false
            try publish("漏了一栋")
            let versions = try registry.directives().versions(of: "r-1")
            #expect(versions.map(\.due) == [20, 30, 30, 30])
            #expect(versions.map(\.reason) == ["", "暴雨", "摸底完毕", "漏了一栋"])
            #expect(versions.map { $0.closed ?? false } == [false, false, true, false])
            #expect(try registry.campaigns().map(\.deadline) == [30])
        }
    }

    /// It goes down to everybody who goes by the round.
    @Test func everyChangeOfARoundHasAReasonAndAName() async throws {
        try await ServedDistrict.with { district in
            let first =
                ["code": "r-1", "name": "入户摸底", "opens": 10, "deadline": 20, "order": "2022-41"] as [String: Any]
            func publish(_ change: [String: Any] = [:]) async throws -> Reply {
                let form = first.merging(change) { $1 }
                let body = Array(try JSONSerialization.data(withJSONObject: form))
                return try await district.ask(
                    district.local, Call(method: "POST", path: "/admin/campaigns", body: body))
            }
            func versions() throws -> [Directive] { try district.aggregator.registry.directives().versions(of: "r-1") }
            #expect(try await publish().status == 200, "the first time it is simple")
            #expect(try await publish().status == 200)
            #expect(try versions().count == 1, "and to say the same again")
            let changes: [[String: Any]] = [
                ["name": "改名"], ["order": "2022-42"], ["opens": 11], ["deadline": 21], ["closed": true],
            ]
            for change in changes {
                let nobody = try await publish(change)
                #expect(nobody.status == 422, "\(change)")
                #expect(nobody.words.contains("缺事由") && nobody.words.contains("The reason is missing"))
                let unsigned = try await publish(change.merging(["reason": "暴雨"]) { $1 })
                #expect(unsigned.status == 422 && unsigned.words.contains("缺签发人"), "\(change)")
            }
            #expect(try versions().count == 1 && district.aggregator.registry.campaigns().allSatisfy { !$0.closed })
            let word: [String: Any] = ["reason": "摸底完毕", "officer": "张科长"]
            for change in changes { #expect(try await publish(change.merging(word) { $1 }).status == 200) }
            #expect(try await publish().status == 422, "nor is it opened again without one")
            #expect(try versions().count == 6 && versions().last?.closed == true)
            #expect(try versions().dropFirst().allSatisfy { $0.reason == "摸底完毕" && $0.officer == "张科长" })
            var unnumbered: [String: Any] = ["name": "又改名", "closed": true].merging(word) { $1 }
            for (part, value) in first where part != "order" && unnumbered[part] == nil { unnumbered[part] = value }
            let bytes = Array(try JSONSerialization.data(withJSONObject: unnumbered))
            _ = try await district.ask(
                district.local, Call(method: "POST", path: "/admin/campaigns", body: bytes))
            #expect(
                try district.aggregator.registry.campaigns().first { $0.code.text == "r-1" }?.order == "2022-41",
                "an order number that isn't said stays")
            let list = try await district.get("/v1/directives", ["code": "r-1"], token: ServedDistrict.token).words
            #expect(list.contains("\"closed\":true"))
            let page = try await district.get("/directive/r-1", ["lang": "zh-Hans"], token: ServedDistrict.token).words
            #expect(page.contains("任务 · 已结束"))
        }
    }

    @Test func whatComesFromAboveReplacesWhatCameBefore() throws {
        try Self.withRegistry { registry in
            try registry.put(Self.order("own", at: 1))
            try registry.take(fromAbove: [Self.order("a", at: 2), Self.order("b", at: 3)])
            try registry.take(fromAbove: [Self.order("b", version: 2, at: 4)])
            let book = try registry.directives()
            #expect(book.concerning(0, Self.tree).map { "\($0.code):\($0.version)" } == ["own:1", "b:2"])
            #expect(book.versions(of: "a").count == 1 && book.isFromAbove("a"), "what is told no more stays readable")
            // Issued at both: the one from above is meant.
            try registry.take(fromAbove: [Self.order("own", version: 7, at: 9)])
            #expect(try registry.directives().versions(of: "own").map(\.version) == [7])
            var unsound = Self.order("c")
            unsound.title = ""
            try registry.take(fromAbove: [unsound])
            #expect(try registry.directives().last("c") == nil)
        }
    }

    @Test func timesOfForms() {
        #expect(ChinaTime.seconds("2022-04-06T20:00") == 1_649_246_400)
        #expect(ChinaTime.field(1_649_246_400) == "2022-04-06T20:00")
        for wrong in ["", "2022-02-30T10:00", "20:00", "2022-04-06", "1960-01-01T00:00"] {
            #expect(ChinaTime.seconds(wrong) == nil, "\(wrong)")
        }
    }
}
