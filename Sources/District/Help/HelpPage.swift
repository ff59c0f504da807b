import Daemon
import Federation

/// Offers of help in a round, with what both sides have answered: for the officer to look at, never to order.
enum HelpPage {
    struct Model {
        struct Side {
            var code: String
            var name: String
            var telephone: String
            var answer: Bool?
        }
        struct Line {
            var offer: HelpBoard.Offer
            var taker: Side
            var giver: Side
            var level: String
        }
        var rounds: [(name: String, lines: [Line])]

        init(_ picture: Picture) {
            let tree = picture.rollup.tree
            func side(_ code: String, _ answer: Bool?) -> Side {
                let unit = Code(code).flatMap { tree.unit($0) }.map { tree.units[$0] }
                return Side(code: code, name: unit?.name ?? code, telephone: unit?.dutyTelephone ?? "", answer: answer)
            }
            rounds = picture.campaigns.reversed().compactMap { campaign in
                picture.help.boards[campaign.code].map { board in
                    let lines = board.offers.map { offer in
                        Line(
                            offer: offer, taker: side(offer.pair.taker, offer.taker),
                            giver: side(offer.pair.giver, offer.giver),
                            level: tree.place(offer.within).map { tree.places[$0].level } ?? "district")
                    }
                    return (campaign.name, lines)
                }
            }
        }
    }

    static func html(_ model: Model, _ text: Messages) -> HTML {
        let rounds: HTML =
            model.rounds.isEmpty
            ? "<p class=\"quiet\">\(text("help.none"))</p>"
            : "\(model.rounds.map { round in "<section><h2>\(round.name)</h2>\(table(round.lines, text))</section>" as HTML })"
        return "<h1>\(text("help.title"))</h1><p class=\"muted\">\(text("help.note"))</p>\(rounds)"
    }

    private static func table(_ lines: [Model.Line], _ text: Messages) -> HTML {
        let heads = ["taker", "giver", "people"].map {
            "<th scope=\"col\">\(text("help.\($0)"))</th>" as HTML
        }
        return
            "<table class=\"table\"><thead><tr>\(heads)</tr></thead><tbody>\(lines.map { row($0, text) })</tbody></table>"
    }

    private static func row(_ line: Model.Line, _ text: Messages) -> HTML {
        let people = text(
            "node.help.role_people",
            ["role": text("node.volunteers.role.\(line.offer.pair.role)"), "people": "\(line.offer.people)"])
        return """
            <tr><th scope="row">\(side(line.taker, text)) · \(text("help.short", ["count": "\(line.offer.short)"]))</th>
            <td>\(side(line.giver, text))<br><small>\(text("node.help.near.\(line.level)"))</small></td><td>\(people)</td></tr>
            """
    }

    private static func side(_ side: Model.Side, _ text: Messages) -> HTML {
        let (mark, word): (HTML, String) =
            switch side.answer {
            case true?: ("●", "yes")
            case false?: ("✕", "no")
            case nil: ("○", "open")
            }
        return """
            <a href="\(DashboardShell.link("/unit/\(side.code)", text.language, nil))">\(side.name)</a> \(DutyTelephone.link(side.telephone, side.telephone, text))
            <br><small>\(mark) \(text("help.answer.\(word)"))</small>
            """
    }
}
