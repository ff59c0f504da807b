import Coverage
import Daemon
import Federation
import Testing

@testable import District

/// What is counted beside the survey has the survey's shape.
@Suite struct DatasetTests {
    private static let volunteers = Catalogue(
        text: "volunteers\nneed people open\nfilled people open\nshort people open\n")!

    /// A district of two compounds, one of which tells of volunteers.
    private static func district(
        need: Int64, short: Int64, _ body: (inout BookDistrict) throws -> Void
    ) throws {
        try BookDistrict.with { district in
            var node = CaseNode(1)
            node.write("-", [need, 0, short].map { Count($0)! }, volunteers)
            var push = node.push(from: nil)
            push.catalogues = [volunteers]
            try district.hear(push)
            try body(&district)
        }
    }

    private static func found(_ spot: Spot, _ district: BookDistrict) throws -> DatasetFigures {
        try #require(district.picture.datasets(spot, BookDistrict.campaign)["volunteers"])
    }

    @Test func whatIsShortIsTheLeastOfAllAndExactlyThatOfWhoTold() throws {
        try Self.district(need: 9, short: 4) { district in
            let all = try Self.found(.place(0), district)
            #expect(all.completeness.known == 1 && all.completeness.expected == 2)
            let figure = try #require(all.measures.of(.volunteersFound)?.figure)
            #expect(figure.evidence.numerator == 5 && figure.evidence.denominator == 9)
            #expect(figure.missingAtLeast == 4 && figure.missingAtMost == nil && figure.noBound == .noCeiling)
            let own = try #require(try Self.found(.unit(0), district).measures.of(.volunteersFound)?.figure)
            #expect(own.isExact && own.missingAtMost == 4)
            #expect(own.evidence.numerator == 5 && own.evidence.denominator == 9)
        }
    }

    @Test func moreShortThanNeededIsInDoubt() throws {
        try Self.district(need: 4, short: 10) { district in
            let own = try #require(try Self.found(.unit(0), district).measures.of(.volunteersFound)?.figure)
            #expect(own.noBound == .aboveDue && own.evidence.numerator == 0 && own.missingAtMost == nil)
        }
    }

    /// An old number is no current one, and stands with its time.
    @Test func aSilentCompoundsLastWordStandsWithItsTime() throws {
        try Self.district(need: 9, short: 4) { district in
            let now = DatasetTable.html(
                district.picture.datasets(.unit(0), BookDistrict.campaign), heardAt: district.wall, asOf: district.wall,
                .english
            ).source
            #expect(now.contains("<td>5 / 9</td>") && now.contains("<td>4</td>") && now.contains("1 / 1"))
            let heardAt = district.wall
            district.now = 10 * BookDistrict.minute
            _ = district.sweptFigures
            let later = DatasetTable.html(
                district.picture.datasets(.unit(0), BookDistrict.campaign), heardAt: heardAt, asOf: district.wall,
                .english
            ).source
            #expect(!later.contains("5 / 9") && later.contains("4 (\(FigureText.time(heardAt)))"), "\(later)")
        }
    }
}
