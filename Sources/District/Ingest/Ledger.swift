package import Federation
package import Wire

/// The aggregator without its thread: what is held and what it adds up to, and the store that makes it
/// durable. Whoever owns the waiting drives it: the writing thread, or a simulated machine.
package struct Ledger {
    private(set) var tally: Tally
    private let store: any RowKeeping
    private let decisions: any DecisionKeeping

    /// What a batch is made of.
    package enum Order: Sendable {
        case push(Push, unit: Code)
        /// A person's word that this incarnation is not to be counted.
        case retire(Word, unit: Code)
        /// A person's word that this incarnation counts, and no other.
        case adopt(Word, unit: Code)
        /// Counts that somebody rang up.
        case phoneIn(PhoneIn)
        /// An officer's word about an item of the work list.
        case note(WorkNote)
    }

    package enum Reply: Sendable, Equatable {
        case answer(Answer)
        /// False if the unit has no such incarnation.
        case found(Bool)
        /// Nil if the call was taken.
        case phonedIn(PhoneIn.Refusal?)
        case noted
    }

    /// - Parameters:
    ///   - now: milliseconds on the serving clock.
    ///   - wall: seconds since 1970.
    package init(
        identity: Incarnation, pace: Pace, registry: RegistryContent, store: any RowKeeping,
        decisions: any DecisionKeeping, now: Int64, wall: Int64
    ) throws {
        self.store = store
        self.decisions = decisions
        let held = try store.load(now: now, wall: wall, pace: pace)
        tally = Tally(
            identity: identity, pace: pace, registered: Tally.Registered(registry), shelf: held.shelf,
            held: held.units, now: now)
        // What was forgotten is also taken off the disk, or the next start would find it again.
        if !tally.foundAtStart.isEmpty { _ = try scrub(pace: pace, now: now, wall: wall) }
        var batch = Tally.Batch()
        tally.carryOut(wall: wall, into: &batch)
        try commit(batch)
        _ = tally.settle(batch, now: now)
    }

    /// One batch, one transaction: every push is verified against what the ones before it left. The replies
    /// may leave this machine: everything they say is durable.
    ///
    /// - Throws: what the store threw. What is on the disk is then not known, and this value must not be used again.
    package mutating func perform(_ orders: [Order], now: Int64, wall: Int64) throws -> (
        replies: [Reply], news: News, decided: Decided
    ) {
        var batch = Tally.Batch()
        let replies = orders.map { order -> Reply in
            switch order {
            case .push(let push, let unit):
                .answer(tally.receive(push, unit: unit, now: now, wall: wall, into: &batch))
            case .retire(let word, let unit): .found(tally.retire(word, of: unit, wall: wall, into: &batch))
            case .adopt(let word, let unit): .found(tally.adopt(word, of: unit, wall: wall, into: &batch))
            case .phoneIn(let call): .phonedIn(tally.phoneIn(call, now: now, into: &batch))
            case .note(let note): noted(note, into: &batch)
            }
        }
        tally.endPhoneIns(now: now, wall: wall, in: &batch)
        try commit(batch)
        let news = tally.settle(batch, now: now)
        return (zip(orders, replies).map { named($1, for: $0) }, news, batch.decided)
    }

    private func noted(_ note: WorkNote, into batch: inout Tally.Batch) -> Reply {
        batch.decided.notes.append(note)
        return .noted
    }

    private mutating func named(_ reply: Reply, for order: Order) -> Reply {
        guard case .push(_, let unit) = order, case .answer(let answer) = reply else { return reply }
        return .answer(tally.naming(answer, unit: unit))
    }

    /// What was decided first: whatever happens in between, a decision is never lost with the rows, and what a takeover
    /// took back is written before anything is taken.
    private func commit(_ batch: Tally.Batch) throws {
        if !batch.decided.isEmpty { try decisions.commit(batch.decided) }
        let (writes, catalogues) = (batch.writes, tally.newCatalogues)
        if !writes.isEmpty || !catalogues.isEmpty { try store.commit(writes, catalogues: catalogues) }
    }

    /// What was decided so far, and who rang.
    package var book: DecisionBook { tally.registered.book }

    /// Looks whether everything that is held is still what was acknowledged; what isn't is asked for again.
    ///
    /// - Throws: what the store threw; see `perform`.
    package mutating func scrub(pace: Pace, now: Int64, wall: Int64) throws -> Scrub {
        _ = tally.sweep(now: now)
        var batch = Tally.Batch()
        let scrub = tally.scrub(disk: try store.load(now: now, wall: wall, pace: pace), now: now, into: &batch)
        if !batch.writes.isEmpty { try store.commit(batch.writes, catalogues: []) }
        _ = tally.settle(batch, now: now)
        return scrub
    }

    /// What a starting process found broken on the disk.
    package var foundAtStart: [Finding] { tally.foundAtStart }

    /// Appointments pass without anybody speaking.
    package mutating func sweep(now: Int64) -> News { tally.sweep(now: now) }

    /// What the registry holds for a unit, as the unit fetches it.
    ///
    /// - Returns: nil for a unit that isn't registered.
    package func document(for unit: Code) -> RegistryDocument? {
        tally.registered.tree.speaker(unit).map {
            RegistryDocument.make(
                parent: tally.identity, speaker: $0, tree: tally.registered.tree,
                campaigns: tally.registered.campaigns, book: tally.registered.book, claims: tally.claims.board,
                lineage: tally.registered.lineage, directives: tally.registered.directives, help: tally.help)
        }
    }

    /// Counts everything anew under a changed registry.
    package mutating func reregister(_ registry: RegistryContent, now: Int64) {
        tally.reregister(Tally.Registered(registry), now: now)
    }
}

