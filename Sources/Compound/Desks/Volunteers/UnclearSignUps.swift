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

    /// Several people in one field, and back. What isn't names on both sides of a comma isn't two names.
    ///
    /// - Returns: nil where it can't be told how many they are.
    static func names(_ typed: String) -> [String]? {
        let parts = typed.split { "、，,；;".contains($0) }.map(String.init).filter { $0.contains { !$0.isWhitespace } }
        guard parts.allSatisfy({ $0.contains(where: \.isLetter) }) else { return [typed] }
        let people = parts.map { part -> [String]? in
            let words = part.split(whereSeparator: \.isWhitespace).map(String.init)
            return words.allSatisfy { $0.allSatisfy(\.isLetter) } ? SpokenName.people(words) : [part]
        }
        return people.contains { $0 == nil } ? nil : people.compactMap { $0 }.flatMap { $0 }
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
    /// What a person makes of a line.
    enum Act: String {
        case filled, withdrawn
        /// He takes this building instead of what he has.
        case moved
        /// He isn't the one who is called the same at another building.
        case another
        /// It is nobody's sign-up.
        case skip

        var words: String {
            switch self {
            case .filled, .withdrawn: "node.volunteers.\(rawValue)"
            case .moved, .another, .skip: "node.sign_up.\(rawValue)"
            }
        }
    }

    var html: HTML {
        guard let pasted = model.pasted else { return "" }
        let lines = pasted.read.unclear
        let more: HTML =
            lines.count > UnclearLines.most
            ? "<p>\(text("node.sign_up.more", ["count": "\(lines.count - UnclearLines.most)"]))</p>" : ""
        return "\(lines.prefix(UnclearLines.most).map { form($0, pasted) })\(more)"
    }

    private func form(_ line: UnclearSignUp, _ pasted: VolunteerPage.Pasted) -> HTML {
        let fault = pasted.fault.flatMap { $0.line == line.line ? $0 : nil }
        var said = line.understood
        if let fault { said = fault.typed(said) }
        let name = fault?.form["volunteer"] ?? SignUpLines.typed(said.names)
        let hidden = [("task", model.board.task), ("line", "\(line.line)"), ("chain_role", pasted.role.rawValue)]
        return """
            <form class="form unclear" method="post" action="\(view.links("/desk/volunteers/line"))"><p>◇ \(text("node.registry.line", ["line": "\(line.line)"]))“\(line.text)” \(text("node.sign_up.\(line.doubt)"))</p>
            \(fault.map(words) ?? "")\(VolunteerPage.hidden(hidden))<textarea name="chain" hidden>\(pasted.chain)</textarea>
            <label>\(text("node.column.volunteer")) <input name="volunteer"\(mark("volunteer", fault)) value="\(name)" required></label>
            <label>\(text("node.column.building")) <select name="building"\(mark("building", fault)) required>\(buildings(said))</select></label>
            \(VolunteerPage.roleField(model, text, chosen: said.role))\(buttons(line, said))</form>
            """
    }

    private func words(_ fault: VolunteerPage.Fault) -> HTML {
        """
        <p class="bad" role="alert" id="fault">\(fault.error.text(text))</p><p>\(fault.error.advice(text))</p>
        """
    }

    private func mark(_ field: String, _ fault: VolunteerPage.Fault?) -> HTML {
        fault?.error.field == field ? " aria-invalid=\"true\" aria-describedby=\"fault\" autofocus" : ""
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
    private func buttons(_ line: UnclearSignUp, _ said: SignUpLine.Understood) -> HTML {
        var acts: [Act] = [.filled, .withdrawn]
        if line.doubt == SignUpLine.Doubt.sameAddress.rawValue { acts.insert(.another, at: 1) }
        if said.isMove || said.names.contains(where: hasBuilding) { acts.insert(.moved, at: 1) }
        let first: Act = said.isMove ? .moved : said.isWithdrawal ? .withdrawn : .filled
        let all = [first] + acts.filter { $0 != first }
        return """
            \(all.map { button($0, isFirst: $0 == first) })<button name="state" value="\(Act.skip.rawValue)" formnovalidate>\(text(Act.skip.words))</button>
            """
    }

    private func hasBuilding(_ name: String) -> Bool {
        let code = VolunteerName.code(name)?.text
        return model.board.claims.contains { $0.volunteer == code && $0.state != Record.Claim.done.rawValue }
    }

    private func button(_ act: Act, isFirst: Bool) -> HTML {
        let look: HTML = isFirst ? " class=\"primary\"" : ""
        let free: HTML = act == .withdrawn ? " formnovalidate" : ""
        return """
            <button\(look) name="state" value="\(act.rawValue)"\(free)>\(text(act.words))</button>
            """
    }
}
