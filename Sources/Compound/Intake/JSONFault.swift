/// Why a body that JSON's reader refused is no records: what a person can mend is told apart from a broken text.
enum JSONFault {
    /// Deeper than this the reader gives up; a record needs two levels.
    private static let depth = 500

    static func error(_ body: [UInt8]) -> IntakeError {
        var (depth, isQuoted, isEscaped) = (0, false, false)
        var number: [UInt8] = []
        for byte in body {
            if isQuoted {
                (isQuoted, isEscaped) = (
                    isEscaped || byte != UInt8(ascii: "\""), !isEscaped && byte == UInt8(ascii: "\\")
                )
                continue
            }
            if isPartOfNumber(byte) {
                number.append(byte)
                continue
            }
            if let text = tooLarge(number) { return IntakeError(.numberTooLarge, value: text) }
            number = []
            switch byte {
            case UInt8(ascii: "\""): isQuoted = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
            if depth > JSONFault.depth { return IntakeError(.tooDeep) }
        }
        return tooLarge(number).map { IntakeError(.numberTooLarge, value: $0) } ?? IntakeError(.notJSON)
    }

    private static func isPartOfNumber(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
    }

    private static func tooLarge(_ number: [UInt8]) -> String? {
        guard number.count > 3 else { return nil }
        let text = String(decoding: number, as: UTF8.self)
        return Double(text).map(\.isInfinite) ?? false ? text : nil
    }
}
