import Daemon

/// Where a form asks why a dispute is settled so: the common reasons one tap away, and room for others.
enum SettlementField {
    static func html(_ text: Messages, fault: Bool = false, typed: String = "") -> HTML {
        let known = Settlement.Reason(rawValue: typed)
        let reasons = Settlement.Reason.allCases.map { reason -> HTML in
            let chosen: HTML = reason == known ? " checked" : ""
            return """
                <label class="check"><input type="radio" name="\(Settlement.member)" value="\(reason.rawValue)"\(chosen)>\(text("node.why.\(reason.rawValue)"))</label>
                """
        }
        let marked: HTML = fault ? " aria-invalid=\"true\" aria-describedby=\"fault\" autofocus" : ""
        return """
            <fieldset class="why"><legend>\(text("node.why"))</legend>\(reasons)
            <label>\(text("node.why.words")) <input name="\(Settlement.member)" maxlength="100" value="\(known == nil ? typed : "")"\(marked)></label></fieldset>
            """
    }
}

/// Disputes that were settled: what stands now, who said so, when and why.
enum SettledList {
    static func html(_ settled: [SettledConflict], now: Int64, _ text: Messages) -> HTML {
        guard !settled.isEmpty else { return "" }
        let items = settled.map { "<li>\(line($0, now: now, text))</li>" as HTML }
        return "<h2>\(text("node.settled"))</h2><ul class=\"settled\">\(items)</ul>"
    }

    private static func line(_ settled: SettledConflict, now: Int64, _ text: Messages) -> String {
        let said = ConflictStatement(settled.statement)
        let about = ConflictWords.subject(settled.conflict, text)
        let subject = [about["subject"], about["volunteer"]].compactMap { $0 }.joined(separator: " ")
        return text(
            "node.settled.line",
            [
                "subject": subject, "what": said.what(text), "who": said.who(text),
                "at": Clock.text(said.observedAt, asOf: now), "why": why(settled.why, text),
            ])
    }

    static func why(_ why: String?, _ text: Messages) -> String {
        why.map { Settlement.text($0, text) } ?? text("node.why.unsaid")
    }
}
