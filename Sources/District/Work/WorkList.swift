import Coverage
import Federation
import Wire

extension Picture {
    /// What needs a person in one round at a place and below it: by matter, then what has most households behind it.
    ///
    /// - Parameters:
    ///   - campaign: nil where no round is known; then what belongs to no round is listed.
    ///   - place: nil for everything. Where all units are below it, what belongs to no unit is listed too.
    func work(_ campaign: Code?, below place: Int? = nil) -> [WorkItem] {
        matters(campaign, below: place).sorted(by: WorkItem.isBefore)
    }

    /// The same in no order, for who counts them: there may be one for each of a hundred thousand units.
    func matters(_ campaign: Code?, below place: Int?) -> [WorkItem] {
        let tree = rollup.tree
        // A district's own page stands below the city that it is in: everything is below it all the same.
        let all = place.map { tree.expected[$0].units == tree.counted } ?? true
        let units = (place ?? tree.root).map { tree.units(below: $0) } ?? []
        // Units that aren't counted stand in no place; relays stand above many.
        let apart = all ? tree.units.indices.filter { !tree.isCounted($0) } : []
        let speakers = units + apart + (all ? Array(tree.units.count..<tree.speakers) : [])
        var items = speakers.flatMap(copies) + history(among: all ? nil : Set(speakers)) + apart.flatMap(speaking)
        if let campaign {
            let isResting = campaigns.first { $0.code == campaign }.flatMap { RoundRest($0, now: wall) } != nil
            let totals = cut("survey", campaign)
            items += isResting ? [] : speakers.compactMap { unheard($0, campaign, totals) }
            items += excesses(units, campaign)
            items += doubleClaims(campaign, among: all ? nil : Set(units.map { tree.units[$0].code.text }))
            if all { items += directives.ruleChanges(of: campaign).map(WorkItem.init) }
        }
        if all { items += damage + rules.changes.map(WorkItem.init) }
        return items.map(answered)
    }

    private func answered(_ item: WorkItem) -> WorkItem {
        var item = item
        item.note = book.notes[item.key].flatMap { $0.extent >= item.extent ? $0 : nil }
        return item
    }

    private func item(
        _ matter: WorkItem.Matter, _ speaker: Int, _ words: String..., extent: Int64 = 0, since: Int64? = nil
    ) -> WorkItem {
        let tree = rollup.tree
        let relay = tree.relay(speaker).map { tree.relays[$0] }
        let code = tree.code(ofSpeaker: speaker)
        let ceilings = relay.map { $0.units.map { tree.units[$0].households } } ?? [tree.units[speaker].households]
        return WorkItem(
            matter: matter, key: ([matter.kind.rawValue, code.text] + words).joined(separator: "/"), extent: extent,
            unit: code,
            name: relay?.name ?? tree.units[speaker].name,
            telephone: relay?.dutyTelephone ?? tree.units[speaker].dutyTelephone, since: since,
            households: ceilings.reduce(0) { sum, one in sum.flatMap { sum in one.map { sum + $0 } } })
    }

    // MARK: Copies

    private func copies(_ speaker: Int) -> [WorkItem] {
        let unit = speakers[speaker]
        if unit.disputed, let active = unit.active {
            let others = unit.copies.filter { $0.parent.role == .shadow && $0.past != .retired }
            let lives = ([active] + others).map(\.parent.incarnation)
            return [item(.dispute(lives), speaker, since: others.map(\.heardAt).max())]
        }
        return unit.copies.filter { $0.parent.role == .shadow && $0.past == .none && $0.parent.verified }.map {
            item(.shadow($0.parent.incarnation), speaker, "\($0.parent.incarnation)", since: $0.heardAt)
        }
    }

    /// What was written down about units; few of them have any of it.
    ///
    /// - Parameter speakers: nil for all.
    private func history(among speakers: Set<Int>?) -> [WorkItem] {
        Set(book.receipts.keys).union(book.phoneIns.keys).sorted().compactMap { rollup.tree.speaker($0) }
            .filter { speakers?.contains($0) ?? true }.flatMap(history)
    }

    private func history(_ speaker: Int) -> [WorkItem] {
        let code = rollup.tree.code(ofSpeaker: speaker)
        let receipts = (book.receipts[code] ?? []).map {
            item(
                .receipt($0), speaker, "\($0.deposed)", "\($0.heir)", extent: Int64($0.deposedAt?.seq ?? 0),
                since: $0.at)
        }
        let calls = (book.phoneIns[code] ?? []).filter { call in call.returned.map { $0.counts != call.counts } ?? false
        }
        return receipts + calls.map { item(.returned($0), speaker, "\($0.number)", since: $0.returned?.at) }
    }

