import Daemon
import Federation
import GRDB
import Testing

@testable import Compound

/// Which doors are owed a visit (应摸), and how that follows from the registry.
@Suite struct WhatIsOwedAVisit {
    @Test func oneListSaysWhichDoorsAreLeft() {
        #expect(HouseholdClass.names(\.isLeft) == ["unvisited", "nobody_home", "postponed"])
        #expect(Disposition.open == "('nobody_home', 'postponed')")
        #expect(Set(HouseholdClass.names { !$0.isDue }) == ["vacant", "not_dwelling"])
        #expect(HouseholdClass.all.allSatisfy { !($0.isDone && $0.isLeft) })
        #expect(Set(HouseholdClass.names(\.isMet)) == ["completed", "partial", "postponed", "refused", "language"])
    }

    /// A shop is no dwelling whoever isn't there, until somebody is met who lives there.
    @Test func aShopIsOwedNoneUntilSomebodyLivesThere() async throws {
        try await CaseDesk.with { desk in
            let store = desk.store
            try store.take(.building(900), .household(901, "7-1-101", 0, .notDwelling), .need(902, 1))
            let shop: [(Record?, [String: Int64])] = [
                (nil, ["unvisited": 11, "not_dwelling": 1]),
                (.visit(1, "7-1-101", .nobodyHome), ["unvisited": 11, "not_dwelling": 1]),
                (.visit(2, "7-1-101", .completed, [.tested: 2], at: 200), ["unvisited": 11, "completed": 1]),
            ]
            for (record, classes) in shop {
                if let record { try store.take(record) }
                #expect(try store.counts("survey", "7")?.households == classes)
                #expect(try store.progress().doors == (classes["completed"] == nil ? 11 : 12))
                #expect(try store.progress().frame.due == store.progress().doors)
                #expect(try store.doors("7").count(where: \.isLeft) == 11)
            }
            try await desk.expect(
                on: "/survey", zh: "应摸 12 户 = 登记住户 11 ＋ 登记非住宅、上门有人住 1",
                en:
                    "12 owed a visit = 11 registered households + 1 registered as no dwelling, where a visit met somebody"
            )
        }
    }

    /// Only a visit says that nobody lives there: who lets a flat that is registered as vacant is met at its door.
    @Test func aVacantDoorIsOwedOneUntilAVisitConfirmsIt() async throws {
        try await CaseDesk.with { desk in
            let store = desk.store
            try store.take(
                .building(900), .need(901, 1), .household(902, "7-1-101", 0, .vacant),
                .household(903, "7-1-102", 0, .vacant), .household(904, "7-2-101", 0, .notDwelling))
            try await desk.expect(
                on: "/registry", zh: "门牌 12 = 住户 9 ＋ 空置 2 ＋ 非住宅 1。",
                en: "12 doors = 9 households + 2 vacant + 1 no dwellings.")
            try await desk.expect(
                on: "/survey", zh: "应摸 11 户 = 登记住户 9 ＋ 登记空置、还没有上门核实为空置 2",
                en: "11 owed a visit = 9 registered households + 2 registered as vacant, not yet confirmed by a visit")
            try await desk.expect(
                on: "/survey/7", zh: "○ 未上门 · 登记空置", en: "○ not visited · listed as vacant")
            try await desk.expect(on: "/survey/7", zh: "– 不是住宅", en: "– not a dwelling")
            try store.take(.visit(1, "7-1-101", .vacant), .visit(2, "7-1-201", .vacant), .visit(3, "7-1-102", .refused))
            try await desk.expect(
                on: "/survey", zh: "应摸 9 户 = 登记住户 9 ＋ 登记空置、还没有上门核实为空置 1 － 登记住户、上门核实没有人住 1",
                en:
                    "9 owed a visit = 9 registered households + 1 registered as vacant, not yet confirmed by a visit − 1 registered households where a visit found nobody living"
            )
            #expect(try store.progress().frame.due == store.progress().doors)
        }
    }

    @Test func whereAllAreHouseholdsNothingNeedsExplaining() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .need(901, 1), .visit(1, "7-1-101", .completed))
            for page in ["/survey", "/registry"] {
                #expect(try await !desk.page(page, .zhHans).contains("class=\"muted frame\""))
            }
        }
    }

    /// An older version left a shop among the unvisited: its rows are derived anew, once.
    @Test func rowsOfAnOlderVersionAreDerivedAnew() throws {
        try Fixture.with { fixture in
            do {
                let store = try fixture.open()
                try store.take(.building(900), .need(901, 1))
                // As if it had counted doors by visits alone.
                try store.durably { db in
                    try db.execute(sql: "UPDATE door SET state = 'not_dwelling' WHERE code = '7-1-101'")
                    try db.execute(sql: "DELETE FROM setting WHERE name = 'counting'")
                }
                #expect(try store.counts("survey", "7")?.households == ["unvisited": 12])
            }
            let store = try fixture.open()
            #expect(try store.counts("survey", "7")?.households == ["unvisited": 11, "not_dwelling": 1])
            try expectDigestOfRows(store)
            let seq = try store.position().seq
            #expect(try fixture.open().position().seq == seq, "once")
        }
    }
}
