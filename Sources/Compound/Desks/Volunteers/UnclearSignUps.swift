import Daemon
import Federation

/// A line of a chain that a person has to read, as it stands, why, and what is certain of it.
struct UnclearSignUp: Sendable, Equatable {
    var line: Int
    var text: String
    var doubt: String
    var understood = SignUpLine.Understood()
}

extension SignUpLines {
    private static let separator = "、"

    /// A chain of which a person has read one line. The others keep their numbers, but for those that a browser gives them:
    /// it doesn't send blank lines at the head of a field.
    static func chain(_ chain: String, without line: Int?) -> String {
        let left = chain.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .map { $0 + 1 == line ? "" : String($1) }.joined(separator: "\n")
        return String(left.drop { $0.isWhitespace })
    }

    /// Several people in one field, and back.
    static func names(_ typed: String) -> [String] {
        typed.split { "、，,；;".contains($0) }.map(String.init).filter { $0.contains { !$0.isWhitespace } }
    }
    static func typed(_ names: [String]) -> String { names.joined(separator: separator) }
}

/// The lines of a chain that weren't understood, each with its own form: what is certain stands there already, what isn't is
/// asked. The rest of the chain goes along, so that it is still there afterwards.
struct UnclearLines {
    let model: VolunteerPage.Model
    let view: PageView
    private var text: Messages { view.text }

    /// Lines that are asked about at once; the others follow.
    private static let most = 20
    /// In the place of a building: he goes wherever he is needed.
    static let anywhere = "-"
    /// What a line that is nobody's sign-up is answered with.
    static let skip = "skip"

    var html: HTML {
        guard let pasted = model.pasted else { return "" }
        let lines = pasted.read.unclear
        let more: HTML =
            lines.count > UnclearLines.most
            ? "<p>\(text("node.sign_up.more", ["count": "\(lines.count - UnclearLines.most)"]))</p>" : ""
        return "\(lines.prefix(UnclearLines.most).map { form($0, pasted) })\(more)"
    }

    private func form(_ line: UnclearSignUp, _ pasted: VolunteerPage.Pasted) -> HTML {
        let said = line.understood
        let (name, hidden) = (
            SignUpLines.typed(said.names),
            [
                ("task", model.board.task), ("line", "\(line.line)"), ("chain_role", pasted.role.rawValue),
            ]
        )
        return """
            <form class="form unclear" method="post" action="\(view.links("/desk/volunteers/sign-up"))"><p>◇ \(text("node.registry.line", ["line": "\(line.line)"]))“\(line.text)” \(text("node.sign_up.\(line.doubt)"))</p>
            \(VolunteerPage.hidden(hidden))<textarea name="chain" hidden>\(pasted.chain)</textarea>
            <label>\(text("node.column.volunteer")) <input name="volunteer" value="\(name)" required></label>
            <label>\(text("node.column.building")) <select name="building" required>\(buildings(said))</select></label>
            \(VolunteerPage.roleField(model, text, chosen: said.role))\(buttons(said))</form>
            """
    }

    /// A building that was named unclearly is chosen by whoever reads the line; one that wasn't named is none.
    private func buildings(_ said: SignUpLine.Understood) -> HTML {
        let open: HTML =
            said.isBuildingOpen ? "<option value=\"\" selected disabled>\(text("node.sign_up.choose"))</option>" : ""
        return """
            \(open)<option value="\(UnclearLines.anywhere)">\(text("node.sign_up.anywhere"))</option>\(VolunteerPage.buildings(model.board, text, chosen: said.building))
            """
    }

    /// What the line seems to say comes first; of who isn't coming and of a remark nobody has to choose a building.
    private func buttons(_ said: SignUpLine.Understood) -> HTML {
        let joins = button(.filled, isFirst: !said.isWithdrawal)
        let leaves = button(.withdrawn, isFirst: said.isWithdrawal)
        let both: HTML = said.isWithdrawal ? "\(leaves)\(joins)" : "\(joins)\(leaves)"
        return """
            \(both)<button name="state" value="\(UnclearLines.skip)" formnovalidate>\(text("node.sign_up.skip"))</button>
            """
    }

    private func button(_ state: Record.Fill, isFirst: Bool) -> HTML {
        let look: HTML = isFirst ? " class=\"primary\"" : ""
        let free: HTML = state == .withdrawn ? " formnovalidate" : ""
        return """
            <button\(look) name="state" value="\(state.rawValue)"\(free)>\(text("node.volunteers.\(state.rawValue)"))</button>
            """
    }
}
