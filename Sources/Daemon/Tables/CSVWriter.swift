/// Writes a table that a spreadsheet may open: RFC 4180, UTF-8, CRLF.
///
/// A field that a spreadsheet would take for a formula gets an apostrophe before it: names and notes
/// come from many hands, and a cell must never run.
package struct CSVWriter: Sendable {
    package private(set) var text: String
    private let columns: Int

    /// - Parameter marksByteOrder: Excel takes a file without a mark for the system's own charset.
    package init(header: [String], marksByteOrder: Bool = false) {
        text = marksByteOrder ? "\u{FEFF}" : ""
        columns = header.count
        append(header)
    }

    /// - Precondition: as many fields as the header has.
    package mutating func append(_ fields: [String]) {
        precondition(fields.count == columns, "\(fields.count) fields in a table of \(columns) columns")
        text += fields.map(CSVWriter.escaped).joined(separator: ",") + "\r\n"
    }

    /// A field, and whose it is.
    package enum Field: Sendable {
        /// Of whoever reads the table: what he wrote himself may be a formula.
        case own(String)
        case others(String)
    }

    /// A table of its own form, without a header.
    package static func table(_ lines: [[Field]], marksByteOrder: Bool) -> String {
        lines.reduce(into: marksByteOrder ? "\u{FEFF}" : "") { text, line in
            let fields = line.map { field in
                switch field {
                case .own(let field): quoted(field)
                case .others(let field): escaped(field)
                }
            }
            text += fields.joined(separator: ",") + "\r\n"
        }
    }

    static func escaped(_ field: String) -> String { quoted(needsGuard(field) ? "'" + field : field) }

    private static func quoted(_ harmless: String) -> String {
        guard harmless.utf8.contains(where: needsQuotes.contains) else { return harmless }
        var quoted = "\""
        for scalar in harmless.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    /// What the field was before its apostrophe: a table that went out and comes back says the same.
    package static func unguarded(_ field: String) -> String {
        guard field.unicodeScalars.first == "'", needsGuard(field) else { return field }
        return String(field.unicodeScalars.dropFirst())
    }

    /// Also what begins with an apostrophe and would be a formula without it: else it would come back as one.
    private static func needsGuard(_ field: String) -> Bool {
        startsFormula(field.unicodeScalars.drop { $0 == "'" }.first)
    }

    /// All separators: in a header, a reader would take the most frequent one for that of the table.
    private static let needsQuotes: [UInt8] = Array("\",;\t\r\n".utf8)

    /// The full-width forms count too: spreadsheets of East Asian editions take them for the others.
    private static func startsFormula(_ first: Unicode.Scalar?) -> Bool {
        switch first {
        case "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠": true
        default: false
        }
    }
}
