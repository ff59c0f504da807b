import Archives
import Testing

@testable import Daemon

/// Workbooks made part by part: what no program writes, and what some do.
@Suite struct WorkbookReading {
    private func text(_ parts: [StoredZip.Part: String]) throws -> String {
        let sheets = try TableFile.sheets(StoredZip.workbook(parts.mapValues { Array($0.utf8) }))
        return String(decoding: try #require(sheets.first).text, as: UTF8.self)
    }

    private func cells(_ cells: String) throws -> String {
        try text([.sheet: "<worksheet><sheetData><row>\(cells)</row></sheetData></worksheet>"])
    }

    private func fault(_ parts: [StoredZip.Part: String]) -> String? {
        do {
            _ = try text(parts)
            return nil
        } catch { return (error as? WorkbookFault)?.code }
    }

    @Test func linesKeepTheirNumbers() throws {
        #expect(try text([:]) == "单元\t房号\t人数\n\n1\t101\t3")
        let sheets = try TableFile.sheets(StoredZip.workbook([:]))
        #expect(sheets.map(\.name) == ["3栋"] && sheets.map(\.isHidden) == [false])
    }

    @Test(arguments: [
        ("<c><v>13912345678</v></c>", "13912345678"), ("<c><v>1.3912345678E10</v></c>", "13912345678"),
        ("<c><v>1101.0</v></c>", "1101"), ("<c><v>0.5</v></c>", "0.5"), ("<c><v>1E300</v></c>", "1E300"),
        ("<c><v>nan</v></c>", "nan"), ("<c><v>-0</v></c>", "0"), ("<c t='b'><v>1</v></c>", "TRUE"),
        ("<c t='e'><v>#N/A</v></c>", "#N/A"), ("<c t='str'><f>A1</f><v>甲</v></c>", "甲"),
        ("<c t='inlineStr'><is><r><t>7</t></r><r><t>栋</t></r><rPh><t>dong</t></rPh></is></c>", "7栋"),
        ("<c t='inlineStr'><is><t>a_x0041_b_x005F_c</t></is></c>", "aAb_c"),
        ("<c t='inlineStr'><is><t>两\n行\t格</t></is></c>", "两 行 格"),
        ("<c t='inlineStr'><is><t>说\"是\",否</t></is></c>", "\"说\"\"是\"\",否\""),
        ("<c s='1'><v>44622</v></c>", "2022-03-02"), ("<c s='2'><v>44622.75</v></c>", "2022-03-02"),
        ("<c s='1'><v>59</v></c>", "1900-02-28"), ("<c s='1'><v>61</v></c>", "1900-03-01"),
        ("<c s='3'><v>7</v></c>", "7"),
        ("<c s='99'><v>7</v></c>", "7"), ("<c r='C1'><v>7</v></c>", "\t\t7"), ("<c t='s'><v>1</v></c>", "房号"),
        ("<c/><c><v>2</v></c>", "2"), ("<c r='B1' t='s'/><c r='C1'><v>1</v></c>", "\t\t1"),
    ]) func aCell(_ cell: String, _ expected: String) throws {
        #expect(try cells(cell) == expected)
    }

    /// Some kilobytes that would become a gigabyte: one long text in many cells.
    @Test func oneTextInManyCellsIsBounded() {
        let long = "<sst><si><t>\(String(repeating: "家", count: 60_000))</t></si></sst>"
        let cells = String(repeating: "<c t='s'><v>0</v></c>", count: 1000)
        let rows = String(repeating: "<row>\(cells)</row>", count: 5)
        #expect(
            fault([.strings: long, .sheet: "<worksheet><sheetData>\(rows)</sheetData></worksheet>"]) == "too_large")
    }

    @Test func daysFrom1904() throws {
        let workbook =
            "<workbook xmlns:r='r'><workbookPr date1904='1'/><sheets><sheet name='a' r:id='u'/></sheets></workbook>"
        let sheet = "<worksheet><sheetData><row><c s='1'><v>43160</v></c></row></sheetData></worksheet>"
        #expect(try text([.workbook: workbook, .sheet: sheet]) == "2022-03-02")
    }

    @Test(arguments: [
        ("<c t='s'><v>3</v></c>", "damaged"), ("<c t='s'><v>-1</v></c>", "damaged"),
        ("<c t='s'><v>x</v></c>", "damaged"),
        ("<c r='1'><v>3</v></c>", "damaged"), ("<c r='XFE1'><v>3</v></c>", "damaged"),
        ("<c r='ZZZZZZZZZZZZZ1'/>", "damaged"),
        ("<c r='B1'><v>1</v></c><c r='A1'><v>2</v></c>", "damaged"), ("</row><row r='0'>", "damaged"),
        ("</row><row r='1'>", "damaged"), ("</row><row r='1048577'>", "damaged"), ("<c>", "not_xml"),
        ("&x;", "not_xml"),
        ("\u{1}", "not_xml"),
    ]) func aBrokenCell(_ cell: String, _ code: String) {
        #expect(fault([.sheet: "<worksheet><sheetData><row r='1'>\(cell)</row></sheetData></worksheet>"]) == code)
    }

