import Testing

@testable import Daemon

/// Records and faults of a table, in the order of lines.
private func read(_ bytes: [UInt8]) throws -> (reader: CSVReader, lines: [Result<CSVRecord, CSVFault>]) {
    let reader = try CSVReader(bytes)
    return (reader, Array(reader))
}

private func read(_ text: String) throws -> (reader: CSVReader, lines: [Result<CSVRecord, CSVFault>]) {
    try read(Array(text.utf8))
}

private func good(_ line: Int, _ fields: String...) -> Result<CSVRecord, CSVFault> {
    .success(CSVRecord(line: line, fields: fields))
}

private func bad(_ line: Int, _ column: Int, _ kind: CSVFault.Kind) -> Result<CSVRecord, CSVFault> {
    .failure(CSVFault(kind: kind, line: line, column: column))
}

@Suite struct CSVReading {
    /// Sixteen million columns would be two gigabytes.
    @Test func aFileOfSeparatorsIsRefused() {
        let bytes = [UInt8](repeating: UInt8(ascii: ","), count: 100_000)
        let fault = #expect(throws: CSVFault.self) { try CSVReader(bytes) }
        #expect(fault?.kind == .tooManyColumns(most: 16_384))
    }

    @Test func emptyLinesBeforeTheHeader() throws {
        let table = try read("\r\n\n楼栋;单元\n7;1\n")
        #expect(table.reader.header == ["楼栋", "单元"] && table.lines == [good(4, "7", "1")])
    }

    @Test func aColumnNamedWithOtherSeparatorsIsWrittenSoThatItCanBeRead() throws {
        var writer = CSVWriter(header: ["a;b;c\td", "e"])
        writer.append(["1;2", "3"])
        let table = try read(writer.text)
        #expect(table.reader.header == ["a;b;c\td", "e"] && table.lines == [good(2, "1;2", "3")])
    }

    @Test(arguments: ["\n", "\r\n", "\r"]) func lineEnds(_ end: String) throws {
        let table = try read(["a,b", "1,2", "", "3,4"].joined(separator: end) + end)
        #expect(table.reader.header == ["a", "b"])
        #expect(table.lines == [good(2, "1", "2"), good(4, "3", "4")])
    }

    @Test(arguments: CSVReader.Separator.allCases) func separators(_ separator: CSVReader.Separator) throws {
        let text = String(UnicodeScalar(separator.rawValue))
        let others = CSVReader.Separator.allCases.filter { $0 != separator }
        let odd = others.map { String(UnicodeScalar($0.rawValue)) }.joined()
        let table = try read(
            ["楼栋\(text)单元\(text)\"房号\(text)\(text)\"", "1\(text)2\(text)\(odd)"].joined(separator: "\n"))
        #expect(table.reader.separator == separator)
        #expect(table.reader.header == ["楼栋", "单元", separator == .tab ? "房号" : "房号\(text)\(text)"])
        #expect(table.lines == [good(2, "1", "2", odd)])
    }

    @Test func quotedFieldsHoldSeparatorsQuotesAndLineEnds() throws {
        let table = try read("a,b\n\"1,\"\"x\"\"\",\"two\r\nlines\"\n3,\"\"\n")
        #expect(table.lines == [good(2, "1,\"x\"", "two\r\nlines"), good(4, "3", "")])
    }

    @Test func aQuoteInsideAnUnquotedFieldIsText() throws {
        #expect(try read("a,b\n5\" pipe,2").lines == [good(2, "5\" pipe", "2")])
    }

    @Test func wrongFieldCountIsReportedByLineAndTheRestOffered() throws {
        let table = try read("a,b\n1\n2,3\n4,5,6\n")
        #expect(
            table.lines == [
                bad(2, 0, .fieldCount(found: 1, expected: 2)), good(3, "2", "3"),
                bad(4, 0, .fieldCount(found: 3, expected: 2)),
            ])
    }

    @Test func anOpenQuoteSpoilsItsOwnLineOnly() throws {
        #expect(try read("a,b\n1,\"2\n3,4\n").lines == [bad(2, 2, .unterminatedQuote), good(3, "3", "4")])
        let table = try read("a,b\n1,\"2\n3,\"4\"\n5,6\n")
        #expect(table.lines == [bad(2, 2, .textAfterQuote), good(3, "3", "4"), good(4, "5", "6")])
    }

    @Test func anOpenQuoteDoesNotSwallowTheLinesUpToTheNextOne() throws {
        let lines = try read("a,b\n\"1,2\n" + String(repeating: "3,4\n", count: 5_000) + "5,\"6\"\n").lines
        #expect(lines.first == bad(2, 1, .unterminatedQuote))
        #expect(lines.dropFirst().count { (try? $0.get()) != nil } == 5_001)
    }

    @Test func columnsAreFoundUnderAnyOfTheirNames() throws {
        let reader = try read(" Building ,房号\n").reader
        #expect(reader.column("building", "楼栋") == 0)
        #expect(reader.column("room", "房号") == 1)
        #expect(reader.column("state") == nil)
    }
}

