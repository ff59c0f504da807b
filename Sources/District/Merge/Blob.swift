import Foundation

/// Fixed-width binary columns, first byte most significant, as on the wire.
enum Blob {
    static func of(_ value: UInt128) -> Data {
        Data((0..<16).map { UInt8(truncatingIfNeeded: value >> UInt128(120 - $0 * 8)) })
    }
    static func of(_ value: UInt64) -> Data {
        Data((0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - $0 * 8)) })
    }
    static func of(_ bytes: [UInt8]) -> Data { Data(bytes) }

    static func bytes(_ data: Data?) -> [UInt8]? { data.map { Array($0) } }
    static func uint128(_ bytes: [UInt8]) -> UInt128 { bytes.reduce(0) { $0 << 8 | UInt128($1) } }
    static func uint64(_ bytes: [UInt8]) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
