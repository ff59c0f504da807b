import Archives
import Daemon
import Federation

@testable import Compound

/// What somebody hands in as a workbook: the file as it is, or, chosen by the first byte, one part of a workbook that is
/// otherwise good, or a form with a file in it.
enum WorkbookBytes {
    static func run(_ bytes: [UInt8]) {
        read(bytes)
        guard let first = bytes.first else { return }
        let rest = Array(bytes.dropFirst())
        let parts = StoredZip.Part.allCases
        let place = Int(first) % (parts.count + 1)
        if place < parts.count { read(StoredZip.workbook([parts[place]: rest])) } else { form(rest) }
    }

    private static func read(_ bytes: [UInt8]) {
        let sheets: [TableSheet]
        do throws(WorkbookFault) { sheets = try TableFile.sheets(bytes) } catch {
            holds(!error.message(.english).contains("⟦") && !error.hint(.zhHans).contains("⟦"), "a fault without words")
            return
        }
        for sheet in sheets where !sheet.name.isEmpty && !sheet.isHidden { lines(sheet) }
        TableBytes.doors(bytes)
    }

    /// Every line of a sheet has as many cells as the others, unless a cell is longer than any table's.
    private static func lines(_ sheet: TableSheet) {
        holds(String(validating: sheet.text, as: UTF8.self) != nil, "a sheet's text isn't UTF-8")
        guard let reader = try? CSVReader(sheet.text, mayRepeatNames: true) else { return }
        for line in reader {
            guard case .failure(let fault) = line else { continue }
            holds(fault.kind == .unterminatedQuote, "a row of a sheet can't be read: \(fault)")
        }
    }

    private static func form(_ bytes: [UInt8]) {
        let call = Call(
            method: "POST", path: "/", headers: ["content-type": "multipart/form-data; boundary=x"], body: bytes)
        guard let parts = Multipart(call) else { return }
        holds(parts.files.values.allSatisfy { $0.bytes.count < bytes.count }, "a file larger than its form")
    }
}
