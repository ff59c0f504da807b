import Federation
import Wire

/// What is held of every speaker and what it adds up to: the synchronous heart of the aggregator. It reads
/// no clock, no file and no random number; its owner makes a batch durable, then settles it.
///
/// The order is the promise: `receive` only looks at what is held and writes into the batch; `settle`
/// changes what is held, after the batch is on the disk.
struct Tally {
    /// What the registry says, read as a whole whenever it changes.
    struct Registered: Sendable {
        var hierarchy: Hierarchy
        var campaigns: [RegistryCampaign]
        var edition: String?
        var tokens: [[UInt8]: Code]
        var readTokens: [[UInt8]: ReadToken] = [:]
        var overlays: [Overlay] = []
        /// What was decided, and who rang.
        var book = DecisionBook()
        var lineage = Lineage()
        /// Whose a household is by an officer's word, by round and token.
        var claimDecisions: [Code: [UInt64: Code]] = [:]
        /// What was open when a round was closed, by round and unit.
        var unsettledClaims: [Code: [Code: OpenClaims]] = [:]
        /// What was published downward.
        var directives = DirectiveBook()

        /// Of today.
        var tree: PlaceTree { hierarchy.current }
    }

    /// What one transaction will hold.
    struct Batch {
        struct Touch {
            var write: RowWrite
            var cuts: Set<Cut> = []
            /// The role of some copy changed, and everything of the unit has to be settled.
            var everything = false
            var changesFigures: Bool { everything || !cuts.isEmpty }
        }
        var touched: [Int: Touch] = [:]
        /// Durable before the rows are.
        var decided = Decided()
        var writes: [RowWrite] { touched.sorted { $0.key < $1.key }.map(\.value.write) }
    }

    let identity: Incarnation
    private(set) var registered: Registered
    /// Per speaker: every unit, then the relays.
    private(set) var speakers: Paged<UnitCopies>
    private(set) var rollup: Rollup
    private(set) var claims: Claims
    /// Help between compounds, as of the last sweep.
    private(set) var help = Help()
    /// Something of it was said, or somebody fell silent or came back.
    private var helpIsOld = true
    private(set) var shelf: CatalogueShelf
    /// Copies whose rows on the disk were not what was acknowledged.
    private(set) var foundAtStart: [Finding] = []
    let merge: Merge
    private var staged: [Int: StagedPush] = [:]
    /// Whether a unit's appointment was kept at the last sweep.
    private var fresh: [Bool]
    /// Until when each unit counts as heard, beside what is held of it: a sweep looks at all of them.
    private var appointments: [Int64]
    /// Whether the last batch changed what some unit is told about its claims.
    private(set) var toldOfClaims = false
    /// Digests of registry documents, made when asked for.
    private var documents: [Int: String] = [:]
    /// Rows of units that the registry doesn't name.
    private var strangers: [Code: UnitCopies]
    /// How many catalogues of the shelf are durable.
    private var shelved: Int
    /// By round: how often a last contact that its figures name moved, and nothing else.
    private(set) var contacts: [Code: UInt64] = [:]

    /// - Parameter held: what the store has of every unit, named by the registry or not.
    init(
        identity: Incarnation, pace: Pace, registered: Registered, shelf: CatalogueShelf, held: [Code: UnitCopies],
        now: Int64, bounds: Merge.Bounds = Merge.Bounds()
    ) {
        self.identity = identity
        self.registered = registered
        self.shelf = shelf
        shelved = shelf.catalogues.count
        merge = Merge(pace: pace, startedAt: now, bounds: bounds)
        // A disk may have lost bits while nobody looked: what doesn't add up is asked for again, never counted.
        var held = held
        for code in held.keys.sorted() {
            for incarnation in held[code]?.distrustWhatDoesNotAddUp(shelf) ?? [] {
                foundAtStart.append(Finding(place: .disk, unit: code, incarnation: incarnation))
            }
        }
        let tree = registered.tree
        speakers = Paged((0..<tree.speakers).map { held[tree.code(ofSpeaker: $0)] ?? UnitCopies() })
        for index in speakers.indices { speakers[index].retired = registered.retired(index) }
        strangers = held.filter { tree.speaker($0.key) == nil }
        rollup = Rollup.recomputed(registered.hierarchy, shelf: shelf, speakers: speakers, now: now)
        appointments = speakers.map(Tally.appointment)
        fresh = appointments.map { $0 >= now }
        claims = Claims.recomputed(registered, speakers: speakers)
    }

    var stagedRows: Int { staged.values.reduce(0) { $0 + $1.changes.count } }

    // MARK: Into a batch

