import Daemon
import Federation
import Foundation
import Sync
import Testing

@testable import Compound

/// Buildings as people say them: a compound stands in one minute, and nothing is guessed.
@Suite struct BuildingLinesTests {
    /// The article's compound: 24 buildings, 1,280 doors.
    private static let compound = """
        1–8栋，每栋2单元×18层×2户
        9–26栋，缺14、24；每栋2单元×11层×2户
        """

    private static func codes(_ text: String) -> [String] { BuildingLines(text).buildings.map(\.code.text) }

    @Test func twoLinesAreTheCompound() {
        let lines = BuildingLines(Self.compound)
        #expect(lines.problems.isEmpty)
        #expect(lines.buildings.map(\.code.text) == (1...26).filter { $0 != 14 && $0 != 24 }.map(String.init))
        #expect(lines.buildings.reduce(0) { $0 + $1.stairUnits * $1.floors * $1.doorsPerFloor } == 1280)
        #expect(lines.buildings[7].floors == 18 && lines.buildings[8].floors == 11)
    }

    /// One line of a quarter of a megabyte would be twenty million buildings before its end.
    @Test(arguments: ["\(String(repeating: "1-500,", count: 40_000))每栋2单元×18层×2户"])
    func aLineIsBoundedPieceByPiece(_ line: String) {
        let lines = BuildingLines(line)
        #expect(lines.buildings.isEmpty && lines.problems.map(\.code) == ["too_many_buildings"])
    }

    /// Multiplied before a single door is listed: the first of these took the node half a minute.
    @Test(arguments: [
        ("1-20栋，每栋50单元×99层×99户", "building_too_large", "490050"), ("7栋，每栋1单元×99层×99户", String?.none, ""),
        ("7栋，每栋2单元×72层×72户", "building_too_large", "10368"), ("1-6栋，每栋1单元×99层×99户", "too_many_doors", "58806"),
    ])
    func nobodyMeansAMillionDoors(_ line: String, _ code: String?, _ doors: String) {
        let lines = BuildingLines(line)
        #expect(lines.problems.map(\.code) == [code].compactMap { $0 } && lines.buildings.isEmpty == (code != nil))
        for problem in lines.problems {
            #expect(problem.message(.zhHans).contains("\(doors) 户"), "\(problem.message(.zhHans))")
            let hint = problem.hint(.zhHans)
            #expect(hint.contains("一栋最多 10000 户") && hint.contains("一次最多 50000 户"), "\(hint)")
        }
    }

    @Test func theDoorsOfAllLinesAreAddedUp() {
        let line = "栋，每栋1单元×99层×99户"
        let lines = BuildingLines((1...6).map { "\($0)\(line)" }.joined(separator: "\n"))
        #expect(lines.buildings.count == 5 && lines.problems.map(\.code) == ["too_many_doors"])
        #expect(lines.problems.map(\.line) == [6])
    }

    /// The form for one building and a script's record obey it too; what stands in a journal is read as it was.
    @Test func aBuildingIsBoundedOnEveryWay() async throws {
        try await CaseDesk.with { desk in
            let form = "building=7&stair_units=50&floors=99&doors_per_floor=99&apply="
            for apply in ["0", "1"] {
                let page = try await desk.post(form: form + apply, to: "/desk/registry/add?lang=zh-Hans")
                #expect(page.contains("490050 户，太多") && page.contains("一栋最多 10000 户"), "\(apply)")
            }
            let refused = try desk.store.take(.building(1, units: 50, floors: 99, perFloor: 99)).refused
            #expect(refused.map(\.error.code) == [.buildingTooLarge])
            #expect(try desk.store.overview().doors == 0)
        }
    }

    /// `2 3` may be two numbers or one.
    @Test(arguments: [
        ("1、3 5栋，每栋2单元×11层×2户", "not_buildings"), ("7栋，每栋2单元×1 1层×2户", "size_out_of_range"),
    ])
    func aBlankBetweenTwoDigitsIsNoSlipOfTheThumb(_ line: String, _ code: String) {
        let lines = BuildingLines(line)
        #expect(lines.buildings.isEmpty && lines.problems.map(\.code) == [code])
    }

    @Test(arguments: [
        ("1-3栋 每栋2单元*11层*2户", ["1", "2", "3"]), ("１至３号楼，每幢2个单元x11层x2户", ["1", "2", "3"]),
        ("1、3、5-6栋，每栋2单元×11层×2户", ["1", "3", "5", "6"]), ("1#~3#，2单元11层2户", ["1", "2", "3"]),
        ("1到4栋没有4，各2单元，11层，每层2户", ["1", "2", "3"]), ("1-4栋，每栋2单元×11层×2户，缺 2、3", ["1", "4"]),
        ("7栋：2单元，11层，2户", ["7"]), ("1-3: 2 units x 11 floors x 2 doors", ["1", "2", "3"]),
        ("1-4 without 2, 3: 2 units x 11 floors x 2 doors", ["1", "4"]),
    ])
    func theyAreWrittenInManyWays(_ line: String, _ codes: [String]) {
        let lines = BuildingLines(line)
        #expect(lines.buildings.map(\.code.text) == codes && lines.problems.isEmpty)
        #expect(lines.buildings.allSatisfy { $0.stairUnits == 2 && $0.floors == 11 && $0.doorsPerFloor == 2 })
    }

