import Daemon
import Federation
import Testing

@testable import Compound

/// What spreadsheets and thumbs make of a table of doors: empty cells at its end, merged cells, a letter for a digit.
@Suite struct PastedTableTests {
    /// What looks mistyped and is there is called so; a line that isn't taken may mean any door, so that none goes for it.
    @Test func aDoubtfulDoorIsRefusedOnlyWhereItIsNew() throws {
        try Fixture.withStore { store in
            try store.take(.building(1), .household(2, "7-1-1O1", 3))
            let table = "楼栋,单元,房号,人数,状态\n" + "7,1,1O1,4,\n7,1,101,2,\n7,0,102,1,\n"
            let report = try RegistryImport.run(
                Array(table.utf8), into: store, apply: true, overruling: .init(all: true))
            #expect(report.problems.map(\.code) == ["door_doubtful"] && report.problems.map(\.line) == [4])
            #expect(report.problems.first?.message(.zhHans).contains("7-0-102") == true && report.novelty == Novelty())
            #expect(report.listing.changed == 2 && report.good == 2)
            #expect(try store.overview().buildings.map(\.doors) == [13], "no door of the shape goes")
        }
    }

    /// Where a sheet's name is the building only the stair unit is merged.
    @Test func whatIsMergedIsSaid() async throws {
        try await CaseDesk.with { desk in
            let form = "table=房号,单元,楼栋,人数%0A101,1,7,2%0A102,,,2%0A103,2,,1&apply=0"
            let page = try await desk.post(form: form, to: "/desk/registry/import?lang=zh-Hans")
            #expect(page.contains("；2 行的楼栋按上面合并的格子；1 行的单元按上面合并的格子"), "\(page)")
            var sheet = try #require(try TableFile.sheets(Array("单元,房号,人数\n1,101,2\n,102,2\n,103,1\n".utf8)).first)
            sheet.name = "7栋"
            let (head, reader) = try TableHead.find(sheet, building: "7", ColumnChoices())
            var table = try DoorTable(reader, head, building: "7")
            while let line = table.next() { #expect(try line.get().stairUnit == "1") }
            #expect(table.merged == DoorTable.Merged(buildings: 0, stairUnits: 2))
        }
    }

    /// A spreadsheet's last cells are empty, and the tabs before them come last in what is pasted.
    @Test func theLastRowOfAPastedTableHasAllItsCells() async throws {
        try await CaseDesk.with { desk in
            let form =
                "table=楼栋%09单元%09房号%09人数%09状态%09地址%0D%0A7%091%09101%093%09自住%09%0D%0A7%091%09102%092%09%09&apply=1"
            let taken = try await desk.post(form: form, to: "/desk/registry/import?lang=zh-Hans")
            #expect(taken.contains("已写入 2 户（新户 2，有变化 0）；0 行没有变化，0 行保留更正，0 行有问题"))
            let again = try await desk.post(form: form, to: "/desk/registry/import?lang=zh-Hans")
            #expect(again.contains("没有变化，什么也没有写入：2 行登记里都有"))
        }
    }
}
