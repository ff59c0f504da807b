/// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012; the 128-bit variant of the
/// reference implementation). Streamed, so that a row is hashed without building its bytes.
package struct SipHash128: Sendable {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64
    private var tail: UInt64 = 0
    private var length: UInt64 = 0

    /// - Parameter key: 16 bytes; the first byte is the most significant of the integer's hexadecimal
    ///   spelling, as an incarnation is written on the wire.
    package init(key: UInt128) {
        let k0 = UInt64(truncatingIfNeeded: key >> 64).byteSwapped
        let k1 = UInt64(truncatingIfNeeded: key).byteSwapped
        v0 = 0x736f_6d65_7073_6575 ^ k0
        v1 = 0x646f_7261_6e64_6f6d ^ k1 ^ 0xee
        v2 = 0x6c79_6765_6e65_7261 ^ k0
        v3 = 0x7465_6462_7974_6573 ^ k1
    }

    package mutating func combine(byte: UInt8) {
        tail |= UInt64(byte) << ((length & 7) * 8)
        length &+= 1
        if length & 7 == 0 { absorb(tail); tail = 0 }
    }

    package mutating func combine(bytes: some Sequence<UInt8>) {
        for byte in bytes { combine(byte: byte) }
    }

    /// The same for other modules, where the one for any sequence asks a table for each byte.
    package mutating func combine(bytes: [UInt8]) {
        for byte in bytes { combine(byte: byte) }
    }

    /// Eight bytes, least significant first.
    package mutating func combine(word: UInt64) {
        let shift = (length & 7) * 8
        length &+= 8
        if shift == 0 {
            absorb(word)
        } else {
            absorb(tail | word << shift)
            tail = word >> (64 - shift)
        }
    }

    /// The 16 output bytes, first byte most significant.
    package consuming func finish() -> UInt128 {
        absorb(tail | length << 56)
        v2 ^= 0xee
        for _ in 0..<4 { round() }
        let first = (v0 ^ v1 ^ v2 ^ v3).byteSwapped
        v1 ^= 0xdd
        for _ in 0..<4 { round() }
        let second = (v0 ^ v1 ^ v2 ^ v3).byteSwapped
        return UInt128(first) << 64 | UInt128(second)
    }

    private mutating func absorb(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    @inline(__always)
    private mutating func round() {
        v0 &+= v1
        v1 = (v1 << 13 | v1 >> 51) ^ v0
        v0 = v0 << 32 | v0 >> 32
        v2 &+= v3
        v3 = (v3 << 16 | v3 >> 48) ^ v2
        v0 &+= v3
        v3 = (v3 << 21 | v3 >> 43) ^ v0
        v2 &+= v1
        v1 = (v1 << 17 | v1 >> 47) ^ v2
        v2 = v2 << 32 | v2 >> 32
    }
}
