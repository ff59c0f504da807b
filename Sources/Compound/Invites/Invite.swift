import Crypto
import Daemon
import Federation
import Foundation

/// What one person may do here with a phone, for one shift: record at one desk, for named buildings, until a time.
///
/// Whoever has the link has the invite, so it opens little and ends soon. Its records carry its person and its code,
/// whatever they say themselves.
struct Invite: Sendable, Equatable {
    enum Standing: String, Sendable, CaseIterable { case open, expired, ended }

    /// `i-` and 8 random hexadecimal digits: the device in the journal. Says nothing of the link.
    var code: Code
    /// For whom, as `VolunteerName` spells it.
    var person: Code
    var desk = "survey"
    var buildings: [Code]
    /// Seconds since 1970.
    var until: Int64
    /// When somebody at the desk ended it; nil while nobody has.
    var endedAt: Int64?
    /// Name of the Wi-Fi that the sheet sends people to; empty where nobody typed one.
    var wifi = ""

    /// The longest shift, in hours.
    static let longest = 24

    func standing(now: Int64) -> Standing { endedAt != nil ? .ended : now >= until ? .expired : .open }

    static func code(draw: UInt32) -> Code? {
        let digits = String(draw, radix: 16)
        return Code("i-" + String(repeating: "0", count: 8 - digits.count) + digits)
    }
}

/// The 128 random bits in an invite's link. The node keeps their SHA-256 alone, so that a copy of its file opens nothing.
struct InviteToken: Sendable, Equatable {
    /// 32 hexadecimal digits.
    let text: String

    static let cookie = "jiayuan_invite"
    private static let scheme = "invite "

    init?(_ text: String) {
        guard Hex.uint128(text) != nil else { return nil }
        self.text = text
    }

    init(draw: UInt128) { text = Hex.text(draw) }

    /// - Returns: what a page's script sends with each request; nil without one.
    static func header(of call: Call) -> InviteToken? {
        guard let header = call.headers["authorization"], header.lowercased().hasPrefix(scheme) else { return nil }
        return InviteToken(String(header.dropFirst(scheme.count)))
    }

    /// - Returns: what the link left in the browser; nil without one.
    static func cookie(of call: Call) -> InviteToken? { call.cookie(cookie).flatMap { InviteToken($0) } }

    var digest: Data { Data(SHA256.hash(data: Array(text.utf8))) }
}