    @Test func brokenParts() {
        for part in StoredZip.Part.allCases {
            #expect(fault([part: "<a"]) == "not_xml", "\(part)")
            #expect(fault([part: "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"]) == "declares_type", "\(part)")
        }
        #expect(fault([.root: "<Relationships/>"]) == "not_a_workbook")
        #expect(fault([.workbook: "<workbook/>"]) == "not_a_workbook")
        let binary = "<Relationships><Relationship Type='x/officeDocument' Target='xl/workbook.bin'/></Relationships>"
        #expect(fault([.root: binary]) == "binary")
        let elsewhere = "<Relationships><Relationship Id='u' Type='x/worksheet' Target='nowhere.xml'/></Relationships>"
        #expect(fault([.relations: elsewhere]) == "damaged")
    }

    /// Whatever of the file is missing or wrong, it is told; nothing is read beyond its end.
    @Test func everyBytesLossIsTold() {
        let whole = StoredZip.workbook([:])
        // The last four bytes are half of an offset that small archives leave zero, and the length of no comment.
        for count in 4..<whole.count - 4 {
            #expect(throws: WorkbookFault.self, "\(count)") { try TableFile.sheets(Array(whole[..<count])) }
        }
        for place in whole.indices {
            var bytes = whole
            bytes[place] ^= 0xFF
            _ = try? TableFile.sheets(bytes)
        }
    }

    @Test func boundsAreOnWhatIsInflatedAndOnCells() {
        let wide = String(repeating: "</row><row><c r='XFD9'><v>1</v></c>", count: 130)
        #expect(fault([.sheet: "<worksheet><row>\(wide)</row></worksheet>"]) == "too_many_cells")
        // A narrow column as long as a sheet may be, beside one wide row, would be padded to gigabytes.
        let long = String(repeating: "<row><c><v>1</v></c></row>", count: 1_000)
        #expect(
            fault([.sheet: "<worksheet><row><c r='XFD1'><v>1</v></c></row>\(long)</worksheet>"]) == "too_many_cells")
    }

    @Test func whatIsNoWorkbookIsToldByItsFirstBytes() throws {
        func code(_ bytes: [UInt8]) -> String? {
            do throws(WorkbookFault) {
                _ = try TableFile.sheets(bytes)
                return nil
            } catch { return error.code }
        }
        let old: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1]
        #expect(code(old) == "old")
        #expect(code(old + "EncryptedPackage".utf16.flatMap { [UInt8($0), 0] }) == "encrypted")
        var zip = StoredZip()
        zip.add("mimetype", Array("application/vnd.oasis.opendocument.spreadsheet".utf8))
        #expect(code(zip.bytes) == "open_document")
        #expect(code(Array("PK,单元\n".utf8)) == nil && code([]) == nil, "text is text")
    }
}

@Suite struct MultipartForms {
    private func read(_ body: String, type: String = "multipart/form-data; boundary=x") -> Multipart? {
        Multipart(
            Call(method: "POST", path: "/", headers: ["content-type": type], body: Array(body.utf8)))
    }

    private static let file = "Content-Disposition: form-data; name=\"file\"; filename=\"3栋;a.xlsx\""

    @Test func fieldsAndAFile() throws {
        let body =
            "--x\r\nContent-Disposition: form-data; name=\"apply\"\r\n\r\n1\r\n--x\r\n\(Self.file)\r\nContent-Type: a/b\r\n\r\nPK\r\n-\r\n--\r\n--x--\r\n"
        let parts = try #require(read(body))
        #expect(parts.form["apply"] == "1")
        let file = try #require(parts.files["file"])
        #expect(file.name == "3栋;a.xlsx" && file.bytes == Array("PK\r\n-\r\n--".utf8))
        #expect(read(body, type: "multipart/form-data; boundary=\"x\"; charset=utf-8") != nil)
    }

    @Test func aFileThatWasNotChosenIsNone() throws {
        let body = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--x--"
        #expect(try #require(read(body)).files.isEmpty)
    }

    @Test(arguments: [
        "", "--x", "--x\r\n", "--x\r\n\r\n\r\n--x--", "--y\r\n--y--",
        "--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--",
        "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--",
        "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1",
        "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n1\r\n--x--",
        "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x",
    ]) func whatNoBrowserSends(_ body: String) { #expect(read(body) == nil) }

    @Test func aBoundaryIsNeeded() {
        for type in ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\u{1}"] {
            #expect(read("--\r\n----", type: type) == nil)
        }
    }
}
