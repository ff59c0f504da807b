import Daemon
import Federation
import Foundation
import GRDB
import Sync
import Testing

@testable import Compound

/// A task that is split into roles: each is short by itself, and one person may fill several.
@Suite struct VolunteerRoles {
    @Test func eachRoleIsShortByItselfAndNeverNetted() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .need(1, 2, .survey), .need(2, 3, .disinfection, at: 11))
            try store.take((0..<4).map { .fill(UInt128(10 + $0), "v\($0)", .filled, .survey, at: 20 + Int64($0)) })
            let board = try store.board()
            #expect(board.roles.map(\.role) == ["survey", "disinfection"])
            #expect(board.roles.map(\.short) == [0, 3] && board.roles.map(\.filled) == [4, 0])
            #expect(board.short == 3, "two too many at the doors disinfect nothing")
            #expect(
                try store.counts("volunteers", "-") == [
                    "need": 5, "filled": 4, "short": 3, "buildings": 0, "claimed": 0, "done": 0,
                ])
            try expectDigestOfRows(store)
        }
    }

    @Test func onePersonInTwoRolesIsOnePersonAndFillsBoth() throws {
        try Fixture.withStore { store in
            try store.take(.need(1, 1, .survey), .need(2, 1, .gate, at: 11))
            try store.take(.fill(3, "v01", .filled, .survey), .fill(4, "v01", .filled, .gate, at: 21))
            let counts = try store.counts("volunteers", "-")
            #expect(counts?["need"] == 2 && counts?["filled"] == 1 && counts?["short"] == 0)
            try store.take(.fill(5, "v01", .withdrawn, .gate, at: 22))
            #expect(try store.counts("volunteers", "-")?["filled"] == 1 && store.board().short == 1)
            try store.take(.fill(6, "v01", .withdrawn, .survey, at: 23))
            #expect(try store.counts("volunteers", "-")?["filled"] == 0 && store.board().short == 2)
        }
    }

    /// What an older program wrote is the same bytes today.
    @Test func aRecordWithoutARoleIsAsItWas() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .need(1, 3), .fill(2, "v01"), .claim(3, "7", "v01"))
            let facts = try store.read { db in
                try Journal(db: db, now: 0).statements([1, 2, 3]).map { [$0.subject, $0.field, $0.value] }
            }
            #expect(
                facts == [
                    ["2022-04-06-survey", "need", #"{"required":3}"#],
                    ["2022-04-06-survey", "fill/v01", #"{"state":"filled"}"#],
                    ["2022-04-06-survey/7", "claim/v01", #"{"state":"claimed"}"#],
                ])
        }
    }

    /// A file of the program before roles: what it counted stands as general, and its rows don't change.
    @Test func aFileFromBeforeIsBroughtUp() throws {
        try Fixture.with { fixture in
            let queue = try DatabaseQueue(path: fixture.journal)
            try JournalSchema.migrations.migrate(queue, upTo: "5 household claims")
            try queue.write { db in
                try db.execute(
                    sql: """
                        INSERT INTO need VALUES ('t', 48); INSERT INTO fill VALUES ('t', 'v01', 'filled');
                        INSERT INTO fill VALUES ('t', 'v02', 'withdrawn');
                        INSERT INTO claim VALUES ('t', '7', 'v01', 'claimed', 5);
                        """)
            }
            try queue.close()
            let store = try fixture.open()
            let call = try store.read { try VolunteerCall("t", $0) }
            #expect(call.need == [.general: 48] && call.people == ["v01": [.general]] && call.short == 47)
            let claims = try store.read { try VolunteerReader.claims("t", $0) }
            #expect(claims.map(\.volunteer) == ["v01"] && claims.map(\.role) == ["general"])
        }
    }

    @Test func everyFactIsReadBackAsItIsNamed() {
        for role in VolunteerRole.allCases {
            for fact in [VolunteerFact.need(role), .fill("v", role), .claim("-", role), .claims(role)] {
                #expect(VolunteerFact(fact.field) == fact, "\(fact.field)")
            }
        }
        for fact in [VolunteerFact.attendance("v"), .restriction] { #expect(VolunteerFact(fact.field) == fact) }
        for field in ["need/general", "need/cooking", "fill", "fill/v/general", "claim/v/x/y", "attendance", ""] {
            #expect(VolunteerFact(field) == nil, "\(field)")
        }
    }

    @Test func twoRolesOnOneBuildingAreNoContest() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .claim(1, "7", "v01"), .claim(2, "7", "v02", .claimed, .disinfection))
            #expect(try store.conflicts().isEmpty && store.board().claims.map(\.rank) == [0, 0].map { $0 })
            try store.take(.claim(3, "7", "v01", .done, at: 90))
            #expect(try store.counts("volunteers", "7")?["done"] == 0, "it isn't disinfected yet")
            try store.take(.claim(4, "7", "v03", .claimed, .disinfection, at: 100))
            #expect(try store.conflicts().map(\.field) == ["claims/disinfection"])
            try store.take(.claim(5, "7", "v02", .done, .disinfection, at: 110))
            #expect(try store.counts("volunteers", "7")?["done"] == 1)
        }
    }

    @Test func theContestNamesItsRoleAndIsSettledByItsButton() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(
                .building(900), .claim(1, "7", "v01", .claimed, .gate), .claim(2, "7", "v02", .claimed, .gate, at: 40))
            try await desk.expect(on: "/conflicts", zh: "7栋（值守）有 2 人认领", en: "7 (gate duty)")
            try await desk.press("释放 v01 的认领", on: "/conflicts", why: .phone)
            try desk.expectSettled()
            #expect(try desk.store.board().claims.map(\.volunteer) == ["v02"])
        }
    }

    @Test func aRoleThatNobodyKnowsIsRefused() async throws {
        try await CaseDesk.with { desk in
            let record =
                #"{"kind":"need","id":"\#(Hex.text(UInt128(7)))","task":"t","required":1,"role":"cook","recorder":"s","observed_at":1649239200}"#
            let answer = try await desk.send(records: record, .en)
            let refused = try #require(answer.body["refused"] as? [[String: Any]])
            #expect(refused.map { $0["code"] as? String } == ["state_unknown"])
            #expect(refused.map { $0["field"] as? String } == ["role"])
        }
    }

    // MARK: The chat

    @Test(
        arguments: [
            ("1. 张勇 3栋 消杀", .disinfection, ["张勇"]), ("3栋 李姐 只做登记", .dataEntry, ["李姐"]),
            ("王芳 维持秩序", .order, ["王芳"]), ("赵敏 扫码", .scanning, ["赵敏"]), ("2、陈静 门岗", .gate, ["陈静"]),
            ("孙姐 送菜", .delivery, ["孙姐"]), ("钱姐 入户摸底 7栋", .survey, ["钱姐"]),
        ] as [(String, VolunteerRole, [String])])
    func aLineMayNameARole(_ line: String, _ role: VolunteerRole, _ names: [String]) {
        let reading = SignUpLines(line).lines.first?.reading
        guard case .join(let found, _, let said) = reading else {
            Issue.record("\(line) is \(String(describing: reading))")
            return
        }
        #expect(found == names && said == role)
    }

    @Test func twoRolesInALineAreAsked() {
        #expect(SignUpLines("张勇 消杀 扫码").lines.first?.reading == .unclear(.twoRoles))
    }

    @Test func aChainFillsTheRoleThatWasChosenAndTheSameChainAgainNothing() throws {
        try Fixture.withStore { store in
            try store.take(
                .building(900), .building(901, "8"), .need(1, 3, .survey), .need(2, 1, .disinfection, at: 11))
            let desk = Code(literal: "desk")
            let chain = "1. 张勇 7栋\n2. 李梅 8栋\n3. 王芳 消杀"
            let plan = try store.signUp(chain, for: Fixture.campaign, as: .survey, by: desk, apply: true)
            #expect(plan.shortAfter == 1 && plan.entries.map(\.role) == [.survey, .survey, .disinfection])
            #expect(try store.board().roles.map(\.short) == [1, 0])
            #expect(try store.board().claims.map(\.role) == ["survey", "survey"])
            let seq = try store.position().seq
            let again = try store.signUp(chain, for: Fixture.campaign, as: .survey, by: desk, apply: true)
            #expect(!again.isOpen && again.unclear.isEmpty)
            // Whoever has a role keeps it, whatever is chosen for those who name none.
            let other = try store.signUp("1. 张勇 7栋", for: Fixture.campaign, as: .gate, by: desk, apply: true)
            #expect(try !other.isOpen && store.position().seq == seq)
            // Not coming is not coming, in any role.
            _ = try store.signUp("王芳 不去了", for: Fixture.campaign, as: .survey, by: desk, apply: true)
            #expect(try store.board().roles.map(\.short) == [1, 1] && store.board().volunteers.count == 2)
        }
    }

    /// People write what they are coming for, whether anybody asked or not: it fills the task as it is needed.
    @Test func aRoleThatTheTaskDoesNotNeedIsARemark() throws {
        try Fixture.withStore { store in
            let desk = Code(literal: "desk")
            let spared = try #require(VolunteerName.code("李梅"))
            try store.take(.building(900), .need(1, 2), .restriction(2, spared.text, [.disinfection]))
            let plan = try store.signUp(
                "1. 张勇 7栋 入户摸底\n2. 李梅 消杀", for: Fixture.campaign, by: desk, apply: true)
            #expect(plan.shortAfter == 1 && plan.entries.map(\.role) == [.general])
            #expect(plan.unclear.map(\.doubt) == ["restricted"], "what she must not do is asked all the same")
            #expect(try store.board().roles.map(\.role) == ["general"])
        }
    }

    @Test func theHandOverCountsBuildingsAndNotClaims() throws {
        try Fixture.withStore { store in
            try store.take(
                .building(900), .need(3, 1), .claim(1, "7", "v01", .done),
                .claim(2, "7", "v02", .done, .disinfection, at: 40))
            let texts = CallTexts(try store.board(), now: Fixture.evening, .zhHans).all
            #expect(texts.last?.body.contains("已完成 1 栋，进行中：没有") == true)
        }
    }

    @Test func theCallNamesWhatEachRoleLacks() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .need(1, 30, .survey), .need(2, 8, .disinfection, at: 11))
            let text = CallTexts(try store.board(), now: Fixture.evening, .zhHans).all[0].body
            #expect(text.contains("还缺 38 人（需38，已报0）") && text.contains("按岗位：入户摸底 缺 30（需 30）、消杀 缺 8（需 8）"))
        }
    }
}