    // MARK: Units

    private func speaking(_ unit: Int) -> [WorkItem] {
        let code = rollup.tree.units[unit].code
        return Handover(self).stillSpeaks(code) ? [item(.speaking, unit, since: heardAt(unit))] : []
    }

    /// A relay's trouble is one item, whatever the number of units behind it.
    private func unheard(_ speaker: Int, _ campaign: Code, _ totals: CutTotals) -> WorkItem? {
        let tree = rollup.tree
        let isRelay = tree.relay(speaker) != nil
        if !isRelay, !tree.isCounted(speaker) || totals.standings[speaker] == .known { return nil }
        let state = Why.state(self, speaker, campaign, now: now)
        guard !["known", "final", "disputed"].contains(state), !state.hasPrefix("relay_") else { return nil }
        let heard = isRelay ? speakers[speaker].active?.heardAt : heardAt(speaker, totals)
        // Whoever goes on speaking and says nothing of the round hasn't fallen silent anew each time.
        let extent = state == "stale" ? heard ?? 0 : 0
        return item(.unheard(state: state), speaker, campaign.text, extent: extent, since: heard)
    }

    private func excesses(_ units: ArraySlice<Int>, _ campaign: Code) -> [WorkItem] {
        measures(campaign).flatMap { measure -> [WorkItem] in
            guard let dataset = Code(measure.dataset), !measure.isOf(.contact) else { return [] }
            let due = DueColumns(measure, rollup.shelf)
            let cut = Cut(dataset: dataset, period: campaign)
            return units.compactMap { unit in
                let entry = rollup.tree.units[unit]
                guard let ceiling = entry.ceiling(measure.base), ceiling > 0,
                    let registered = entry.registered(measure.base),
                    let reported = block(unit, cut).map(due.sum), reported > ceiling
                else { return nil }
                let excess = Excess(reported: reported, registered: registered, ceiling: ceiling)
                return item(
                    .aboveDue(excess, measure: measure.code), unit, campaign.text, measure.code,
                    extent: excess.reported)
            }
        }
    }

    // MARK: What belongs to no single unit

    /// Whose a household is, is settled where both who have it are seen: whoever reads one of them isn't told of the
    /// other, and could not decide between them.
    ///
    /// - Parameter units: nil for all.
    private func doubleClaims(_ campaign: Code, among units: Set<String>?) -> [WorkItem] {
        openClaimList(campaign).filter { claim in
            units.map { units in claim.claimants.allSatisfy { units.contains($0.unit) } } ?? true
        }.map { claim in
            WorkItem(
                matter: .doubleClaim(claim), key: "double_claim/\(campaign)/\(WorkItem.name(ofToken: claim.token))",
                extent: claim.since,
                unit: Code(claim.owner), name: claim.claimants.map(\.name).joined(separator: " · "),
                since: claim.since, households: 1)
        }
    }

    private var damage: [WorkItem] {
        guard let scrub, scrub.findings > 0 else { return [] }
        return [
            WorkItem(
                matter: .damage(findings: scrub.findings), key: "damage", extent: scrub.at, since: scrub.at)
        ]
    }
}

extension WorkItem {
    /// Of readers only officers may know a household's token.
    fileprivate static func name(ofToken token: String) -> String {
        String(RegistryDocument.digest(of: Array(token.utf8)).prefix(16))
    }

    fileprivate init(_ rule: RuleVersion) {
        let words = ["rule", rule.measure, "\(rule.version)"] + (rule.round.map { [$0.text] } ?? [])
        // Read by the program's rule again, after another was withdrawn, it is the same version at a later time.
        self.init(
            matter: .rule(rule), key: words.joined(separator: "/"), extent: rule.round == nil ? 0 : rule.since,
            since: rule.since)
    }

    /// Nobody's word yet before what is in hand; then by matter; then an unknown number of households, which may be any.
    fileprivate static func isBefore(_ a: WorkItem, _ b: WorkItem) -> Bool {
        if (a.note == nil) != (b.note == nil) { return a.note == nil }
        let (first, second) = (a.matter.kind.rank, b.matter.kind.rank)
        if first != second { return first < second }
        if a.households != b.households { return (a.households ?? .max) > (b.households ?? .max) }
        return a.key < b.key
    }
}
