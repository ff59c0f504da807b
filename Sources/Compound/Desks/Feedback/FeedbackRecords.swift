import Federation
import GRDB

extension Record {
    /// A suggestion or a complaint.
    struct Suggestion: RecordContent {
        enum Theme: String, Sendable, CaseIterable { case testing, supplies, medical, access, notices, property, other }
        var campaign: Code
        /// Its own name, ready-made by whoever records it.
        var item: Code
        var theme: Theme
        var text: String
        /// Nil for somebody who wants no name.
        var sender: String?
    }

    /// What became of one.
    struct FollowUp: RecordContent {
        enum State: String, Sendable, CaseIterable { case open, answered, done, declined }
        var item: Code
        var state: State
        var answer: String?
    }
}

extension Record.Suggestion {
    static let kind = FeedbackDesk.suggestion
    /// Bytes of what is said, and of a name.
    private static let (textLimit, senderLimit) = (1500, 60)
    var period: Code? { campaign }
    var page: String { "/feedback" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(
            campaign: try json.code("campaign"), item: try json.code("item"), theme: try json.choice("theme"),
            text: try json.text("text", limit: Record.Suggestion.textLimit),
            sender: json.has("sender") ? try json.text("sender", limit: Record.Suggestion.senderLimit) : nil)
    }

    init(form: FormFields) throws(IntakeError) {
        guard let text = try form.text("text", limit: Record.Suggestion.textLimit) else {
            throw IntakeError(.fieldMissing, field: "text")
        }
        self.init(
            campaign: try form.code("campaign"), item: try form.code("item"), theme: try form.choice("theme"),
            text: text, sender: try form.text("sender", limit: Record.Suggestion.senderLimit))
    }

    var statement: Statement {
        Statement(
            subject: item.text, field: FeedbackDesk.suggestion,
            value: JSONLine.object([
                ("campaign", .text(campaign.text)), ("sender", .text(sender ?? "")), ("text", .text(text)),
                ("theme", .text(theme.rawValue)),
            ]))
    }

    var members: [(String, JSONLine.Value)] {
        [
            ("campaign", .text(campaign.text)), ("item", .text(item.text)), ("theme", .text(theme.rawValue)),
            ("text", .text(text)),
        ] + JSONLine.text("sender", sender)
    }
}

extension Record.FollowUp {
    static let kind = FeedbackDesk.followUp
    private static let answerLimit = 1500
    /// Its suggestion has opened the round.
    var period: Code? { nil }
    var page: String { "/feedback" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(
            item: try json.code("item"), state: try json.choice("state"),
            answer: json.has("answer") ? try json.text("answer", limit: Record.FollowUp.answerLimit) : nil)
    }

    init(form: FormFields) throws(IntakeError) {
        self.init(
            item: try form.code("item"), state: try form.choice("state"),
            answer: try form.text("answer", limit: Record.FollowUp.answerLimit))
    }

    var statement: Statement {
        Statement(
            subject: item.text, field: FeedbackDesk.followUp,
            value: JSONLine.object([("answer", .text(answer ?? "")), ("state", .text(state.rawValue))]))
    }

    func check(_ record: Record, _ journal: Journal) throws {
        guard try FeedbackDesk.campaign(of: item.text, journal.db) == nil else { return }
        throw IntakeError(.itemUnknown, field: "item", value: item.text)
    }

    var members: [(String, JSONLine.Value)] {
        [("item", .text(item.text)), ("state", .text(state.rawValue))] + JSONLine.text("answer", answer)
    }
}
