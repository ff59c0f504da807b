import Daemon
import Federation

/// What happened to a unit's rows and what was said about them by telephone: below its figures.
enum UnitHistory {
    static func html(_ receipts: [Receipt], _ calls: [PhoneIn], asOf now: Int64, _ text: Messages) -> HTML {
        let written = receipts.reversed().map { receipt($0, now, text) }
        let rung = PhonedInText.lines(calls, asOf: now, namesRound: true, text)
        // Types said: a choice within a text would be text.
        let receipts: HTML =
            written.isEmpty ? "" : "<section><h2>\(text("receipt.title"))</h2>\(written)</section>"
        let calls: HTML =
            rung.isEmpty ? "" : "<section><h2>\(text("dash.phoned_in"))</h2><ul>\(rung)</ul></section>"
        return "\(receipts)\(calls)"
    }

    private static func receipt(_ receipt: Receipt, _ now: Int64, _ text: Messages) -> HTML {
        let rows = receipt.lines.map { row($0, text) }
        let heads = ["row", "counts"].map { "<th scope=\"col\">\(text("receipt.\($0)"))</th>" as HTML }
        let table: HTML = """
            <details><summary>\(text("receipt.rows", ["count": "\(receipt.lines.count)"]))</summary>
            <table class="table"><thead><tr>\(heads)</tr></thead><tbody>\(rows)</tbody></table></details>
            """
        return """
            <p class="warn">◇ \(FigureText.time(receipt.at, asOf: now)) \(ReceiptWords.text(receipt, asOf: now, text))</p>
            <p class="muted code">\("\(receipt.deposed)") → \("\(receipt.heir)")</p>\(rows.isEmpty ? "" : table)
            """
    }

    private static func row(_ line: Receipt.Line, _ text: Messages) -> HTML {
        let counts = line.counts.map { count -> HTML in
            let new = count.new.map { number($0, text) } ?? text("receipt.absent")
            return "<span class=\"code\">\(count.indicator.text)</span> \(number(count.old, text)) → \(new)<br>"
        }
        let place = text("receipt.building", ["code": line.key.subject.text])
        return """
            <tr><th scope="row">\(place)<br><small class="code">\(line.key.dataset.text) \(line.key.period.text)</small></th>
            <td>\(counts)</td></tr>
            """
    }

    private static func number(_ count: Count, _ text: Messages) -> String {
        count.known.map(FigureText.number) ?? text("receipt.not_known")
    }
}