    /// - Returns: what may be said to the child once the batch is durable.
    mutating func receive(_ push: Push, unit code: Code, now: Int64, wall: Int64, into batch: inout Batch) -> Answer {
        guard let index = registered.tree.speaker(code) else {
            return Answer(outcome: .unauthorized("unit_unknown"), parent: identity, push: push.id)
        }
        for catalogue in push.catalogues { shelf.add(catalogue) }
        var touch = batch.touched[index] ?? touch(index)
        let former = touch.write.state
        let before = Set(former.copies.map(\.parent.incarnation))
        let received = merge.receive(
            push, unit: &touch.write.state, staged: &staged[index], place: index, shelf: shelf, now: now, wall: wall)
        boundStaged(keeping: index)
        let after = Set(touch.write.state.copies.map(\.parent.incarnation))
        touch.write.dropped += before.subtracting(after)
        for (cut, _, new) in received.changed {
            touch.write.blocks.append((push.incarnation, cut, new))
            touch.cuts.insert(cut)
        }
        if received.rolesChanged || !before.isSubset(of: after) { touch.everything = true }
        if received.rolesChanged {
            noteTakeover(of: code, former, touch.write.state, learnt: push.epoch, wall: wall, into: &batch)
        }
        batch.touched[index] = touch
        return answer(received, push, touch.write.state, index)
    }

    func touch(_ index: Int) -> Batch.Touch {
        Batch.Touch(
            write: RowWrite(
                unit: registered.tree.code(ofSpeaker: index), before: speakers[index], state: speakers[index],
                blocks: [], dropped: []))
    }

    /// What is staged is memory that nobody has paid for with a verified push: it is bounded over all units.
    private mutating func boundStaged(keeping index: Int) {
        guard staged.count > 1, stagedRows > merge.bounds.allStagedRows else { return }
        staged = staged.filter { $0.key == index }
    }

    private mutating func answer(_ received: Received, _ push: Push, _ unit: UnitCopies, _ index: Int) -> Answer {
        let copy = received.incarnation.flatMap { unit.index(of: $0) }.map { unit.copies[$0] }
        // What the child has just said itself is not said back: most answers fit into one small packet.
        let epoch = unit.epoch == push.epoch ? nil : unit.epoch
        var answer = Answer(outcome: received.outcome, parent: identity, push: push.id, epoch: epoch)
        if case .held = received.outcome {
            answer.role = copy.map { unit.shownRole($0) }
            answer.nextAfterMilliseconds = copy?.paceMilliseconds
        }
        return answer
    }

    /// The answer with the document as it is after the batch, so that a child hears at once what its push settled.
    mutating func naming(_ answer: Answer, unit code: Code) -> Answer {
        guard case .held = answer.outcome, let index = registered.tree.speaker(code) else { return answer }
        var answer = answer
        answer.registry = documentDigest(index)
        return answer
    }

    // MARK: After the batch is durable

    /// Catalogues that the store doesn't have yet.
    var newCatalogues: [(place: Int, catalogue: Catalogue)] {
        (shelved..<shelf.catalogues.count).map { (place: $0, catalogue: shelf[$0]) }
    }

    mutating func settle(_ batch: Batch, now: Int64) -> News {
        toldOfClaims = false
        var news: News = batch.decided.isEmpty ? .nothing : .figures
        if shelved < shelf.catalogues.count { rollup.learn(shelf) }
        shelved = shelf.catalogues.count
        registered.book.apply(batch.decided)
        for receipt in batch.decided.receipts { registered.tree.speaker(receipt.unit).map { documents[$0] = nil } }
        for (index, touch) in batch.touched.sorted(by: { $0.key < $1.key }) {
            // An appointment may have passed since the last sweep: then every cut says so, not only those that changed.
            let isLate = refresh(index, now)
            rollup.settle(
                index, from: speakers[index], to: touch.write.state,
                cuts: touch.everything ? nil : touch.cuts.sorted(), now: now)
            let told = claims.settle(
                index, from: speakers[index], to: touch.write.state,
                cuts: touch.everything ? nil : touch.cuts.sorted(), tree: registered.tree)
            for unit in told { documents[unit] = nil }
            helpIsOld = helpIsOld || touch.everything || touch.cuts.contains { Help.datasets.contains($0.dataset) }
            toldOfClaims = toldOfClaims || !told.isEmpty
            let former = speakers[index]
            speakers[index] = touch.write.state
            appointments[index] = Tally.appointment(touch.write.state)
            // A kept appointment makes a stale unit known again, in every cut too.
            let isBack = refresh(index, now)
            news = max(news, touch.changesFigures || isLate || isBack ? .figures : .pages)
            for round in movedContacts(index, since: former) { contacts[round, default: 0] &+= 1 }
        }
        return news
    }

    /// Appointments pass without anybody speaking.
    mutating func sweep(now: Int64) -> News {
        let due = appointments.indices.filter { (appointments[$0] >= now) != fresh[$0] }
        for index in due { refresh(index, now) }
        let isHelpOther = renewHelp()
        if !due.isEmpty { return .figures }
        return isHelpOther ? .pages : .nothing
    }

