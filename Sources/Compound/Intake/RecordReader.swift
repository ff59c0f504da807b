import Federation
import Foundation

/// Stage 1: JSON into valid records, or a named error for each that isn't.
package enum RecordReader {
    /// Records in one request.
    static let limit = 2000

    /// - Returns: for each record of the array (a lone object is an array of one) the record or its error.
    /// - Throws: `IntakeError` where the body as a whole is no JSON of that form.
    package static func read(_ body: [UInt8]) throws(IntakeError) -> [(id: String, Result<Record, IntakeError>)] {
        guard String(validating: body, as: UTF8.self) != nil else { throw IntakeError(.notUTF8) }
        guard let value = try? JSONSerialization.jsonObject(with: Data(body), options: [.fragmentsAllowed]) else {
            throw JSONFault.error(body)
        }
        let items = value as? [Any] ?? [value]
        guard items.count <= limit else { throw IntakeError(.tooMany, value: "\(items.count)") }
        return items.map { item in
            let object = item as? [String: Any]
            let id = object?["id"] as? String ?? ""
            do throws(IntakeError) {
                guard let object else { throw IntakeError(.notAnObject) }
                return (id, .success(try record(Fields(object))))
            } catch { return (id, .failure(error)) }
        }
    }

    private static func record(_ fields: Fields) throws(IntakeError) -> Record {
        let text = try fields.text("id")
        guard let id = Hex.uint128(text) else { throw IntakeError(.idInvalid, field: "id", value: text) }
        let content: Record.Content =
            switch try fields.text("kind") {
            case "building": .building(try building(fields))
            case "household": .household(try household(fields))
            case "visit": .visit(try visit(fields))
            case "need": .need(task: try fields.code("task"), required: try fields.number("required", in: 0...100_000))
            case "fill":
                .fill(
                    task: try fields.code("task"), volunteer: try fields.code("volunteer"), try fields.choice("state"))
            case "claim":
                .claim(
                    task: try fields.code("task"), building: try fields.code("building"),
                    volunteer: try fields.code("volunteer"), try fields.choice("state"))
            case let other: throw IntakeError(.kindUnknown, field: "kind", value: other)
            }
        return Record(
            id: id, content: content, recorder: try fields.code("recorder"),
            device: fields.has("device") ? try fields.code("device") : nil,
            observedAt: Int64(try fields.number("observed_at", in: 0...253_402_300_799)),
            supersedes: try supersedes(fields, by: id))
    }

    private static func building(_ fields: Fields) throws(IntakeError) -> Record.Building {
        let code = try fields.code("building")
        guard !code.text.contains("-") else { throw IntakeError(.notACode, field: "building", value: code.text) }
        return Record.Building(
            code: code, label: fields.has("label") ? try fields.text("label", limit: 40) : nil,
            stairUnits: try fields.number("stair_units", in: 1...50), floors: try fields.number("floors", in: 1...99),
            doorsPerFloor: try fields.number("doors_per_floor", in: 1...99), address: try address(fields))
    }

    private static func household(_ fields: Fields) throws(IntakeError) -> Record.Household {
        Record.Household(
            door: try fields.door("door"), residents: try fields.number("residents", in: 0...200),
            state: try fields.choice("state"), address: try address(fields))
    }

    private static func address(_ fields: Fields) throws(IntakeError) -> String? {
        fields.has("address") ? try fields.text("address", limit: Record.addressLimit, mayBeEmpty: true) : nil
    }

    private static func visit(_ fields: Fields) throws(IntakeError) -> Record.Visit {
        let text = try fields.text("disposition")
        guard let disposition = Disposition(rawValue: text) else {
            throw IntakeError(.dispositionUnknown, field: "disposition", value: text)
        }
        let people = try people(fields)
        if people != nil, !disposition.hasPeople { throw IntakeError(.peopleNotExpected, field: "people", value: text) }
        if people == nil, disposition.hasPeople { throw IntakeError(.peopleMissing, field: "people") }
        let evidence = fields.has("evidence") ? try fields.text("evidence") : "door"
        guard let evidence = Record.Evidence(rawValue: evidence) else {
            throw IntakeError(.evidenceUnknown, field: "evidence", value: evidence)
        }
        return Record.Visit(
            campaign: try fields.code("campaign"), door: try fields.door("door"), disposition: disposition,
            people: people,
            evidence: evidence)
    }

    private static func people(_ fields: Fields) throws(IntakeError) -> [PeopleClass: Int]? {
        guard fields.has("people") else { return nil }
        let object = try fields.object("people")
        var people: [PeopleClass: Int] = [:]
        for key in object.names {
            guard let part = PeopleClass(rawValue: key) else {
                throw IntakeError(.peopleClassUnknown, field: "people.\(key)")
            }
            people[part] = try object.number(key, in: 0...200)
        }
        return people
    }

    private static func supersedes(_ fields: Fields, by own: UInt128) throws(IntakeError) -> [UInt128] {
        guard fields.has("supersedes") else { return [] }
        var ids: [UInt128] = []
        for text in try fields.texts("supersedes", limit: Supersedes.most) {
            guard let id = Hex.uint128(text), id != own else {
                throw IntakeError(.idInvalid, field: "supersedes", value: text)
            }
            ids.append(id)
        }
        return ids
    }
}

/// The members of a JSON object, each read as what it has to be.
private struct Fields {
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

    func object(_ name: String) throws(IntakeError) -> Fields {
        guard let value = object[name] as? [String: Any] else { throw IntakeError(.fieldWrongType, field: name) }
        return Fields(value)
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

    func choice<Choice: RawRepresentable<String>>(_ name: String) throws(IntakeError) -> Choice {
        let text = try text(name)
        guard let choice = Choice(rawValue: text) else { throw IntakeError(.stateUnknown, field: name, value: text) }
        return choice
    }
}
