import Coverage
import Daemon
import Federation
import Foundation
import Logging
import Testing

@testable import District

/// Conflicts between a compound and its aggregator, by their numbers in the catalogue of conflicts.
@Suite struct ConflictCases {
    private static let known = (zh: "最近一次按约上报", en: "kept its last appointment")
    private static let stale = (zh: "错过了上次约定：线路、停电或下班", en: "missed its last appointment: line, power or office")

    /// A compound that has reported 6 of 10 households.
    private static func reported() -> (CaseDistrict, CaseNode) {
        var (district, node) = (CaseDistrict(), CaseNode(1))
        node.count("7", completed: 6, unvisited: 4)
        district.hear(node.push(from: nil))
        return (district, node)
    }

    /// Right: what is held. A summary that comes twice or late changes nothing.
    @Test func case11ASummaryRepeatedOrOutOfOrder() {
        var (district, node) = Self.reported()
        let late = node.push(from: nil)
        let before = node.position
        node.count("7", completed: 7, unvisited: 3)
        let next = node.push(from: before)
        for _ in 0..<2 { #expect(district.hear(next) == .held(node.position)) }
        #expect(district.hear(late) == .contradicted(have: node.position, .stale))
        #expect(district.counted == [7, 10])
        district.expectWhy(Self.known.zh, Self.known.en)
    }

    /// Right: what is held. A node that counts lower than before has lost rows and is not believed under that name.
    @Test func case11ASequenceThatGoesBack() {
        var (district, node) = Self.reported()
        var backup = node
        let at = node.position
        node.count("7", completed: 8, unvisited: 2)
        node.count("8", completed: 0, unvisited: 0)
        district.hear(node.push(from: at))
        backup.session = Session(counter: 2, tag: 2)
        #expect(district.hear(backup.push(from: at)) == .contradicted(have: node.position, .stale))
        backup.count("7", completed: 5, unvisited: 5)
        backup.count("8", completed: 1, unvisited: 0)
        #expect(
            district.hear(backup.push(from: at)) == .contradicted(have: node.position, .stale),
            "the same number with other rows")
        #expect(district.counted == [8, 10])
        district.expectWhy(Self.known.zh, Self.known.en)
    }

    /// Right: the former life until its lease has run out, then the restored one. Never both.
    @Test func case11ARestoredBackupInANewLife() {
        var (district, backup) = Self.reported()
        backup.mint(2)
        backup.count("7", completed: 5, unvisited: 5)
        district.now = 2 * CaseDistrict.minute
        district.hear(backup.push(from: nil))
        #expect(district.counted == [0, 0] && district.figure.evidence.lastNumerator == 6)
        district.expectWhy(
            "恢复后的节点已连上：原节点租期结束后自动计入",
            "a restored node is heard: it is counted once the lease of its former life has run out")
        district.expect("重复节点（未计入）", "Shadow copy, not counted")
        district.now = 7 * CaseDistrict.minute
        district.hear(backup.push(from: backup.position))
        #expect(district.counted == [5, 10])
        district.expectWhy(Self.known.zh, Self.known.en)
    }

    /// Right: the correction. Nothing is a maximum; what the node says now is counted.
    @Test func case12ACorrectedSummaryLowerThanBefore() {
        var (district, node) = Self.reported()
        let at = node.position
        node.count("7", completed: 2, unvisited: 8)
        #expect(district.hear(node.push(from: at)) == .held(node.position))
        #expect(district.counted == [2, 10])
        district.expectWhy(Self.known.zh, Self.known.en)
        district.expect("<b>20.0</b> %", "<b>20.0</b> %")
    }

    private static let disputed = (
        zh: "有两台主机在用同一身份：停掉一台，再用 jiayuan unit adopt 或 retire 了结",
        en: "two machines use one identity: stop one, then settle it with jiayuan unit adopt or retire"
    )