/// What the registry says, as plain values.
package struct RegistryContent: Sendable {
    package var units: [RegistryUnit]
    /// Aggregators below this one, in ascending code.
    package var relays: [RegistryRelay]
    /// By code.
    package var divisions: [String: RegistryDivision]
    package var campaigns: [RegistryCampaign]
    package var edition: String?
    /// Hash of each speaker's token.
    package var tokens: [[UInt8]: Code]
    /// Who may read, by the hash of each token.
    package var readTokens: [[UInt8]: ReadToken] = [:]
    package var overlays: [Overlay] = []
    package var book: DecisionBook
    /// Whose a household is by an officer's word, by round and token.
    package var claimDecisions: [Code: [UInt64: Code]] = [:]
    /// What was open when a round was closed, by round and unit.
    package var unsettledClaims: [Code: [Code: OpenClaims]] = [:]
    /// What became of the units, and the day that `divisions` is of.
    package var lineage = Lineage()
    package var day = ""
    /// The divisions of days on which another edition was in force and rounds were closed, by day and code.
    package var formerDivisions: [String: [String: RegistryDivision]] = [:]
    /// The names of those editions, by day.
    package var formerEditions: [String: String] = [:]
    /// What was published downward.
    package var directives = DirectiveBook()

    package init(
        units: [RegistryUnit], relays: [RegistryRelay] = [], divisions: [String: RegistryDivision],
        campaigns: [RegistryCampaign], edition: String? = nil, tokens: [[UInt8]: Code] = [:],
        book: DecisionBook = DecisionBook()
    ) {
        self.units = units
        self.relays = relays
        self.divisions = divisions
        self.campaigns = campaigns
        self.edition = edition
        self.tokens = tokens
        self.book = book
    }
}

extension Tally.Registered {
    init(_ content: RegistryContent) {
        self.init(
            hierarchy: Hierarchy(content), campaigns: content.campaigns, edition: content.edition,
            tokens: content.tokens, readTokens: content.readTokens, overlays: content.overlays, book: content.book,
            lineage: content.lineage,
            claimDecisions: content.claimDecisions, unsettledClaims: content.unsettledClaims,
            directives: content.directives)
    }
}
