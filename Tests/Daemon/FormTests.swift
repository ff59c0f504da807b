import Testing

@testable import Daemon

@Suite struct FormReading {
    private func form(_ text: String) -> Form? { Form(Array(text.utf8)) }

    @Test func aBrowsersForm() {
        let form = form("a=%E4%B8%83+%26&b=&c&d=%0a1%20")
        #expect(form?["a"] == "七 &" && form?["b"] == nil && form?["c"] == nil && form?["d"] == "1")
        #expect(form?.number("d") == 1)
    }

    /// The tabs at the end of a table are cells.
    @Test func whereBlanksMeanSomethingTheyStay() {
        let form = form("table=%09a%09%0D%0A1%09%09&b=%20%09&c=")
        #expect(form?.verbatim("table") == "\ta\t\r\n1\t\t" && form?["table"] == "a\t\r\n1")
        #expect(form?.verbatim("b") == nil && form?.verbatim("c") == nil && form?.verbatim("d") == nil)
    }

    @Test(arguments: ["a=%", "a=%4", "a=%+f", "a=%-0", "a=%4g", "a=%ff", "%=1"]) func notAForm(_ text: String) {
        #expect(form(text) == nil)
    }
}
