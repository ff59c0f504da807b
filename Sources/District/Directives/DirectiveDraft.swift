import Coverage
import Daemon
import Federation
import Wire

/// What an officer wants to publish, as a command or a page says it.
package struct DirectiveWords: Codable, Sendable, Equatable {
    package var code: String
    package var kind: String?
    package var title: String?
    package var text: String?
    package var campaign: String?
    package var due: Int64?
    /// Divisions and units; absent or empty for everybody.
    package var to: [String]?
    /// Of a rule by which figures of the round are read: the measure, and the classes that are done and that are due, the
    /// done among them. Absent in a new version: as they were.
    package var measure: String?
    package var done: [String]?
    package var owed: [String]?
    package var reason: String?
    package var officer: String?

    package init(code: String) { self.code = code }
}

/// Why something isn't published. Its sentences are `directive.problem.<code>` in the catalogues.
struct DirectiveProblem: Answerable, Equatable {
    enum Code: String, CaseIterable {
        case code, unknown, kind, titleMissing = "title_missing", tooLong = "too_long", addressee, campaign
        case reasonMissing = "reason_missing", officerMissing = "officer_missing", addressees, unchanged, above
        case withdrawn, versions, round, due, opens, targets, measure, classes, rule
        case ruleOfRound = "rule_of_round", ruleAddressees = "rule_addressees", ruleOver = "rule_over"
    }
    let code: Code
    /// The field of the form at fault, and what stands in it.
    let field: String
    var value = ""

    func text(_ text: Messages) -> String { text("directive.problem.\(code.rawValue)", ["value": value]) }

    func reply(to call: Call) -> Reply {
        .text([Messages.zhHans, .english].map(self.text).joined(separator: " / ") + "\n", status: 422)
    }
}

/// Judges words by what was published and by the tree: pure.
struct DirectiveDraft {
    let book: DirectiveBook
    let tree: PlaceTree
    let campaigns: [RegistryCampaign]
    /// Seconds since 1970.
    let now: Int64

    /// The first version, or the next one.
    func publish(_ words: DirectiveWords) throws(DirectiveProblem) -> Directive {
        guard Directive.period(words.code, 1) != nil else { throw problem(.code, "code", words.code) }
        let last = book.last(words.code)
        if let last { try change(of: last) }
        if campaigns.contains(where: { $0.code.text == words.code }) { throw problem(.round, "code", words.code) }
        let kind = Directive.Kind(rawValue: words.kind ?? last?.kind ?? "")
        guard let kind, kind != .round else { throw problem(.kind, "kind", words.kind ?? "") }
        guard let title = words.title ?? last?.title, !title.isEmpty else { throw problem(.titleMissing, "title") }
        if let campaign = words.campaign, !campaigns.contains(where: { $0.code.text == campaign }) {
            throw problem(.campaign, "campaign", campaign)
        }
        if let due = words.due, due < 0 { throw problem(.due, "due", "\(due)") }
        var next = try signed(words, after: last, kind)
        (next.title, next.text, next.due) = (title, words.text ?? "", words.due)
        next.campaign = words.campaign ?? last?.campaign
        next.to = try addressees(words, last)
        if let measure = try counting(words, last, next) {
            next.counts = .init(
                measure: measure.code, version: measure.version, done: Array(measure.numerator),
                due: Array(measure.denominator))
            if next.text.isEmpty { next.text = RuleWords(measure).plain }
        }
        if let long = [("title", next.title, Limits.directiveTitle), ("text", next.text, Limits.directiveText)]
            .first(where: { $0.1.utf8.count > $0.2 })
        {
            throw problem(.tooLong, long.0, "\(long.2)")
        }
        if let last, next.says(sameAs: last) { throw problem(.unchanged, "text") }
        return next
    }

    /// That it holds no more: the last version stays readable, and this is said of it.
    func withdraw(_ words: DirectiveWords) throws(DirectiveProblem) -> Directive {
        guard let last = book.last(words.code) else { throw problem(.unknown, "code", words.code) }
        try change(of: last)
        guard last.kind != Directive.Kind.round.rawValue else { throw problem(.round, "code", words.code) }
        guard !last.withdrawn else { throw problem(.withdrawn, "code", words.code) }
        if last.counts != nil { _ = try openRound(last.campaign) }
        let signed = try signed(words, after: last, .order)
        var next = last
        (next.version, next.at, next.reason, next.officer) = (signed.version, now, signed.reason, signed.officer)
        next.withdrawn = true
        return next
    }

