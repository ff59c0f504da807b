import Coverage
import Federation

/// Counts phoned in: taken while the unit is unknown, ended by its own rows.
extension Tally {
    /// - Returns: why the call isn't taken; nil if it is.
    func phoneIn(_ call: PhoneIn, now: Int64, into batch: inout Batch) -> PhoneIn.Refusal? {
        guard let index = registered.tree.unit(call.unit) else { return .unitUnknown }
        guard let campaign = registered.campaigns.first(where: { $0.code == call.campaign }) else {
            return .campaignUnknown
        }
        if campaign.closed { return .campaignClosed }
        guard call.counts.isPossible else { return .countsImpossible }
        guard registered.tree.isCounted(index) else { return .unitNotCounted }
        let home = registered.tree.units[index].home
        let copies = batch.touched[home]?.write.state ?? speakers[home]
        if rollup.standing(index, copies, block(index, copies, call.campaign), now, call.campaign) == .known {
            return .unitKnown
        }
        var call = call
        call.number = registered.book.nextPhoneIn + Int64(batch.decided.phoneIns.count)
        batch.decided.phoneIns.append(call)
        return nil
    }

    /// Units whose own rows count again: each call ends, and what the node says stands beside it.
    ///
    /// - Parameter wall: seconds since 1970.
    func endPhoneIns(now: Int64, wall: Int64, in batch: inout Batch) {
        func end(_ calls: [PhoneIn], _ unit: Int, _ home: UnitCopies) {
            for call in calls {
                let rows = block(unit, home, call.campaign)
                guard rollup.standing(unit, home, rows, now, call.campaign) == .known else { continue }
                var ended = call
                ended.returned = PhoneIn.Return(
                    at: wall, counts: PhoneIn.Counts(rows, shelf, registered.directives.measures(of: call.campaign)))
                batch.decided.returns.append(ended)
            }
        }
        for (index, touch) in batch.touched.sorted(by: { $0.key < $1.key }) {
            for unit in registered.tree.units(through: index) {
                end(registered.book.openPhoneIns(of: registered.tree.units[unit].code), unit, touch.write.state)
            }
        }
    }

    /// What whoever speaks for the unit says of it.
    private func block(_ unit: Int, _ home: UnitCopies, _ campaign: Code) -> RowBlock {
        let block = home.active?.blocks[Cut(dataset: Tally.survey, period: campaign)] ?? RowBlock()
        guard registered.tree.isRelayed(unit) else { return block }
        return block.entry(registered.tree.units[unit].code).map { RowBlock([$0]) } ?? RowBlock()
    }
}
