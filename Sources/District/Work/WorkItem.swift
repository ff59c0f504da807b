package import Federation

/// Something at this aggregator that only a person can settle, or has to know (待办). What is listed follows from the
/// latest picture alone: it goes when its cause has gone, and no list can be out of step with the figures.
struct WorkItem: Sendable, Equatable {
    /// What it is about, with what a person needs to settle it. In the order in which they are listed: first what keeps
    /// figures unknown, last what is only to be known.
    enum Matter: Sendable, Equatable {
        /// Two machines use one identity; their incarnations, the counted one first.
        case dispute([Incarnation])
        /// Rows that differed from what was acknowledged, when they were last compared.
        case damage(findings: Int)
        case doubleClaim(OpenClaim)
        /// Not known in the round, by the words of `Why`.
        case unheard(state: String)
        /// A life of the unit that isn't counted, and that nobody has decided about.
        case shadow(Incarnation)
        case receipt(Receipt)
        /// More is due by the unit's own word than its registered ceiling allows.
        case aboveDue(Excess, measure: String)
        /// Counts that were phoned in differ from what the node said when it came back.
        case returned(PhoneIn)
        /// It has ended and still reports.
        case speaking
        /// A measure is read by another version of its rule than before.
        case rule(RuleVersion)
    }

    var matter: Matter
    /// Names it in a form and in an officer's word; the same as long as it is the same thing.
    var key: String
    /// Grows when it gets worse or happens anew: an older word no longer answers it.
    var extent: Int64 = 0
    /// Whose matter it is; nil where it is the whole aggregator's.
    var unit: Code?
    var name = ""
    var telephone = ""
    /// Seconds since 1970; nil where nobody knows.
    var since: Int64?
    /// Households behind it, at most; nil where nobody knows, which may be any number.
    var households: Int64?
    /// What an officer last said about it, as long as that still answers it.
    var note: WorkNote?
}

extension WorkItem {
    /// Which matter, as forms, JSON and the catalogues of texts spell it; in the order of the list.
    enum Kind: String, CaseIterable, Sendable {
        case dispute, damage
        case doubleClaim = "double_claim"
        case unheard, shadow, receipt
        case aboveDue = "above_due"
        case returned, speaking, rule

        var rank: Int { Kind.allCases.firstIndex(of: self) ?? 0 }
    }
}

extension WorkItem.Matter {
    var kind: WorkItem.Kind {
        switch self {
        case .dispute: .dispute
        case .damage: .damage
        case .doubleClaim: .doubleClaim
        case .unheard: .unheard
        case .shadow: .shadow
        case .receipt: .receipt
        case .aboveDue: .aboveDue
        case .returned: .returned
        case .speaking: .speaking
        case .rule: .rule
        }
    }
}

/// An officer's word about an item: who has taken it in hand, and how. It changes no figure.
package struct WorkNote: Sendable, Equatable {
    package var key: String
    /// How bad it was.
    package var extent: Int64
    /// Seconds since 1970.
    package var at: Int64
    package var reason: String
    package var officer: String
}

/// Since when a measure is read by this version of its rule.
package struct RuleVersion: Sendable, Equatable {
    package var measure: String
    package var version: Int
    /// Seconds since 1970.
    package var since: Int64
    /// For which officers published it; nil for all.
    package var round: Code?
}
