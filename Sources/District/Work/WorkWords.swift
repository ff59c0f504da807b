import Daemon
import Federation

/// Items of the work list in the words that people read.
enum WorkWords {
    /// What is the matter.
    static func text(_ item: WorkItem, asOf now: Int64, _ text: Messages) -> String {
        switch item.matter {
        case .unheard(let state): text("dash.why.\(state)")
        case .receipt(let receipt): ReceiptWords.text(receipt, asOf: now, text)
        case .dispute(let lives): text("work.say.dispute", ["count": "\(lives.count)"])
        case .damage(let findings): text("work.say.damage", ["count": "\(findings)"])
        case .doubleClaim(let claim):
            text(
                claim.decided ? "work.say.double_claim.decided" : "work.say.double_claim",
                ["owner": name(claim, claim.owner)])
        case .shadow(let incarnation): text("work.say.shadow", ["incarnation": "\(incarnation)"])
        case .aboveDue(let excess, let measure):
            text(
                "work.say.above_due",
                [
                    "measure": text("dash.measure.\(measure)"), "reported": FigureText.number(excess.reported),
                    "registered": FigureText.number(excess.registered), "ceiling": FigureText.number(excess.ceiling),
                ])
        case .returned(let call): text("work.say.returned", counts(call))
        case .speaking: text("dash.why.ended_speaking")
        case .rule(let rule):
            text(
                "work.say.rule", ["measure": text("dash.measure.\(rule.measure)"), "version": "\(rule.version)"])
        }
    }

    private static func name(_ claim: OpenClaim, _ unit: String) -> String {
        claim.claimants.first { $0.unit == unit }?.name ?? unit
    }

    private static func counts(_ call: PhoneIn) -> [String: String] {
        [
            "said": "\(call.counts.done) / \(call.counts.due)", "caller": call.caller,
            "node": call.returned.map { "\($0.counts.done) / \($0.counts.due)" } ?? "",
        ]
    }
}

extension WorkItem {
    /// What an officer may do about an item.
    enum Act: String, CaseIterable, Sendable {
        /// Says who has it in hand, and how.
        case note
        /// This incarnation counts, and no other.
        case adopt
        /// This incarnation isn't counted.
        case retire
        /// The household is counted at this unit.
        case count
    }

    /// What each act can be about: an incarnation, or a unit. A note is about the item itself.
    func choices(_ act: Act) -> [String] {
        switch (act, matter) {
        case (.adopt, .dispute(let lives)), (.retire, .dispute(let lives)): lives.map { "\($0)" }
        case (.adopt, .shadow(let life)), (.retire, .shadow(let life)): ["\(life)"]
        case (.count, .doubleClaim(let claim)): claim.claimants.map(\.unit)
        default: []
        }
    }
}
