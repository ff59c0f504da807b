import Daemon
import Federation

/// Who records at the desk in one browser: whoever gave a name there, or a place of the desk without one.
///
/// It says who corrects whom and opens nothing. The browser keeps it for its session; the same name in two browsers is one
/// person, two browsers without a name are two.
struct Clerk: Equatable {
    /// The recorder of what is sent.
    let code: Code

    static let cookie = "jiayuan_clerk"
    /// Whoever sends a form without a cookie, and all who did before clerks had names.
    static let desk = Code(literal: "desk")
    private static let place = "desk-"

    /// - Returns: nil for what is no name.
    init?(name: String) {
        guard let code = VolunteerName.code(name), !Clerk.isReserved(code) else { return nil }
        self.code = code
    }

    /// Whoever called herself so would be taken for a table, or for another place of the desk.
    static func isReserved(_ code: Code) -> Bool { code == Correction.table || isPlace(code.text) }

    /// A place without a name.
    init(draw: UInt16) {
        let digits = String(draw, radix: 16)
        code = Code(Clerk.place + String(repeating: "0", count: 4 - digits.count) + digits) ?? Clerk.desk
    }

    /// - Returns: nil where the browser hasn't been told yet.
    init?(_ call: Call) {
        guard let code = call.cookie(Clerk.cookie).flatMap({ Code($0) }) else { return nil }
        self.code = code
    }

    /// - Returns: nil where somebody typed what is no name; a new place where nobody typed anything.
    static func signedIn(as name: String?) -> Clerk? {
        guard let name else { return Clerk(draw: .random(in: 0 ... .max)) }
        return Clerk(name: name)
    }

    /// What somebody typed; empty for a place without a name.
    var name: String { Clerk.isPlace(code.text) ? "" : VolunteerName.text(code.text) }

    /// For the browser's session; no script of a page can read it.
    var header: (name: String, value: String) {
        (name: "set-cookie", value: "\(Clerk.cookie)=\(code.text); HttpOnly; SameSite=Strict; Path=/")
    }

    /// What a person reads for whoever recorded something.
    static func words(_ recorder: String, _ text: Messages) -> String {
        if recorder == desk.text { return text("node.clerk.desk") }
        if recorder == Correction.table.text { return text("node.clerk.table") }
        guard isPlace(recorder) else { return VolunteerName.text(recorder) }
        return text("node.clerk.place", ["number": String(recorder.dropFirst(place.count))])
    }

    private static func isPlace(_ recorder: String) -> Bool { recorder == desk.text || recorder.hasPrefix(place) }
}

/// Where a clerk says who she is.
enum ClerkPage {
    static func html(_ clerk: Clerk?, _ view: PageView) -> HTML {
        let text = view.text
        return """
            <h1>\(text("node.clerk.title"))</h1><form class="form" method="post" action="\(view.links("/clerk"))">
            <label>\(text("node.clerk.name")) <input name="clerk" maxlength="10" autocomplete="off" value="\(clerk?.name ?? "")"></label>
            <button class="primary">\(text("node.save"))</button></form><p class="muted">\(text("node.clerk.why"))</p>
            """
    }

    /// In the head of every page of the desk.
    static func link(_ clerk: Clerk, _ links: Links, _ text: Messages) -> HTML {
        "<a class=\"clerk\" href=\"\(links("/clerk"))\">\(text("node.clerk.here", ["who": Clerk.words(clerk.code.text, text)]))</a>"
    }
}

extension NodePages {
    var clerkRoutes: [Route] {
        [
            page("/clerk") { call, _ in
                let clerk = Clerk(call)
                return Body { ClerkPage.html(clerk, $0) }
            },
            posted("/clerk", bodyLimit: 4 * 1024) { call, form in
                guard let clerk = Clerk.signedIn(as: form["clerk"]) else {
                    throw IntakeError(.notAName, field: "clerk", value: form["clerk"] ?? "")
                }
                return .seeOther(Links(call)("/survey"), headers: [clerk.header])
            },
        ]
    }
}
