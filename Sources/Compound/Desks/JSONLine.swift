import Foundation

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

    static func read(_ line: String) -> [String: Any]? {
        (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]
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
