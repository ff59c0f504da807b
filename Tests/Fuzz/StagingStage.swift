import Federation
import Wire

@testable import District

/// The parent of the play: the real tally over a disk in memory, looked at after every batch.
struct StagingStage {
    static let demo = catalogue("demo\na households open\nb residents small\n")
    /// One that the parent learns only from a push.
    static let stranger = catalogue("demo\nc people small\n")
    static let keys: [RowKey] = (0..<48).map { place in
        RowKey(
            dataset: demo.dataset, period: Code(literal: place & 1 == 0 ? "now" : "2022-04-06-survey"),
            subject: code("\(place / 2)"))
    }
    private static let identity = Incarnation(value: 1)
    private static let pace = Pace(milliseconds: 1000, graceMilliseconds: 500, leaseMilliseconds: 5000)
    private static let bounds = Merge.Bounds(stagedRows: 14, allStagedRows: 18, unitSum: 4 * Count.ceiling)
    private static let units = [code("421303587002-001"), code("421303003006-001")]
    private static let registered = register()

    static let cast = [
        StagingChild(16, unit: 0), StagingChild(17, unit: 0), StagingChild(18, unit: 1), StagingChild(19, unit: 1),
    ]

    /// As the play begins: the first life of each unit has been heard. The registry's document, slow to make, is
    /// known by then.
    static let opened: StagingStage = {
        var stage = StagingStage()
        for child in [0, 2] {
            var child = cast[child]
            _ = stage.hear([(child.post(limit: 1), child.unit)])
        }
        return stage
    }()

    private var disk = RowsHeld(shelf: CatalogueShelf([demo]), units: [:])
    private var book = DecisionBook()
    private var tally: Tally
    private var now: Int64 = 0

    private init() { tally = StagingStage.start(disk, book, now: 0) }

    private static func start(_ disk: RowsHeld, _ book: DecisionBook, now: Int64) -> Tally {
        var registered = registered
        registered.book = book
        let held = disk.reopened(now: now, wall: now / 1000, pace: pace)
        return Tally(
            identity: identity, pace: pace, registered: registered, shelf: held.shelf, held: held.units, now: now,
            bounds: bounds)
    }

    // MARK: What happens

    /// One batch.
    mutating func hear(_ requests: [(push: Push, unit: Int)]) -> [Answer] {
        var batch = Tally.Batch()
        let answers = requests.map { request in
            let answer = tally.receive(
                request.push, unit: StagingStage.units[request.unit], now: now, wall: now / 1000, into: &batch)
            agrees(answer, request.push)
            return answer
        }
        settle(batch)
        return answers
    }

    /// An officer's word.
    mutating func decide(_ incarnation: Incarnation, unit: Int, adopts: Bool) {
        var batch = Tally.Batch()
        let word = Word(incarnation, reason: "", officer: "")
        let code = StagingStage.units[unit]
        let found =
            adopts
            ? tally.adopt(word, of: code, wall: 0, into: &batch) : tally.retire(word, of: code, wall: 0, into: &batch)
        if found { settle(batch) }
    }

    mutating func pass(_ milliseconds: Int64) {
        now += milliseconds
        _ = tally.sweep(now: now)
    }

    mutating func restart(empty: Bool) {
        if empty { disk = RowsHeld(shelf: CatalogueShelf([StagingStage.demo]), units: [:]) }
        now = 0
        tally = StagingStage.start(disk, book, now: now)
        holds(tally.foundAtStart.isEmpty, "what was committed doesn't add up")
        var batch = Tally.Batch()
        tally.carryOut(wall: 0, into: &batch)
        settle(batch)
    }

    private mutating func settle(_ batch: Tally.Batch) {
        book.apply(batch.decided)
        disk.apply(batch.writes, catalogues: tally.newCatalogues)
        _ = tally.settle(batch, now: now)
        for index in batch.touched.keys { agrees(tally.speakers[index]) }
        holds(
            tally.stagedRows <= max(StagingStage.bounds.stagedRows, StagingStage.bounds.allStagedRows),
            "staged beyond the bound")
    }

    // MARK: What must hold

    private func agrees(_ answer: Answer, _ push: Push) {
        // Not the everyday answers: nothing here takes longer.
        if answer.epoch.map({ $0.number > 1000 }) ?? false { isReadable(answer) }
        switch answer.outcome {
        case .held(let at): holds(at == push.to, "held is not what was sent")
        case .staged: holds(push.to == nil, "the last part was staged")
        case .refused(let rows):
            isReadable(answer)
            holds(!rows.isEmpty, "refused without a row")
            holds(rows.allSatisfy { push.changes.indices.contains($0.line - 1) }, "refused a row of another part")
        default: break
        }
    }

    private func isReadable(_ answer: Answer) {
        let heard = try? AnswerCodec.decode(AnswerCodec.encode(answer))
        holds(heard == answer, "the child can't read the answer")
    }

    private func agrees(_ unit: UnitCopies) {
        holds(unit.copies.count { $0.parent.role == .active } <= 1, "two incarnations count")
        holds(unit.copies.count <= 1 + UnitCopies.shadowLimit, "more shadows than may be kept")
        holds(Set(unit.copies.map(\.parent.incarnation)).count == unit.copies.count, "one incarnation twice")
    }

    func copy(_ child: StagingChild) -> Copy? {
        tally.speakers[child.unit].copies.first { $0.parent.incarnation == child.incarnation }
    }

    func rows(_ copy: Copy) -> [RowKey: RowBody] {
        var rows: [RowKey: RowBody] = [:]
        for (cut, block) in copy.blocks {
            for entry in block.entries {
                rows[RowKey(dataset: cut.dataset, period: cut.period, subject: entry.subject)] = RowBody(
                    catalogue: tally.shelf[entry.catalogue].hash, counts: entry.counts, asOf: entry.asOf)
            }
        }
        return rows
    }

    mutating func finish() {
        _ = tally.sweep(now: now)
        holds(tally.addsUp(now: now), "totals are not those of the rows")
        let copies = tally.speakers.flatMap(\.copies)
        holds(copies.allSatisfy { $0.addsUp(tally.shelf) }, "rows don't have the digest that was acknowledged")
    }

    // MARK: Scenery

    private static func code(_ text: String) -> Code {
        guard let code = Code(text) else { fatalError("not a code: \(text)") }
        return code
    }

    private static func catalogue(_ text: String) -> Catalogue {
        guard let catalogue = Catalogue(text: text) else { fatalError("not a catalogue") }
        return catalogue
    }

    private static func register() -> Tally.Registered {
        let units = zip(StagingStage.units, ["421303587002", "421303003006"]).map { code, community in
            RegistryUnit(
                code: code, name: "", community: community, expectedHouseholds: 100, expectedResidents: 300,
                dutyTelephone: "", ceilingPercent: 120)
        }
        let divisions = ["421300000000": "", "421303587002": "421300000000", "421303003006": "421300000000"]
        let content = RegistryContent(
            units: units.sorted { $0.code < $1.code },
            divisions: divisions.reduce(into: [:]) {
                $0[$1.key] = RegistryDivision(code: $1.key, name: "", level: "", parent: $1.value)
            }, campaigns: [])
        return Tally.Registered(content)
    }
}
