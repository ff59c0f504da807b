import Testing

@testable import Federation

@Suite struct CatalogueTests {
    @Test func theHashIsThatOfTheProtocolPage() {
        let catalogue = Catalogue(text: "demo\ndone households open\ndue households open\n")
        #expect(catalogue?.hash.description == "24a28fd103dc7718e9f0cfe7ed1157a9")
    }

    @Test func aCatalogueHasNoMorePlacesThanARowMayHave() {
        func text(_ places: Int) -> String { "demo\n" + (0..<places).map { "i\($0) doors open\n" }.joined() }
        #expect(Catalogue(text: text(256))?.indicators.count == 256)
        #expect(Catalogue(text: text(257)) == nil)
        // What a hostile body could hold is refused before it costs anything.
        let begun = ContinuousClock.now
        #expect(Catalogue(text: text(40_000)) == nil)
        #expect(ContinuousClock.now - begun < .seconds(1))
    }
}
