import Wire

/// A statement's value: one line of JSON with sorted keys, so that equal statements are equal bytes.
enum JSONLine {
    enum Value {
        case number(Int)
        case text(String)
        case object([(String, Value)])
        case list([Value])
    }

    /// - Parameter members: in ascending order of their names.
    static func object(_ members: [(String, Value)]) -> String {
        "{" + members.map { "\(quoted($0.0)):\(text($0.1))" }.joined(separator: ",") + "}"
    }

    /// A member that is there only where something was said.
    static func text(_ name: String, _ text: String?) -> [(String, Value)] { text.map { [(name, .text($0))] } ?? [] }

    /// - Returns: nil for what no journal wrote.
    static func read(_ line: String) -> [String: Any]? { value(line) as? [String: Any] }

    /// Whole numbers, texts, lists and objects of these: a statement has nothing else. Several are read for each record.
    static func value(_ text: String) -> Any? {
        var text = text
        return text.withUTF8 { bytes in
            var cursor = JSONCursor(UnsafeRawBufferPointer(bytes))
            guard let value = try? value(&cursor), cursor.peek() == nil else { return nil }
            return value
        }
    }

    private static func value(_ cursor: inout JSONCursor) throws(WireError) -> Any {
        switch cursor.peek() {
        case UInt8(ascii: "{"):
            var members: [String: Any] = [:]
            try cursor.object { (cursor, name) throws(WireError) in members[name] = try value(&cursor) }
            return members
        case UInt8(ascii: "["):
            var values: [Any] = []
            try cursor.array { (cursor) throws(WireError) in values.append(try value(&cursor)) }
            return values
        case UInt8(ascii: "\""): return try cursor.string()
        default:
            var number = cursor
            if let whole = try? number.integer() {
                cursor = number
                return Int(whole)
            }
            // Another copy's journal may hold what no node writes: it is there, and says nothing.
            try cursor.skipValue()
            return ()
        }
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .number(let number): String(number)
        case .text(let text): quoted(text)
        case .object(let members): object(members)
        case .list(let values): "[" + values.map(text).joined(separator: ",") + "]"
        }
    }

    static func quoted(_ text: String) -> String {
        // Nearly every text; several are written for each record.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            return "\"" + text + "\""
        }
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case _ where scalar.value < 0x20:
                out += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