    /// Right: nobody, until a person has stopped one of them. The unit is unknown and neither is added.
    @Test func case13TwoNodesWithOneIdentity() {
        var (district, node) = Self.reported()
        var copy = node
        copy.session = Session(counter: 1, tag: 2)
        #expect(district.hear(copy.push(from: copy.position)) == .contradicted(have: node.position, .fork))
        copy.mint(2)
        copy.count("7", completed: 9, unvisited: 1)
        district.hear(copy.push(from: nil))
        for _ in 0..<3 {
            district.now += CaseDistrict.minute
            district.hear(node.push(from: node.position))
            district.hear(copy.push(from: copy.position))
        }
        #expect(district.unit.disputed && district.counted == [0, 0])
        #expect(district.figure.lower?.permilleDown == 0 && district.figure.upper?.permilleUp == 1000)
        district.expectWhy(Self.disputed.zh, Self.disputed.en)
        district.retire(copy.incarnation)
        district.hear(node.push(from: node.position))
        #expect(district.counted == [6, 10])
        district.expectWhy(Self.known.zh, Self.known.en)
    }

    /// Right: the final report. An office that is switched off for the night isn't an old figure; whoever takes the report
    /// back is as old as anybody.
    @Test func whoSentItsFinalReportDoesNotGrowOld() {
        var (district, node) = Self.reported()
        var at = node.position
        node.report(final: true)
        #expect(district.hear(node.push(from: at)) == .held(node.position))
        district.now = CaseDistrict.day
        #expect(district.counted == [6, 10] && district.figure.isExact)
        district.expectWhy("已终报：不再按超时计", "final report sent: it doesn't grow old")
        #expect(district.division(.en).contains("final reports: 1"))
        at = node.position
        node.report(final: false)
        #expect(district.hear(node.push(from: at)) == .held(node.position))
        #expect(district.counted == [6, 10])
        district.now += CaseDistrict.day
        #expect(district.counted == [0, 0] && district.figure.evidence.lastNumerator == 6)
        district.expectWhy(Self.stale.zh, Self.stale.en)
        #expect(district.division(.en).contains("final reports: –"), "nobody is known: not none")
    }

    /// Right: the node. Until it returns its last word is shown with its day and never counted as current.
    @Test func case20ThreeDaysOfSilenceThenReturn() {
        var (district, node) = Self.reported()
        let at = node.position
        district.now = 3 * CaseDistrict.day
        #expect(district.counted == [0, 0] && district.figure.evidence.lastNumerator == 6)
        district.expectWhy(Self.stale.zh, Self.stale.en)
        district.expect("04-06 18:00", "04-06 18:00")
        #expect(district.division(.zhHans).contains("◐ 超时未更新 自 04-06 18:00"))
        #expect(district.division(.en).contains("◐ stale since 04-06 18:00"))
        for day in 1...3 { node.count("7", completed: 6 + Int64(day), unvisited: 4 - Int64(day)) }
        #expect(district.hear(node.push(from: at)) == .held(node.position))
        #expect(district.counted == [9, 10])
        district.expectWhy(Self.known.zh, Self.known.en)
    }