    /// Once a sweep and not with every batch: it looks at all units, and nobody waits for it.
    private mutating func renewHelp() -> Bool {
        guard helpIsOld else { return false }
        helpIsOld = false
        let before = help
        help = Help(registered, rollup, speakers)
        let told = help.changed(from: before)
        for unit in told { Code(unit).flatMap { registered.tree.speaker($0) }.map { documents[$0] = nil } }
        return !told.isEmpty
    }

    /// Lets every cut know if the speaker's appointment was kept at the last look and isn't now, or the other way about.
    ///
    /// - Returns: whether it is so.
    @discardableResult
    private mutating func refresh(_ index: Int, _ now: Int64) -> Bool {
        let isKept = appointments[index] >= now
        guard fresh[index] != isKept else { return false }
        fresh[index] = isKept
        helpIsOld = true
        rollup.restate(index, speakers[index], now: now)
        return true
    }

    /// Of a unit that was never heard, none that can be kept.
    private static func appointment(_ unit: UnitCopies) -> Int64 { unit.appointment ?? .min }

    // MARK: Scrub

    /// Compares what is held, on the disk and in memory, with the digests that were acknowledged, and the totals with
    /// the rows. What differs is forgotten, so that it is asked for again; the batch makes that durable.
    mutating func scrub(disk: RowsHeld, now: Int64, into batch: inout Batch) -> Scrub {
        var scrub = Scrub()
        for index in speakers.indices {
            let code = registered.tree.code(ofSpeaker: index)
            var touch = touch(index)
            let held = disk.units[code]
            let onDisk = (held?.copies ?? []).filter { !$0.addsUp(disk.shelf) }.map(\.parent.incarnation)
            let inMemory = touch.write.state.distrustWhatDoesNotAddUp(shelf)
            scrub.units += 1
            scrub.rows += speakers[index].copies.reduce(0) { $0 + $1.blocks.values.reduce(0) { $0 + $1.rows } }
            scrub.findings += onDisk.map { Finding(place: .disk, unit: code, incarnation: $0) }
            scrub.findings += inMemory.map { Finding(place: .memory, unit: code, incarnation: $0) }
            for incarnation in onDisk {
                if let place = touch.write.state.index(of: incarnation) { touch.write.state.copies[place].distrust() }
            }
            guard !onDisk.isEmpty || !inMemory.isEmpty else { continue }
            // Nothing on the disk is taken for written: the copies are written whole, without the lost rows.
            touch.write.before = UnitCopies()
            touch.write.dropped = onDisk + inMemory
            touch.everything = true
            batch.touched[index] = touch
        }
        if !addsUp(now: now) {
            scrub.findings.append(Finding(place: .totals))
            rollup = Rollup.recomputed(registered.hierarchy, shelf: shelf, speakers: speakers, now: now)
            claims = Claims.recomputed(registered, speakers: speakers)
            documents = [:]
        }
        return scrub
    }

    /// Whether the totals that were kept up with every change are those that the rows give.
    func addsUp(now: Int64) -> Bool {
        let anew = Rollup.recomputed(registered.hierarchy, shelf: shelf, speakers: speakers, now: now)
        return Set(anew.cuts.keys).union(rollup.cuts.keys).allSatisfy { cut in
            (anew.cuts[cut] ?? anew.empty(cut.period)).sameFigures(as: rollup.cuts[cut] ?? rollup.empty(cut.period))
        } && claims == Claims.recomputed(registered, speakers: speakers)
    }

    // MARK: Registry

    /// Counts everything anew under a changed registry.
    mutating func reregister(_ registered: Registered, now: Int64) {
        var held = strangers
        for (index, copies) in speakers.enumerated() { held[self.registered.tree.code(ofSpeaker: index)] = copies }
        self.registered = registered
        let tree = registered.tree
        speakers = Paged((0..<tree.speakers).map { held.removeValue(forKey: tree.code(ofSpeaker: $0)) ?? UnitCopies() })
        for index in speakers.indices { speakers[index].retired = registered.retired(index) }
        strangers = held
        staged = [:]
        documents = [:]
        rollup = Rollup.recomputed(registered.hierarchy, shelf: shelf, speakers: speakers, now: now)
        appointments = speakers.map(Tally.appointment)
        fresh = appointments.map { $0 >= now }
        claims = Claims.recomputed(registered, speakers: speakers)
        (help, helpIsOld) = (Help(registered, rollup, speakers), false)
    }

    private mutating func documentDigest(_ index: Int) -> String? {
        if let known = documents[index] { return known }
        let document = RegistryDocument.make(
            parent: identity, speaker: index, tree: registered.tree, campaigns: registered.campaigns,
            book: registered.book, claims: claims.board, lineage: registered.lineage, directives: registered.directives,
            help: help)
        let digest = (try? document.encoded()).map { RegistryDocument.digest(of: $0) }
        documents[index] = digest
        return digest
    }
}

extension Tally.Registered {
    func retired(_ speaker: Int) -> Set<Incarnation> { book.retired[tree.code(ofSpeaker: speaker)] ?? [] }
}
