import Crypto
import Daemon

/// Who may publish and decide on a page. The token comes with every form, so that no page elsewhere can act in somebody's
/// name; without one configured only commands on this machine do.
package struct AdminGuard: Sendable {
    private let token: String?

    package init(token: String?) { self.token = token }

    var isOpen: Bool { token != nil }

    /// - Throws: `DirectiveProblem` for whoever may not.
    func check(_ form: Form) throws(DirectiveProblem) {
        guard let token else { throw DirectiveProblem(code: .tokenNotConfigured, field: "admin_token") }
        // Compared as digests, so that the time taken says nothing about how much was right.
        let said = SHA256.hash(data: Array((form["admin_token"] ?? "").utf8))
        guard said == SHA256.hash(data: Array(token.utf8)) else {
            throw DirectiveProblem(code: .token, field: "admin_token")
        }
    }
}
