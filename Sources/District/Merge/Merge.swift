import Federation

/// What one push did to a unit.
struct Received {
    var outcome: Answer.Outcome
    /// The copy that spoke; nil where it isn't one that is kept.
    var incarnation: Incarnation?
    /// Blocks before and after, for the roll-up.
    var changed: [(cut: Cut, old: RowBlock, new: RowBlock)] = []
    /// The role of some copy changed: what is counted has to be settled anew.
    var rolesChanged = false
}

/// Stage 6: stores rows, and decides which incarnation of a unit counts. Pure: the clock is a
/// parameter and nothing is read or written but the values passed in.
struct Merge {
    let pace: Pace
    /// Serving-clock time at which this process began; leases of the unheard run from here.
    let startedAt: Int64
    var bounds = Bounds()

    /// What a parent bears; smaller only where bounds are tested.
    struct Bounds: Sendable {
        /// Rows of an unfinished push that are kept aside: memory that no verified push has paid for yet.
        var stagedRows = 1_000_000
        /// The same of all units together; beyond, other units' parts are dropped and start again.
        var allStagedRows = 4_000_000
        /// A unit's sum of one indicator in one cut above this is a fault, and would endanger the totals.
        var unitSum: Int64 = 1_000_000_000_000
    }

    func receive(
        _ push: Push, unit: inout UnitCopies, staged: inout StagedPush?, place: Int, shelf: CatalogueShelf,
        now: Int64, wall: Int64
    ) -> Received {
        var received = Received(outcome: .busy(retryAfterSeconds: nil))
        learnEpoch(push, &unit, &received)
        if let unknown = unknownCatalogues(push, shelf) {
            let have = unit.index(of: push.incarnation).flatMap { unit.copies[$0].parent.held }
            received.outcome = .contradicted(have: have, .catalogue(unknown))
            return received
        }
        let refusals = refuse(push, shelf)
        if !refusals.isEmpty {
            received.outcome = .refused(refusals)
            return received
        }
        guard let index = copy(for: push, in: &unit, now: now, wall: wall, &received) else { return received }
        received.incarnation = push.incarnation
        switch unit.copies[index].parent.judge(push) {
        case .contradicted(let why):
            // The session is remembered even where nothing is applied, or a second copy would go unseen.
            if why != .fork { unit.copies[index].parent.session = push.session }
            received.outcome = .contradicted(have: unit.copies[index].parent.held, why)
        case .alreadyHeld:
            unit.copies[index].parent.session = push.session
            heard(&unit, index, place: place, now: now, wall: wall, &received)
            received.outcome = .held(unit.copies[index].parent.position)
        case .take:
            unit.copies[index].parent.session = push.session
            take(push, &unit, index, &staged, shelf, &received)
            if case .held = received.outcome { heard(&unit, index, place: place, now: now, wall: wall, &received) }
        }
        return received
    }

    // MARK: Rows

    private func take(
        _ push: Push, _ unit: inout UnitCopies, _ index: Int, _ staged: inout StagedPush?, _ shelf: CatalogueShelf,
        _ received: inout Received
    ) {
        let have = unit.copies[index].parent.held
        var changes = push.changes
        if push.part > 1 || push.to == nil {
            if staged.map({ !$0.belongs(push) }) ?? true {
                guard push.part == 1 else {
                    received.outcome = .contradicted(have: have, .parts)
                    return
                }
                staged = StagedPush(first: push, held: push.kind == .delta ? sums(unit.copies[index]) : UpperSums())
            }
            guard staged?.add(push, limit: bounds.stagedRows) == true else {
                received.outcome = .contradicted(have: have, .parts)
                return
            }
            if let excess = staged?.sums.excess(push.changes, above: bounds.unitSum), !excess.isEmpty {
                staged = nil
                received.outcome = .refused(excess.map(Merge.outOfRange))
                return
            }
            changes = staged?.changes ?? []
        }
        guard let to = push.to else {
            received.outcome = .staged(part: push.part)
            return
        }
        staged = nil
        apply(changes, push, to, &unit.copies[index], shelf, &received)
    }

    private func apply(
        _ changes: [RowChange], _ push: Push, _ to: Position, _ copy: inout Copy, _ shelf: CatalogueShelf,
        _ received: inout Received
    ) {
        var held = HeldRows(copy, shelf)
        let applied = RowsApplied.verify(
            changes, kind: push.kind, from: push.from, to: to, in: push.incarnation,
            held: { held.body($0) }, others: { held.keys })
        guard let applied else {
            received.outcome = .contradicted(have: copy.parent.held, .mismatch)
            return
        }
        let blocks = held.blocks(after: applied)
        if let excess = excess(blocks, changes) {
            received.outcome = .refused(excess)
            return
        }
        for (cut, new) in blocks {
            received.changed.append((cut, copy.blocks[cut] ?? RowBlock(), new))
            copy.blocks[cut] = new.isEmpty ? nil : new
        }
        copy.parent.position = applied.position
        copy.parent.verified = true
        received.outcome = .held(applied.position)
    }

