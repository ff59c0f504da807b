import Crypto
package import Federation
import Foundation
import Sync

/// What two compounds that registered the same household both call it, without saying where it is.
///
/// Whoever holds the round's key can guess addresses and find their tokens: tokens are personal data, and end
/// with the key.
package enum ClaimToken {
    /// The first 64 bits of HMAC-SHA256 over the canonical address.
    ///
    /// - Returns: nil for an address of nothing but white space.
    package static func of(_ address: String, key: UInt128) -> Code? {
        let canonical = canonical(address)
        guard !canonical.isEmpty else { return nil }
        #if DEBUG
            if Mutation.claimsInTheClear.isActive { return Code(canonical) }
        #endif
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(canonical.utf8), using: SymmetricKey(data: Array(Bytes.of(key))))
        return Code(Hex.text(code.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }))
    }

    /// The address of a door that has none of its own.
    static func address(building: String, stairUnit: String, room: String) -> String {
        "\(building)#\(stairUnit)-\(room)"
    }

    /// One spelling of an address: full-width forms of ASCII are made half-width, capitals small, white space is
    /// taken out, and everything else stays as it is.
    package static func canonical(_ address: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in address.unicodeScalars where !isSpace(scalar) {
            let half = (0xff01...0xff5e).contains(scalar.value) ? scalar.value - 0xfee0 : scalar.value
            let small = (0x41...0x5a).contains(half) ? half + 0x20 : half
            if let scalar = Unicode.Scalar(small) { out.append(scalar) }
        }
        return String(out)
    }

    /// Written out, so that no version of Unicode's tables changes a token.
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000...0x200b, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff:
            true
        default: false
        }
    }
}
