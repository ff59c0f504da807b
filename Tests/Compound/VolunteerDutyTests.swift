import Daemon
import Federation
import Foundation
import Sync
import Testing

@testable import Compound

/// What somebody must not be given to do: refused with a clear sentence, and the reason stays on the desk.
@Suite struct VolunteerDutyRestrictions {
    private static func code(_ store: CompoundStore, _ record: Record) throws -> IntakeError.Code? {
        try store.take(record).refused.first?.error.code
    }

    @Test func whatIsForbiddenIsRefusedAndTheRestTaken() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .restriction(1, "v01", [.survey, .disinfection]))
            #expect(try Self.code(store, .fill(2, "v01", .filled, .survey)) == .dutyRestricted)
            #expect(try Self.code(store, .claim(3, "7", "v01", .claimed, .disinfection)) == .dutyRestricted)
            #expect(try Self.code(store, .fill(4, "v01", .filled, .dataEntry)) == nil)
            #expect(try Self.code(store, .fill(5, "v02", .filled, .survey)) == nil)
            // Whatever ends a duty is never refused.
            #expect(try Self.code(store, .fill(6, "v01", .withdrawn, .survey)) == nil)
            #expect(try Self.code(store, .claim(7, "7", "v01", .released, .disinfection)) == nil)
        }
    }

    /// Most tasks aren't split: whoever takes a building then goes to its doors.
    @Test func whoeverTakesABuildingWithoutARoleGoesToItsDoors() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .restriction(1, "v01", [.survey]))
            let refused = try store.take(.claim(2, "7", "v01")).refused
            #expect(refused.map(\.error) == [IntakeError(.dutyRestricted, field: "role", value: "survey")])
            #expect(try Self.code(store, .fill(3, "v01")) == nil, "there is other work than doors")
            #expect(try Self.code(store, .claim(4, "7", "v01", .claimed, .disinfection)) == nil)
        }
    }

    @Test func aRestrictionEndsByItselfOrIsLifted() throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            try store.take(.restriction(1, "v01", [.survey], until: 86_400))
            #expect(try Self.code(store, .fill(2, "v01", .filled, .survey)) == .dutyRestricted)
            fixture.clock.now = Fixture.evening + 86_400
            #expect(try Self.code(store, .fill(3, "v01", .filled, .survey, at: 60)) == nil)
            try store.take(.restriction(4, "v02", [.gate]), .restriction(5, "v02", [], at: 50))
            #expect(try Self.code(store, .fill(6, "v02", .filled, .gate, at: 70)) == nil)
            #expect(try store.board().restrictions.isEmpty)
        }
    }

    /// A phone repeats what it doesn't know to be taken: what was taken stays taken.
    @Test func aRecordThatIsSentAgainIsKnownWhateverHasBeenForbiddenSince() throws {
        try Fixture.withStore { store in
            try store.take(.fill(1, "v01", .filled, .survey))
            try store.take(.restriction(2, "v01", [.survey], at: 30))
            #expect(try store.take(.fill(1, "v01", .filled, .survey)).refused.isEmpty)
            #expect(try store.board().volunteers == ["v01"], "and is a work item, not a fact undone")
        }
    }

    @Test func theSentenceNamesTheRoleAndNeverTheReason() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .restriction(1, "v01", [.survey], .pregnant))
            let record =
                #"{"kind":"claim","id":"\#(Hex.text(UInt128(7)))","task":"\#(Fixture.campaign)","building":"7","volunteer":"v01","role":"survey","state":"claimed","recorder":"s","observed_at":1649239200}"#
            for (language, sentence) in [
                (Language.zhHans, "有值勤限制：不安排入户摸底"), (.en, "Duty restriction: not for survey at doors"),
            ] {
                let body = try await desk.send(records: record, language).body
                let refused = try #require(body["refused"] as? [[String: Any]])
                #expect(refused.map { $0["message"] as? String } == [sentence])
                #expect(refused.map { $0["code"] as? String } == ["duty_restricted"])
                let read = try await desk.get("/api/v1/volunteers", language)
                #expect(!"\(read)".contains("pregnant"), "programs read that there is one, not why")
            }
            let form = "task=\(Fixture.campaign)&building=7&volunteer=v01&role=survey&state=claimed"
            let page = try await desk.post(form: form, to: "/desk/volunteers/claim?lang=zh-Hans")
            #expect(page.contains("有值勤限制：不安排入户摸底") && !page.contains("怀孕"))
            let rows = try desk.store.changes(after: 0, limit: 1000).changes.map { "\($0)" }.joined()
            #expect(!rows.contains("pregnant") && !rows.contains("v01"))
        }
    }

    @Test func aChainListsSuchALineAsUnclear() throws {
        try Fixture.withStore { store in
            let desk = Code(literal: "desk")
            let zhang = try #require(VolunteerName.code("张勇")?.text)
            try store.take(
                .building(900), .need(1, 2, .survey), .need(3, 1, .dataEntry, at: 11), .restriction(2, zhang, [.survey])
            )
            let plan = try store.signUp(
                "1. 张勇 7栋\n2. 李梅 7栋\n3. 张勇 录入", for: Fixture.campaign, as: .survey, by: desk, apply: true)
            #expect(plan.unclear.map(\.doubt) == ["restricted"] && plan.unclear.map(\.line) == [1])
            #expect(plan.entries.map(\.role) == [.survey, .dataEntry], "what he may do is taken")
            #expect(try store.board().claims.map { VolunteerName.text($0.volunteer) } == ["李梅"])
        }
    }

    @Test func whatWasTakenBeforeIsAWorkItemUntilSomebodyElseHasIt() async throws {
        try await CaseDesk.with { desk in
            let store = desk.store
            try store.take(
                .building(900), .need(1, 1), .fill(2, "v01"), .claim(3, "7", "v01"),
                .restriction(4, "v01", [.general], .age, at: 60))
            #expect(try store.board().restricted.map(\.building) == ["7", nil])
            try await desk.expect(
                on: "/volunteers", zh: "v01 有值勤限制，不安排一般任务，但已有：7栋。请换人或换岗位。",
                en:
                    "v01 has a duty restriction: not for general work; but has taken: Building 7. Find somebody else, or another role."
            )
            try await desk.press("释放", on: "/volunteers")
            try await desk.press("取消报名", on: "/volunteers")
            #expect(
                try store.board().restricted.isEmpty && store.board().unclaimed == ["7"] && store.board().short == 1)
        }
    }

    @Test func aRestrictionIsNotedAndLiftedOnThePage() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.need(1, 1))
            let form = "volunteer=%E5%BC%A0%E5%8B%87&no_survey=1&no_gate=1&reason=post_surgery&until=2022-04-20"
            try await desk.send(form: form, to: "/desk/volunteers/restriction")
            try await desk.expect(
                on: "/volunteers", zh: "张勇：不安排 入户摸底、值守 · 术后",
                en: "张勇: not for survey at doors, gate duty · after surgery")
            try await desk.expect(on: "/volunteers", zh: "到 2022-04-20 为止", en: "until 2022-04-20")
            try await desk.press("解除", on: "/volunteers")
            #expect(try desk.store.board().restrictions.isEmpty)
            let nothing = try await desk.post(
                form: "volunteer=v&reason=age", to: "/desk/volunteers/restriction?lang=en")
            #expect(
                nothing.contains("“Not for” is missing") && nothing.contains("name=\"no_gate\""),
                "a form in which nothing is ticked lifts nothing")
        }
    }

    @Test func theOrderOfArrivalChangesNothing() throws {
        try expectOrderFree(
            [
                .restriction(1, "v01", [.survey], .age, at: 10),
                .restriction(2, "v01", [.survey, .gate], .health, at: 20),
                .restriction(3, "v01", [.gate], .ownChoice, until: 90_000, at: 30, supersedes: [2]),
                .restriction(4, "v02", [], .age, at: 40), .restriction(5, "v02", [.order], .pregnant, at: 35),
            ], seed: 11)
    }

    /// A journal that is taken over may hold what would be refused here: it is taken, and is a work item.
    @Test func anotherCopysWordIsTakenOverAndShown() throws {
        try Fixture.withStore { one in
            try Fixture.withStore { two in
                try one.take(.need(1, 1, .survey), .restriction(2, "v01", [.survey]))
                try two.take(.need(1, 1, .survey), .fill(3, "v01", .filled, .survey))
                #expect(try one.adopt(#require(try two.copyOfJournal())).new == 1)
                #expect(try one.board().restricted.map(\.volunteer) == ["v01"])
            }
        }
    }
}
