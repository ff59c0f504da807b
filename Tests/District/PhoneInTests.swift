import Coverage
import Daemon
import Federation
import Testing

@testable import District

/// Counts phoned in move what was last known, never a bound, and end with the node's return.
@Suite struct PhoneInTests {
    private typealias District = BookDistrict

    private static func call(
        _ district: District, done: Int64, due: Int64, tested: Int64? = nil, residents: Int64? = nil,
        of unit: Code = District.unit, campaign: Code = District.campaign
    ) -> PhoneIn {
        PhoneIn(
            at: district.wall, unit: unit, campaign: campaign,
            counts: PhoneIn.Counts(done: done, due: due, tested: tested, residents: residents), caller: "王主任",
            officer: "李四")
    }

    /// One compound that is on time, 40 of 90; one that said 30 of 80 and is silent.
    private static func silent(_ district: inout District) throws -> CaseNode {
        var (node, other) = (CaseNode(1), CaseNode(2))
        node.count("7", completed: 30, unvisited: 50)
        other.count("1", completed: 40, unvisited: 50)
        try district.hear(node.push(from: nil))
        try district.hear(other.push(from: nil), of: District.other)
        district.now = 10 * District.minute
        try district.hear(other.push(from: other.position), of: District.other)
        return node
    }

    private static func lastKnown(_ figure: Figure) -> [Int64] {
        [
            figure.evidence.numerator + figure.evidence.lastNumerator,
            figure.evidence.denominator + figure.evidence.lastDenominator,
        ]
    }

    @Test func aCallMovesTheLastKnownAndNoBound() throws {
        try District.with { district in
            _ = try Self.silent(&district)
            let before = district.sweptFigures.measures[0].figure
            #expect(Self.lastKnown(before) == [70, 170])
            #expect(try district.perform(.phoneIn(Self.call(district, done: 65, due: 82))) == .phonedIn(nil))
            let after = district.sweptFigures.measures[0].figure
            #expect(Self.lastKnown(after) == [40 + 65, 90 + 82])
            #expect(after.lower == before.lower && after.upper == before.upper && after.lower != nil)
            #expect(after.evidence.unknownCeiling == before.evidence.unknownCeiling)
            #expect(after.missingAtMost == before.missingAtMost && after.missingAtLeast == before.missingAtLeast)
        }
    }

    @Test func aLaterCallReplacesAnEarlierOneAndTellsOfPeopleToo() throws {
        try District.with { district in
            _ = try Self.silent(&district)
            try district.perform(.phoneIn(Self.call(district, done: 10, due: 82)))
            try district.perform(.phoneIn(Self.call(district, done: 12, due: 82, tested: 100, residents: 250)))
            let figures = district.sweptFigures.measures.map(\.figure)
            #expect(Self.lastKnown(figures[0]) == [52, 172] && Self.lastKnown(figures[1]) == [100, 250])
            #expect(district.sweptFigures.phonedIn.map(\.number) == [2])
            try district.restart()
            #expect(Self.lastKnown(district.figures.measures[1].figure) == [100, 250], "calls are durable")
        }
    }

    @Test func whoeverReportsByItselfIsNotRungFor() throws {
        try District.with { district in
            _ = try Self.silent(&district)
            let refusals: [(PhoneIn, PhoneIn.Refusal)] = [
                (Self.call(district, done: 1, due: 2, of: District.other), .unitKnown),
                (Self.call(district, done: 3, due: 2), .countsImpossible),
                (Self.call(district, done: -1, due: 2), .countsImpossible),
                (Self.call(district, done: 1, due: 2, tested: 5), .countsImpossible),
                (Self.call(district, done: 1, due: 2, tested: 5, residents: 4), .countsImpossible),
                (Self.call(district, done: 1, due: 2, campaign: Code(literal: "other")), .campaignUnknown),
                (Self.call(district, done: 1, due: 2, campaign: Code(literal: "closed")), .campaignClosed),
                (Self.call(district, done: 1, due: 2, of: Code(literal: "421303587002-009")), .unitUnknown),
            ]
            for (call, refusal) in refusals {
                #expect(try district.perform(.phoneIn(call)) == .phonedIn(refusal))
            }
            #expect(try district.registry.book().phoneIns.isEmpty)
        }
    }

    @Test func theNodesReturnEndsACallAndTheDifferenceIsKept() throws {
        try District.with { district in
            var node = try Self.silent(&district)
            try district.perform(.phoneIn(Self.call(district, done: 65, due: 82)))
            let at = node.position
            node.count("7", completed: 61, unvisited: 20)
            try district.hear(node.push(from: at))
            #expect(Self.lastKnown(district.sweptFigures.measures[0].figure) == [101, 171])
            #expect(
                district.sweptFigures.phonedIn.isEmpty && district.ledger.book.openPhoneIns(of: District.unit).isEmpty)
            let ended = try #require(try district.registry.book().phoneIns[District.unit]?.first)
            #expect(ended.returned?.counts == PhoneIn.Counts(done: 61, due: 81, tested: 0, residents: 0))
            #expect(district.page(.zhHans).contains("改以节点为准：61 / 81（与代报相差 -4 / -1）"))
            #expect(district.page(.en).contains("its rows count: 61 / 81 (differs from the call by -4 / -1)"))
            district.now += 10 * District.minute
            #expect(
                Self.lastKnown(district.sweptFigures.measures[0].figure)[0] == 101, "silent again: its own rows stand")
        }
    }

    /// A call that is older than what the unit has said since is shown and stands for nothing.
    @Test func rowsThatAreNewerThanTheCallStand() throws {
        try District.with { district in
            var node = try Self.silent(&district)
            try district.perform(.phoneIn(Self.call(district, done: 65, due: 82)))
            district.now += District.minute
            let at = node.position
            node.countUnknown("7")
            try district.hear(node.push(from: at))
            #expect(district.ledger.book.openPhoneIns(of: District.unit).count == 1)
            #expect(Self.lastKnown(district.sweptFigures.measures[0].figure) == [40, 90])
        }
    }

    @Test func whatWasPhonedInIsMarkedWhereverItShows() throws {
        try District.with { district in
            _ = try Self.silent(&district)
            try district.perform(.phoneIn(Self.call(district, done: 65, due: 82)))
            _ = district.sweptFigures
            for page in [district.page(.zhHans), district.division(.zhHans)] {
                #expect(page.contains("<span class=\"phoned\">电话代报 18:10 王主任（登记 李四）</span>"))
            }
            #expect(district.division(.en).contains("phoned in 18:10 by 王主任 (noted by 李四)"))
            let document = StatsDocument.Place(district.figures, state: nil, targets: nil)
            #expect(document.phoned_in?.map(\.done) == [65])
        }
    }
}
