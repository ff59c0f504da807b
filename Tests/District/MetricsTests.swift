import Federation
import Testing

@testable import District

/// What Prometheus is told: bounded, and by which divisions it is added up.
@Suite struct MetricsTests {
    private static func text(divisions number: Int, edition: String? = "2023") -> String {
        let city = RegistryDivision(code: "420000000000", name: "city", level: "city", parent: "")
        let units = (0..<number).map { place in
            RegistryUnit(
                code: Code("\(421_000_000_000 + place)-001")!, name: "u", community: "\(421_000_000_000 + place)",
                expectedHouseholds: 10, expectedResidents: 30, dutyTelephone: "", ceilingPercent: 100)
        }
        let tree = PlaceTree(units: units) { code in
            [city, RegistryDivision(code: code, name: code, level: "district", parent: city.code)]
        }
        let round = RegistryCampaign(
            code: Code(literal: "round-1"), name: "r", opens: 0, deadline: 1, order: "", closed: false)
        let speakers = Paged(tree.units.map { _ in UnitCopies() })
        return Metrics.text(
            Picture(
                rollup: Rollup.recomputed(
                    Hierarchy(current: tree), shelf: CatalogueShelf([]), speakers: speakers, now: 0),
                speakers: speakers, campaigns: [round], edition: edition, now: 0, wall: 1, revision: 0, tokens: [:]),
            waiting: 0)
    }

    private static func lines(_ text: String, _ name: String) -> [Substring] {
        text.split(separator: "\n").filter { $0.hasPrefix("jiayuan_\(name){") }
    }

    /// Half of them would pass for all, so of more than the bound none has samples; the whole has them always.
    @Test func moreDivisionsThanTheBoundHaveNoSamples() {
        let (some, many) = (
            Self.text(divisions: Metrics.mostDivisions), Self.text(divisions: Metrics.mostDivisions + 1)
        )
        let completion = Self.lines(some, "division_upper_permille").filter { $0.contains("\"survey.completion\"") }
        #expect(completion.count == Metrics.mostDivisions && Set(completion).count == Metrics.mostDivisions)
        for name in ["division_lower_permille", "division_upper_permille"] {
            #expect(!Self.lines(some, name).isEmpty && Self.lines(many, name).isEmpty)
        }
        #expect(!many.contains("division="), "nor any other label of a division")
        #expect(Self.lines(many, "upper_permille").count == Self.lines(some, "upper_permille").count)
        #expect(many.contains("jiayuan_units_expected \(Metrics.mostDivisions + 1)\n"))
    }

    @Test func figuresSayByWhatTheyAreAddedUp() {
        #expect(
            Self.lines(Self.text(divisions: 1), "cut_info") == [#"jiayuan_cut_info{kind="division",edition="2023"} 1"#])
        #expect(
            Self.lines(Self.text(divisions: 1, edition: "a\"b\\c\nd"), "cut_info")
                == [#"jiayuan_cut_info{kind="division",edition="a\"b\\c\nd"} 1"#],
            "an edition is what somebody called it")
        #expect(Self.lines(Self.text(divisions: 1, edition: nil), "cut_info").count == 1)
    }
}