@Suite struct CSVCharsets {
    /// 楼栋,状态 and 7栋,自住 in GB18030.
    private let chinese: [UInt8] =
        [0xC2, 0xA5, 0xB6, 0xB0, 0x2C, 0xD7, 0xB4, 0xCC, 0xAC, 0x0A, 0x37, 0xB6, 0xB0, 0x2C, 0xD7, 0xD4, 0xD7, 0xA1]

    @Test func gb18030IsRecognisedAndDecoded() throws {
        let table = try read(chinese)
        #expect(table.reader.charset == .gb18030)
        #expect(table.reader.header == ["楼栋", "状态"])
        #expect(table.lines == [good(2, "7栋", "自住")])
    }

    @Test func fourByteCharactersOfGB18030() throws {
        // 涢 is two bytes, U+20000 four.
        let table = try read(chinese + [0x0A, 0x95, 0x32, 0x82, 0x36, 0x2C, 0x31])
        #expect(table.lines.last == good(3, "\u{20000}", "1"))
    }

    @Test func aByteOrderMarkIsNoText() throws {
        let table = try read([0xEF, 0xBB, 0xBF] + Array("楼栋,b\n1,2".utf8))
        #expect(table.reader.header == ["楼栋", "b"])
        #expect(table.reader.charset == .utf8)
    }

    @Test func damagedUTF8IsReportedByLineAndNotTakenForGB18030() throws {
        let bytes = Array("楼栋,单元\n一,二\n".utf8) + [0x31, 0x2C, 0xE4, 0xB8] + Array("\n三,四\n".utf8)
        let table = try read(bytes)
        #expect(table.lines == [good(2, "一", "二"), bad(3, 2, .invalidBytes(.utf8)), good(4, "三", "四")])
    }

    @Test func badGB18030IsReportedByLine() throws {
        let table = try read(chinese + [0x0A, 0xFF, 0x2C, 0x31, 0x0A, 0x32, 0x2C, 0x33])
        #expect(table.lines.suffix(2) == [bad(3, 1, .invalidBytes(.gb18030)), good(4, "2", "3")])
    }

    @Test(
        arguments: [
            [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5], [0x80],
            [0xE4, 0xB8],
        ] as [[UInt8]])
    func overlongAndSurrogateBytesAreNoUTF8(_ bytes: [UInt8]) {
        #expect(UTF8Sequence.length(in: bytes[...], at: 0) == nil)
    }

    @Test(
        arguments: [
            ([], .empty), ([0x0A, 0x0A], .empty), ([0x50, 0x4B, 0x03, 0x04], .notText(.xlsx)),
            ([0xFF, 0xFE, 0x61, 0x00], .notText(.utf16)), ([0x61, 0x00, 0x62], .notText(.binary)),
        ] as [([UInt8], CSVFault.Kind)])
    func whatIsNoTableSaysSo(_ bytes: [UInt8], _ kind: CSVFault.Kind) {
        let fault = #expect(throws: CSVFault.self) { _ = try CSVReader(bytes) }
        #expect(fault?.kind == kind)
        #expect(fault?.hint.isEmpty == false)
    }
}

@Suite struct CSVWriting {
    @Test(arguments: ["=1+1", "+86", "-1", "@SUM", "\tx", "\rx", "＝1"])
    func formulasAreDefused(_ field: String) throws {
        var writer = CSVWriter(header: ["a"])
        writer.append([field])
        let lines = try read(writer.text).lines
        #expect(lines == [good(2, "'" + field)])
        #expect(CSVWriter.unguarded("'" + field) == field)
    }

    /// A text that was handed out and comes back is the same, apostrophes of its own included.
    @Test(arguments: ["=1", "'=1", "''=1", "'", "'plain", "plain", "", "'＋1"])
    func whatIsReadBackIsWhatWasWritten(_ field: String) throws {
        var writer = CSVWriter(header: ["a", "b"])
        writer.append([field, "x"])
        let line = try #require(try read(writer.text).lines.first).get()
        #expect(CSVWriter.unguarded(line.fields[0]) == field)
    }

    @Test func anythingComesBackAsItWas() throws {
        let fields = ["plain", "", "a,b", "say \"hi\"", "two\r\nlines", "千千水岸", "e\u{301}"]
        var writer = CSVWriter(header: fields.indices.map { "c\($0)" }, marksByteOrder: true)
        writer.append(fields)
        writer.append(fields.reversed())
        let records = try read(writer.text).lines.map { try $0.get().fields }
        #expect(records == [fields, fields.reversed()])
    }
}

@Test func aTableOfManyLinesIsReadOneByOne() throws {
    let lines = 100_000
    var bytes = Array("building,stair_unit,room,residents,state\n".utf8)
    for line in 0..<lines { bytes += "\(line % 24),1,\(line),3,occupied\n".utf8 }
    var reader = try CSVReader(bytes)
    var (count, last) = (0, 0)
    while let record = try reader.next()?.get() { (count, last) = (count + 1, record.line) }
    #expect(count == lines)
    #expect(last == lines + 1)
}
