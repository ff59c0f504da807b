import Federation
import Foundation

/// The members of a JSON object, each read as what it has to be.
struct JSONFields {
    private let object: [String: Any]
    init(_ object: [String: Any]) { self.object = object }

    var names: [String] { object.keys.sorted() }
    func has(_ name: String) -> Bool { object[name] != nil && !(object[name] is NSNull) }

    func text(_ name: String, limit: Int = 200, mayBeEmpty: Bool = false) throws(IntakeError) -> String {
        guard let value = object[name] else { throw IntakeError(.fieldMissing, field: name) }
        guard let text = value as? String else { throw IntakeError(.fieldWrongType, field: name, value: "\(value)") }
        guard mayBeEmpty || !text.isEmpty, text.utf8.count <= limit else {
            throw IntakeError(.fieldOutOfRange, field: name, value: text)
        }
        return text
    }

    func texts(_ name: String, limit: Int) throws(IntakeError) -> [String] {
        guard let texts = object[name] as? [String] else { throw IntakeError(.fieldWrongType, field: name) }
        guard texts.count <= limit else { throw IntakeError(.fieldOutOfRange, field: name, value: "\(texts.count)") }
        return texts
    }

    func object(_ name: String) throws(IntakeError) -> JSONFields {
        guard let value = object[name] as? [String: Any] else { throw IntakeError(.fieldWrongType, field: name) }
        return JSONFields(value)
    }

    func objects(_ name: String, limit: Int) throws(IntakeError) -> [JSONFields] {
        guard let values = object[name] as? [[String: Any]] else { throw IntakeError(.fieldWrongType, field: name) }
        guard values.count <= limit else { throw IntakeError(.fieldOutOfRange, field: name, value: "\(values.count)") }
        return values.map { JSONFields($0) }
    }

    func code(_ name: String) throws(IntakeError) -> Code {
        let text = try text(name)
        guard let code = Code(text) else { throw IntakeError(.notACode, field: name, value: text) }
        return code
    }

    func door(_ name: String) throws(IntakeError) -> Door {
        let text = try text(name)
        guard let door = Door(text) else { throw IntakeError(.notACode, field: name, value: text) }
        return door
    }

    /// A whole number; `true`, `2.5` and `"2"` are not numbers here.
    func number(_ name: String, in range: ClosedRange<Int>) throws(IntakeError) -> Int {
        guard let value = object[name], !(value is NSNull) else { throw IntakeError(.fieldMissing, field: name) }
        // On Linux a JSON true is an NSNumber too, of the C type char.
        guard let number = value as? NSNumber, String(cString: number.objCType) != "c",
            number.doubleValue == number.doubleValue.rounded()
        else { throw IntakeError(.fieldWrongType, field: name, value: "\(value)") }
        guard let whole = Int(exactly: number.doubleValue), range.contains(whole) else {
            throw IntakeError(.fieldOutOfRange, field: name, value: "\(value)")
        }
        return whole
    }

    /// Seconds since 1970; nil where nothing is said.
    func moment(_ name: String) throws(IntakeError) -> Int64? {
        has(name) ? Int64(try number(name, in: Clock.moments)) : nil
    }

    func choice<Choice: RawRepresentable<String>>(_ name: String) throws(IntakeError) -> Choice {
        let text = try text(name)
        guard let choice = Choice(rawValue: text) else { throw IntakeError(.stateUnknown, field: name, value: text) }
        return choice
    }
}
