import Daemon
import Federation
import Testing

@testable import Compound

/// What a table or a line would write is said before, and what it wrote after: no more and no less.
@Suite struct ImportPreviewTests {
    private static let table = """
        楼栋,单元,房号,人数,状态
        7,1,101,3,自住
        7,1,102,2,自住

        """

    private func run(
        _ table: String, _ store: CompoundStore, apply: Bool = true, _ overruling: Overruling = Overruling()
    )
        throws -> ImportReport
    {
        try RegistryImport.run(Array(table.utf8), into: store, apply: apply, overruling: overruling)
    }

    // MARK: What is new

    @Test func newBuildingsAndNewDoorsAreNamed() throws {
        try Fixture.withStore { store in
            _ = try run(Self.table, store)
            let more = Self.table + "7,1,103,1,自住\n71,1,101,4,自住\n71,1,102,1,自住\n"
            for apply in [false, true] {
                let report = try run(more, store, apply: apply)
                #expect(report.novelty.buildings == 1 && report.novelty.first == [.init(code: "71", doors: 2)])
                #expect(report.novelty.doors.first == ["7-1-103"])
                #expect(report.listing == Listing(new: 3, unchanged: 2))
            }
            let again = try run(more, store)
            #expect(again.novelty == Novelty() && again.listing == Listing(unchanged: 5))
        }
    }

    /// A door that only a shape knows is no new door: the line says who lives there.
    @Test func aDoorOfAShapeIsChangedAndNotNew() throws {
        try Fixture.withStore { store in
            try store.take(.building(1))
            let report = try run(Self.table + "7,9,101,1,自住\n", store, apply: false)
            #expect(report.listing == Listing(new: 1, changed: 2) && report.novelty.doors.first == ["7-9-101"])
        }
    }

