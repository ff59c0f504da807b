package import Foundation

/// Fixed-width binary columns, first byte most significant.
package enum Bytes {
    package static func of(_ value: UInt128) -> Data {
        withUnsafeBytes(of: value.bigEndian) { Data($0) }
    }
    package static func uint128(_ data: Data) -> UInt128 { data.reduce(0) { $0 << 8 | UInt128($1) } }
}
