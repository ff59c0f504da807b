import Daemon
import Federation
import Testing

@testable import Compound

/// Tables of doors as property offices keep them.
@Suite struct Import {
    private static let header = "楼栋,单元,房号,人数,状态\n"

    private func taken(_ lines: String) throws -> (doors: [String], report: ImportReport) {
        try Fixture.withStore { store in
            let report = try RegistryImport.run(Array((Self.header + lines).utf8), into: store, apply: true)
            let doors = try store.overview().buildings.flatMap { try store.doors($0.code).map(\.code) }
            return (doors, report)
        }
    }

    @Test(arguments: [
        ("7栋,1单元,1801室,3,自住", "7-1-1801"), ("7号楼,1,1801,3,", "7-1-1801"), ("7#,2单元,101,3,自住", "7-2-101"),
        ("７栋,１单元,１８０１室,３,自住", "7-1-1801"), ("7＃,,101,3,自住", "7-1-101"), (" 7 幢 , ,101号,3,自住", "7-1-101"),
        ("Ａ座,1,101,3,出租", "A-1-101"), ("7#楼,1,101,3,空置", "7-1-101"), ("1栋a座,1,101,3,", "1A-1-101"),
        ("1#B,1,101,3,", "1B-1-101"), ("7,1,1101甲,3,", "7-1-1101.1"), ("7,1,1101室乙,3,", "7-1-1101.2"),
        ("7,1,1101.2,3,", "7-1-1101.2"), ("7,1,车库12,0,", "7-1-CK12"), ("7,1,101,３口人,", "7-1-101"),
        ("7,1,商铺-5,2,商铺", "7-1-SP5"), ("7栋,1,101,3.0,自住", "7-1-101"), ("7栋,1,101,２．００人,", "7-1-101"),
        ("7 栋, 1 单元,101 室,3 人,", "7-1-101"), ("CO2,1,Oak,3,", "CO2-1-Oak"), ("7,A1,101I,3,", "7-A1-101I"),
    ]) func linesAsListsWriteThem(_ line: String, _ door: String) throws {
        let (doors, report) = try taken(line)
        #expect(doors == [door] && report.problems.isEmpty, "\(report.problems)")
    }

    @Test(arguments: [
        ("七栋,1,101,3,自住", "not_a_building"), ("栋,1,101,3,自住", "not_a_building"), ("7-1,1,101,3,自住", "not_a_building"),
        ("7栋1单元,1,101,3,自住", "not_a_building"), (",1,101,3,自住", "not_a_building"),
        ("7栋,二单元,101,3,自住", "not_a_stair_unit"),
        ("7栋,1,,3,自住", "not_a_room"), ("7栋,1,18-01,3,自住", "not_a_room"), ("7栋,1,101,三人,自住", "residents_invalid"),
        ("7栋,1,101,人,", "residents_invalid"),
        ("7栋,1,101,3,闹鬼", "state_unknown"), ("7栋,1,甲,3,", "not_a_room"), ("7栋,1,车库,0,", "not_a_room"),
        ("7栋,1,101,,自住", "residents_blank"), ("7栋,1,101,2 3,自住", "residents_invalid"),
        ("7栋,1,101,2.5,", "residents_invalid"), ("7栋,1,101 102,3,自住", "not_a_room"), ("7 8,1,101,3,", "not_a_building"),
        ("7栋,1　2,101,3,", "not_a_stair_unit"), ("7栋,1,1O1,3,自住", "door_doubtful"), ("7栋,1,1l01,3,", "door_doubtful"),
        ("7栋,1,11O,3,", "door_doubtful"), ("7O,1,101,3,", "door_doubtful"), ("7栋,0单元,101,3,", "door_doubtful"),
        ("7栋,1,101,,", "residents_missing"),
    ]) func whatIsAmbiguousIsRefused(_ line: String, _ code: String) throws {
        let (doors, report) = try taken(line)
        #expect(doors.isEmpty && report.problems.map(\.code) == [code] && report.problems.map(\.line) == [2])
    }

    /// Without a stair unit a line means the only one; beside lines that name one nobody can know.
    @Test func aMissingStairUnitIsRefusedWhereOthersNameOne() throws {
        let (doors, report) = try taken("7栋,1单元,101,3,\n7栋,,102,3,\n7栋,2单元,101,3,\n8栋,,101,2,\n")
        #expect(doors == ["7-1-101", "7-2-101", "8-1-101"])
        #expect(report.problems.map(\.line) == [3] && report.problems.map(\.code) == ["stair_unit_missing"])
    }

