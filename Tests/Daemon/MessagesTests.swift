import Testing

@testable import Daemon

@Suite struct MessagesTests {
    @Test func bothLanguagesHaveTheSameKeysAndPlaces() {
        #expect(Messages.zhHans.keys == Messages.english.keys)
        #expect(Messages.zhHans.keys.count > 150)
        for key in Messages.zhHans.keys {
            #expect(Self.places(Messages.zhHans(key)) == Self.places(Messages.english(key)), "\(key)")
        }
    }

    /// TERMS: one word for one concept; these would be read as something else.
    @Test func forbiddenWordsAppearNowhere() {
        for key in Messages.zhHans.keys {
            for word in ["上限", "下限", "失联", "未上报"] { #expect(!Messages.zhHans(key).contains(word), "\(key)") }
        }
    }

    /// "1 households": on the city's pages a number that may be one stands behind its noun. Two of these are never one.
    @Test func oneIsNoPlural() {
        let cityPages = Messages.english.keys.filter {
            $0.hasPrefix("dash.") || $0.hasPrefix("work.") || $0.hasPrefix("directive.")
        }
        for key in cityPages.subtracting(["dash.phoned_in.several", "work.say.dispute"]) {
            let plural = /\{(count|all|rows)\} (more |fewer )?(households|compounds|units|rows|people)/
            #expect(!Messages.english(key).contains(plural), "\(key): \(Messages.english(key))")
        }
    }

    @Test func aMissingKeyShowsItself() { #expect(Messages.english("no.such.key") == "⟦no.such.key⟧") }

    @Test func textFromPeopleIsNoPlaceOfAText() {
        let said = Messages.english("node.call.from", ["who": "{at} {who}", "at": "18:00"])
        #expect(said == "{at} {who} (since 18:00)")
        #expect(Messages.english("node.call.from", ["at": "18:00"]) == "{who} (since 18:00)")
    }

    @Test func textFromPeopleIsNeverMarkup() {
        let name = "<script>alert('x')</script>\""
        let page: HTML = "<p title=\"\(name)\">\(name)</p>"
        #expect(!page.source.contains("<script>") && page.source.contains("&#39;x&#39;"))
    }

    @Test func textFromPeopleTurnsNothingAround() {
        for mark in ["\u{202A}", "\u{202B}", "\u{202C}", "\u{202D}", "\u{202E}", "\u{2066}", "\u{2069}"] {
            let page: HTML = "\("张\(mark)勇")"
            #expect(page.source == "张\u{FFFD}勇")
        }
    }

    @Test func formsAreDecodedStrictly() {
        let form = Form(Array("a=1+2&b=%E5%AE%B6&c=&d=%20x%20".utf8))
        #expect(form?["a"] == "1 2" && form?["b"] == "家" && form?["c"] == nil && form?["d"] == "x")
        #expect(Form(Array("a=%ZZ".utf8)) == nil && Form(Array("a=%FF".utf8)) == nil)
    }

    private static func places(_ text: String) -> Set<Substring> {
        Set(text.matches(of: /\{[a-z]+\}/).map(\.output))
    }
}
