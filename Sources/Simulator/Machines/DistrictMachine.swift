import Compound
import District
import Federation
import Wire

/// One aggregator: rows that may be lost, a registry that may not, and a process in between. The process is
/// the real one: `Ledger` over a store.
final class DistrictMachine {
    let number: Int
    let code: String
    private(set) var identity: Incarnation
    var content: RegistryContent { didSet { countedOn = nil } }
    private let rows: any RowsDisk
    private unowned let world: World
    private(set) var ledger: Ledger?
    /// Its side of the link to its city; nil for the city.
    var relay: RelayMachine?
    private var startedAt: Int64 = 0
    private var waiting: [(Ledger.Order, (Ledger.Reply) -> Void)] = []
    private var run = 0
    var clockOff: Int64 = 0
    /// Rows were taken back or lost: positions may be lower than what was acknowledged, until children send again.
    private(set) var rewinds = 0
    /// It was set up anew without its registry: it has another identity and knows nobody's token.
    private(set) var isStranger = false
    /// What was last unpacked of each speaker, and of what: most batches change the rows of one.
    private var unpacked: [Code: (held: Ledger.Held, rows: [RowKey: RowBody])] = [:]
    private var dayOf: (hour: Int64, text: String)?
    private var countedOn: (day: String, units: [RegistryUnit])?
    private var tokens: [UInt128: [String: Code]] = [:]
    private lazy var decisions = DecisionsDisk { [unowned self] in try decided($0) }

    init(number: Int, code: String, content: RegistryContent, rows: any RowsDisk, world: World) {
        (self.number, self.code, self.content, self.rows, self.world) = (number, code, content, rows, world)
        identity = Incarnation(value: UInt128(number + 1) << 64 | 1)
    }

    private var clock: Int64 { world.now - startedAt }
    private var wall: Int64 { world.wall + clockOff }
    /// With everything that was decided so far.
    private var registry: RegistryContent {
        var content = content
        content.book = decisions.book
        content.day = day
        return content
    }

    // MARK: Process

    func start() {
        guard ledger == nil else { return }
        run += 1
        startedAt = world.now
        do {
            ledger = try Ledger(
                identity: identity, pace: World.pace, registry: registry, store: try rows.open(), decisions: decisions,
                now: 0, wall: wall)
            try relay?.start()
        } catch { return end() }
        if world.inFaultPhase, world.chance.happens(world.faults.tornEffects * 5) { rows.endanger(&world.chance) }
        sweep(run)
    }

    func end(restartIn wait: Int64? = nil) {
        world.note("aggregator \(number) ends")
        ledger = nil
        rows.crash(&world.chance)
        relay?.end()
        waiting = []
        run += 1
        world.after(wait ?? world.chance.between(500, 120_000)) { [self] in start() }
    }

    private func sweep(_ mine: Int) {
        world.after(5000) { [self] in
            guard run == mine else { return }
            _ = ledger?.sweep(now: clock)
            sweep(mine)
        }
    }

    // MARK: Requests

    /// Takes a request in; nothing is said if the process ends before the batch is durable.
    func receive(_ request: PushRequest, unit: Code, tokenIsWrong: Bool, reply: @escaping (Answer) -> Void) {
        guard ledger != nil else { return }
        guard !tokenIsWrong, !isStranger else {
            let who = isStranger ? Incarnation(value: identity.value + 1) : identity
            return reply(Answer(outcome: .unauthorized("token_unknown"), parent: who))
        }
        do throws(WireError) {
            let push = try request.push()
            submit(.push(push, unit: unit)) { [self] in
                guard case .answer(let answer) = $0 else { return }
                world.checks.answered(answer, to: push, of: unit, by: self)
                reply(answer)
            }
        } catch {
            reply(Answer(outcome: error.outcome, parent: identity))
        }
    }

    // MARK: What officers decide

    func retire(_ incarnation: Incarnation, of unit: Code) {
        submit(.retire(Word(incarnation, reason: Personal.reason, officer: Personal.officer), unit: unit)) { _ in }
    }

