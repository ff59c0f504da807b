import Daemon
import Federation

/// The answers that a form takes back: one hidden field, so that whoever presses the button takes back exactly
/// what the page showed and nothing that arrived since.
enum Supersedes {
    private static let name = "supersedes"
    /// Answers that one record may take back, from a form or in JSON.
    static let most = 64

    static func field(_ ids: [String]) -> HTML {
        ids.isEmpty ? "" : "<input type=\"hidden\" name=\"\(name)\" value=\"\(ids.joined(separator: ","))\">"
    }

    static func read(_ form: Form, by own: UInt128) throws(IntakeError) -> [UInt128] {
        var ids: [UInt128] = []
        for text in (form[name] ?? "").split(separator: ",") {
            guard let id = Hex.uint128(text), id != own, ids.count < Supersedes.most else {
                throw IntakeError(.idInvalid, field: name, value: String(text))
            }
            ids.append(id)
        }
        return ids
    }
}
