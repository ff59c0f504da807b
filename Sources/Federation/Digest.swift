/// What a set of rows is, in 128 bits: the sum, modulo 2¹²⁸, of a keyed hash of every live row.
///
/// A sum, so that a change costs one subtraction and one addition whatever the number of rows, and
/// the order of changes leaves no trace. Keyed with the incarnation, so that two incarnations with
/// the same rows differ and nobody can prepare rows that cancel out. `seq` is left out: the digest
/// says what the rows are, not how they came about.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
    package private(set) var value: UInt128

    package static let empty = Digest(value: 0)

    package init(value: UInt128) { self.value = value }
    package init?(hex: some StringProtocol) {
        guard let value = Hex.uint128(hex) else { return nil }
        self.value = value
    }

    package var description: String { Hex.text(value) }

    /// Replaces `old` by `new` under `key`; nil stands for a row that is not there.
    package mutating func replace(_ key: RowKey, _ old: RowBody?, by new: RowBody?, in incarnation: Incarnation) {
        if let old { value &-= Digest.hash(key, old, in: incarnation) }
        if let new { value &+= Digest.hash(key, new, in: incarnation) }
    }

    /// The hash of one row. The bytes are written down, with test vectors, in `Wire/PROTOCOL.md`.
    package static func hash(_ key: RowKey, _ body: RowBody, in incarnation: Incarnation) -> UInt128 {
        var hasher = SipHash128(key: incarnation.value)
        for code in [key.dataset, key.period, key.subject] {
            hasher.combine(byte: UInt8(code.utf8.count))
            hasher.combine(bytes: code.utf8)
        }
        hasher.combine(word: UInt64(truncatingIfNeeded: body.catalogue.value >> 64).byteSwapped)
        hasher.combine(word: UInt64(truncatingIfNeeded: body.catalogue.value).byteSwapped)
        hasher.combine(word: UInt64(bitPattern: body.asOf))
        hasher.combine(word: UInt64(body.counts.count))
        for count in body.counts { hasher.combine(word: UInt64(bitPattern: count.raw)) }
        return hasher.finish()
    }
}
