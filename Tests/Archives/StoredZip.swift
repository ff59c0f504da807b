/// A ZIP archive whose files lie in it as they are, written byte by byte: no writer would make the ones that tests need.
package struct StoredZip {
    private var files: [(name: String, content: [UInt8])] = []

    package init() {}

    package mutating func add(_ name: String, _ content: [UInt8]) { files.append((name, content)) }

    package var bytes: [UInt8] {
        var (bytes, directory): ([UInt8], [UInt8]) = ([], [])
        for (name, content) in files {
            let offset = bytes.count
            let name = Array(name.utf8)
            // Version, flags, method 0, time, date, checksum, both sizes, length of the name, no extra.
            let shared: [UInt8] =
                two(20) + two(0) + two(0) + two(0) + two(0x21) + four(Self.checksum(content)) + four(content.count)
                + four(content.count) + two(name.count) + two(0)
            bytes += four(0x0403_4B50) + shared + name + content
            directory +=
                four(0x0201_4B50) + two(20) + shared + two(0) + two(0) + two(0) + four(0) + four(offset) + name
        }
        let start = bytes.count
        bytes += directory
        bytes += four(0x0605_4B50) + two(0) + two(0) + two(files.count) + two(files.count) + four(directory.count)
        return bytes + four(start) + two(0)
    }

    private func two(_ value: Int) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8 & 0xFF)] }
    private func four(_ value: Int) -> [UInt8] { two(value & 0xFFFF) + two(value >> 16 & 0xFFFF) }

    private static func checksum(_ bytes: [UInt8]) -> Int {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return Int(sum ^ 0xFFFF_FFFF)
    }

    // MARK: Workbooks

    package enum Part: String, CaseIterable, Sendable {
        case root = "_rels/.rels"
        case relations = "xl/_rels/workbook.xml.rels"
        case workbook = "xl/workbook.xml"
        case strings = "xl/sharedStrings.xml"
        case styles = "xl/styles.xml"
        case sheet = "xl/worksheets/sheet1.xml"
    }

    /// A small workbook that is good but for the parts that are given.
    package static func workbook(_ given: [Part: [UInt8]]) -> [UInt8] {
        var zip = StoredZip()
        for part in Part.allCases { zip.add(part.rawValue, given[part] ?? Array(good(part).utf8)) }
        return zip.bytes
    }

    private static func good(_ part: Part) -> String {
        func relation(_ id: String, _ type: String, _ target: String) -> String {
            "<Relationship Id='\(id)' Type='http://x/relationships/\(type)' Target='\(target)'/>"
        }
        return switch part {
        case .root: "<Relationships>\(relation("r", "officeDocument", "xl/workbook.xml"))</Relationships>"
        case .relations:
            """
            <Relationships>\(relation("s", "sharedStrings", "sharedStrings.xml"))\(relation("t", "styles", "/xl/styles.xml"))
            \(relation("u", "worksheet", "./worksheets/../worksheets/sheet1.xml"))</Relationships>
            """
        case .workbook:
            """
            <workbook xmlns:r='r'><workbookPr/><sheets><sheet name='3栋' sheetId='1' r:id='u'/></sheets></workbook>
            """
        case .strings: "<sst><si><t>单元</t></si><si><t>房号</t></si><si><t>人数</t></si></sst>"
        case .styles:
            """
            <styleSheet><numFmts><numFmt numFmtId='170' formatCode='yyyy"年"m"月"d"日"'/></numFmts><cellXfs>
            <xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='170'/><xf numFmtId='49'/></cellXfs></styleSheet>
            """
        case .sheet:
            """
            <worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c><c r='C1' t='s'><v>2</v></c></row>
            <row r='3'><c r='A3'><v>1</v></c><c r='B3'><v>101</v></c><c r='C3'><v>3</v></c></row></sheetData></worksheet>
            """
        }
    }
}
