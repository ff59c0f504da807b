/// An identifier that may cross the wire: a unit, dataset, period, subject or indicator.
///
/// ASCII `[A-Za-z0-9._:-]`, 1 to 64 bytes, ordered as bytes. The alphabet is closed because Swift's
/// `String ==` is canonical equality: two different Chinese spellings may compare equal, and a
/// GB18030 import can hold both. Inside the alphabet, equality of strings is equality of bytes.
package struct Code: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let text: String

    package init?(_ text: some StringProtocol) {
        let text = String(text)
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(Code.allows) else { return nil }
        self.text = text
    }

    /// For codes spelled in this program's own source.
    package init(literal text: StaticString) {
        guard let code = Code(text.description) else { preconditionFailure("not a code: \(text)") }
        self = code
    }

    package var utf8: String.UTF8View { text.utf8 }
    package var description: String { text }

    package static func < (a: Code, b: Code) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }

    package static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: ":"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
