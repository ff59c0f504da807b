import Coverage
import Federation
import Testing

@testable import District

/// A district of two compounds, one of which becomes two, over rows in memory and on a clock of its own.
struct LineageDistrict {
    static let codes = ["421303587002-001", "421303587002-002", "421303587002-011", "421303587002-012"]
        .compactMap { Code($0) }
    static let campaign = CaseDistrict.campaign
    private static let community = "421303587002"

    private(set) var ledger: Ledger
    private var content: RegistryContent
    private var nodes: [Int: CaseNode] = [:]
    private var known: [Int: Position] = [:]
    /// Milliseconds on the serving clock.
    var now: Int64 = 0

    static func with(_ body: (inout LineageDistrict) throws -> Void) throws {
        try BookDistrict.with { book in
            var district = try LineageDistrict(book)
            try body(&district)
        }
    }

    private init(_ book: BookDistrict) throws {
        content = RegistryContent(
            units: [Self.unit(0, 100), Self.unit(1, 50)],
            divisions: [
                Self.community: RegistryDivision(code: Self.community, name: "c", level: "community", parent: "")
            ],
            campaigns: [
                RegistryCampaign(
                    code: Self.campaign, name: "survey", opens: 0, deadline: 1, order: "", closed: false)
            ])
        content.day = Day.of(CaseDistrict.evening)
        ledger = try Ledger(
            identity: Incarnation(value: 9), pace: BookDistrict.pace, registry: content,
            store: try RowStore(book.folder + "/lineage.sqlite"), decisions: book.registry, now: 0,
            wall: CaseDistrict.evening)
    }

    private static func unit(_ number: Int, _ households: Int64) -> RegistryUnit {
        RegistryUnit(
            code: codes[number], name: "u", community: community, expectedHouseholds: households,
            expectedResidents: nil, dutyTelephone: "", ceilingPercent: 100)
    }

    private var wall: Int64 { CaseDistrict.evening + now / 1000 }
    var day: String { Day.of(wall) }
    var change: UnitChange { content.lineage.changes[0] }

    /// A unit says how many households it has, a second later.
    mutating func hear(_ number: Int, households: Int64) throws {
        now += 1000
        var node = nodes[number] ?? CaseNode(UInt128(number + 1))
        node.count("1", completed: 3, unvisited: households - 3)
        var push = node.push(from: known[number])
        push.catalogues = [CaseDistrict.catalogue]
        known[number] = push.to
        nodes[number] = node
        let done = try ledger.perform([.push(push, unit: Self.codes[number])], now: now, wall: wall)
        guard case .answer(let answer)? = done.replies.first, case .held = answer.outcome else {
            Issue.record("unit \(number) was not heard: \(done.replies)")
            return
        }
    }

    // MARK: What officers do

    mutating func split() throws {
        now += 1000
        content.units += [Self.unit(2, 60), Self.unit(3, 40)]
        content.lineage.changes.append(
            UnitChange(
                number: 1, kind: .split, day: day, at: wall, settledAt: nil, before: [Self.codes[0]],
                after: [Self.codes[2], Self.codes[3]], reason: "as ordered", officer: "wang"))
        ledger.reregister(content, now: now)
    }

    mutating func settle() {
        now += 1000
        content.lineage.changes[0].settledAt = wall
        ledger.reregister(content, now: now)
    }

    mutating func closeRound() {
        now += 1000
        content.campaigns[0].closed = true
        content.campaigns[0].closedAt = wall
        ledger.reregister(content, now: now)
    }

    mutating func sweep() { _ = ledger.sweep(now: now) }

    // MARK: What readers see

    /// Households due as last known, and units expected, of the community.
    var figure: (due: Int64, units: Int) {
        let picture = Picture(ledger.tally, now: now, wall: wall, revision: 1).along(Self.campaign)
        let figures = picture.figures(0, Question(period: Self.campaign, measures: [.completion]))
        let evidence = figures.measures[0].figure.evidence
        return (evidence.denominator + evidence.lastDenominator, figures.completeness.expected)
    }

    func why(_ number: Int) -> String {
        let picture = Picture(ledger.tally, now: now, wall: wall, revision: 1)
        return picture.rollup.tree.unit(Self.codes[number]).map {
            Why(picture, unit: $0, campaign: Self.campaign, now: now).reason
        } ?? ""
    }

    func standing(_ number: Int) -> Standing? {
        ledger.tally.registered.tree.unit(Self.codes[number]).flatMap { unit in
            ledger.tally.rollup.cuts[Cut(dataset: Code(literal: "survey"), period: Self.campaign)]?.standings[unit]
        }
    }
}
