package import Federation

/// What an aggregator decided, or was told, that no child holds. Durable in `registry.sqlite` before the rows that
/// follow from it; never taken back with them.
package protocol DecisionKeeping {
    /// - Throws: what the store threw; nothing of it may then be acted upon.
    func commit(_ decided: Decided) throws
}

/// An officer's word about which incarnation of a unit counts.
package struct Decision: Sendable, Equatable {
    package enum Action: Sendable, Equatable {
        /// This one counts; every other that is known is retired beside it.
        case adopt(Incarnation)
        /// This one is not to be counted again.
        case retire(Incarnation)
    }
    /// Seconds since 1970.
    package var at: Int64
    package var unit: Code
    package var action: Action
    package var reason: String
    package var officer: String
}

/// What one batch adds to the book.
package struct Decided: Sendable {
    package var decisions: [Decision] = []
    package var receipts: [Receipt] = []
    package var phoneIns: [PhoneIn] = []
    /// Calls that ended because the unit's own rows count again.
    package var returns: [PhoneIn] = []
    package var notes: [WorkNote] = []

    package init() {}
    package var isEmpty: Bool {
        decisions.isEmpty && receipts.isEmpty && phoneIns.isEmpty && returns.isEmpty && notes.isEmpty
    }
}

/// Everything that was decided so far, by unit. There is little of it: it is held whole.
package struct DecisionBook: Sendable {
    /// Incarnations that are not to be counted, by the last word on each.
    package private(set) var retired: [Code: Set<Incarnation>] = [:]
    /// In the order in which they were first written.
    package private(set) var receipts: [Code: [Receipt]] = [:]
    /// In the order of their numbers.
    package private(set) var phoneIns: [Code: [PhoneIn]] = [:]
    /// The last word on each item of the work list, by its key.
    package private(set) var notes: [String: WorkNote] = [:]
    private var lastPhoneIn: Int64 = 0

    package init() {}

    package mutating func apply(_ decided: Decided) {
        for decision in decided.decisions {
            switch decision.action {
            case .adopt(let incarnation): retired[decision.unit]?.remove(incarnation)
            case .retire(let incarnation): retired[decision.unit, default: []].insert(incarnation)
            }
        }
        for receipt in decided.receipts { add(receipt) }
        for call in decided.phoneIns {
            phoneIns[call.unit, default: []].append(call)
            lastPhoneIn = max(lastPhoneIn, call.number)
        }
        for call in decided.returns {
            guard let place = phoneIns[call.unit]?.firstIndex(where: { $0.number == call.number }) else { continue }
            phoneIns[call.unit]?[place].returned = call.returned
        }
        for note in decided.notes { notes[note.key] = note }
    }

    private mutating func add(_ receipt: Receipt) {
        let same = receipts[receipt.unit]?.firstIndex { $0.deposed == receipt.deposed && $0.heir == receipt.heir }
        guard let same else { return receipts[receipt.unit, default: []].append(receipt) }
        if let other = receipts[receipt.unit]?[same], receipt.replaces(other) {
            receipts[receipt.unit]?[same] = receipt
        }
    }

    /// The number of the next call.
    var nextPhoneIn: Int64 { lastPhoneIn + 1 }

    /// The last call of each campaign, as long as the unit hasn't come back: a later call replaces an earlier one.
    package func openPhoneIns(of unit: Code) -> [PhoneIn] {
        guard let calls = phoneIns[unit] else { return [] }
        return calls.filter { call in
            call.returned == nil && !calls.contains { $0.campaign == call.campaign && $0.number > call.number }
        }
    }
}
