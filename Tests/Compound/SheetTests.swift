import Daemon
import Federation
import Foundation
import Sync
import Testing

@testable import Compound

/// A paper sheet as it is keyed: 72 doors in three minutes, and nothing is guessed.
@Suite struct SheetTests {
    private static let (building, desk) = (Code(literal: "7"), Code(literal: "desk"))

    @Test(
        arguments: [
            ("101 2", "1", "101", Disposition.completed, [PeopleClass.tested: 2]),
            ("2-1101 3/2", "2", "1101", .completed, [.tested: 2, .untested: 1]),
            ("102室 2人", "1", "102", .completed, [.tested: 2]),
            ("2单元-103 没人", "2", "103", .nobodyHome, nil), ("104：空", "1", "104", .vacant, nil),
            ("105，拒", "1", "105", .refused, nil),
            ("１０６　外出", "1", "106", .absent, nil), ("107 P", "1", "107", .postponed, nil),
        ] as [(String, String, String, Disposition, [PeopleClass: Int]?)])
    func whatALineSays(
        _ text: String, _ unit: String, _ room: String, _ disposition: Disposition, _ people: [PeopleClass: Int]?
    ) throws {
        let line = try #require(SheetLines(text).lines.first)
        #expect(line.place?.unit == unit && line.place?.room == room && line.doubt == nil)
        #expect(line.result == SheetLines.Result(disposition: disposition, people: people))
    }

    @Test(arguments: [
        ("101", "not_understood"), ("101 两人", "not_understood"), ("101 2 3", "not_understood"),
        ("101 2/3", "not_understood"),
        ("101 0", "nobody"), ("101 201", "not_understood"), ("1-2-101 2", "not_understood"),
        ("101 1/", "not_understood"),
    ])
    func whatAPersonHasToRead(_ text: String, _ doubt: String) {
        #expect(SheetLines(text).lines.map { $0.doubt?.rawValue } == [doubt])
    }

    @Test func aLineSaysTheStairUnit() {
        let lines = SheetLines("101 2\n2单元\n101 1\n\n1单元\n102 没").lines
        #expect(lines.map { $0.place?.unit } == ["1", "2", "1"] && lines.map(\.number) == [1, 3, 6])
    }

    @Test func whatIsTooLongIsSaid() {
        let lines = SheetLines(String(repeating: "101 2\n", count: SheetLines.most + 3)).lines
        #expect(lines.count == SheetLines.most + 1 && lines.last?.doubt == .tooMany)
        #expect(lines.last?.number == SheetLines.most + 1)
    }

    private static func with(_ body: (CompoundStore) throws -> Void) throws {
        try Fixture.withStore { store in
            _ = try store.build("7栋，每栋2单元×18层×2户", by: desk, apply: true)
            try body(store)
        }
    }

    private static func key(_ text: String, _ store: CompoundStore, by recorder: Code = desk, apply: Bool = true) throws
        -> Sheet
    {
        try store.key(text, of: building, in: Fixture.campaign, by: recorder, apply: apply)
    }

    private static func progress(_ store: CompoundStore) throws -> SurveyProgress {
        try store.read { try SurveyReader.progress(Fixture.campaign.text, $0) }
    }

    @Test func aWholeSheetIsKeyedOnce() throws {
        try Self.with { store in
            let lines = (1...2).flatMap { unit in
                ["\(unit)单元"] + (1...18).flatMap { floor in (1...2).map { "\(floor)0\($0) 2" } }
            }.joined(separator: "\n")
            let plan = try Self.key(lines, store, apply: false)
            #expect(plan.count(.new) == 72 && plan.unclear.isEmpty)
            _ = try Self.key(lines, store)
            #expect(try Self.progress(store).left == 0 && Self.progress(store).met == 72)
            let position = try store.standingPosition()
            #expect(try Self.key(lines, store).count(.same) == 72)
            #expect(try store.standingPosition() == position, "keyed twice is counted once")
        }
    }

    @Test func anotherAnswerIsADisputeAndARevisitIsNot() throws {
        try Self.with { store in
            _ = try Self.key("101 2\n102 没", store, by: Code(literal: "v01"))
            let sheet = try Self.key("101 3\n102 1", store, by: Code(literal: "v02"))
            #expect(sheet.entries.map(\.change) == [.differs, .new])
            let conflicts = try store.read(SurveyReader.conflicts)
            #expect(conflicts.map(\.subject) == ["7-1-101"])
        }
    }

    @Test func whatIsNotThereIsAsked() throws {
        try Self.with { store in
            let sheet = try Self.key("1901 2\n101 2\n101 3\n3-101 2\n102 x", store)
            #expect(sheet.unclear.map(\.line) == [1, 3, 4, 5])
            #expect(sheet.unclear.map(\.doubt) == ["door_unknown", "door_twice", "door_unknown", "not_understood"])
            #expect(sheet.entries.count == 1)
        }
    }

    @Test func thePageKeepsWhatWasTyped() async throws {
        try await CaseDesk.with { desk in
            _ = try await desk.post(form: "lines=7栋，每栋2单元×3层×2户&apply=1", to: "/desk/registry/buildings")
            let form = "building=7&campaign=\(Fixture.campaign)&recorder=张勇&lines=101 2%0A102 <b>"
            let page = try await desk.post(form: form, to: "/desk/survey/sheet?lang=zh-Hans")
            #expect(page.contains("读懂新的 1 户") && page.contains("“102 &lt;b&gt;” 看不懂"))
            #expect(page.contains("102 &lt;b&gt;</textarea>") && page.contains("value=\"张勇\""))
            let taken = try await desk.post(form: form + "&apply=1", to: "/desk/survey/sheet?lang=en")
            #expect(taken.contains("1 doors taken"))
            #expect(!taken.contains("<th scope=\"row\">101</th><td></td><td></td></tr>\n<tr><th scope=\"row\">101"))
        }
    }
}