    @Test func aBuildingThatIsNoNumberKeepsItsName() {
        let lines = BuildingLines("1栋A座、1栋B座、C座，每栋1单元×6层×4户")
        #expect(lines.buildings.map(\.code.text) == ["1A", "1B", "C"])
        #expect(lines.buildings.map(\.label) == ["1栋A座", "1栋B座", "C座"])
    }

    @Test(arguments: [
        ("1-8栋，每栋18层×2户", "shape_missing"), ("1-8栋，每栋2单元×180层×2户", "size_out_of_range"),
        ("1-8栋，每栋两单元×18层×2户", "size_out_of_range"), ("1-8栋，缺9；每栋2单元×18层×2户", "exception_outside"),
        ("1-8栋、7栋，每栋2单元×18层×2户", "building_twice"), ("东区，每栋2单元×18层×2户", "not_buildings"),
        ("8-1栋，每栋2单元×18层×2户", "not_buildings"), ("每栋2单元×18层×2户", "not_buildings"), ("1-8栋", "shape_missing"),
        ("1-501栋，每栋1单元×1层×1户", "not_buildings"), ("", "no_buildings"), ("  \n ", "no_buildings"),
    ])
    func whatCanMeanTwoThingsIsSaid(_ line: String, _ code: String) {
        let lines = BuildingLines(line)
        #expect(lines.buildings.isEmpty && lines.problems.map(\.code) == [code])
    }

    @Test func aBadLineStopsNoOther() {
        let lines = BuildingLines("1-2栋，每栋2单元×18层×2户\n\n3-栋，每栋2单元×18层×2户\n2-4栋，每栋1单元×2层×2户")
        #expect(lines.buildings.map(\.code.text) == ["1", "2"])
        #expect(
            lines.problems.map(\.line) == [3, 4] && lines.problems.map(\.code) == ["not_buildings", "building_twice"])
    }

    @Test func hostileTextIsRefusedAtOnce() {
        for text in [
            String(repeating: "1-8栋，", count: 20_000), String(repeating: "9", count: 100_000) + "栋，每栋2单元×18层×2户",
        ] {
            #expect(BuildingLines(text).buildings.isEmpty)
        }
        #expect(Self.codes("<script>栋，每栋2单元×18层×2户").isEmpty)
    }

    // MARK: At the desk

    @Test func theSameLinesAgainChangeNothing() throws {
        try Fixture.withStore { store in
            let planned = try store.build(Self.compound, by: Code(literal: "desk"), apply: false)
            #expect(
                planned.entries.count == 24 && planned.entries.reduce(0) { $0 + $1.doors } == 1280 && planned.isOpen)
            #expect(try store.read(RegistryReader.overview).doors == 0, "a plan writes nothing")
            _ = try store.build(Self.compound, by: Code(literal: "desk"), apply: true)
            let overview = try store.read(RegistryReader.overview)
            #expect(overview.buildings.count == 24 && overview.households == 1280)
            let position = try store.standingPosition()
            let again = try store.build(Self.compound, by: Code(literal: "desk"), apply: true)
            #expect(again.entries.allSatisfy { $0.change == .same })
            #expect(try store.standingPosition() == position)
        }
    }

    @Test func whatWouldChangeIsShownBeforeItDoes() throws {
        try Fixture.withStore { store in
            _ = try store.build("7栋，每栋2单元×11层×2户", by: Code(literal: "desk"), apply: true)
            let plan = try store.build("7-8栋，每栋2单元×12层×2户", by: Code(literal: "desk"), apply: false)
            #expect(plan.entries.map(\.change) == [.changed, .new])
            #expect(plan.entries.map(\.doorsBefore) == [44, 0] && plan.entries.map(\.doors) == [48, 48])
            _ = try store.build("7栋，每栋2单元×12层×2户", by: Code(literal: "desk"), apply: true)
            #expect(try store.read(RegistryReader.overview).doors == 48)
        }
    }

    @Test func aBuildingKeepsTheNameThatItHas() throws {
        try Fixture.withStore { store in
            _ = try store.build("1栋A座，每栋1单元×6层×4户", by: Code(literal: "desk"), apply: true)
            let plan = try store.build("1A，每栋1单元×7层×4户", by: Code(literal: "desk"), apply: true)
            #expect(plan.entries.first?.building.label == "1栋A座")
            #expect(try store.read(RegistryReader.overview).buildings.map(\.label) == ["1栋A座"])
        }
    }

    @Test func linesAreShownTakenAndKeptOnThePage() async throws {
        try await CaseDesk.with { desk in
            let bad = "lines=1-2栋，每栋2单元×3层×2户%0A东区，每栋2单元×3层×2户"
            for (apply, button) in [("0", true), ("1", false)] {
                let page = try await desk.post(
                    form: "\(bad)&apply=\(apply)", to: "/desk/registry/buildings?lang=zh-Hans")
                #expect(page.contains("第 2 行：") && page.contains("看不懂“东区”"), "\(apply)")
                #expect(page.contains("东区，每栋2单元×3层×2户</textarea>"), "what was typed stays: \(apply)")
                #expect(page.contains("<button form=\"lines\"") == button && page.contains("<p>"), "\(apply)")
                #expect(!page.contains("&lt;p"), "\(apply)")
            }
            let page = try await desk.post(form: "lines=3栋，每栋2单元×3层×2户&apply=1", to: "/desk/registry/buildings?lang=en")
            #expect(page.contains("Written: 1 buildings new, 12 doors") && page.contains("required></textarea>"))
        }
    }
}
