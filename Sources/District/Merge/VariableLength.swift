/// Integers of seven bits a byte, the low ones first; the high bit says that more follow. Small numbers are short.
extension [UInt8] {
    mutating func appendVariable(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    /// - Returns: nil where the bytes end too early or the number is too long.
    func variable(at index: inout Int) -> UInt64? {
        guard index <= count, let end = self[index...].prefix(10).firstIndex(where: { $0 & 0x80 == 0 }) else {
            return nil
        }
        // The tenth byte has one bit left of the 64.
        guard end - index < 9 || self[end] <= 1 else { return nil }
        return trustedVariable(at: &index)
    }

    /// Of bytes that this process wrote or has checked.
    func trustedVariable(at index: inout Int) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = self[index]
            index += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
    }
}