    private func unknownCatalogues(_ push: Push, _ shelf: CatalogueShelf) -> [CatalogueHash]? {
        var unknown: Set<CatalogueHash> = []
        var last: CatalogueHash?
        for change in push.changes {
            guard let hash = change.body?.catalogue, hash != last else { continue }
            last = hash
            if shelf.place(hash) == nil { unknown.insert(hash) }
        }
        return unknown.isEmpty ? nil : unknown.sorted { $0.value < $1.value }
    }

    private func refuse(_ push: Push, _ shelf: CatalogueShelf) -> [RowRefusal] {
        var refusals: [RowRefusal] = []
        for (index, change) in push.changes.enumerated() {
            guard let body = change.body, let place = shelf.place(body.catalogue) else { continue }
            let catalogue = shelf[place]
            if catalogue.dataset != change.key.dataset {
                refusals.append(RowRefusal(line: index + 1, why: "catalogue_of_another_dataset"))
            } else if body.counts.count != catalogue.indicators.count {
                refusals.append(RowRefusal(line: index + 1, why: "expected_\(catalogue.indicators.count)_counts"))
            } else if let bad = body.counts.firstIndex(where: { !$0.isValid }) {
                refusals.append(
                    RowRefusal(line: index + 1, why: "count_out_of_range:\(catalogue.indicators[bad].code)"))
            } else if body.asOf < 0 {
                refusals.append(RowRefusal(line: index + 1, why: "as_of_negative"))
            }
        }
        return refusals
    }

    /// Rows that make a unit's sum absurd.
    private func excess(_ blocks: [(Cut, RowBlock)], _ changes: [RowChange]) -> [RowRefusal]? {
        let tooMuch = blocks.filter { _, block in
            block.sums.values.contains { $0.contains { $0 > bounds.unitSum } }
        }
        guard !tooMuch.isEmpty else { return nil }
        var sums = UpperSums()
        for (cut, block) in tooMuch { Merge.add(block, of: cut, to: &sums) }
        return sums.excess(changes, above: bounds.unitSum).map(Merge.outOfRange)
    }

    private func sums(_ copy: Copy) -> UpperSums {
        copy.blocks.reduce(into: UpperSums()) { Merge.add($1.value, of: $1.key, to: &$0) }
    }

    private static func add(_ block: RowBlock, of cut: Cut, to sums: inout UpperSums) {
        for entry in block.entries {
            sums.add(RowKey(dataset: cut.dataset, period: cut.period, subject: entry.subject), entry.counts)
        }
    }

    private static func outOfRange(_ place: Int) -> RowRefusal {
        RowRefusal(line: place + 1, why: "unit_total_out_of_range")
    }
}

/// The rows of a copy under their keys, unpacked only where a push touches them.
private struct HeldRows {
    private let copy: Copy
    private let shelf: CatalogueShelf
    private var tables: [Cut: [RowBlock.Entry]] = [:]
    /// The table of the last key: a push's rows come cut by cut.
    private var current: (cut: Cut, entries: [RowBlock.Entry])?

    init(_ copy: Copy, _ shelf: CatalogueShelf) {
        self.copy = copy
        self.shelf = shelf
    }

    mutating func body(_ key: RowKey) -> RowBody? {
        let cut = Cut(dataset: key.dataset, period: key.period)
        if current?.cut != cut { current = (cut, table(cut)) }
        guard let entries = current?.entries else { return nil }
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].subject < key.subject { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count, entries[low].subject == key.subject else { return nil }
        let entry = entries[low]
        return RowBody(catalogue: shelf[entry.catalogue].hash, counts: entry.counts, asOf: entry.asOf)
    }

    var keys: [RowKey] {
        copy.blocks.flatMap { cut, block in
            block.entries.map { RowKey(dataset: cut.dataset, period: cut.period, subject: $0.subject) }
        }
    }

    /// The touched blocks as they are after the rows were replaced, in a fixed order.
    func blocks(after applied: RowsApplied) -> [(Cut, RowBlock)] {
        var changes: [Cut: [(subject: Code, entry: RowBlock.Entry?)]] = [:]
        for one in applied.replacements {
            let entry = one.new.flatMap { body in
                shelf.place(body.catalogue).map {
                    RowBlock.Entry(
                        subject: one.key.subject, seq: one.seq, asOf: body.asOf, catalogue: $0, counts: body.counts)
                }
            }
            changes[Cut(dataset: one.key.dataset, period: one.key.period), default: []].append((one.key.subject, entry))
        }
        return changes.sorted { $0.key < $1.key }.map { cut, changes in
            var block = copy.blocks[cut] ?? RowBlock()
            block.replace(changes)
            return (cut, block)
        }
    }

    private mutating func table(_ cut: Cut) -> [RowBlock.Entry] {
        if let known = tables[cut] { return known }
        let table = copy.blocks[cut]?.entries ?? []
        tables[cut] = table
        return table
    }
}
