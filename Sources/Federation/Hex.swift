/// Lower-case hexadecimal of fixed width, the only spelling of binary values on the wire.
package enum Hex {
    package static func text(_ value: UInt128) -> String {
        text(high: UInt64(truncatingIfNeeded: value >> 64), low: UInt64(truncatingIfNeeded: value), digits: 32)
    }
    package static func text(_ value: UInt64) -> String { text(high: 0, low: value, digits: 16) }

    package static func uint128(_ text: some StringProtocol) -> UInt128? {
        words(String(text), digits: 32).map { UInt128($0.high) << 64 | UInt128($0.low) }
    }
    package static func uint64(_ text: some StringProtocol) -> UInt64? { words(String(text), digits: 16)?.low }

    private static func text(high: UInt64, low: UInt64, digits: Int) -> String {
        String(unsafeUninitializedCapacity: digits) { buffer in
            for place in 0..<digits {
                let shift = UInt64(digits - 1 - place) * 4
                let nibble = UInt8(truncatingIfNeeded: shift < 64 ? low >> shift : high >> (shift - 64)) & 15
                buffer[place] = nibble + (nibble < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
            }
            return digits
        }
    }

    /// Upper case, signs and other widths are refused: one value has one spelling.
    private static func words(_ text: String, digits: Int) -> (high: UInt64, low: UInt64)? {
        guard text.utf8.count == digits else { return nil }
        var (high, low): (UInt64, UInt64) = (0, 0)
        for byte in text.utf8 {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            high = high << 4 | low >> 60
            low = low << 4 | UInt64(digit)
        }
        return (high, low)
    }
}
