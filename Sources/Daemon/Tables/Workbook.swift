/// A workbook (`.xlsx`), sheet by sheet, as the text that its cells would be if they were pasted.
package enum Workbook {
    /// Bytes that all that is read of a workbook may inflate to.
    static let mostBytes = 64 * 1_048_576
    /// Cells of all sheets, gaps included.
    static let mostCells = 2_000_000

    /// - Throws: what makes the workbook as a whole unreadable; one unreadable sheet is that.
    static func sheets(_ bytes: [UInt8]) throws(WorkbookFault) -> [TableSheet] {
        var archive = try ZipArchive(bytes, limit: mostBytes)
        let (path, relations) = try workbook(&archive)
        let list = SheetList()
        guard try archive.parse(path, list) else { throw WorkbookFault(.damaged(part: path)) }
        let shared = SharedStrings()
        if let path = relations.byType["sharedStrings"] { _ = try archive.parse(path, shared) }
        let formats = CellFormats()
        if let path = relations.byType["styles"] { _ = try archive.parse(path, formats) }
        var (cellsLeft, bytesLeft) = (mostCells, mostBytes)
        var sheets: [TableSheet] = []
        for sheet in list.sheets {
            // A hidden sheet is named and not read: nobody who looks at the workbook sees it.
            guard !sheet.isHidden, let path = relations.targets[sheet.relation] else {
                sheets.append(TableSheet(name: sheet.name, isHidden: true, text: []))
                continue
            }
            let worksheet = Worksheet(
                path, shared: shared.texts, formats: formats, beginsIn1904: list.beginsIn1904, cellsLeft: cellsLeft)
            guard try archive.parse(path, worksheet) else { throw WorkbookFault(.damaged(part: path)) }
            cellsLeft = worksheet.cellsLeft
            sheets.append(
                TableSheet(name: sheet.name, isHidden: false, text: try text(worksheet.rows, left: &bytesLeft)))
        }
        guard !sheets.isEmpty else { throw WorkbookFault(.notAWorkbook) }
        return sheets
    }

    /// Where the package keeps its workbook, and what that names.
    private static func workbook(_ archive: inout ZipArchive) throws(WorkbookFault) -> (String, Relations) {
        let root = Relations(folder: "")
        guard try archive.parse("_rels/.rels", root), let path = root.byType["officeDocument"] else {
            var isOpenDocument = false
            _ = try archive.read("mimetype") { piece in
                isOpenDocument = isOpenDocument || piece.starts(with: Array("application/vnd.oasis".utf8))
            }
            throw WorkbookFault(isOpenDocument ? .openDocument : .notAWorkbook)
        }
        if path.hasSuffix(".bin") { throw WorkbookFault(.binary) }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let folder = String(path.dropLast(name.count))
        let relations = Relations(folder: folder)
        guard try archive.parse("\(folder)_rels/\(name).rels", relations) else { throw WorkbookFault(.notAWorkbook) }
        return (path, relations)
    }

    /// The cells separated by tabs, every row in the line that the sheet gives it.
    ///
    /// - Parameter left: bytes that all sheets may still become. One long text may stand in many cells, and one part be
    ///   many sheets: the container's bound doesn't hold for what is made of it.
    private static func text(_ rows: [Worksheet.Row], left: inout Int) throws(WorkbookFault) -> [UInt8] {
        let width = rows.reduce(0) { max($0, $1.cells.count) }
        guard rows.count * width <= 2 * mostCells else { throw WorkbookFault(.tooManyCells(most: mostCells)) }
        var text: [UInt8] = []
        var line = 1
        for row in rows where !row.cells.isEmpty {
            guard text.count + row.number - line <= left else { throw WorkbookFault(.tooLarge(most: mostBytes)) }
            while line < row.number {
                text.append(UInt8(ascii: "\n"))
                line += 1
            }
            for place in 0..<width {
                if place > 0 { text.append(UInt8(ascii: "\t")) }
                if place < row.cells.count { append(row.cells[place], to: &text) }
                guard text.count <= left else { throw WorkbookFault(.tooLarge(most: mostBytes)) }
            }
        }
        left -= text.count
        return text
    }

    /// A cell of several lines is one line here, so that lines keep their numbers.
    private static func append(_ cell: String, to text: inout [UInt8]) {
        let needsQuotes = cell.utf8.contains { [0x22, 0x2C, 0x3B].contains($0) }
        if needsQuotes { text.append(UInt8(ascii: "\"")) }
        for byte in cell.utf8 {
            text.append(byte < 0x20 ? UInt8(ascii: " ") : byte)
            if byte == UInt8(ascii: "\"") { text.append(byte) }
        }
        if needsQuotes { text.append(UInt8(ascii: "\"")) }
    }
}

/// One sheet of what somebody handed in.
package struct TableSheet: Sendable {
    /// Empty for text, which has only one.
    package var name: String
    package var isHidden: Bool
    /// Cells in lines, as `CSVReader` takes them.
    package var text: [UInt8]
}

/// What somebody handed in, told apart by its first bytes: a workbook, or text.
package enum TableFile {
    package static func sheets(_ bytes: [UInt8]) throws(WorkbookFault) -> [TableSheet] {
        if bytes.starts(with: Array("PK".utf8)), bytes.count < 4 || bytes[2] < 0x10 {
            return try Workbook.sheets(bytes)
        }
        if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
            throw WorkbookFault(holds("EncryptedPackage", bytes) ? .encrypted : .old)
        }
        return [TableSheet(name: "", isHidden: false, text: bytes)]
    }

    /// A workbook with a password is wrapped into the old container, under a name in UTF-16.
    private static func holds(_ name: String, _ bytes: [UInt8]) -> Bool {
        bytes.firstRange(of: name.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }) != nil
    }
}
