package import Federation

/// Which incarnation counts, by a person's word, and what each change of it took back.
extension Tally {
    /// Decides that this incarnation is not to be counted. If it held the unit, the copy heard last takes over.
    ///
    /// - Returns: false if the unit has no such incarnation.
    func retire(_ word: Word, of code: Code, wall: Int64, into batch: inout Batch) -> Bool {
        decide(word, of: code, wall: wall, into: &batch) { unit in
            merge.retire(word.incarnation, &unit) ? [.retire(word.incarnation)] : nil
        }
    }

    /// Decides that this incarnation counts and that every other one known is retired.
    ///
    /// - Returns: false if the unit has no such incarnation, or its rows are not complete.
    func adopt(_ word: Word, of code: Code, wall: Int64, into batch: inout Batch) -> Bool {
        decide(word, of: code, wall: wall, into: &batch) { unit in
            guard merge.adopt(word.incarnation, &unit) else { return nil }
            let others = unit.copies.map(\.parent.incarnation).filter { $0 != word.incarnation }
            return [.adopt(word.incarnation)] + others.map { .retire($0) }
        }
    }

    private func decide(
        _ word: Word, of code: Code, wall: Int64, into batch: inout Batch,
        _ act: (inout UnitCopies) -> [Decision.Action]?
    ) -> Bool {
        guard let index = registered.tree.speaker(code) else { return false }
        var touch = batch.touched[index] ?? touch(index)
        let before = touch.write.state
        guard let actions = act(&touch.write.state) else { return false }
        batch.decided.decisions += actions.map {
            Decision(at: wall, unit: code, action: $0, reason: word.reason, officer: word.officer)
        }
        touch.everything = true
        noteTakeover(of: code, before, touch.write.state, wall: wall, into: &batch)
        batch.touched[index] = touch
        return true
    }

    func noteTakeover(
        of code: Code, _ before: UnitCopies, _ after: UnitCopies, learnt: Epoch? = nil, wall: Int64,
        into batch: inout Batch
    ) {
        let receipt = Receipt.ofTakeover(unit: code, before: before, after: after, learnt: learnt, at: wall, shelf)
        if let receipt { batch.decided.receipts.append(receipt) }
    }

    /// What was decided holds for rows that don't know of it: those of a process that ended between the two commits,
    /// and those of an older backup.
    func carryOut(wall: Int64, into batch: inout Batch) {
        for index in speakers.indices {
            var touch = touch(index)
            for copy in speakers[index].copies where copy.past != .retired {
                guard speakers[index].retired.contains(copy.parent.incarnation) else { continue }
                _ = merge.retire(copy.parent.incarnation, &touch.write.state)
                touch.everything = true
            }
            guard touch.everything else { continue }
            noteTakeover(
                of: registered.tree.code(ofSpeaker: index), speakers[index], touch.write.state, wall: wall,
                into: &batch)
            batch.touched[index] = touch
        }
    }
}

/// What an officer says about an incarnation, and why.
package struct Word: Sendable, Equatable {
    package var incarnation: Incarnation
    package var reason: String
    package var officer: String

    package init(_ incarnation: Incarnation, reason: String, officer: String) {
        (self.incarnation, self.reason, self.officer) = (incarnation, reason, officer)
    }
}
