import CXLSX
import Foundation

/// A cell of a table that a spreadsheet may open.
package enum TableCell: Sendable, Equatable {
    /// Stays text whatever it looks like: a room, a telephone, `=1+1`.
    case text(String)
    case number(Int)
    /// Nobody has said it.
    case unknown

    /// As a table of text has it.
    package var text: String {
        switch self {
        case .text(let text): text
        case .number(let number): "\(number)"
        case .unknown: ""
        }
    }
}

/// Writes a workbook of one sheet.
package enum WorkbookWriter {
    /// Two at a time in one folder would write one file: call it from the desks' queue.
    ///
    /// - Parameter folder: where the file lies until it is read back; nothing stays there.
    /// - Throws: `PlaceError` where the folder can't be written.
    package static func bytes(
        sheet: String, header: [String], rows: [[TableCell]], in folder: String
    ) throws -> [UInt8] {
        let path = "\(folder)/export.xlsx"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let failed = PlaceError(
            "state", folder, errno: EIO, hint: "Look at the disk: no workbook could be written there.")
        guard let xlsx = jy_xlsx_open(path, folder, sheet) else { throw failed }
        var isWhole = true
        for (column, name) in header.enumerated() {
            isWhole = jy_xlsx_text(xlsx, 0, UInt32(column), name, 1) == 0 && isWhole
        }
        for (row, cells) in rows.enumerated() {
            for (column, cell) in cells.enumerated() {
                isWhole = write(cell, to: xlsx, UInt32(row + 1), UInt32(column)) && isWhole
            }
        }
        guard jy_xlsx_close(xlsx) == 0, isWhole, let data = FileManager.default.contents(atPath: path) else {
            throw failed
        }
        return Array(data)
    }

    private static func write(_ cell: TableCell, to xlsx: OpaquePointer, _ row: UInt32, _ column: UInt32) -> Bool {
        switch cell {
        case .text(let text): jy_xlsx_text(xlsx, row, column, text, 0) == 0
        case .number(let number): jy_xlsx_number(xlsx, row, column, Double(number)) == 0
        case .unknown: true
        }
    }
}