    private func change(of last: Directive) throws(DirectiveProblem) {
        if book.isFromAbove(last.code) { throw problem(.above, "code", last.code) }
        if last.version >= Limits.directiveVersions { throw problem(.versions, "code", last.code) }
    }

    private func signed(
        _ words: DirectiveWords, after last: Directive?, _ kind: Directive.Kind
    ) throws(DirectiveProblem) -> Directive {
        let (reason, officer) = try DirectiveDraft.word(words)
        return Directive(
            code: words.code, version: (last?.version ?? 0) + 1, kind: kind, title: "", at: now, officer: officer,
            reason: reason)
    }

    /// Who says so, and why.
    static func word(_ words: DirectiveWords) throws(DirectiveProblem) -> (reason: String, officer: String) {
        guard let reason = words.reason, !reason.isEmpty else { throw problem(.reasonMissing, "reason") }
        guard let officer = words.officer, !officer.isEmpty else { throw problem(.officerMissing, "officer") }
        for (field, said) in [("reason", reason), ("officer", officer)]
        where said.utf8.count > Limits.directiveTitle {
            throw problem(.tooLong, field, "\(Limits.directiveTitle)")
        }
        return (reason, officer)
    }

    /// Whom it is for stays: whoever isn't told of the next version would go by the last one.
    private func addressees(_ words: DirectiveWords, _ last: Directive?) throws(DirectiveProblem) -> [String]? {
        let said = Array(Set(words.to ?? [])).sorted()
        let to = said.isEmpty ? nil : said
        if let last {
            guard to == nil || to == last.to else {
                throw problem(.addressees, "to", last.to?.joined(separator: "，") ?? "")
            }
            return last.to
        }
        for code in said where !isPlace(code) { throw problem(.addressee, "to", code) }
        return to
    }

    /// The roles of classes, where the directive gives any. All compounds of a round are read by one rule.
    private func counting(
        _ words: DirectiveWords, _ last: Directive?, _ next: Directive
    ) throws(DirectiveProblem) -> Measure? {
        guard words.measure ?? last?.counts?.measure != nil else {
            if words.done != nil || words.owed != nil { throw problem(.measure, "measure") }
            return nil
        }
        let (code, before) = (words.measure ?? last?.counts?.measure ?? "", last?.counts)
        guard next.kind == Directive.Kind.rule.rawValue else { throw problem(.rule, "kind", next.kind) }
        guard let measure = Measure.all.first(where: { $0.code == code }), before == nil || before?.measure == code
        else { throw problem(.measure, "measure", code) }
        guard next.to == nil else { throw problem(.ruleAddressees, "to") }
        let round = try openRound(next.campaign)
        guard last?.counts == nil || last?.campaign == round else { throw problem(.campaign, "campaign", round) }
        if let other = book.rule(of: round, code), other.code != next.code {
            throw problem(.ruleOfRound, "measure", other.code)
        }
        let (done, due) = (Set(words.done ?? before?.done ?? []), Set(words.owed ?? before?.due ?? []))
        let isAsBefore =
            last?.withdrawn == false && done == before.map { Set($0.done) } && due == before.map { Set($0.due) }
        let version = isAsBefore ? before?.version ?? 0 : book.nextRule
        guard let read = measure.read(version: version, done: done, due: due) else {
            let strangers = due.union(done).subtracting(measure.classes).sorted()
            throw problem(.classes, "owed", strangers.isEmpty ? "–" : strangers.joined(separator: ", "))
        }
        return read
    }

    /// Figures of a round that is over stay as they were, and those of one from above are read there and here alike.
    private func openRound(_ code: String?) throws(DirectiveProblem) -> String {
        guard let round = campaigns.first(where: { $0.code.text == code }) else {
            throw problem(.campaign, "campaign", code ?? "")
        }
        guard !round.closed else { throw problem(.ruleOver, "campaign", round.code.text) }
        guard !book.isFromAbove(round.code.text) else { throw problem(.above, "campaign", round.code.text) }
        return round.code.text
    }

    private func isPlace(_ code: String) -> Bool {
        tree.place(code) != nil || Code(code).flatMap { tree.speaker($0) } != nil
    }

    private func problem(_ code: DirectiveProblem.Code, _ field: String, _ value: String = "") -> DirectiveProblem {
        DirectiveDraft.problem(code, field, value)
    }

    private static func problem(
        _ code: DirectiveProblem.Code, _ field: String, _ value: String = ""
    ) -> DirectiveProblem { DirectiveProblem(code: code, field: field, value: String(value.prefix(80))) }
}
