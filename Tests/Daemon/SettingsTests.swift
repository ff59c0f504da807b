import Foundation
import Testing

@testable import Daemon

@Suite struct SettingsTests {
    private static let options = [
        Setting("name", fallback: nil, comment: ("", ""), check: { $0 == "bad" ? "is bad" : nil }),
        Setting("token", fallback: nil, comment: ("", ""), check: { _ in nil }),
        Setting("port", fallback: "1", comment: ("", ""), check: Check.number(1...9)),
    ]

    private func problems(_ text: String) -> [String] {
        do {
            _ = try SettingsFile.parse(text, file: "f", Self.options)
            return []
        } catch { return "\(error)".split(separator: "\n").map(String.init) }
    }

    @Test func valuesOrTheirDefaults() throws {
        let values = try SettingsFile.parse("name: a\ntoken: \"x: y\"\n", file: "f", Self.options)
        #expect(values == ["name": "a", "token": "x: y", "port": "1"])
    }

    @Test func everyProblemAtOnceWithFileLineAndKey() {
        #expect(
            problems("name: bad\ncolour: red\nport: ten\n") == [
                "f:1: name: is bad", "f:2: colour: unknown option; known are: name, token, port",
                "f:3: port: expected a whole number from 1 to 9, not \"ten\"",
                "f: token: is missing and has no default",
            ])
        #expect(problems("name: [a]\ntoken: x\n") == ["f:1: name: expected one value, not a list or a group"])
        #expect(problems("7\n").first?.contains("key: value") == true)
    }

    /// The file holds a credential: what is wrong is told without it, and with the rest.
    @Test func aKeyGivenTwiceIsToldByItsLineAndNotByTheContents() {
        let text = "token: jyu_secret\nname: bad\n\ntoken: jyu_other\n\"name\": c\nport: 77\n"
        let told = problems(text)
        #expect(
            told == [
                "f:4: token: given twice", "f:5: name: given twice", "f:2: name: is bad",
                "f:6: port: 77 is outside 1 to 9",
            ])
    }

    @Test(arguments: [
        "token: jyu_secret\n name: a\n", "token: \"jyu_secret\nname: a\n", "token: jyu_secret\n\tname: a\n",
        "{token: jyu_secret, token: jyu_secret}", "token: jyu_secret: a\n", "- jyu_secret\n", "token: *jyu_secret\n",
        "token: |\n  jyu_secret\ntoken: >\n  jyu_secret\nname: a\n",
    ]) func noTextIsQuoted(_ text: String) {
        let told = problems(text).joined(separator: "\n")
        #expect(!told.isEmpty && !told.contains("secret"), "\(told)")
    }

    // MARK: Checks that options share

    @Test(arguments: [
        ("http://10.0.0.2:8470", true), ("https://district.example", true), ("http://[fd00::1]:8470", true),
        ("http://h:99999", false), ("http://h:0", false), ("http://", false), ("ftp://h", false), ("h:80", false),
        ("http://h h", false), ("", false),
    ]) func addresses(_ text: String, _ isRight: Bool) {
        #expect((Check.url(text) == nil) == isRight, "\(text): \(Check.url(text) ?? "right")")
    }

    @Test(arguments: [("/var/lib/x", true), ("./x", true), ("../x", true), ("5", false), ("", false), ("x", false)])
    func paths(_ text: String, _ isRight: Bool) { #expect((Check.path(text) == nil) == isRight) }

    @Test func aFileHasToBeThere() {
        #expect(Check.file("/proc/self/exe") == nil)
        #expect(Check.file("/nowhere/ca.pem")?.contains("/nowhere/ca.pem") == true)
    }
}
