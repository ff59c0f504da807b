import District
import Federation
import Sync

/// Invariant 4: nothing that was acknowledged is lost in silence. A database that is older than what its own sidecar
/// saw acknowledged never goes on as the same life; and when another life is counted, every acknowledged row whose
/// counts it doesn't repeat is in exactly one receipt, with what it was and what it is.
final class NoSilentLoss: Checker {
    private struct Moment: Hashable {
        var incarnation: Incarnation
        var position: Position
    }
    /// A receipt without its values: two lives of a unit.
    private struct Pair: Hashable {
        var deposed: Incarnation
        var heir: Incarnation
    }
    private unowned let world: World
    private var acknowledged: [Int: [Incarnation: UInt64]] = [:]
    /// The rows that each life had at each position, as its node wrote them.
    private var rows: [Moment: [RowKey: RowBody]] = [:]
    /// What each life was told is held, and how often its parent's rows had been taken back by then.
    private var promised: [Code: [Incarnation: (seq: UInt64, rewinds: Int)]] = [:]
    private var counted: [Code: (incarnation: Incarnation, rewinds: Int)] = [:]
    private var seen: [Code: [Receipt]] = [:]
    init(_ world: World) { self.world = world }

    // MARK: At a node

    func acknowledged(by machine: any Child, _ link: ChildLink) {
        guard let cursor = link.cursor else { return }
        acknowledged[machine.number, default: [:]][link.incarnation] = cursor.seq
    }

    func written(by machine: any Child, _ store: any LinkStoring, _ incarnation: Incarnation) {
        let moment = Moment(incarnation: incarnation, position: store.position)
        if machine is CompoundMachine, rows[moment] == nil { rows[moment] = store.rows }
        guard !machine.lostItsSidecar, let seq = acknowledged[machine.number]?[incarnation] else { return }
        if store.position.seq < seq {
            world.violate(4, "\(machine.name) goes on at \(store.position.seq) though \(seq) was acknowledged")
        }
    }

    // MARK: At an aggregator

    func answered(_ answer: Answer, to push: Push, of unit: Code, by district: DistrictMachine) {
        guard case .held(let position) = answer.outcome else { return }
        promised[unit, default: [:]][push.incarnation] = (position.seq, district.rewinds)
    }

    func committed(_ ledger: Ledger, _ district: DistrictMachine, clock: Int64) {
        for unit in district.content.units where unit.home == nil {
            let receipts = ledger.book.receipts[unit.code] ?? []
            for receipt in receipts where !(seen[unit.code] ?? []).contains(receipt) { check(receipt, district) }
            if Set(receipts.map { Pair(deposed: $0.deposed, heir: $0.heir) }).count != receipts.count {
                world.violate(4, "\(unit.code): two receipts of one takeover")
            }
            seen[unit.code] = receipts
            guard let active = ledger.held(unit.code)?.active else { continue }
            if let old = counted[unit.code], old.incarnation != active, old.rewinds == district.rewinds,
                !leads(from: old.incarnation, to: active, receipts)
            {
                world.violate(4, "\(unit.code) changed hands and no receipt says what that took back")
            }
            counted[unit.code] = (active, district.rewinds)
        }
    }

    /// One batch may hold more than one takeover.
    private func leads(from old: Incarnation, to new: Incarnation, _ receipts: [Receipt]) -> Bool {
        var reached: Set<Incarnation> = [old]
        for _ in receipts { reached.formUnion(receipts.filter { reached.contains($0.deposed) }.map(\.heir)) }
        return reached.contains(new)
    }

    /// What stands in a receipt is what the two lives' own rows give.
    private func check(_ receipt: Receipt, _ district: DistrictMachine) {
        let promise = promised[receipt.unit]?[receipt.deposed]
        guard let position = receipt.deposedAt else {
            if district.rewinds == 0 { world.violate(4, "\(receipt.unit): rows that were never lost are not listed") }
            return
        }
        if let promise, promise.rewinds == district.rewinds, promise.seq > position.seq {
            world.violate(4, "\(receipt.unit): \(promise.seq) was acknowledged; the receipt begins at \(position.seq)")
        }
        guard let old = rows[Moment(incarnation: receipt.deposed, position: position)],
            let new = rows[Moment(incarnation: receipt.heir, position: receipt.heirAt)]
        else {
            return world.violate(
                4,
                "\(receipt.unit): a receipt of rows that no node ever had, from \(position.seq) to \(receipt.heirAt.seq)"
            )
        }
        // Claims name households, and no receipt may outlive their key.
        let lost = old.keys.filter { $0.dataset != Rounds.claims }.sorted().compactMap { key in
            old[key].flatMap { NoSilentLoss.lost(key, $0, new[key]) }
        }
        let listed = receipt.lines.map { line in Lost(key: line.key, counts: line.counts.map { [$0.old, $0.new] }) }
        if lost != listed {
            world.violate(
                4, "\(receipt.unit): \(lost.count) acknowledged rows were taken back, \(listed.count) are listed")
        }
    }

    private struct Lost: Equatable {
        var key: RowKey
        /// Old and new of each indicator that differs.
        var counts: [[Count?]]
    }

    /// By position in the vector, since a newer catalogue of these worlds only appends.
    private static func lost(_ key: RowKey, _ old: RowBody, _ new: RowBody?) -> Lost? {
        let counts = old.counts.enumerated().compactMap { place, count -> [Count?]? in
            let now = new.flatMap { $0.counts.indices.contains(place) ? $0.counts[place] : nil }
            return now == count ? nil : [count, now]
        }
        return counts.isEmpty ? nil : Lost(key: key, counts: counts)
    }
}
