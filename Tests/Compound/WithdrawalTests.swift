import Daemon
import Federation
import Testing

@testable import Compound

/// What came in by mistake is taken out by a statement, counts no more, and is put back as it stood.
@Suite struct WithdrawalTests {
    private func frame(_ store: CompoundStore, _ building: String) throws -> [String: Int64]? {
        try store.counts("frame", building, period: .now)
    }

    @Test func aBuildingGoesWithItsDoorsAndComesBackAsItStood() throws {
        try Fixture.withStore { store in
            try store.take(
                .building(1), .building(2, "71"), .household(3, "71-1-101", 3), .household(4, "71-9-999", 2),
                .household(5, "71-1-101", 4, by: "v07", at: 5), .need(6, 1))
            let before = try frame(store, "71")
            #expect(before?["households"] == 13 && before?["residents"] == 6)
            #expect(try store.conflicts().map(\.subject) == ["71-1-101"])
            try store.take(.withdrawal(10, "71", at: 600))
            for dataset in ["survey", "volunteers"] { #expect(try store.counts(dataset, "71") == nil) }
            #expect(try frame(store, "71") == nil && store.overview().buildings.map(\.code) == ["7"])
            #expect(try store.conflicts().isEmpty, "who lives where nobody lives is no dispute")
            #expect(try store.verify().found == [])
            try store.take(.restoration(11, "71", at: 700))
            #expect(try frame(store, "71") == before && store.conflicts().map(\.subject) == ["71-1-101"])
            #expect(try store.verify().found == [])
            try expectDigestOfRows(store)
        }
    }

    /// Built anew by a line, it has the doors of the line and nothing of what was withdrawn with it.
    @Test func whatIsStatedAgainIsThereAgain() throws {
        try Fixture.withStore { store in
            try store.take(.building(1, "71"), .household(2, "71-1-101", 3))
            let table = "building,stair_unit,room,residents\n71,1,102,2\n"
            _ = try RegistryImport.run(Array(table.utf8), into: store, apply: true)
            #expect(try store.overview().buildings.map(\.doors) == [2], "a list of its doors")
            try store.take(.withdrawal(3, "71", at: 30_000))
            try store.take(.building(4, "71", units: 1, at: 30_100))
            #expect(try frame(store, "71")?["households"] == 6 && store.overview().residents == 0)
            try store.take(.household(5, "71-1-101", 1, at: 30_200))
            #expect(try frame(store, "71")?["households"] == 6 && store.overview().residents == 1)
            #expect(try store.verify().found == [])
        }
    }

    /// A door that only the shape knows, or that somebody stated: neither a new shape nor a visit brings it back.
    @Test(arguments: [false, true]) func aDoorIsTakenOutOfAShape(isStated: Bool) throws {
        try Fixture.withStore { store in
            try store.take(.building(1), .need(2, 1))
            if isStated { try store.take(.household(3, "7-2-302", 4)) }
            try store.take(.withdrawal(4, "7-2-302", at: 60))
            #expect(try frame(store, "7")?["households"] == 11 && store.overview().residents == 0)
            try store.take(.building(5, units: 3, at: 120))
            #expect(try frame(store, "7")?["households"] == 17)
            #expect(
                try store.take(.visit(6, "7-2-302", .refused, at: 130)).refused.isEmpty, "a phone's visit isn't lost")
            #expect(try frame(store, "7")?["households"] == 17 && store.counts("survey", "7")?["refused"] == 0)
            #expect(try store.read { try WithdrawnPlace.all($0) }.map(\.visited) == [1])
            try store.take(.household(7, "7-2-302", 2, at: 140))
            #expect(try frame(store, "7")?["households"] == 18 && store.counts("survey", "7")?["refused"] == 1)
            #expect(try store.read { try WithdrawnPlace.all($0) }.isEmpty)
            #expect(try store.verify().found == [])
        }
    }

