/// What is wrong with a table, or with one line of it.
package struct CSVFault: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case empty
        case notText(Disguise)
        case unknownCharset(String)
        case invalidBytes(Charset)
        case unterminatedQuote
        case textAfterQuote
        case fieldCount(found: Int, expected: Int)
        case tooManyColumns(most: Int)
        /// Two columns of one name: nobody can say which is meant.
        case columnTwice(String)
    }

    /// What bytes are that are no table.
    package enum Disguise: String, Sendable {
        case xlsx, xls, utf16, gzip, binary
    }

    package let kind: Kind
    /// In the file, first line 1; where the record begins.
    package let line: Int
    /// Number of the field, first 1; 0 where the line as a whole is meant.
    package let column: Int

    package init(kind: Kind, line: Int, column: Int) {
        self.kind = kind
        self.line = line
        self.column = column
    }

    /// Names its words in the catalogues: `csv.<code>` and `csv.<code>.hint`.
    package var code: String {
        switch kind {
        case .empty: "empty"
        case .notText(let disguise): "not_text.\(disguise.rawValue)"
        case .unknownCharset: "unknown_charset"
        case .invalidBytes: "invalid_bytes"
        case .unterminatedQuote: "unterminated_quote"
        case .textAfterQuote: "text_after_quote"
        case .fieldCount: "field_count"
        case .tooManyColumns: "too_many_columns"
        case .columnTwice: "column_twice"
        }
    }

    package var values: [String: String] {
        switch kind {
        case .unknownCharset(let name), .columnTwice(let name): ["name": name]
        case .invalidBytes(let charset): ["name": charset.rawValue]
        case .fieldCount(let found, let expected): ["found": "\(found)", "expected": "\(expected)"]
        case .tooManyColumns(let most): ["most": "\(most)"]
        default: [:]
        }
    }

    package func message(_ text: Messages) -> String { text("csv.\(code)", values) }

    /// What can be done about it.
    package func hint(_ text: Messages) -> String { text("csv.\(code).hint", values) }

    /// For commands, which speak English.
    package var message: String { message(.english) }
    package var hint: String { hint(.english) }
}

/// One record of a table.
package struct CSVRecord: Hashable, Sendable {
    /// Where it begins in the file, header 1.
    package let line: Int
    /// As many as the header has.
    package let fields: [String]
}

/// Reads a table (RFC 4180, and what spreadsheets make of it) record by record.
///
/// UTF-8 with or without a byte-order mark, else GB18030; lines end in CRLF, LF or CR; fields are
/// separated by comma, semicolon or tab, whichever the header has most of; empty lines are skipped.
/// A faulty line is a fault of its own, and reading goes on behind it.
package struct CSVReader: Sequence, IteratorProtocol {
    package enum Separator: UInt8, Sendable, CaseIterable {
        case comma = 0x2C
        case semicolon = 0x3B
        case tab = 0x09
    }

    package let charset: Charset
    package let separator: Separator
    /// Names of the columns, without blanks around them.
    package let header: [String]
    /// Where the header stands, first line 1: empty lines may come before it.
    package let headerLine: Int

    private var scanner: CSVScanner
    private let decoder: TextDecoder

    /// - Parameter mayRepeatNames: for whoever tells columns apart by their places.
    /// - Throws: what makes the table as a whole unreadable, its header included.
    package init(_ bytes: [UInt8], mayRepeatNames: Bool = false) throws(CSVFault) {
        let start = try CSVReader.start(of: bytes)
        let charset = start > 0 ? .utf8 : Charset.detect(bytes[...])
        let separator = CSVReader.separator(in: bytes[start...])
        guard let decoder = TextDecoder(charset) else {
            throw CSVFault(kind: .unknownCharset(charset.rawValue), line: 1, column: 0)
        }
        var scanner = CSVScanner(bytes: bytes, start: start, separator: separator.rawValue)
        guard let first = scanner.next() else { throw CSVFault(kind: .empty, line: 1, column: 0) }
        let names = try CSVReader.decode(first, decoder, charset).get()
        header = names.fields.map(CSVReader.trimmed)
        headerLine = names.line
        if !mayRepeatNames, let place = CSVReader.repeated(in: header) {
            throw CSVFault(kind: .columnTwice(header[place]), line: 1, column: place + 1)
        }
        self.charset = charset
        self.separator = separator
        self.scanner = scanner
        self.decoder = decoder
    }

    /// The next line with something on it: a record, or what is wrong with it.
    package mutating func next() -> Result<CSVRecord, CSVFault>? {
        guard let raw = scanner.next() else { return nil }
        let record = CSVReader.decode(raw, decoder, charset)
        guard case .success(let good) = record, good.fields.count != header.count else { return record }
        let kind = CSVFault.Kind.fieldCount(found: good.fields.count, expected: header.count)
        return .failure(CSVFault(kind: kind, line: good.line, column: 0))
    }

    /// Place of the first column with one of these names; ASCII letters match in either case, other
    /// characters byte for byte.
    package func column(_ names: String...) -> Int? {
        let wanted = names.map(CSVReader.folded)
        return header.firstIndex { wanted.contains(CSVReader.folded($0)) }
    }

    /// Place of the first name that stands further left already. Columns without a name are nobody's.
    private static func repeated(in header: [String]) -> Int? {
        var seen: Set<[UInt8]> = []
        return header.firstIndex { !$0.isEmpty && !seen.insert(folded($0)).inserted }
    }

    /// Where the text begins, behind a byte-order mark.
    private static func start(of bytes: [UInt8]) throws(CSVFault) -> Int {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return 3 }
        let disguises: [([UInt8], CSVFault.Disguise)] = [
            ([0x50, 0x4B, 0x03, 0x04], .xlsx), ([0xD0, 0xCF, 0x11, 0xE0], .xls), ([0xFF, 0xFE], .utf16),
            ([0xFE, 0xFF], .utf16), ([0x1F, 0x8B], .gzip),
        ]
        for (mark, disguise) in disguises where bytes.starts(with: mark) {
            throw CSVFault(kind: .notText(disguise), line: 1, column: 0)
        }
        if bytes.prefix(4_096).contains(0) { throw CSVFault(kind: .notText(.binary), line: 1, column: 0) }
        return 0
    }

    private static func separator(in bytes: ArraySlice<UInt8>) -> Separator {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in bytes.drop(while: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
            counts[byte, default: 0] += 1
        }
        let count = { (separator: Separator) in counts[separator.rawValue] ?? 0 }
        return Separator.allCases.reduce(.comma) { count($1) > count($0) ? $1 : $0 }
    }

    private static func decode(
        _ raw: Result<CSVScanner.Line, CSVFault>, _ decoder: TextDecoder, _ charset: Charset
    ) -> Result<CSVRecord, CSVFault> {
        raw.flatMap { line in
            var fields: [String] = []
            fields.reserveCapacity(line.fields.count)
            for (place, bytes) in line.fields.enumerated() {
                guard let text = decoder.text(bytes) else {
                    return .failure(CSVFault(kind: .invalidBytes(charset), line: line.number, column: place + 1))
                }
                fields.append(text)
            }
            return .success(CSVRecord(line: line.number, fields: fields))
        }
    }

    private static func folded(_ name: String) -> [UInt8] {
        trimmed(name).utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
