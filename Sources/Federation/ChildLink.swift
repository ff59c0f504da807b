/// The child's half of a link: decides what to send next and what an answer means.
///
/// A value that is stepped: it reads no clock, no store and no network, and draws no random number.
/// Its owner performs the effect it returns and reports back. Where a step returns `.wait`, the owner
/// reports `.due` after that time; other effects are answered by their own event at once.
package struct ChildLink: Sendable {
    /// What stands in the way of an acknowledgement; shown to people, never decided upon.
    package enum Trouble: Hashable, Sendable {
        case unreachable(String)
        case notTheParent(String)
        case unauthorized(String)
        case unsupported(String)
        case busy
        case invalid(String)
        /// A snapshot did not verify: a fault of the codec, not of history. Both digests are shown.
        case unverifiable(mine: Position, theirs: Position?)
    }

    package enum Event: Sendable {
        case due
        /// The rows after the cursor, read in one transaction together with the child's own position.
        case part(changes: [RowChange], reachesEnd: Bool, own: Position)
        case answer(Answer)
        case unanswered(Trouble)
        case minted(Incarnation)
        case quarantined
    }

    package enum Effect: Sendable, Equatable {
        /// Read at most `limit` changes with `seq` above `after`.
        case read(after: UInt64, limit: Int)
        case post(Push)
        /// Make durable that the parent holds `position`, then drop tombstones up to it; then wait.
        case acknowledge(Position, Epoch?, waitMilliseconds: Int)
        case mint(MintReason)
        /// Give each key the next `seq` and a null row, in one transaction.
        case quarantine([RowKey], [RowRefusal])
        case wait(milliseconds: Int)
    }

    package enum MintReason: String, Sendable, Hashable {
        case firstStart, parentAhead, digestMismatch, fork, olderThanSidecar
    }

    /// A push under way.
    private struct Flight: Sendable {
        var kind: Push.Kind
        var id: UInt64
        var part: Int
        var from: Position?
        var lastSeq: UInt64
        /// The part that was sent, kept because a part is re-sent byte for byte.
        var sent: Push?
        #if DEBUG
            var firstOwn: Position?
        #endif
    }

    package private(set) var incarnation: Incarnation
    package private(set) var epoch: Epoch?
    /// What the parent is known to hold of this incarnation; nil if it has never said so.
    package private(set) var cursor: Position?
    /// Tombstones at or below this `seq` are gone: a parent that stands lower needs a snapshot.
    package private(set) var floor: UInt64
    package private(set) var role: Role?
    package private(set) var trouble: Trouble?
    /// The parent whose answers count; nil until the first one.
    package private(set) var parent: Incarnation?
    /// Digest of the registry as the parent last named it.
    package private(set) var registry: String?

    private let session: Session
    private var flight: Flight?
    private var failures = 0
    private var handshakes = 0
    private var limit = ChildLink.rowsPerPart
    private var asked: Set<CatalogueHash> = []
    private var catalogues: [CatalogueHash: Catalogue]
    private var nextPush: UInt64

    package static let rowsPerPart = 4096
    /// The slowest pace: for what only a person can mend.
    package static let slowest = 15 * 60 * 1000
    private static let firstBackoff = 1000

    package init(
        incarnation: Incarnation, session: Session, cursor: Position?, floor: UInt64, epoch: Epoch?,
        parent: Incarnation?, catalogues: [Catalogue], firstPush: UInt64
    ) {
        self.incarnation = incarnation
        self.session = session
        self.cursor = cursor
        self.floor = floor
        self.epoch = epoch
        self.parent = parent
        self.catalogues = Dictionary(catalogues.map { ($0.hash, $0) }) { a, _ in a }
        nextPush = firstPush
    }

    /// - Parameter draw: a fresh random number; only `.wait` depends on it.
    package mutating func step(_ event: Event, draw: UInt64) -> Effect {
        switch event {
        case .due:
            if let flight, flight.part > 1, let sent = flight.sent { return .post(sent) }
            return begin()
        case .part(let changes, let reachesEnd, let own):
            return send(changes, reachesEnd: reachesEnd, own: own)
        case .answer(let answer):
            return hear(answer, draw: draw)
        case .unanswered(let why):
            trouble = why
            return .wait(milliseconds: backoff(draw))
        case .minted(let fresh):
            incarnation = fresh
            cursor = nil
            floor = 0
            flight = nil
            return begin()
        case .quarantined:
            // Bounded like any handshake: a parent that refuses the emptied row too must not be hammered.
            return restart(draw)
        }
    }

    // MARK: Sending

    /// Parts of a push have been sent: the rows behind it must not be changed in one stroke now.
    package var isMidway: Bool { (flight?.part ?? 1) > 1 && flight?.sent != nil }

    /// Texts that the parent may ask for from now on, beside those that are known.
    package mutating func learn(_ fresh: [Catalogue]) { for one in fresh { catalogues[one.hash] = one } }

    private mutating func begin() -> Effect {
        let behindFloor = cursor.map { $0.seq < floor } ?? true
        let kind: Push.Kind = behindFloor ? .snapshot : .delta
        let start = kind == .snapshot ? 0 : cursor?.seq ?? 0
        flight = Flight(kind: kind, id: nextPush, part: 1, from: cursor, lastSeq: start)
        nextPush &+= 1
        return .read(after: start, limit: limit)
    }

    private mutating func send(_ changes: [RowChange], reachesEnd: Bool, own: Position) -> Effect {
        guard var flight else { return .wait(milliseconds: 0) }
        var own = own
        #if DEBUG
            if Mutation.singlePartTo.isActive {
                own = flight.firstOwn ?? own
                flight.firstOwn = own
            }
        #endif
        flight.lastSeq = changes.last?.seq ?? flight.lastSeq
        let push = Push(
            kind: flight.kind, incarnation: incarnation, epoch: epoch, session: session, id: flight.id,
            part: flight.part, from: flight.from, to: reachesEnd ? own : nil, changes: changes,
            catalogues: flight.part == 1
                ? asked.compactMap { catalogues[$0] }.sorted { $0.hash.value < $1.hash.value } : [])
        flight.sent = push
        self.flight = flight
        return .post(push)
    }

    // MARK: Answers

    private mutating func hear(_ answer: Answer, draw: UInt64) -> Effect {
        guard let flight, let sent = flight.sent else { return .wait(milliseconds: backoff(draw)) }
        if let said = answer.parent {
            guard parent == nil || parent == said else {
                return fail(.notTheParent("\(said)"), milliseconds: backoff(draw))
            }
        }
        // A proxy that keeps answers must not make an honest node doubt its own history.
        if let named = answer.push, named != sent.id {
            return fail(.notTheParent("an answer to another push"), milliseconds: backoff(draw))
        }
        if let heard = answer.epoch, epoch.map({ $0 < heard }) ?? true { epoch = heard }
        if let heard = answer.role { role = heard }
        if let heard = answer.registry { registry = heard }

        switch answer.outcome {
        case .held(let position):
            guard position == sent.to else {
                return fail(.invalid("held \(position.seq)"), milliseconds: backoff(draw))
            }
            // Whoever names the digest of what was just sent has read it; a stranger, or another parent's
            // answer that a proxy kept, can say anything else.
            parent = parent ?? answer.parent
            return acknowledged(position, answer, draw)
        case .staged(let part):
            guard part >= sent.part, sent.to == nil else { return restart(draw) }
            self.flight?.part += 1
            self.flight?.sent = nil
            return .read(after: flight.lastSeq, limit: limit)
        case .contradicted(let have, let why):
            return contradicted(have, why, sent, draw)
        case .refused(let rows):
            var named: Set<Int> = []
            let real = rows.filter { sent.changes.indices.contains($0.line - 1) && named.insert($0.line).inserted }
            guard !real.isEmpty else {
                return fail(.invalid("refused rows that were not sent"), milliseconds: ChildLink.slowest)
            }
            return .quarantine(real.map { sent.changes[$0.line - 1].key }, real)
        case .tooLarge:
            guard limit > 1 else { return fail(.invalid("one row is too large"), milliseconds: ChildLink.slowest) }
            limit = max(1, limit / 2)
            return restart(draw)
        case .unsupported(let why):
            return fail(.unsupported(why), milliseconds: ChildLink.slowest)
        case .unauthorized(let why):
            return fail(.unauthorized(why), milliseconds: ChildLink.slowest)
        case .busy(let seconds):
            let least = min(max(0, seconds ?? 0), ChildLink.slowest / 1000) * 1000
            return fail(.busy, milliseconds: least + backoff(draw))
        case .invalid(let why):
            return fail(.invalid(why), milliseconds: ChildLink.slowest)
        }
    }

    private mutating func acknowledged(_ position: Position, _ answer: Answer, _ draw: UInt64) -> Effect {
        cursor = position
        floor = position.seq
        flight = nil
        failures = 0
        handshakes = 0
        trouble = nil
        asked = []
        limit = min(ChildLink.rowsPerPart, limit * 2)
        let pace = answer.nextAfterMilliseconds.map { min(max(0, $0), ChildLink.slowest) }
        return .acknowledge(position, epoch, waitMilliseconds: pace ?? backoff(draw))
    }

    private mutating func contradicted(
        _ have: Position?, _ why: Contradiction, _ sent: Push, _ draw: UInt64
    ) -> Effect {
        switch why {
        case .fork:
            return mint(.fork)
        case .mismatch where sent.kind == .delta:
            return mint(.digestMismatch)
        case .mismatch:
            flight = nil
            cursor = have
            return fail(.unverifiable(mine: sent.to ?? .origin, theirs: have), milliseconds: ChildLink.slowest)
        case .catalogue(let hashes):
            asked.formUnion(hashes)
            guard asked.allSatisfy({ catalogues[$0] != nil }) else {
                return fail(.invalid("unknown catalogue asked for"), milliseconds: ChildLink.slowest)
            }
            return restart(draw)
        case .parts:
            return restart(draw)
        case .unknown:
            #if DEBUG
                if Mutation.mintForAForgetfulParent.isActive, cursor != nil { return mint(.parentAhead) }
            #endif
            cursor = nil
            return restart(draw)
        case .stale:
            if let have, let own = sent.to, have.seq > own.seq { return mint(.parentAhead) }
            cursor = have
            return restart(draw)
        }
    }

    private mutating func mint(_ reason: MintReason) -> Effect {
        flight = nil
        return .mint(reason)
    }

    /// Starts the push anew at once, but not for ever: a parent that keeps contradicting is given time.
    private mutating func restart(_ draw: UInt64) -> Effect {
        flight = nil
        handshakes += 1
        guard handshakes <= 4 else {
            handshakes = 0
            return fail(.invalid("the parent contradicts itself"), milliseconds: backoff(draw))
        }
        return begin()
    }

    private mutating func fail(_ why: Trouble, milliseconds: Int) -> Effect {
        trouble = why
        if flight?.part == 1 { flight = nil }
        return .wait(milliseconds: milliseconds)
    }

    /// Full jitter: uniform between nothing and a bound that doubles with every failure.
    private mutating func backoff(_ draw: UInt64) -> Int {
        let bound = min(ChildLink.slowest, ChildLink.firstBackoff << min(failures, 10))
        failures += 1
        return Int(draw % UInt64(bound)) + 1
    }
}
