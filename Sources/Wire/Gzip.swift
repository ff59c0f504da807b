import CZlib

/// gzip with a bound: a body of a few hundred bytes must not become gigabytes.
package enum Gzip {
    package static func compress(_ bytes: [UInt8]) -> [UInt8] {
        let bound = jy_gzip_bound(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            count = max(0, jy_gzip(bytes, bytes.count, buffer.baseAddress, bound))
        }
    }

    /// - Throws: `WireError.tooLarge` past `limit` bytes or past `Limits.ratio` times the input.
    package static func inflate(_ bytes: [UInt8], limit: Int) throws(WireError) -> [UInt8] {
        let capacity = min(limit, max(4096, bytes.count * Limits.ratio))
        var outcome = 0
        let inflated = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            outcome = jy_gunzip(bytes, bytes.count, buffer.baseAddress, capacity)
            count = max(0, outcome)
        }
        switch outcome {
        case -2: throw WireError(.tooLarge, "inflates past \(capacity) bytes")
        case ..<0: throw WireError(.malformed, "not a whole gzip member")
        default: return inflated
        }
    }
}
