import Daemon
import Federation
import Testing

@testable import Compound

/// Conflicts of the survey and the registry, by their numbers in the catalogue of conflicts.
@Suite struct ConflictCasesOfSurvey {
    private static let setup: [Record] = [.building(900), .household(901, "7-1-101", 3)]

    private static let twoAnswers: [Record] = [
        .visit(1, "7-1-101", .completed, [.tested: 2, .untested: 1], at: 100),
        .visit(2, "7-1-101", .completed, [.tested: 3], by: "v02", at: 600),
    ]

    /// Right: the later of two visits that are founded alike, until somebody has called again.
    @Test func case03OneHouseholdSurveyedTwiceWithDifferentNumbers() async throws {
        try expectOrderFree(Self.twoAnswers, after: Self.setup, seed: 3)
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup + Self.twoAnswers.reversed())
            #expect(try desk.store.counts("survey", "7")?.people == ["p_tested": 3], "one answer, never the sum")
            try await desk.expectConflict(
                on: "/survey",
                zh: (
                    "7-1-101 的摸底结果不同：18:01 v01：已登记、本小区已检 2、未检 1；18:10 v02：已登记、本小区已检 3。暂以 v02 的为准（记录较晚）。",
                    "请再上门或打电话核实，在该户页面重新登记一次，即了结。"
                ),
                en: (
                    "The answers at 7-1-101 differ: 18:01 v01: completed, tested here 2, not tested 1; 18:10 v02: completed, tested here 3. v02 is taken as right meanwhile (recorded later).",
                    "Call at the door or ring again, then record the door once more on its page: that settles it."
                ))
            try desk.store.take(
                .visit(3, "7-1-101", .completed, [.tested: 2, .absent: 1], by: "s01", at: 900, supersedes: [1, 2]))
            try desk.expectSettled()
            #expect(try desk.store.counts("survey", "7")?.people == ["p_tested": 2, "p_absent": 1])
        }
    }

    /// Right: what was seen at the door, though it was heard otherwise later.
    @Test func case03SeenAtTheDoorAgainstHearsay() async throws {
        let records: [Record] = [
            .visit(1, "7-1-101", .completed, [.tested: 3], at: 100),
            .visit(2, "7-1-101", .moved, evidence: .hearsay, by: "v02", at: 600),
        ]
        try expectOrderFree(records, after: Self.setup, seed: 31)
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup + records)
            try await desk.expectConflict(
                on: "/survey",
                zh: (
                    "7-1-101 的摸底结果不同：18:10 v02：已搬走；18:01 v01：已登记、本小区已检 3。暂以 v01 的为准（依据更可靠）。",
                    "请再上门或打电话核实，在该户页面重新登记一次，即了结。"
                ),
                en: (
                    "The answers at 7-1-101 differ: 18:10 v02: moved away; 18:01 v01: completed, tested here 3. v01 is taken as right meanwhile (better evidence).",
                    "Call at the door or ring again, then record the door once more on its page: that settles it."
                ))
        }
    }

    /// Right: the visit after the conflict. The door's page takes back every answer that it showed.
    @Test func case03TheDoorsPageSettlesIt() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(
                Self.setup + Self.twoAnswers + [.visit(3, "7-1-101", .refused, by: "v03", at: 700)])
            #expect(try desk.store.conflicts().count == 1)
            try await desk.press("在家 3 人，都已检", on: "/survey/7/7-1-101", why: .visit)
            try desk.expectSettled()
            #expect(try desk.store.counts("survey", "7")?.people == ["p_tested": 3])
        }
    }

    /// Right: the door. Who is registered here and lives elsewhere is counted where he lives, not here as well.
    @Test func case04RegisteredHereLivingElsewhere() async throws {
        let visit = Record.visit(1, "7-1-101", .completed, [.tested: 2])
        try expectOrderFree([visit, .household(2, "7-1-101", 2, at: 5000)], after: Self.setup, seed: 4)
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup + [visit])
            #expect(
                try desk.store.counts("survey", "7")?.people == ["p_tested": 2], "nobody is added from the register")
            #expect(try desk.store.counts("frame", "7", period: .now)?["residents"] == 3)
            try await desk.expect(
                on: "/survey/7/7-1-101", zh: "登记 3 人，上门得 2 人，少 1 人：计数以上门为准。住在别处的人由所住小区登记；请核对登记表。",
                en:
                    "3 registered, 2 told at the door, 1 fewer: the door counts. Who lives elsewhere is counted there; check the register."
            )
            try desk.store.take(.household(2, "7-1-101", 2, at: 5000, supersedes: [901]))
            #expect(try await !desk.page("/survey/7/7-1-101", .zhHans).contains("上门得"))
            try desk.expectSettled()
        }
    }

    /// Right: the later statement, until somebody has asked which of two lists knows the household.
    @Test func case04TwoListsKnowTheHouseholdDifferently() async throws {
        let lists: [Record] = [
            .household(902, "7-1-101", 4, at: 60), .household(903, "7-1-101", 0, .vacant, by: "s02", at: 600),
        ]
        try expectOrderFree(lists, after: Self.setup, seed: 41)
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup + lists)
            #expect(try desk.store.counts("frame", "7", period: .now)?["residents"] == 0)
            try await desk.expectConflict(
                on: "/registry",
                zh: (
                    "7-1-101 登记的人数或状态不同：18:01 s01：4 人，自住；18:10 s02：0 人，空置。暂以 s02 的为准（记录较晚）。",
                    "请与住户或物业核对，选定一条，即了结。"
                ),
                en: (
                    "The registered residents or state of 7-1-101 differ: 18:01 s01: 4 people, occupied; 18:10 s02: 0 people, vacant. s02 is taken as right meanwhile (recorded later).",
                    "Ask the household or the property office, then choose one: that settles it."
                ))
            try await desk.press("以此为准：4 人，自住", on: "/conflicts", why: .phone)
            try desk.expectSettled()
            #expect(try desk.store.counts("frame", "7", period: .now)?["residents"] == 4)
        }
    }

    /// Right: the correction, though the number goes down. Nothing is a maximum, and nobody has to settle it.
    @Test func case12ACorrectionMayLowerTheCount() async throws {
        let first = Record.visit(1, "7-1-101", .completed, [.tested: 3])
        let second = Record.visit(2, "7-1-101", .completed, [.tested: 1], by: "s01", at: 600, supersedes: [1])
        try expectOrderFree([first, second], after: Self.setup, seed: 12)
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup + [first])
            let before = try desk.store.position().seq
            try desk.store.take(second)
            #expect(try desk.store.counts("survey", "7")?.people == ["p_tested": 1])
            #expect(try desk.store.position().seq > before, "it is sent as a change like any other")
            try desk.expectSettled()
            try await desk.expect(
                on: "/survey/7/7-1-101", zh: "上次：已登记，18:10，共上门 1 次", en: "Last: completed, 18:10, 1 calls so far")
        }
    }

    /// Right: nobody yet. A number that can't be is refused by name; the rest of the request is kept.
    @Test(arguments: ["1000000000", "-1", "2.5", "201", "1e300", "\"2\"", "true"])
    func case26AnAbsurdNumberIsRefusedAndTheRestKept(_ number: String) async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup)
            let body = "[\(Self.visit(1, "7-1-101", number)),\(Self.visit(2, "7-1-102", "2"))]"
            for (language, sentences) in [
                (Language.zhHans, ["“本小区已检”超出范围：", "“本小区已检”的类型不对："]),
                (.en, ["“tested here” is out of range: ", "“tested here” is of the wrong type: "]),
            ] {
                let answer = try await desk.send(records: body, language)
                let refused = try #require(answer.body["refused"] as? [[String: Any]])
                let message = try #require(refused.first?["message"] as? String)
                #expect(answer.status == 200 && refused.count == 1)
                #expect(sentences.contains { message.hasPrefix($0) }, "\(message)")
                #expect((refused.first?["hint"] as? String)?.isEmpty == false)
            }
            #expect(try desk.store.counts("survey", "7")?.people == ["p_tested": 2, "p_unsurveyed": 3])
            try expectDigestOfRows(desk.store)
        }
    }

    /// Right: nobody yet. A body that can't be read is refused whole, since nobody can tell where a record begins.
    @Test(arguments: [
        ("NaN", [["不是 JSON", "请检查括号和引号"], ["This is not JSON", "Check brackets and quotes"]]),
        (
            "1e400",
            [
                ["数字 1e400 太大", "请写普通整数，不用指数"],
                ["The number 1e400 is too large", "Write a plain whole number without an exponent"],
            ]
        ),
    ]) func case26WhatIsNoNumberIsRefusedWhole(_ number: String, _ words: [[String]]) async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup)
            for (language, expected) in zip([Language.zhHans, .en], words) {
                let answer = try await desk.send(records: Self.visit(1, "7-1-101", number), language)
                #expect(answer.status == 400)
                #expect([answer.body["message"], answer.body["hint"]].compactMap { $0 as? String } == expected)
            }
        }
    }

    /// Right: the door, flagged and never clamped to what is registered.
    @Test func case26MoreTestedThanRegistered() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(Self.setup + [.visit(1, "7-1-101", .completed, [.tested: 5])])
            #expect(try desk.store.counts("survey", "7")?.people == ["p_tested": 5])
            try await desk.expect(
                on: "/survey/7/7-1-101", zh: "登记 3 人，上门得 5 人，多 2 人：计数以上门为准，超过登记人数，请核对。",
                en:
                    "3 registered, 5 told at the door, 2 more: the door counts, above what is registered, please check."
            )
        }
    }

    private static func visit(_ id: Int, _ door: String, _ tested: String) -> String {
        """
        {"kind":"visit","id":"\(Hex.text(UInt128(id)))","campaign":"\(Fixture.campaign)","door":"\(door)",
        "disposition":"completed","people":{"tested":\(tested)},"recorder":"v01","observed_at":\(Fixture.evening)}
        """
    }
}
