import Daemon
import Federation

/// What happened to a unit's rows and what was said about them by telephone: below its figures.
enum UnitHistory {
    static func html(_ receipts: [Receipt], _ calls: [PhoneIn], asOf now: Int64, _ text: Messages) -> HTML {
        let written = receipts.reversed().map { receipt($0, now, text) }
        let rung = calls.reversed().map { call($0, now, text) }
        return """
            \(written.isEmpty ? "" : "<section><h2>\(text("receipt.title"))</h2>\(written)</section>")
            \(rung.isEmpty ? "" : "<section><h2>\(text("dash.phoned_in"))</h2><ul>\(rung)</ul></section>")
            """
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

    private static func call(_ call: PhoneIn, _ now: Int64, _ text: Messages) -> HTML {
        let said = "\(call.counts.done) / \(call.counts.due)"
        let who = PhonedInText.who(call, asOf: now, text)
        guard let returned = call.returned else {
            return "<li><span class=\"phoned\">\(said)</span> \(call.campaign.text) · \(who)</li>"
        }
        let values = [
            "at": FigureText.time(returned.at, asOf: now), "node": "\(returned.counts.done) / \(returned.counts.due)",
            "done": signed(returned.counts.done - call.counts.done),
            "due": signed(returned.counts.due - call.counts.due),
        ]
        return """
            <li class="muted"><s>\(said)</s> \(call.campaign.text) · \(who)<br>\(text("dash.phoned_in.ended", values))</li>
            """
    }

    private static func signed(_ number: Int64) -> String { number > 0 ? "+\(number)" : "\(number)" }
}

/// How counts that were phoned in are marked wherever they show: hatched, with who and when.
enum PhonedInText {
    static func who(_ call: PhoneIn, asOf now: Int64, _ text: Messages) -> String {
        text(
            "dash.phoned_in.who",
            ["at": FigureText.time(call.at, asOf: now), "caller": call.caller, "officer": call.officer])
    }

    /// Nothing where no call stands; one with its names, several by their number.
    static func mark(_ calls: [PhoneIn], asOf now: Int64, _ text: Messages) -> HTML {
        guard let call = calls.first else { return "" }
        let words =
            calls.count == 1
            ? who(call, asOf: now, text) : text("dash.phoned_in.several", ["count": "\(calls.count)"])
        return "<br><span class=\"phoned\">\(words)</span>"
    }
}