    /// A sheet as an office keeps it: a title, merged cells, totals, columns that nobody asked for.
    @Test func aSheetOfAnOfficeIsRead() throws {
        let sheet = """
            千千水岸住户花名册\t\t\t\t\t
            制表：王莹\t\t\t\t2022年4月6日\t
            楼号\t单元号\t门牌号\t户主\t家庭人口\t联系电话
            7号楼\t1单元\t101室\t张\t3\t13900000001
            \t\t102室\t李\t２\t1.39E+10
            \t2单元\t101室\t王\t4\t
            小计\t\t\t\t9\t
            8#\t1\t101\t陈\t1\t
            \t\t\t\tx\t
            合计\t\t\t\t10\t
            """
        try Fixture.withStore { store in
            let report = try RegistryImport.run(Array(sheet.utf8), into: store, apply: true)
            let doors = try store.overview().buildings.flatMap { try store.doors($0.code).map(\.code) }
            #expect(doors == ["7-1-101", "7-1-102", "7-2-101", "8-1-101"])
            #expect(
                report.sums == 2 && report.merged == DoorTable.Merged(buildings: 2, stairUnits: 1) && report.lines == 5)
            #expect(report.problems.map(\.line) == [9], "the line of the sheet, title included")
            let again = try RegistryImport.run(Array(sheet.utf8), into: store, apply: true)
            #expect(again.unchanged == 4)
        }
    }

    @Test(arguments: [
        ("7#2-1101", "7-2-1101"), ("3栋2单元1101室", "3-2-1101"), ("３栋２单元１１０１", "3-2-1101"), ("7-2-1101", "7-2-1101"),
        ("12号楼1单元-302号", "12-1-302"), ("A座1501", "A-1-1501"), ("7#2-1101甲", "7-2-1101.1"),
        ("7-2-1101.2", "7-2-1101.2"),
    ]) func aDoorInOneCell(_ cell: String, _ door: String) throws {
        try Fixture.withStore { store in
            let table = "门牌号,人数\n\(cell),3\n"
            let report = try RegistryImport.run(Array(table.utf8), into: store, apply: true)
            let doors = try store.overview().buildings.flatMap { try store.doors($0.code).map(\.code) }
            #expect(doors == [door] && report.problems.isEmpty, "\(report.problems)")
        }
    }

    @Test func aCellThatIsNoDoorIsRefused() throws {
        try Fixture.withStore { store in
            for cell in ["1101", "2单元1101", "七栋1单元101", "7栋1单元", "7#2-1101-3"] {
                let table = "门牌号,人数\n\(cell),3\n"
                let report = try RegistryImport.run(Array(table.utf8), into: store, apply: true)
                #expect(report.good == 0 && report.problems.count == 1, "\(cell)")
            }
        }
    }

    @Test(arguments: [
        ("3栋", "3"), ("３号楼", "3"), ("3#", "3"), ("3", "3"), ("3栋住户登记表", "3"), ("A座", "A"), ("1栋A座", "1A"),
        ("Sheet1", nil),
        ("说明", nil), ("3栋4栋", nil), ("A", nil), ("2022", nil), ("住户", nil), ("3栋1单元", nil),
    ]) func theNameOfASheet(_ name: String, _ building: String?) {
        #expect(DoorReading.building(ofSheet: name) == building)
    }

    /// Without a column for the stair unit the room's cell may name it; a number alone is a room of the only one.
    @Test func stairUnitAndRoomInOneCell() throws {
        try Fixture.withStore { store in
            let table = "楼栋,房号,人数\n7栋,2-1101,3\n7栋,2单元1102室,3\n8栋,101,1\n7栋,103,1\n"
            let report = try RegistryImport.run(Array(table.utf8), into: store, apply: true)
            let doors = try store.overview().buildings.flatMap { try store.doors($0.code).map(\.code) }
            #expect(doors == ["7-2-1101", "7-2-1102", "8-1-101"])
            #expect(report.problems.map(\.code) == ["stair_unit_missing"])
        }
    }

    @Test func whatWasChosenForTheColumnsIsRemembered() throws {
        try Fixture.withStore { store in
            let table = Array("甲,乙,丙\n7#1-101,3,x\n".utf8)
            let first = try RegistryImport.run(table, into: store, apply: true)
            let head = try #require(first.heads.first)
            #expect(first.fault?.code == "columns_missing" && head.samples == [["7#1-101"], ["3"], ["x"]])
            let asked: [String: [ColumnRole?]] = [head.key: [.door, .residents, nil]]
            #expect(try RegistryImport.run(table, into: store, apply: false, asked: asked).good == 1)
            let again = try RegistryImport.run(table, into: store, apply: true)
            #expect(again.good == 1 && again.heads.first?.origin == .remembered(store.clock()))
            let back: [String: [ColumnRole?]] = [head.key: [nil, nil, nil]]
            let other = try RegistryImport.run(table, into: store, apply: false, asked: back)
            #expect(other.fault?.code == "columns_missing")
            #expect(
                try RegistryImport.run(table, into: store, apply: true).good == 1, "what can't be read isn't remembered"
            )
        }
    }

    @Test func oneDoorWrittenInTwoWaysIsOneDoor() throws {
        let (doors, report) = try taken("7栋,1单元,101室,3,\n7,,201,3,\n7号楼,1,１０１,2,\n")
        #expect(doors == ["7-1-101"])
        #expect(report.problems.map(\.code) == ["stair_unit_missing", "door_twice"])
    }

    @Test(arguments: [
        ("楼栋,单元,楼栋,房号,人数\n7,1,8,101,3\n", "column_twice", "“楼栋”"),
        ("building,BUILDING,stair_unit,room,residents\n7,8,1,101,3\n", "column_twice", "“BUILDING”"),
        ("楼栋,building,单元,房号,人数\n7,8,1,101,3\n", "column_twice", "building / 楼栋"),
        ("楼栋,单元,房号,人数,状态\n", "no_lines", "只有表头"), ("", "empty", "空的"), ("a,b\u{0}", "not_text.binary", "二进制"),
        ("楼栋,房号\n7,101\n", "columns_missing", "楼栋,房号"),
    ]) func aHeaderThatCannotBeReadIsNamed(_ table: String, _ code: String, _ word: String) throws {
        try Fixture.withStore { store in
            let fault = try RegistryImport.run(Array(table.utf8), into: store, apply: true).fault
            #expect(fault?.code == code && fault?.line == 1)
            #expect(fault?.message(.zhHans).contains(word) == true)
            #expect(try store.overview().buildings.isEmpty)
        }
    }

    /// Every problem has words in both languages, and none of them is the other's.
    @Test func everyProblemSpeaksBothLanguages() async throws {
        for code in ImportProblem.Code.allCases {
            for text in [Messages.zhHans, .english] {
                let problem = ImportProblem(code, line: 2)
                #expect(!problem.message(text).contains("⟦") && !problem.hint(text).contains("⟦"), "\(code)")
            }
        }
        let kinds: [CSVFault.Kind] = [
            .empty, .notText(.xlsx), .notText(.xls), .notText(.utf16), .notText(.gzip), .notText(.binary),
            .unknownCharset("GB18030"), .invalidBytes(.utf8), .unterminatedQuote, .textAfterQuote,
            .fieldCount(found: 1, expected: 2), .columnTwice("a"),
        ]
        for kind in kinds {
            let problem = ImportProblem(CSVFault(kind: kind, line: 1, column: 0))
            for text in [Messages.zhHans, .english] {
                #expect(!problem.message(text).contains("⟦") && !problem.hint(text).contains("⟦"), "\(kind)")
            }
        }
        try await CaseDesk.with { desk in
            let form =
                "table=" + "%E6%A5%BC%E6%A0%8B,%E5%8D%95%E5%85%83,%E6%88%BF%E5%8F%B7,%E4%BA%BA%E6%95%B0%0A7,1,101,x"
            let chinese = try await desk.post(form: form, to: "/desk/registry/import?lang=zh-Hans")
            #expect(chinese.contains("第 2 行：") && chinese.contains("“x”不是人数。请写 0 到 200"))
            let english = try await desk.post(form: form, to: "/desk/registry/import?lang=en")
            #expect(english.contains("&quot;x&quot; is no number of residents: write 0 to 200"))
            let empty = try await desk.post(
                form: form.replacing("101,x", with: "101,,&apply=0").replacing("%95%B0%0A", with: "%95%B0,state%0A")
                    .replacing("101,,", with: "101,,occupied"), to: "/desk/registry/import?lang=zh-Hans")
            #expect(empty.contains("第 2 行： 没有写人数。请写 0 到 200；空房写状态 空置") && !empty.contains("“”"), "\(empty)")
        }
    }

    /// Nobody types a table twice: it stays in its field until all of it is taken, and the next step stands with the report.
    @Test func aPastedTableStaysUntilItIsTaken() async throws {
        try await CaseDesk.with { desk in
            let table = "楼栋,单元,房号,人数%0A7,1,101,3%0A7,1,102,x"
            for (apply, offers) in [("0", true), ("1", false)] {
                let page = try await desk.post(
                    form: "table=\(table)&apply=\(apply)", to: "/desk/registry/import?lang=en")
                #expect(page.contains("7,1,102,x</textarea>"), "\(apply)")
                #expect(page.contains("<button form=\"table\"") == offers, "\(apply)")
            }
            let page = try await desk.post(form: "table=楼栋,单元,房号,人数%0A7,1,102,2&apply=1", to: "/desk/registry/import")
            #expect(page.contains("required></textarea>"))
        }
    }
}
