import Daemon
import Federation

/// One door, one screen. The ordinary door, everybody home and tested, is one tap.
struct DoorPage {
    let door: SurveyDoor
    let answers: DoorAnswers
    let history: DoorHistory
    let campaign: String
    /// Of the record that is made here: the same in each form of the screen, so whichever is tapped, a second tap changes nothing.
    let id: String
    let view: PageView

    var links: Links { view.links }
    var text: Messages { view.text }

    var html: HTML {
        """
        <p><a href="\(links("/survey/\(door.building)"))">← \(text("node.building", ["code": door.building]))</a></p>
        <h1>\(door.code)</h1>\(elsewhere)\(disputed)\(earlier)\(contradicted)\(undo)\(difference)\(settle)\(listed)
        \(form("one-tap", "<input type=\"hidden\" name=\"disposition\" value=\"completed\">", allTested))
        \(form("quick", "", "\(Self.others.map(choice))"))
        <details open><summary>\(text("node.door.in_detail"))</summary>\(form("detail", "", detail))</details>
        \(links.isInvited ? [] : [verify, history.html(now: view.now, text), register])
        """
    }

    // MARK: What was said before

    private var earlier: HTML {
        guard let disposition = door.disposition else { return "" }
        let values = [
            "what": text("node.disposition.\(disposition)"), "passes": "\(door.passes)",
            "at": door.observedAt.map { Clock.text($0, asOf: view.now) } ?? "",
        ]
        // Staff see who recorded it; a volunteer's phone has no business with colleagues' names.
        let recorder = links.isInvited ? nil : history.standing(of: door)?.recorder
        let who = recorder.map { " · \(text("node.door.by", ["who": Clerk.words($0, text)]))" } ?? ""
        let again: HTML = answers.call.isEmpty ? "" : " \(text("node.door.same_call"))"
        return "<p class=\"muted\">\(text("node.door.earlier", values))\(who)\(again)</p>"
    }

    /// What others have said: whoever is about to say something else knows what comes of it.
    private var contradicted: HTML {
        guard !door.isDisputed, !answers.others.isEmpty else { return "" }
        let said = answers.others.map { statement in
            text(
                links.isInvited ? "node.door.said" : "node.door.said_by",
                [
                    "at": Clock.text(statement.observedAt, asOf: view.now), "who": statement.who(text),
                    "what": statement.answer(text),
                ])
        }.joined(separator: text("node.conflict.and"))
        return "<p class=\"warn\">\(text("node.door.contradicted", ["answers": said]))</p>"
    }

    /// Two answers: whoever stands at the door should know, and what he says settles it.
    private var disputed: HTML {
        guard door.isDisputed else { return "" }
        let words = text("node.door.disputed", ["count": "\(answers.given.count)"])
        return links.isInvited
            ? "<p class=\"warn\">◇ \(words)</p>"
            : "<p class=\"warn\">◇ <a href=\"\(links("/conflicts"))\">\(words)</a></p>"
    }

    /// A slip of one's own that is noticed later: the door stands again as it stood before the last answer.
    private var undo: HTML {
        guard !door.isDisputed, !links.isInvited, let last = history.standing(of: door),
            answers.answerer.said(last)
        else { return "" }
        return """
            <form class="form" method="post" action="\(links("/desk/survey/undo"))"><input type="hidden" name="campaign" value="\(campaign)">
            <input type="hidden" name="door" value="\(door.code)">\(Supersedes.field([Hex.text(last.id)]))<button>\(text("node.undo.last"))</button></form>
            """
    }

    // MARK: Answers

    private static let others: [Disposition] = [
        .nobodyHome, .postponed, .refused, .absent, .vacant, .moved, .notDwelling, .notFound, .language, .other,
    ]

    private func form(_ name: String, _ fields: HTML, _ buttons: HTML) -> HTML {
        // One's own, and all that disagree: then one more visit settles the door, and says why.
        let disputed = door.isDisputed ? door.answers : []
        let supersedes = Supersedes.field(Array(Set(answers.own + answers.call + disputed)).sorted())
        return """
            <form class="form \(name)" method="post" action="\(links("/desk/survey/visit"))">
            <input type="hidden" name="id" value="\(id)"><input type="hidden" name="campaign" value="\(campaign)">
            <input type="hidden" name="door" value="\(door.code)">\(supersedes)\(fields)\(door.isDisputed ? SettlementField.html(text) : "")\(buttons)</form>
            """
    }

    /// In dispute what was said goes before what nobody has.
    private var settle: HTML {
        guard door.isDisputed else { return "" }
        // An older program took an answer of nobody, which isn't one any more.
        let buttons = answers.given.filter { ShortAnswer($0.answer.text[...]) != nil }.map { given -> HTML in
            let who = given.statements.map {
                links.isInvited ? Clock.text($0.observedAt, asOf: view.now) : $0.who(text)
            }
            let values = [
                "who": who.joined(separator: text("node.list_separator")),
                "what": given.statements[0].answer(text),
            ]
            return
                "<button class=\"primary\" name=\"answer\" value=\"\(given.answer.text)\">\(text("node.door.settle", values))</button>"
        }
        return form("given", "<input type=\"hidden\" name=\"lessons\" value=\"\(door.lessons ?? "")\">", "\(buttons)")
    }

    /// What the registry calls no household is confirmed with one tap.
    private var listed: HTML {
        guard let disposition = door.unlived else { return "" }
        let button: HTML = """
            <button class="\(weight)" name="disposition" value="\(disposition.rawValue)">\(text("node.door.confirm.\(disposition.rawValue)"))</button>
            """
        return
            "<p>\(text("node.door.listed", ["state": text("node.household.\(door.state)")]))</p>\(form("confirm", "", button))"
    }

    /// One tap for the ordinary door. Where nobody has said how many live there, or that anybody does, the tap says it.
    private var allTested: HTML {
        guard door.registered == nil || door.unlived != nil else {
            let people = max(1, door.residents)
            return """
                <button class="\(weight)" name="tested" value="\(people)">\(text("node.door.all_tested", ["people": "\(people)"]))</button>
                """
        }
        let counts = (1...6).map { "<button class=\"primary\" name=\"tested\" value=\"\($0)\">\($0)</button>" as HTML }
        return "<p>\(text("node.walk.people"))</p><div class=\"counts\">\(counts)</div>"
    }

    /// In dispute no answer that nobody gave is the first that meets the eye.
    private var weight: String { door.isDisputed ? "" : "primary huge" }

    private var detail: HTML {
        """
        \(PeopleClass.allCases.map(field))
        <label>\(text("node.door.lessons")) <input name="lessons" maxlength="20" value="\(door.lessons ?? "")" placeholder="8:00–11:40"></label>
        <button name="disposition" value="completed" class="primary">\(text("node.disposition.completed"))</button>
        <button name="disposition" value="partial">\(text("node.disposition.partial"))</button>
        """
    }

    func choice(_ disposition: Disposition) -> HTML {
        "<button name=\"disposition\" value=\"\(disposition.rawValue)\">\(text("node.disposition.\(disposition.rawValue)"))</button>"
    }

    func field(_ part: PeopleClass) -> HTML {
        """
        <label>\(text("node.people.\(part.rawValue)"))
        <input name="\(part.rawValue)" type="number" min="0" max="200" inputmode="numeric"></label>
        """
    }
}

extension SurveyDoor {
    /// What a visit says who finds that nobody lives there, as the registry has it; nil where somebody may.
    fileprivate var unlived: Disposition? {
        switch Record.Household.State(rawValue: state) {
        case .vacant?: .vacant
        case .notDwelling?: .notDwelling
        default: nil
        }
    }
}
