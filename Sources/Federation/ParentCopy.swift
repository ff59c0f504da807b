/// What a parent holds of one incarnation of one unit, apart from the rows themselves.
package struct ParentCopy: Hashable, Sendable {
    package var incarnation: Incarnation
    package var position: Position
    package var session: Session?
    package var role: Role
    /// Rows are complete and verified: a snapshot has been applied.
    package var verified: Bool

    package init(
        incarnation: Incarnation, position: Position = .origin, session: Session? = nil, role: Role,
        verified: Bool = false
    ) {
        self.incarnation = incarnation
        self.position = position
        self.session = session
        self.role = role
        self.verified = verified
    }

    /// What a parent does with a part before it looks at the rows.
    package enum Verdict: Hashable, Sendable {
        case take
        /// A retry of a push that was applied.
        case alreadyHeld
        case contradicted(Contradiction)
    }

    /// Compare-and-set on the position. `from` must be what is held; `to` already held is a retry.
    package func judge(_ push: Push) -> Verdict {
        guard push.session.mayFollow(session) else { return .contradicted(.fork) }
        #if DEBUG
            if Mutation.counterOnlyPositions.isActive { return judgeByNumber(push) }
        #endif
        if let to = push.to, verified {
            if to == position { return .alreadyHeld }
            // A child that counts lower than what it sent before has lost rows, whatever the digest says.
            if to.seq < position.seq { return .contradicted(.stale) }
        }
        switch push.kind {
        case .delta: return verified && push.from == position ? .take : .contradicted(verified ? .stale : .unknown)
        case .snapshot: return push.from == held ? .take : .contradicted(.stale)
        }
    }

    #if DEBUG
        private func judgeByNumber(_ push: Push) -> Verdict {
            if let to = push.to, to.seq == position.seq, verified { return .alreadyHeld }
            if let to = push.to, to.seq < position.seq, verified { return .contradicted(.stale) }
            switch push.kind {
            case .delta:
                return verified && push.from?.seq == position.seq
                    ? .take : .contradicted(verified ? .stale : .unknown)
            case .snapshot: return push.from?.seq == held?.seq ? .take : .contradicted(.stale)
            }
        }
    #endif

    /// The position as the parent states it; nil while no snapshot has been verified.
    package var held: Position? { verified ? position : nil }
}

/// The rows of a push, checked against what is held, ready to be stored.
package struct RowsApplied: Sendable {
    package struct Replacement: Sendable {
        package var key: RowKey
        package var old: RowBody?
        package var new: RowBody?
        package var seq: UInt64

        package init(key: RowKey, old: RowBody?, new: RowBody?, seq: UInt64) {
            self.key = key
            self.old = old
            self.new = new
            self.seq = seq
        }
    }
    package var position: Position
    package var replacements: [Replacement]

    /// Applies `changes` in memory and recomputes the digest.
    ///
    /// - Parameters:
    ///   - held: the row that the parent holds under a key.
    ///   - others: for a snapshot, every row held, so that what the snapshot doesn't name is deleted.
    /// - Returns: nil if the rows don't add up to `to`; nothing may then be written.
    package static func verify(
        _ changes: [RowChange], kind: Push.Kind, from: Position?, to: Position, in incarnation: Incarnation,
        held: (RowKey) -> RowBody?, others: () -> [RowKey]
    ) -> RowsApplied? {
        guard to.seq >= from?.seq ?? 0 else { return nil }
        var final: [RowKey: RowChange] = [:]
        final.reserveCapacity(changes.count)
        var order: [RowKey] = []
        order.reserveCapacity(changes.count)
        var last: UInt64 = kind == .delta ? from?.seq ?? 0 : 0
        for change in changes {
            guard change.seq > last, change.seq <= to.seq else { return nil }
            last = change.seq
            if final.updateValue(change, forKey: change.key) == nil { order.append(change.key) }
        }
        var digest = kind == .delta ? from?.digest ?? .empty : .empty
        var replacements: [Replacement] = []
        replacements.reserveCapacity(order.count)
        for key in order {
            guard let change = final[key] else { continue }
            let old = held(key)
            digest.replace(key, kind == .delta ? old : nil, by: change.body, in: incarnation)
            replacements.append(Replacement(key: key, old: old, new: change.body, seq: change.seq))
        }
        #if DEBUG
            if Mutation.counterOnlyPositions.isActive { digest = to.digest }
        #endif
        guard digest == to.digest else { return nil }
        #if DEBUG
            if Mutation.laterClockStands.isActive {
                replacements.removeAll { ($0.old?.asOf ?? .min) > ($0.new?.asOf ?? .max) }
            }
        #endif
        if kind == .snapshot {
            for key in others() where final[key] == nil {
                replacements.append(Replacement(key: key, old: held(key), new: nil, seq: to.seq))
            }
        }
        return RowsApplied(position: to, replacements: replacements)
    }
}
