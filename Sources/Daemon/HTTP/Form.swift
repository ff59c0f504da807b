/// A form as a browser sends it: `application/x-www-form-urlencoded`.
package struct Form: Sendable {
    private let values: [String: String]
    /// As they were sent, in their order.
    package let pairs: [(name: String, value: String)]
    /// Who sent it, as whoever took it knows; empty where nobody does. It is no field: nothing that was typed gets here.
    package var sender = ""

    init(_ values: [String: String]) {
        self.values = values
        pairs = values.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    /// - Returns: nil if the bytes are not UTF-8.
    package init?(_ body: [UInt8]) {
        guard let text = String(validating: body, as: UTF8.self) else { return nil }
        var pairs: [(name: String, value: String)] = []
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Form.decoded(parts[0]), let value = Form.decoded(parts.count > 1 ? parts[1] : "") else {
                return nil
            }
            pairs.append((name: name, value: value))
        }
        self.pairs = pairs
        values = Dictionary(pairs.map { ($0.name, $0.value) }) { $1 }
    }

    /// The value with spaces round it removed; nil if there is none or it is empty.
    package subscript(name: String) -> String? {
        guard let value = values[name] else { return nil }
        let trimmed = String(value.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        return trimmed.isEmpty ? nil : trimmed
    }

    /// The value as it was sent, where blanks mean something: the last cells of a table may be empty. Nil where nothing
    /// else is there.
    package func verbatim(_ name: String) -> String? { self[name] == nil ? nil : values[name] }

    package func number(_ name: String) -> Int? { self[name].flatMap { Int($0) } }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        // Not `UInt8(_:radix:)`, which takes a sign for half a number.
        Character(UnicodeScalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
