import Coverage
import Daemon
import Federation
import Testing

@testable import District

/// A district with one compound of ten registered households, on a clock of its own; the pages are the real ones.
struct CaseDistrict {
    static let campaign = Code(literal: "2022-04-06-survey")
    /// 18:00 of 6 April 2022 in China.
    static let evening: Int64 = 1_649_239_200
    static let minute: Int64 = 60_000
    static let day: Int64 = 1440 * minute
    static let catalogue = Catalogue(text: "survey\nunvisited households open\ncompleted households open\n")!
    private static let merge = Merge(
        pace: Pace(milliseconds: 60_000, graceMilliseconds: 30_000, leaseMilliseconds: 300_000), startedAt: 0)

    static let report = Catalogue(text: "report\nfinal units open\n")!
    private let shelf = CatalogueShelf([catalogue, report])
    private let tree = RollupTests.tree(units: 1)
    private(set) var unit = UnitCopies()
    private var staged: StagedPush?
    /// Milliseconds on the serving clock.
    var now: Int64 = 0

    @discardableResult
    mutating func hear(_ push: Push) -> Answer.Outcome {
        Self.merge.receive(
            push, unit: &unit, staged: &staged, place: 0, shelf: shelf, now: now, wall: wall
        ).outcome
    }

    /// The word of a person that this one was stopped.
    mutating func retire(_ incarnation: Incarnation) {
        let isFound = Self.merge.retire(incarnation, &unit)
        #expect(isFound)
    }

    /// What a restart after the loss of some rows leaves: appointments are over, leases start anew.
    mutating func restart(with copies: UnitCopies) {
        unit = copies
        staged = nil
        for index in unit.copies.indices {
            unit.copies[index].appointment = -1
            unit.copies[index].leaseEnds = now + 5 * Self.minute
        }
    }

    private var wall: Int64 { Self.evening + now / 1000 }

    var picture: Picture {
        Picture(
            rollup: Rollup.recomputed(Hierarchy(current: tree), shelf: shelf, speakers: Paged([unit]), now: now),
            speakers: Paged([unit]),
            campaigns: [
                RegistryCampaign(
                    code: Self.campaign, name: "survey", opens: 0, deadline: 1, order: "", closed: false)
            ], edition: nil, now: now, wall: wall, revision: 1, tokens: [:])
    }

    /// Households completed and due, as counted.
    var counted: [Int64] {
        let figure = figure
        return [figure.evidence.numerator, figure.evidence.denominator]
    }

    var figure: Figure {
        picture.figures(unit: 0, Question(period: Self.campaign, measures: Measure.all)).measures[0].figure
    }

    // MARK: What people see

    func page(_ language: Language) -> String {
        UnitPage.html(UnitPage.Model(picture, 0, Self.campaign, asked: nil, now: now), Messages.of(language)).source
    }

    func division(_ language: Language) -> String {
        DivisionPage.html(
            DivisionPage.Model(picture, 0, Self.campaign, asked: nil, SeriesLog(), since: nil), Messages.of(language)
        ).source
    }

    /// The unit's page and `jiayuan why` say this.
    func expectWhy(_ zh: String, _ en: String, sourceLocation: SourceLocation = #_sourceLocation) {
        for (language, sentence) in [(Language.zhHans, zh), (.en, en)] {
            let escaped: HTML = "· \(sentence)"
            let isThere = page(language).contains(escaped.source)
            #expect(isThere, "the page has no “\(sentence)”", sourceLocation: sourceLocation)
        }
        let why = Why(picture, unit: 0, campaign: Self.campaign, now: now)
        #expect(why.reason == "\(zh) / \(en)", sourceLocation: sourceLocation)
    }

    func expect(_ zh: String, _ en: String, sourceLocation: SourceLocation = #_sourceLocation) {
        for (language, sentence) in [(Language.zhHans, zh), (.en, en)] {
            let isThere = page(language).contains(sentence)
            #expect(isThere, "the page has no “\(sentence)”", sourceLocation: sourceLocation)
        }
    }
}

/// A node as simply as it can be: its rows, its position, and what it sends.
struct CaseNode {
    var incarnation: Incarnation
    var session = Session(counter: 1, tag: 1)
    var epoch: Epoch?
    private var rows: [RowKey: RowChange] = [:]
    private(set) var position = Position.origin
    private var pushes: UInt64 = 0

    init(_ number: UInt128) { incarnation = Incarnation(value: number) }

    mutating func count(_ building: String, completed: Int64, unvisited: Int64, in round: Code = CaseDistrict.campaign)
    {
        write(building, [unvisited, completed].map { Count(unchecked: $0) }, in: round)
    }

    /// What a node does with a row that was refused: its key stays, its counts are unknown.
    mutating func countUnknown(_ building: String) { write(building, [.unknown, .unknown]) }

    /// Its last word about the round, or the word that it wasn't.
    mutating func report(final: Bool) { write("-", [final ? 1 : 0], CaseDistrict.report) }

    mutating func write(
        _ subject: String, _ counts: [Count], _ catalogue: Catalogue = CaseDistrict.catalogue,
        in round: Code = CaseDistrict.campaign
    ) {
        let key = RowKey(dataset: catalogue.dataset, period: round, subject: Code(subject)!)
        let body = RowBody(catalogue: catalogue.hash, counts: counts, asOf: CaseDistrict.evening)
        position.digest.replace(key, rows[key]?.body, by: body, in: incarnation)
        position.seq += 1
        rows[key] = RowChange(seq: position.seq, key: key, body: body)
    }

    /// What differs from `from`, or everything where the parent holds nothing.
    mutating func push(from: Position?) -> Push {
        pushes += 1
        return Push(
            kind: from == nil ? .snapshot : .delta, incarnation: incarnation, epoch: epoch, session: session,
            id: pushes, part: 1, from: from, to: position,
            changes: rows.values.filter { $0.seq > from?.seq ?? 0 }.sorted { $0.seq < $1.seq })
    }

    /// The same rows in a new life, as a node does that finds itself restored or copied.
    mutating func mint(_ number: UInt128) {
        let bodies = rows.values.sorted { $0.key < $1.key }
        incarnation = Incarnation(value: number)
        (rows, position) = ([:], .origin)
        for row in bodies { if let body = row.body { write(row.key.subject.text, body.counts) } }
    }
}
