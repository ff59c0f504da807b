/// Lower-case hexadecimal of fixed width, the only spelling of binary values on the wire.
package enum Hex {
    package static func text(_ value: UInt128) -> String { text(value, digits: 32) }
    package static func text(_ value: UInt64) -> String { text(value, digits: 16) }

    package static func uint128(_ text: some StringProtocol) -> UInt128? { parse(text, digits: 32) }
    package static func uint64(_ text: some StringProtocol) -> UInt64? { parse(text, digits: 16) }

    private static func text<Number: FixedWidthInteger>(_ value: Number, digits: Int) -> String {
        let raw = String(value, radix: 16)
        return String(repeating: "0", count: digits - raw.utf8.count) + raw
    }

    /// Upper case, signs and other widths are refused: one value has one spelling.
    private static func parse<Number: FixedWidthInteger>(_ text: some StringProtocol, digits: Int) -> Number? {
        guard text.utf8.count == digits else { return nil }
        var value: Number = 0
        for byte in text.utf8 {
            let digit: Number
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = Number(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = Number(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
            value = value << 4 | digit
        }
        return value
    }
}