    /// Right: the register. A unit that it doesn't name is told so, and nothing of it is counted.
    @Test func case21AUnitThatTheRegisterDoesNotName() async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/district-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let pace = Pace(milliseconds: 1000, graceMilliseconds: 1000, leaseMilliseconds: 1000)
        let aggregator = try Aggregator(folder: folder, pace: pace, log: Logger(label: "cases"))
        aggregator.start()
        var node = CaseNode(1)
        node.count("7", completed: 6, unvisited: 4)
        let answer = await aggregator.receive(node.push(from: nil), unit: Code(literal: "421303587002-999"))
        aggregator.shutDown()
        #expect(answer.outcome == .unauthorized("unit_unknown"))
        #expect(aggregator.look().speakers.isEmpty && aggregator.look().rollup.cuts.isEmpty)
        // What the node's page says under that code.
        #expect(Messages.zhHans("node.because.unit_unknown") == "区里没有登记本小区")
        #expect(Messages.english("node.because.unit_unknown") == "the district has not registered this compound")
    }

    /// Right: the node. An emptied aggregator asks for everything and counts the holder of the epoch at once.
    @Test func case22AnAggregatorReplacedByAnEmptyOne() {
        var (district, node) = Self.reported()
        node.epoch = district.unit.epoch
        district.restart(with: UnitCopies())
        district.expectWhy(
            "已登记，尚未收到：请确认节点已安装、口令正确；汇总服务器刚更换时会自动补齐",
            "registered and nothing heard: check that the node is installed and has its token; after a new aggregator it comes by itself"
        )
        #expect(district.figure.upper?.permilleUp == 1000 && district.figure.lower?.permilleDown == 0)
        #expect(district.hear(node.push(from: node.position)) == .contradicted(have: nil, .unknown))
        #expect(district.hear(node.push(from: nil)) == .held(node.position))
        #expect(district.counted == [6, 10] && district.unit.epoch == node.epoch)
        district.expectWhy(Self.known.zh, Self.known.en)
    }

    /// Right: the node. An aggregator restored from yesterday says where it stands and is sent what differs.
    @Test func case22AnAggregatorRestoredFromYesterday() {
        var (district, node) = Self.reported()
        let (yesterday, at) = (district.unit, node.position)
        district.now = CaseDistrict.day
        node.count("7", completed: 9, unvisited: 1)
        district.hear(node.push(from: at))
        district.restart(with: yesterday)
        #expect(district.counted == [0, 0], "yesterday's figure is never current")
        district.expectWhy(Self.stale.zh, Self.stale.en)
        district.expect("04-06 18:00", "04-06 18:00")
        node.count("8", completed: 0, unvisited: 0)
        #expect(district.hear(node.push(from: node.position)) == .contradicted(have: at, .stale))
        #expect(district.hear(node.push(from: at)) == .held(node.position))
        #expect(district.counted == [9, 10])
        district.expectWhy(Self.known.zh, Self.known.en)
    }

    /// Right: nobody yet. A count that can't be is refused by name; the unit is unknown, not zero and not absurd.
    @Test(arguments: [2_000_000_000, -5, Int64.max]) func case26AnAbsurdCount(_ count: Int64) {
        var (district, node) = Self.reported()
        let at = node.position
        node.count("7", completed: count, unvisited: 4)
        #expect(
            district.hear(node.push(from: at))
                == .refused([RowRefusal(line: 1, why: "count_out_of_range:completed")]))
        #expect(district.counted == [6, 10], "nothing was written")
        Self.expectUnknownAfterRefusal(&district, &node, at)
    }

    /// Right: nobody yet. Counts that are each possible and together aren't are refused as well.
    @Test func case26AnAbsurdSum() {
        var (district, node) = Self.reported()
        let at = node.position
        for building in 1...1001 { node.count("b\(building)", completed: 1_000_000_000, unvisited: 0) }
        guard case .refused(let refusals) = district.hear(node.push(from: at)) else {
            Issue.record("taken")
            return
        }
        #expect(refusals.count == 1001 && refusals.allSatisfy { $0.why == "unit_total_out_of_range" })
        #expect(district.counted == [6, 10], "nothing was written")
    }

    private static func expectUnknownAfterRefusal(
        _ district: inout CaseDistrict, _ node: inout CaseNode, _ at: Position
    ) {
        node.countUnknown("7")
        #expect(district.hear(node.push(from: at)) == .held(node.position))
        #expect(district.counted == [0, 0])
        district.expectWhy("有行被退回，节点页面上有说明", "rows were refused; the node's page names them")
        #expect(Messages.zhHans("node.standing.refused", ["count": "1"]) == "1 行被上级退回，已按“未知”处理")
        #expect(
            Messages.english("node.standing.refused", ["count": "1"])
                == "1 rows were refused by the aggregator and count as unknown")
    }

    /// Right: the node, flagged. More than is registered may be a wrong register; it is never clamped.
    @Test func case26MoreReportedThanRegistered() {
        var (district, node) = Self.reported()
        let at = node.position
        node.count("7", completed: 1_000_000_000, unvisited: 0)
        district.hear(node.push(from: at))
        #expect(district.counted == [1_000_000_000, 1_000_000_000])
        district.expect(
            "上报 1,000,000,000，超过登记的 10，请核对", "1,000,000,000 reported, above the 10 registered, please check")
        #expect(district.division(.zhHans).contains("超过登记的 10，请核对"))
        #expect(district.division(.en).contains("above the 10 registered, please check"))
    }

    /// Right: nobody. More tested than due has no bound, and says so in the place of a rate.
    @Test func case26MoreTestedThanDue() {
        let figure = Figure(
            Evidence(
                numerator: 12, denominator: 10, lastNumerator: 0, lastDenominator: 0, unknownCeiling: 0,
                totalCeiling: 20, unbounded: 0))
        #expect(FigureText.bounds(figure, .zhHans).source.contains("超过应检，请核对"))
        #expect(FigureText.bounds(figure, .english).source.contains("above due, please check"))
    }
}
