import Coverage
import Daemon
import Federation
import Testing

@testable import District

/// Ceilings say how much may be due. Where one is missing, or is shown to be wrong, nothing is made of it.
@Suite struct CeilingTests {
    private static let period = Code(literal: "2022-04-06-survey")
    private static let cut = Cut(dataset: Code(literal: "survey"), period: period)
    private static let catalogue = Catalogue(text: "survey\nunvisited households open\ncompleted households open\n")!

    /// Two compounds of one community, ten households each where a number is registered.
    private static func picture(
        registered: [Int64?] = [10, 10], _ counts: [[Count]?], kept: [Bool] = [true, true], unknown: Bool = false
    ) -> Picture {
        let tree = PlaceTree(
            units: registered.enumerated().map { number, households in
                RegistryUnit(
                    code: Code("421303001001-00\(number + 1)")!, name: "小区\(number)", community: "421303001001",
                    expectedHouseholds: households, expectedResidents: 30, dutyTelephone: "", ceilingPercent: 100)
            }
        ) { [RegistryDivision(code: $0, name: "社区", level: "community", parent: "")] }
        let speakers = zip(counts, kept).map { counts, kept -> UnitCopies in
            guard let counts else { return UnitCopies() }
            var copy = RollupTests.copy()
            copy.appointment = kept ? 100 : 10
            var rows = [RowBlock.Entry(subject: Code(literal: "1"), seq: 1, asOf: 0, catalogue: 0, counts: counts)]
            if unknown {
                rows.append(
                    .init(subject: Code(literal: "2"), seq: 2, asOf: 0, catalogue: 0, counts: [.unknown, .unknown]))
            }
            copy.blocks[cut] = RowBlock(rows)
            return UnitCopies(copies: [copy])
        }
        let rollup = Rollup.recomputed(
            Hierarchy(current: tree), shelf: CatalogueShelf([catalogue]), speakers: Paged(speakers), now: 50)
        return Picture(
            rollup: rollup, speakers: Paged(speakers), campaigns: [], edition: nil, now: 50, wall: 0, revision: 0,
            tokens: [:])
    }

    private static func completion(_ picture: Picture, unit: Int? = nil) -> MeasureFigure {
        let question = picture.question(period)
        return (unit.map { picture.figures(unit: $0, question) } ?? picture.figures(0, question)).measures[0]
    }

    @Test func aLastReportAboveTheCeilingLeavesNoBoundAnywhereAboveIt() {
        let picture = Self.picture([[38, 2], [3, 2]], kept: [false, true])
        for measured in [Self.completion(picture, unit: 0), Self.completion(picture)] {
            let figure = measured.figure
            #expect(figure.noBound == .aboveDue && figure.upper == nil && figure.missingAtMost == nil)
            #expect(figure.shareUnknown == nil && measured.excess != nil)
            #expect(figure.missingAtLeast <= figure.missingLastKnown)
        }
        #expect(Self.completion(picture).figure.evidence.outgrown == 1)
        #expect(Self.completion(picture, unit: 1).figure.isExact, "its neighbour's is as good as it was")
        // The ceiling itself is no excess, and whoever is known is counted as he says.
        #expect(Self.completion(Self.picture([[8, 2], [3, 2]], kept: [false, true])).figure.upper == Ratio(12, 15))
        let known = Self.completion(Self.picture([[38, 2], [3, 2]]))
        #expect(known.figure.isExact && known.excess?.reported == 45)
    }

    /// What is left of a report with an unknown row is above it already.
    @Test func everyUnitThatHasALastReportIsAsked() {
        let picture = Self.picture([[38, 2], nil], unknown: true)
        #expect(picture.cut("survey", Self.period).standings == [.unknownRows, .neverConnected])
        #expect(Self.completion(picture).figure.noBound == .aboveDue)
    }

    @Test func aUnitWithoutANumberMakesNobodyElseLookTooLarge() {
        let picture = Self.picture(registered: [nil, 10], [[100, 900], nil])
        let measured = Self.completion(picture)
        #expect(measured.excess == nil, "1,000 are due, and nobody knows how many were expected")
        #expect(measured.figure.shareUnknown == nil, "and not all of the due stand behind the other")
        #expect(measured.figure.upper == Ratio(910, 1_010))
        let card = RoundCards.lastWords(
            Self.completion(Self.picture(registered: [nil, 10], [nil, nil])).figure, .zhHans)
        #expect(!card.source.contains("至多"), "no ceiling is no ceiling of what the others have")
    }
}
