package import Foundation

/// Fixed-width binary columns, first byte most significant.
package enum Bytes {
    package static func of(_ value: UInt128) -> Data {
        Data((0..<16).map { UInt8(truncatingIfNeeded: value >> UInt128(120 - $0 * 8)) })
    }
    package static func uint128(_ data: Data) -> UInt128 { data.reduce(0) { $0 << 8 | UInt128($1) } }
}
