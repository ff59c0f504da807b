/// `worksheets/sheet….xml`: the cells as a table that is pasted would have them: of merged cells only the first has a
/// value, of a formula the value that was kept.
final class Worksheet: XMLTaking {
    struct Row {
        /// As the sheet numbers it, first 1.
        var number: Int
        var cells: [String]
    }
    private(set) var rows: [Row] = []

    private let part: String
    private let shared: [String]
    private let formats: CellFormats
    private let beginsIn1904: Bool
    /// Cells that may still come, gaps included; the same budget for all sheets of a workbook.
    private(set) var cellsLeft: Int

    private var cell: Cell?
    private var value: [UInt8] = []
    private var isValue = false
    private var inline = CellText()

    private struct Cell {
        var column: Int
        var kind: String
        var isDate: Bool
    }

    init(_ part: String, shared: [String], formats: CellFormats, beginsIn1904: Bool, cellsLeft: Int) {
        self.part = part
        self.shared = shared
        self.formats = formats
        self.beginsIn1904 = beginsIn1904
        self.cellsLeft = cellsLeft
    }

    func start(_ name: String, _ attributes: XMLAttributes) throws(WorkbookFault) {
        switch name {
        case "row": try startRow(attributes["r"])
        case "c": try startCell(attributes)
        case "v": isValue = cell != nil
        default: if cell != nil { inline.start(name) }
        }
    }

    func end(_ name: String) throws(WorkbookFault) {
        switch name {
        case "v": isValue = false
        case "c": try endCell()
        default: if cell != nil { inline.end(name) }
        }
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) {
        if isValue { value += bytes } else if cell != nil { inline.add(bytes) }
    }

    private static let (mostRows, mostColumns) = (1_048_576, 16_384)

    private func startRow(_ said: String?) throws(WorkbookFault) {
        let last = rows.last?.number ?? 0
        let number = said.map { Int($0) ?? 0 } ?? last + 1
        guard number > last, number <= Worksheet.mostRows else { throw WorkbookFault(.damaged(part: part)) }
        rows.append(Row(number: number, cells: []))
    }

    private func startCell(_ attributes: XMLAttributes) throws(WorkbookFault) {
        guard let row = rows.last else { throw WorkbookFault(.damaged(part: part)) }
        let column = try attributes["r"].map { said throws(WorkbookFault) in try self.column(said) } ?? row.cells.count
        guard column >= row.cells.count, column < Worksheet.mostColumns else {
            throw WorkbookFault(.damaged(part: part))
        }
        let isDate = attributes["s"].flatMap { Int($0) }.map(formats.isDate) ?? false
        cell = Cell(column: column, kind: attributes["t"] ?? "n", isDate: isDate)
        value.removeAll(keepingCapacity: true)
        inline = CellText()
    }

    /// `AB12` → 27.
    private func column(_ place: String) throws(WorkbookFault) -> Int {
        var number = 0
        for byte in place.utf8 {
            guard (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xDF), number < Worksheet.mostColumns else {
                break
            }
            number = number * 26 + Int(byte & 0xDF - UInt8(ascii: "A")) + 1
        }
        guard number > 0 else { throw WorkbookFault(.damaged(part: part)) }
        return number - 1
    }

    private func endCell() throws(WorkbookFault) {
        guard let cell else { return }
        self.cell = nil
        let text = try text(of: cell)
        guard !text.isEmpty, !rows.isEmpty else { return }
        let gap = cell.column - rows[rows.count - 1].cells.count
        cellsLeft -= gap + 1
        guard cellsLeft >= 0 else { throw WorkbookFault(.tooManyCells(most: Workbook.mostCells)) }
        rows[rows.count - 1].cells += Array(repeating: "", count: gap) + [text]
    }

    private func text(of cell: Cell) throws(WorkbookFault) -> String {
        let text = String(decoding: value, as: UTF8.self)
        switch cell.kind {
        case "s":
            guard !text.isEmpty else { return "" }
            guard let place = Int(text), shared.indices.contains(place) else {
                throw WorkbookFault(.damaged(part: part))
            }
            return shared[place]
        case "inlineStr": return inline.text
        case "n": return CellNumber.text(text, isDate: cell.isDate, beginsIn1904: beginsIn1904)
        case "b": return text == "1" ? "TRUE" : "FALSE"
        default: return text
        }
    }
}

/// A number as a person would write it: `1.3912345678E10` is a telephone, `1101.0` a room.
enum CellNumber {
    /// Beyond it not every whole number has a `Double` of its own.
    private static let exact = 9_007_199_254_740_992.0

    static func text(_ said: String, isDate: Bool, beginsIn1904: Bool) -> String {
        guard let number = Double(said), number.isFinite, abs(number) < exact else { return said }
        if isDate, (0..<2_958_466).contains(number) {
            return day(Int(number) + (beginsIn1904 ? 1_462 : 0))
        }
        return number == number.rounded() ? "\(Int(number))" : said
    }

    /// - Parameter serial: days, 60 of them to 29 February 1900, which spreadsheets have and the calendar hasn't.
    /// - Returns: such as `2022-03-02`.
    private static func day(_ serial: Int) -> String {
        // Howard Hinnant's days_from_civil turned round: eras of 400 years that begin on 1 March.
        let days = (serial < 60 ? serial + 1 : serial) - 25_569 + 719_468
        let era = days / 146_097
        let inEra = days - era * 146_097
        let year = (inEra - inEra / 1_460 + inEra / 36_524 - inEra / 146_096) / 365
        let inYear = inEra - (365 * year + year / 4 - year / 100)
        let month = (5 * inYear + 2) / 153
        let (day, named) = (inYear - (153 * month + 2) / 5 + 1, month < 10 ? month + 3 : month - 9)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year + era * 400 + (named <= 2 ? 1 : 0))-\(two(named))-\(two(day))"
    }
}
