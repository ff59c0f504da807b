/// Cuts bytes into lines of fields.
///
/// It works before decoding: in UTF-8 and in GB18030 no byte of a longer character can be a quote, a
/// separator or a line end (the lowest trailing byte of GB18030 is the digit 0).
struct CSVScanner {
    struct Line {
        var number: Int
        var fields: [ArraySlice<UInt8>]
    }

    /// A quoted field longer than this is an open quote that has met another one far below; without a
    /// limit the good lines in between would pass for its text.
    private static let longestQuoted = 8_192

    /// As many columns as a spreadsheet has; a file of nothing but separators would be millions.
    private static let mostFields = 16_384

    private let bytes: [UInt8]
    private let separator: UInt8
    private var place: Int
    private var number = 1

    private static let quote = UInt8(ascii: "\"")

    init(bytes: [UInt8], start: Int, separator: UInt8) {
        self.bytes = bytes
        self.separator = separator
        place = start
    }

    /// The next line that isn't empty; nil at the end.
    mutating func next() -> Result<Line, CSVFault>? {
        while place < bytes.count, isLineEnd(bytes[place]) { skipLineEnd() }
        guard place < bytes.count else { return nil }
        let (start, first) = (place, number)
        var fields: [ArraySlice<UInt8>] = []
        while true {
            guard let field = field() else {
                let kind: CSVFault.Kind = isAfterQuote ? .textAfterQuote : .unterminatedQuote
                resume(behindLineAt: start, number: first)
                return .failure(CSVFault(kind: kind, line: first, column: fields.count + 1))
            }
            fields.append(field)
            guard fields.count <= CSVScanner.mostFields else {
                resume(behindLineAt: start, number: first)
                return .failure(CSVFault(kind: .tooManyColumns(most: CSVScanner.mostFields), line: first, column: 0))
            }
            guard place < bytes.count, bytes[place] == separator else { break }
            place += 1
        }
        if place < bytes.count { skipLineEnd() }
        return .success(Line(number: first, fields: fields))
    }

    /// Whether `field` failed behind a closing quote.
    private var isAfterQuote = false

    /// Reads to the separator or line end behind the field; nil if its quotes are wrong.
    private mutating func field() -> ArraySlice<UInt8>? {
        guard place < bytes.count, bytes[place] == CSVScanner.quote else {
            let start = place
            while place < bytes.count, bytes[place] != separator, !isLineEnd(bytes[place]) { place += 1 }
            return bytes[start..<place]
        }
        return quotedField()
    }

    private mutating func quotedField() -> ArraySlice<UInt8>? {
        isAfterQuote = false
        let start = place + 1
        var hasPairs = false
        var end = start
        while end < bytes.count, end - start <= CSVScanner.longestQuoted {
            if bytes[end] == CSVScanner.quote {
                guard end + 1 < bytes.count, bytes[end + 1] == CSVScanner.quote else {
                    return close(start..<end, hasPairs: hasPairs)
                }
                hasPairs = true
                end += 1
            }
            end += 1
        }
        return nil
    }

    private mutating func close(_ content: Range<Int>, hasPairs: Bool) -> ArraySlice<UInt8>? {
        let behind = content.upperBound + 1
        guard behind == bytes.count || bytes[behind] == separator || isLineEnd(bytes[behind]) else {
            isAfterQuote = true
            return nil
        }
        countLines(in: content)
        place = behind
        return hasPairs ? unpaired(bytes[content]) : bytes[content]
    }

    private func unpaired(_ content: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text: [UInt8] = []
        var isSecond = false
        for byte in content {
            isSecond = byte == CSVScanner.quote && !isSecond
            if byte != CSVScanner.quote || isSecond { text.append(byte) }
        }
        return text[...]
    }

    /// Wrong quotes spoil one line of the file, not all that follow.
    private mutating func resume(behindLineAt start: Int, number first: Int) {
        (place, number) = (start, first)
        while place < bytes.count, !isLineEnd(bytes[place]) { place += 1 }
        if place < bytes.count { skipLineEnd() }
    }

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    private mutating func skipLineEnd() {
        let isPair =
            bytes[place] == UInt8(ascii: "\r") && place + 1 < bytes.count && bytes[place + 1] == UInt8(ascii: "\n")
        place += isPair ? 2 : 1
        number += 1
    }

    private mutating func countLines(in content: Range<Int>) {
        for place in content {
            let isPair = bytes[place] == UInt8(ascii: "\r") && bytes[place + 1] == UInt8(ascii: "\n")
            if isLineEnd(bytes[place]), !isPair { number += 1 }
        }
    }
}
