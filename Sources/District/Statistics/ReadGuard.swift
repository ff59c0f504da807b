import Crypto
package import Daemon

/// Who may read figures: they are for signed-in staff. A read token comes as `Authorization: Bearer`
/// or, for a browser, as the cookie that `/login?token=` sets. Without one configured only callers on
/// this machine are answered.
package struct ReadGuard: Sendable {
    private let token: String?

    package init(token: String?) { self.token = token }

    /// - Returns: the refusal; nil if the caller may read.
    package func check(_ call: Call) -> Reply? {
        guard let token else {
            let local = ["", "127.0.0.1", "::1"].contains(call.peer)
            return local ? nil : .json(#"{"error":"read_token_not_configured"}"#, status: 403)
        }
        var said = call.cookie("jiayuan_read") ?? ""
        if let header = call.headers["authorization"], header.lowercased().hasPrefix("bearer ") {
            said = String(header.dropFirst(7))
        }
        // Compared as digests, so that the time taken says nothing about how much was right.
        let right = SHA256.hash(data: Array(said.utf8)) == SHA256.hash(data: Array(token.utf8))
        return right ? nil : .json(#"{"error":"read_token_wrong"}"#, status: 401)
    }

    /// `/login?token=…` for a browser.
    ///
    /// - Returns: nil if the token is wrong.
    package func entered(_ call: Call) -> Reply? {
        var asked = call
        asked.headers["authorization"] = "Bearer \(call.query["token"] ?? "")"
        guard check(asked) == nil else { return nil }
        let cookie = "jiayuan_read=\(call.query["token"] ?? ""); HttpOnly; SameSite=Strict; Path=/"
        return .seeOther("/", headers: [(name: "set-cookie", value: cookie)])
    }
}