    @Test func aLineSaysWhatComesAndWhatGoes() throws {
        try Fixture.withStore { store in
            let desk = Code(literal: "desk")
            _ = try store.build("7栋，每栋1单元×3层×2户", by: desk, apply: true)
            let plan = try store.build("7栋、71栋，每栋1单元×2层×3户", by: desk, apply: false)
            let seven = try #require(plan.entries.first)
            #expect(seven.change == .changed && seven.doors == 6 && seven.doorsBefore == 6)
            #expect(seven.coming.first == ["7-1-103", "7-1-203"] && seven.going.first == ["7-1-301", "7-1-302"])
            #expect(plan.entries(.new).map(\.building.code.text) == ["71"])
            try store.take(.visit(2, "7-1-301", .refused), .withdrawal(3, "7-1-102", at: 30_000))
            let again = try #require(try store.build("7栋，每栋1单元×2层×3户", by: desk, apply: true).entries.first)
            #expect(
                again.coming.first == ["7-1-103", "7-1-203"] && again.going.first == ["7-1-302"] && again.doors == 6)
            #expect(try store.overview().doors == again.doors, "what was said is what is there")
        }
    }

    /// Where all doors stay, the page still says what is said anew and why they stay.
    @Test func aShapeThatChangesNoDoorIsShownAsTheChangeThatItIs() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(1))
            for (index, room) in ["301", "302"].enumerated() {
                try desk.store.take(
                    .household(UInt128(index * 2 + 2), "7-1-\(room)", 1),
                    .household(UInt128(index * 2 + 3), "7-2-\(room)", 1))
            }
            let lines = "lines=7栋，2单元×2层×2户&apply=0"
            let page = try await desk.post(form: lines, to: "/desk/registry/buildings?lang=zh-Hans")
            #expect(page.contains("12 户（现有 12 户）；楼型由 2单元×3层×2户 改为 2单元×2层×2户"), "\(page)")
            #expect(page.contains("；登记过或上过门的 4 户照样保留：7-1-301、7-1-302、7-2-301、7-2-302</li>"), "\(page)")
            let form = "building=7&stair_units=2&floors=3&doors_per_floor=2&address=青年路9号&apply=0"
            let address = try await desk.post(form: form, to: "/desk/registry/add?lang=zh-Hans")
            #expect(address.contains("；地址由 – 改为 青年路9号</li>") && !address.contains("楼型由"), "\(address)")
        }
    }

    // MARK: What was written

    /// Where a table lists a building's doors, a line changes no figure and says so; the same line again writes nothing.
    @Test func successIsTrue() async throws {
        try await CaseDesk.with { desk in
            _ = try run(Self.table, desk.store)
            let listed = try await desk.post(
                form: "lines=7栋，每栋1单元×3层×2户&apply=1", to: "/desk/registry/buildings?lang=zh-Hans")
            #expect(listed.contains("已写入：改动 1 栋") && listed.contains("各户以导入的住户表为准"))
            #expect(try desk.store.overview().doors == 2)
            let again = try await desk.post(
                form: "lines=7栋，每栋1单元×3层×2户&apply=1", to: "/desk/registry/buildings?lang=zh-Hans")
            #expect(again.contains("没有变化，什么也没有写入：1 栋没有变化"))
            let form = "building=8&stair_units=1&floors=3&doors_per_floor=2&apply="
            let planned = try await desk.post(form: form + "0", to: "/desk/registry/add?lang=zh-Hans")
            #expect(planned.contains("新建 1 栋，6 户。还没有写入") && planned.contains("value=\"8\""))
            #expect(try desk.store.overview().doors == 2)
            let built = try await desk.post(form: form + "1", to: "/desk/registry/add?lang=zh-Hans")
            #expect(built.contains("已写入：新建 1 栋，6 户") && !built.contains("value=\"8\""))
            let twice = try await desk.post(form: form + "1", to: "/desk/registry/add?lang=zh-Hans")
            #expect(twice.contains("没有变化，什么也没有写入"))
            let table = "table=" + Self.table.replacing("\n", with: "%0A")
            let taken = try await desk.post(
                form: table + "9,1,101,1,&apply=1", to: "/desk/registry/import?lang=zh-Hans")
            #expect(taken.contains("已写入 1 户（新户 1，有变化 0）；2 行没有变化") && taken.contains("新建 1 栋：9栋（1 户）"))
            let nothing = try await desk.post(form: table + "&apply=1", to: "/desk/registry/import?lang=zh-Hans")
            #expect(nothing.contains("没有变化，什么也没有写入：2 行登记里都有"))
        }
    }

    // MARK: What was corrected since

    @Test func aCorrectionStandsOverAnOldTable() throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            _ = try run(Self.table, store)
            fixture.clock.now += 600
            try store.take(.household(1, "7-1-101", 2, by: "desk", at: 20_400), .withdrawal(2, "7-1-102", at: 20_400))
            let (position, conflicts) = (try store.position(), try store.conflicts().count)
            let report = try run(Self.table, store)
            #expect(report.listing.kept == 2 && report.listing.written == 0 && report.novelty == Novelty())
            let standing = report.listing.corrections.map(\.standing)
            #expect(standing == [.household(residents: 2, state: "occupied"), .withdrawn])
            #expect(report.listing.corrections.map(\.recorder) == ["desk", "s01"])
            #expect(try store.position() == position && store.conflicts().count == conflicts)
        }
    }

    @Test func whoKnowsBetterChoosesTheTable() throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            _ = try run(Self.table, store)
            fixture.clock.now += 600
            try store.take(.household(1, "7-1-101", 2, by: "desk", at: 20_400), .withdrawal(2, "7-1-102", at: 20_400))
            let one = try run(Self.table, store, Overruling(doors: ["7-1-101"]))
            #expect(one.listing.changed == 1 && one.listing.kept == 1)
            #expect(try store.overview().residents == 3 && store.conflicts().isEmpty, "it is settled")
            let all = try run(Self.table, store, Overruling(all: true))
            #expect(all.listing.changed == 1 && all.listing.unchanged == 1)
            #expect(try store.overview().residents == 5)
            #expect(try run(Self.table, store).listing == Listing(unchanged: 2))
            #expect(try store.verify().found == [])
        }
    }

    /// What a person said agrees with the table: being listed is all that is new.
    @Test func aWordThatAgreesIsNoCorrection() throws {
        try Fixture.withStore { store in
            try store.take(.building(1), .household(2, "7-1-101", 3, by: "desk", at: 5))
            let report = try run(Self.table, store)
            #expect(report.listing.kept == 0 && report.listing.changed == 2)
            #expect(try store.conflicts().isEmpty && run(Self.table, store).listing == Listing(unchanged: 2))
        }
    }

    @Test func thePageAsksLineByLine() async throws {
        try await CaseDesk.with { desk in
            _ = try run(Self.table, desk.store)
            desk.fixture.clock.now += 600
            try desk.store.take(.household(1, "7-1-101", 2, by: "desk", at: 20_400))
            let form = "table=" + Self.table.replacing("\n", with: "%0A")
            let shown = try await desk.post(form: form + "&apply=0", to: "/desk/registry/import?lang=zh-Hans")
            #expect(shown.contains("7-1-101：表中 3 人，自住；23:40 由 值班台 登记为 2 人，自住"), "\(shown)")
            #expect(shown.contains("form=\"table\" name=\"take.7-1-101\""))
            #expect(shown.contains("共 2 行：1 行可导入（新户 0，有变化 0，没有变化 1），1 行保留更正，0 行有问题"))
            let kept = try await desk.post(form: form + "&apply=1", to: "/desk/registry/import?lang=zh-Hans")
            #expect(kept.contains("没有变化，什么也没有写入：1 行登记里都有，1 行保留更正"))
            let taken = try await desk.post(
                form: form + "&take.7-1-101=1&apply=1", to: "/desk/registry/import?lang=zh-Hans")
            #expect(taken.contains("已写入 1 户（新户 0，有变化 1）"))
            #expect(try desk.store.overview().residents == 5 && desk.store.conflicts().isEmpty)
        }
    }

    /// Whoever lets the table count for all of them means those he has seen: one that came meanwhile is asked for.
    @Test func allOfThemAreThoseThatWereShown() async throws {
        try await CaseDesk.with { desk in
            let table = Self.table + "7,1,103,4,自住\n"
            _ = try run(table, desk.store)
            desk.fixture.clock.now += 600
            try desk.store.take(
                .household(1, "7-1-101", 1, by: "desk", at: 20_400), .household(2, "7-1-102", 1, by: "desk", at: 20_400)
            )
            let form = "table=" + table.replacing("\n", with: "%0A")
            let shown = try await desk.post(form: form + "&apply=0", to: "/desk/registry/import?lang=zh-Hans")
            #expect(shown.contains("name=\"take_all\" value=\"2\""))
            try desk.store.take(.household(3, "7-1-103", 1, by: "desk", at: 20_500))
            let asked = try await desk.post(
                form: form + "&take_all=2&apply=1", to: "/desk/registry/import?lang=zh-Hans")
            #expect(asked.contains("还没有写入") && asked.contains("name=\"take_all\" value=\"3\""))
            #expect(try desk.store.overview().residents == 3)
            let taken = try await desk.post(
                form: form + "&take_all=3&apply=1", to: "/desk/registry/import?lang=zh-Hans")
            #expect(taken.contains("已写入 3 户"))
            #expect(try desk.store.overview().residents == 9 && desk.store.conflicts().isEmpty)
        }
    }

    // MARK: An address of its own

    /// Reloading, going back and a second tab ask for a page; a preview says what is true when it is shown.
    @Test func aPreviewCanBeAskedForAgain() async throws {
        try await CaseDesk.with { desk in
            let lines = "lines=7栋，每栋1单元×3层×2户"
            let seen = try await desk.send(form: lines + "&apply=0", to: "/desk/registry/buildings?lang=en")
            #expect(seen.hasPrefix("/draft/") && seen.hasSuffix("?lang=en"))
            let path = String(seen.prefix { $0 != "?" })
            let first = try await desk.page(path, .en)
            #expect(
                first.contains("1 buildings new, 6 doors. Nothing is written yet")
                    && first.contains("每栋1单元×3层×2户</textarea>"))
            #expect(first.contains("aria-current=\"page\">Registry") && first.contains("href=\"\(path)?lang=zh-Hans\""))
            let result = try await desk.send(form: lines + "&apply=1", to: "/desk/registry/buildings?lang=en")
            for _ in 0..<2 {
                let told = try await desk.page(String(result.prefix { $0 != "?" }), .en)
                #expect(told.contains("Written: 1 buildings new, 6 doors"))
            }
            #expect(
                try await desk.page(path, .en).contains(
                    "Nothing changed, nothing was written: 1 buildings as they were"))
            desk.fixture.clock.now += DraftRoom.life
            #expect(try await desk.page(path, .en, status: 404).contains("not kept any more"))
        }
    }

    @Test func whatIsKeptIsBounded() throws {
        let room = DraftRoom(clock: { 0 })
        func keep(_ bytes: Int) -> String? { room.keep(bytes) { _ in .text("") } }
        let (half, first) = (DraftRoom.bytes / 2, keep(1))
        #expect(keep(DraftRoom.bytes + 1) == nil)
        let keys = (0..<3).map { _ in keep(half) }
        #expect(first.flatMap { room.draft($0) } == nil && keys[0].flatMap { room.draft($0) } == nil)
        #expect(keys[1].flatMap { room.draft($0) } != nil && keys[2].flatMap { room.draft($0) } != nil)
        let many = (0...DraftRoom.most).map { _ in keep(1) }
        #expect(many[0].flatMap { room.draft($0) } == nil && many[1].flatMap { room.draft($0) } != nil)
    }
}