    func adopt(_ incarnation: Incarnation, of unit: Code) {
        submit(.adopt(Word(incarnation, reason: Personal.reason, officer: Personal.officer), unit: unit)) { [self] in
            if $0 == .found(true) { world.count(.adopt) }
        }
    }

    /// Somebody rings up for a compound, whose numbers may be anything that is possible.
    func phoneIn() {
        guard ledger != nil, let unit = world.chance.pick(content.units), let owed = unit.expectedHouseholds else {
            return
        }
        let due = Int64(world.chance.below(Int(owed) + 1))
        let call = PhoneIn(
            at: wall, unit: unit.code, campaign: Rounds.all[world.chance.below(world.roundsOpen)],
            counts: PhoneIn.Counts(done: Int64(world.chance.below(Int(due) + 1)), due: due),
            caller: Personal.caller, officer: Personal.officer)
        submit(.phoneIn(call)) { [self] in if $0 == .phonedIn(nil) { world.count(.phonedIn) } }
    }

    private func decided(_ decided: Decided) throws {
        world.count(.receipt, decided.receipts.count)
        world.count(.phonedInSuperseded, decided.returns.count)
        guard world.inFaultPhase, world.chance.happens(world.faults.tornEffects * 5) else { return }
        world.count(.tornEffect)
        throw Ended()
    }

    private func submit(_ order: Ledger.Order, _ reply: @escaping (Ledger.Reply) -> Void) {
        waiting.append((order, reply))
        guard waiting.count == 1 else { return }
        let mine = run
        world.after(world.chance.between(1, 8)) { [self] in if run == mine { perform() } }
    }

    /// One batch. Before the commit a crash loses everything, after it only the answers.
    private func perform() {
        let batch = waiting
        waiting = []
        guard var ledger else { return }
        self.ledger = nil
        do {
            let done = try ledger.perform(batch.map(\.0), now: clock, wall: wall)
            self.ledger = ledger
            settleChanges()
            world.checks.committed(self.ledger ?? ledger, self, clock: clock)
            if world.inFaultPhase, world.chance.happens(world.faults.tornEffects) {
                world.count(.tornEffect)
                return end()
            }
            for (reply, waiting) in zip(done.replies, batch) { waiting.1(reply) }
        } catch {
            world.count(.tornEffect)
            end()
        }
    }

    func document(for unit: Code) -> (RegistryDocument, String)? {
        guard !isStranger, let document = ledger?.document(for: unit), let bytes = try? document.encoded() else {
            return nil
        }
        world.checks.crosses(bytes, .document, of: unit)
        return (document, RegistryDocument.digest(of: bytes))
    }

    // MARK: What people do to it

    func backUp() {
        rows.backUp()
        relay?.backUp()
    }

    /// - Returns: false if there is no backup.
    func restore() -> Bool {
        let up = ledger != nil
        ledger = nil
        guard rows.restore() else {
            if up { end() }
            return false
        }
        rewinds += 1
        end()
        return true
    }

    /// Until its registry is restored.
    func replace(for milliseconds: Int64) {
        isStranger = true
        world.after(milliseconds) { [self] in isStranger = false }
    }

    func empty() {
        rewinds += 1
        ledger = nil
        rows.empty()
        end()
    }

    /// What it publishes is restored from an older copy, or lost, while its rows stay.
    ///
    /// - Returns: false if there is nothing that this could happen to.
    func disturbUpward(_ body: (RelayMachine) -> Bool) -> Bool {
        guard let relay, ledger != nil else { return false }
        ledger = nil
        relay.end()
        let happened = body(relay)
        end()
        return happened
    }

    /// A round that is known stays as it is.
    func open(_ campaign: RegistryCampaign) {
        guard !content.campaigns.contains(where: { $0.code == campaign.code }) else { return }
        content.campaigns.append(campaign)
        ledger?.reregister(registry, now: clock)
    }

    /// A round is over, and the key of its claims is gone.
    func close(_ round: Int) {
        guard let index = content.campaigns.firstIndex(where: { $0.code == Rounds.all[round] }) else { return }
        content.campaigns[index].closed = true
        content.campaigns[index].closedAt = wall
        content.campaigns[index].claimKey = nil
        content.claimDecisions[Rounds.all[round]] = nil
        ledger?.reregister(registry, now: clock)
    }

