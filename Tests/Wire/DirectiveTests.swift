import Federation
import Testing

@testable import Wire

@Suite struct DirectiveTests {
    private static func order(_ code: String = "2022-41", version: Int = 1, text: String = "今晚完成") -> Directive {
        Directive(
            code: code, version: version, kind: .order, title: "入户摸底", text: text, campaign: "2022-04-06-survey",
            due: 1_649_260_800, at: 1_649_239_200, officer: "张科长", reason: "首发")
    }

    @Test func aVersionNamesItsRows() throws {
        let period = try #require(Self.order(version: 12).period)
        #expect(period.text == "2022-41:12")
        let named = try #require(Directive.named(by: period))
        #expect(named == ("2022-41", 12))
        let within = try #require(Directive.named(by: Code(literal: "a:b:3")))
        #expect(within == ("a:b", 3), "a code may have colons")
        for other in ["2022-04-06-survey", "now", "x:0", "x:01", "x:-1", "x:1000", ":1"] {
            #expect(try Directive.named(by: #require(Code(other))) == nil, "\(other)")
        }
    }

    @Test func whatIsNotSoundIsLeftOut() {
        #expect(Self.order().isSound)
        #expect(!Self.order("家").isSound && !Self.order(String(repeating: "x", count: 49)).isSound)
        #expect(!Self.order(version: 0).isSound && !Self.order(version: 1000).isSound)
        #expect(!Self.order(text: String(repeating: "x", count: Limits.directiveText + 1)).isSound)
        var untitled = Self.order()
        untitled.title = ""
        #expect(!untitled.isSound)
        for (measure, version, done, due, isSound) in [
            ("survey.tested", 101, ["a"], ["a", "b"], true), ("口径", 101, ["a"], ["a"], false),
            ("survey.tested", 0, ["a"], ["a"], false), ("survey.tested", .max, ["a"], ["a"], false),
            ("survey.tested", 101, ["c"], ["a"], false), ("survey.tested", 101, [], ["a,b"], false),
            ("survey.tested", 101, [], (0..<65).map { "c\($0)" }, false),
        ] {
            var rule = Self.order()
            rule.counts = .init(measure: measure, version: version, done: done, due: due)
            #expect(rule.isSound == isSound, "\(measure) \(version) \(done) \(due)")
        }
    }

    @Test func aDocumentCarriesThem() throws {
        var document = RegistryDocument(
            v: 1, parent: "a",
            unit: .init(code: "u", name: "n", expectedHouseholds: nil, expectedResidents: nil, dutyTelephone: ""),
            path: [], campaigns: [])
        let without = try document.encoded()
        #expect(try RegistryDocument.decoded(without).directives == nil)
        document.directives = [Self.order(), Self.order("n-1", version: 2)]
        let with = try document.encoded()
        #expect(try RegistryDocument.decoded(with) == document)
        #expect(RegistryDocument.digest(of: with) != RegistryDocument.digest(of: without))
        let later = String(decoding: with, as: UTF8.self).replacing("\"order\"", with: "\"decree\"")
        #expect(
            try RegistryDocument.decoded(Array(later.utf8)).directives?.first?.kind == "decree",
            "a kind that comes later")
        #expect(with.count < Limits.registry)
    }

    /// What a child is told at most stays far within what it reads.
    @Test func theLargestDocumentIsBounded() throws {
        let long = Self.order(text: String(repeating: "\u{1}", count: Limits.directiveText))
        let document = RegistryDocument(
            v: 1, parent: "a",
            unit: .init(code: "u", name: "n", expectedHouseholds: nil, expectedResidents: nil, dutyTelephone: ""),
            path: [], campaigns: [], directives: Array(repeating: long, count: Limits.directives))
        #expect(try document.encoded().count < Limits.registry / 2)
    }

    @Test func versionsThatSayTheSame() {
        var later = Self.order(version: 2)
        (later.at, later.officer, later.reason) = (5, "李", "更正")
        #expect(later.says(sameAs: Self.order()))
        later.due = nil
        #expect(!later.says(sameAs: Self.order()))
    }
}
