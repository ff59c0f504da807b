import Coverage
import Daemon
import Federation
import Foundation
import Testing

@testable import District

/// What leaves in files: no number without somebody who says it now.
@Suite struct ExportTests {
    private typealias District = BookDistrict

    private static func asked(_ district: inout District) -> Asked {
        _ = district.sweptFigures
        let picture = district.picture
        let round = picture.campaigns.first { $0.code == District.campaign }
        return Asked(
            picture, round ?? picture.campaigns[0], .place(0), others: picture.spots(below: .place(0), level: "unit"))
    }

    /// The numerator of what is done, unit by unit.
    private static func done(_ asked: Asked) throws -> [DataValues.Value] {
        try DataValues(asked).groups.map { group in
            try #require(group.values.first { $0.element == "SURVEY_COMPLETION_NUMERATOR" })
        }
    }

    @Test func anOldNumberIsNeitherSentNorCountedAsTheWhole() throws {
        try District.with { district in
            var (node, other) = (CaseNode(1), CaseNode(2))
            node.count("7", completed: 30, unvisited: 50)
            other.count("1", completed: 40, unvisited: 50)
            try district.hear(node.push(from: nil))
            try district.hear(other.push(from: nil), of: District.other)
            #expect(try Self.done(Self.asked(&district)).map(\.number) == [30, 40])
            district.now = 10 * District.minute
            try district.hear(other.push(from: other.position), of: District.other)
            let asked = Self.asked(&district)
            #expect(try Self.done(asked).map(\.number) == [nil, 40])
            let whole = ReportedPlace(.place(0), in: asked).measures[0]
            #expect(whole.whole == nil && whole.numerator == 40 && whole.lastKnown?.numerator == 70)
            #expect(whole.state == .partial && !ReportedPlace(.place(0), in: asked).isComplete)
            let unit = ReportedPlace(.unit(0), in: asked).measures[0]
            #expect(unit.state == .unknown && unit.numerator == nil && unit.rate == nil)
            #expect(unit.lastKnown?.numerator == 30)
        }
    }

    /// DHIS2 has no place for a bound: a rate that fifteen households may still change is no number of the whole.
    @Test func whatIsInDoubtIsNoWhole() {
        let units = Completeness(
            expected: 1, known: 1, stale: 0, silent: 0, neverConnected: 0, disputed: 0, unknownRows: 0)
        func reported(surplus: Int64 = 0, deficit: Int64 = 0) -> ReportedMeasure {
            let figure = Figure(
                Evidence(
                    numerator: 10, denominator: 10, lastNumerator: 0, lastDenominator: 0, unknownCeiling: 0,
                    totalCeiling: 100, unbounded: 0, surplus: surplus, deficit: deficit))
            return ReportedMeasure(
                MeasureFigure(measure: .tested, figure: figure, registered: 0), units: units, wasHeard: true)
        }
        #expect(reported().whole?.numerator == 10)
        #expect(reported(deficit: 180).whole == nil && reported(surplus: 12).whole == nil)
        #expect(reported(deficit: 180).numerator == 10, "over known units, beside its bounds")
    }

    @Test func whoeverOnlyRangHasALastKnownNumberAndNoOther() throws {
        try District.with { district in
            let silent = ReportedPlace(.unit(0), in: Self.asked(&district)).measures[0]
            #expect(silent.lastKnown == nil && silent.numerator == nil)
            let call = PhoneIn(
                at: district.wall, unit: District.unit, campaign: District.campaign,
                counts: PhoneIn.Counts(done: 65, due: 82, tested: nil, residents: nil), caller: "w", officer: "l")
            try district.perform(.phoneIn(call))
            let asked = Self.asked(&district)
            let rang = ReportedPlace(.unit(0), in: asked).measures
            #expect(rang[0].lastKnown?.numerator == 65 && rang[0].numerator == nil)
            #expect(rang[2].lastKnown == nil, "nothing was said of the tested")
            #expect(try Self.done(asked).map(\.number) == [nil, nil])
        }
    }

    @Test func moreThanIsRegisteredIsSentAndMarked() throws {
        try District.with { district in
            var node = CaseNode(1)
            node.count("7", completed: 160, unvisited: 0)
            try district.hear(node.push(from: nil))
            let asked = Self.asked(&district)
            #expect(try Self.done(asked).map(\.number) == [160, nil])
            #expect(try Self.done(asked).map(\.needsAPerson) == [true, false])
            let text = String(
                decoding: try DHIS2.encoded(DataValues(asked), ExportMapping()), as: UTF8.self)
            #expect(text.contains(#""followUp":true"#) && !text.contains("followup"))
        }
    }

    @Test func aMappingSaysWhatItLacks() throws {
        let mapping = try ExportMapping(Array("kind,code,id\norgUnit,a-1,aaaaaaaaaa1\n".utf8))
        #expect(try mapping.id(.orgUnit, "a-1") == "aaaaaaaaaa1" && mapping.scheme(.orgUnit) == "UID")
        #expect(try mapping.id(.dataElement, "X") == "X" && mapping.scheme(.dataElement) == "CODE")
        #expect(throws: StatsProblem.self) { try mapping.id(.orgUnit, "a-2") }
        for text in ["kind,code\n", "kind,code,id\nhouse,a,b\n", "kind,code,id\norgUnit,a,\n", ""] {
            #expect(throws: StatsProblem.self) { try ExportMapping(Array(text.utf8)) }
        }
    }

    @Test func tagsAndPackingsAreReadAsTheyAreWritten() {
        for said in ["\"a-1\"", "W/\"a-1\"", "\"x\", \"a-1\"", " \"a-1\" "] { #expect(ETag.names(said, "\"a-1\"")) }
        for said in [nil, "", "*", "a-1", "\"a-12\"", "\"A-1\""] { #expect(!ETag.names(said, "\"a-1\"")) }
        for said in ["gzip", "br, gzip;q=0.1", "*", "GZIP ; q=1"] { #expect(Encoding.takesGzip(said)) }
        for said in [nil, "", "br", "gzip;q=0", "x-gzip2", "gzip;q=x"] { #expect(!Encoding.takesGzip(said)) }
    }
}