    // MARK: Units that change

    /// Divisions below it.
    var communities: [String] { content.divisions.values.filter { $0.parent == code }.map(\.code).sorted() }
    var day: String {
        // A zone of whole hours: no day begins within one.
        let hour = wall / 3600
        if let dayOf, dayOf.hour == hour { return dayOf.text }
        let text = Day.of(wall)
        dayOf = (hour, text)
        return text
    }
    /// The units of today.
    var counted: [RegistryUnit] {
        if let countedOn, countedOn.day == day { return countedOn.units }
        let units = content.lineage.units(content.units, on: day).filter { $0.life == .counted }
        countedOn = (day, units)
        return units
    }

    func isCounted(_ unit: Code) -> Bool { counted.contains { $0.code == unit } }

    /// An officer writes down what becomes of units.
    func write(_ change: UnitChange, beginning units: [RegistryUnit]) {
        content.units = (content.units + units).sorted { $0.code < $1.code }
        var change = change
        change.number = Int64(content.lineage.changes.count + 1)
        (change.day, change.at) = (day, wall)
        if units.isEmpty { change.settledAt = wall }
        content.lineage.changes.append(change)
        ledger?.reregister(registry, now: clock)
    }

    private func settleChanges() {
        guard let due = ledger?.changesDue(on: day), !due.isEmpty else { return }
        let before = ledger
        for change in due {
            for index in content.lineage.changes.indices where content.lineage.changes[index].number == change.number {
                content.lineage.changes[index].settledAt = wall
            }
        }
        ledger?.reregister(registry, now: clock)
        guard let before, let ledger else { return }
        for change in due {
            world.note("aggregator \(number) settles change \(change.number)")
            world.count(.changeSettled)
            world.checks.handedOver(change, before, ledger, self)
        }
    }

    // MARK: Claims

    /// Households that more than one compound of the district may have.
    private(set) lazy var addresses = (0..<4).map { Personal.address(number, $0) }

    func token(of address: String, _ round: Int) -> Code? {
        guard let key = content.campaigns.first(where: { $0.code == Rounds.all[round] })?.claimKey else { return nil }
        if let known = tokens[key]?[address] { return known }
        let token = ClaimToken.of(address, key: key)
        tokens[key, default: [:]][address] = token
        return token
    }

    func decided(_ address: String, _ round: Int) -> Code? {
        token(of: address, round).flatMap { Hex.uint64($0.text) }
            .flatMap { content.claimDecisions[Rounds.all[round]]?[$0] }
    }

    /// An officer's word about an address, in every open round.
    func decide(_ address: String, for unit: Code) {
        for (round, period) in Rounds.all.enumerated() {
            guard let token = token(of: address, round).flatMap({ Hex.uint64($0.text) }) else { continue }
            content.claimDecisions[period, default: [:]][token] = unit
        }
        ledger?.reregister(registry, now: clock)
    }

    /// Counts nothing that isn't durable: what a starting process would find.
    func held(_ unit: Code) -> Ledger.Held? { ledger?.held(unit) }

    /// By a ledger of its own, and by what officers have said so far.
    func standpoint(_ ledger: Ledger?) -> Standpoint {
        Standpoint(
            held: content.units.reduce(into: [:]) { $0[$1.code] = ledger?.held($1.code) },
            decided: content.claimDecisions)
    }

    /// Of what is held of a speaker.
    func rows(_ held: Ledger.Held, of speaker: Code) -> [RowKey: RowBody] {
        if let last = unpacked[speaker], last.held.hasSameRows(as: held) { return last.rows }
        let rows = held.rows
        unpacked[speaker] = (held, rows)
        return rows
    }

    var clockNow: Int64 { clock }
    var wallNow: Int64 { wall }
    /// Whose rows it holds.
    var speakers: [Code] { content.units.map(\.code) + content.relays.map(\.code) }
}