    /// Work recorded at a door is named before it counts no more, and never lost.
    @Test func workIsAskedForOnce() throws {
        try Fixture.withStore { store in
            try store.take(.building(1, "71"), .visit(2, "71-1-101", .completed, [.tested: 2]))
            let refused = try store.take(.withdrawal(3, "71", at: 200)).refused
            #expect(refused.map(\.error) == [IntakeError(.workRecorded, field: "visits", value: "1")])
            #expect(try frame(store, "71")?["households"] == 12)
            try store.take(.withdrawal(4, "71", visits: 1, at: 200))
            #expect(try frame(store, "71") == nil)
            let effect = try store.read { try WithdrawalEffect(.building(Code(literal: "71")), $0) }
            #expect(
                effect.doors == 0 && effect.visits.map(\.door) == ["71-1-101"] && effect.withdrawn?.recorder == "s01")
            try store.take(.visit(5, "71-1-102", .refused, at: 210))
            try store.take(.restoration(6, "71", at: 220))
            #expect(try store.counts("survey", "71")?.households == ["unvisited": 10, "completed": 1, "refused": 1])
        }
    }

    @Test func sentAgainItIsTheSame() throws {
        try Fixture.withStore { store in
            try store.take(.building(1, "71"), .household(2, "71-1-101", 3))
            for _ in 0..<2 { #expect(try store.take(.withdrawal(3, "71", at: 60)).refused.isEmpty) }
            for _ in 0..<2 { #expect(try store.take(.restoration(4, "71", at: 70)).refused.isEmpty) }
            #expect(try frame(store, "71")?["residents"] == 3)
            #expect(try store.take(.restoration(5, "71", at: 80)).refused.map(\.error.code) == [.nothingToUndo])
            #expect(try store.take(.withdrawal(6, "72")).refused.map(\.error.code) == [.buildingUnknown])
            #expect(try store.take(.withdrawal(7, "71-9-1")).refused.map(\.error.code) == [.doorUnknown])
            try store.take(.withdrawal(8, "71", at: 90))
            #expect(try frame(store, "71") == nil, "it can be taken out again")
            #expect(try store.take(.withdrawal(9, "71", at: 95)).refused.map(\.error.code) == [.buildingUnknown])
        }
    }

    /// Another copy's withdrawal takes back what it saw, in whatever order the two journals meet.
    @Test func anAdoptedWithdrawalWithdraws() throws {
        try Fixture.withStore { one in
            try one.take(.building(1, "71"), .household(2, "71-1-101", 3))
            let first = try #require(try one.copyOfJournal())
            try one.take(.withdrawal(3, "71", at: 60))
            let withdrawn = try #require(try one.copyOfJournal())
            try one.take(.restoration(4, "71", at: 70))
            let restored = try #require(try one.copyOfJournal())
            try Fixture.withStore { two in
                _ = try two.adopt(withdrawn)
                #expect(try frame(two, "71") == nil)
                _ = try two.adopt(first)
                #expect(try frame(two, "71") == nil)
                _ = try two.adopt(restored)
                #expect(try frame(two, "71") == frame(one, "71") && two.verify().found == [])
            }
        }
    }

    /// Whoever has a link to a page of what was taken out is told so, and where it is put back.
    @Test func pagesOfWhatWasWithdrawnSayWho() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(1, "71"), .building(2), .need(3, 1))
            try desk.store.take(.withdrawal(4, "71", at: 60), .withdrawal(5, "7-1-101", at: 60))
            for path in ["/survey/71", "/sheet/71", "/survey/71/71-1-101"] {
                let page = try await desk.page(path, .zhHans, status: 410)
                #expect(page.contains("<h1>71栋</h1>") && page.contains("18:01 由 s01 撤销，不再计入"), "\(path) \(page)")
                #expect(page.contains("href=\"/registry/place/71?lang=zh-Hans\">恢复此楼</a>"), "\(path)")
            }
            let door = try await desk.page("/survey/7/7-1-101", .zhHans, status: 410)
            #expect(
                door.contains("<h1>7-1-101</h1>") && door.contains("/registry/place/7-1-101?lang=zh-Hans\">恢复此户</a>"))
            for path in ["/survey/72", "/sheet/72", "/survey/7/7-9-101", "/survey/8/7-1-102"] {
                _ = try await desk.page(path, .zhHans, status: 404)
            }
        }
    }

    @Test func thePageShowsWhatGoesAndWhatWent() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(1, "71"), .household(2, "71-1-101", 3), .need(3, 1), .claim(4, "71", "v01"))
            #expect(try await desk.page("/registry", .zhHans).contains("href=\"/registry/place/71?lang=zh-Hans\""))
            let shown = try await desk.page("/registry/place/71", .zhHans)
            for words in ["12 户：71-1-101", "登记的 3 人", "1 名志愿者", "只用于误录"] { #expect(shown.contains(words), "\(words)") }
            #expect(!shown.contains("name=\"visits\""))
            try await desk.press("撤销此楼", in: shown)
            let gone = try await desk.page("/registry/place/71", .zhHans)
            #expect(gone.contains("撤销，不再计入") && !gone.contains("撤销此楼</button>"))
            #expect(try await desk.page("/registry", .zhHans).contains("<h2>已撤销</h2>"))
            try await desk.press("恢复此楼", in: gone)
            #expect(try desk.store.overview().residents == 3)
            let back = try await desk.page("/registry/place/71", .zhHans)
            #expect(back.contains("由 值班台 恢复，重新计入") && back.contains("<button>撤销此楼</button>"), "\(back)")
            #expect(back.contains("<a class=\"primary\" href=\"/registry?lang=zh-Hans\">"))
            try desk.store.take(.visit(5, "71-1-102", .refused))
            let asked = try await desk.page("/registry/place/71", .zhHans)
            #expect(
                asked.contains("已经有人上门并作了 1 条记录") && asked.contains("type=\"checkbox\" name=\"visits\" value=\"1\""))
            #expect(asked.contains("71-1-102 拒绝"))
            #expect(try await desk.page("/registry/place/99", .zhHans, status: 404).contains("没有"))
        }
    }
}
