import Daemon
import Federation

/// Stage 1 for pages: a form into a valid record, under the same rules as JSON (`RecordReader`).
enum FormReader {
    /// Which form of which page was sent.
    enum Kind: Sendable, CaseIterable { case visit, need, fill, claim, building, household }

    /// - Parameters:
    ///   - now: seconds since 1970; a form is sent while it is looked at.
    ///   - draw: 128 random bits, used where the page carried no ready-made id.
    static func record(_ kind: Kind, _ form: Form, now: Int64, draw: UInt128) throws(IntakeError) -> Record {
        let fields = FormFields(form)
        // The page carries a ready-made id, so that a form sent twice is one record.
        let id = form["id"].flatMap { Hex.uint128($0) } ?? draw
        return Record(
            id: id, content: try content(kind, fields),
            recorder: try recorder(form), observedAt: now, supersedes: try Supersedes.read(form, by: id))
    }

    /// Who sent the form; a page without the field is the desk's own.
    static func recorder(_ form: Form) throws(IntakeError) -> Code {
        form["recorder"] == nil ? Code(literal: "desk") : try FormFields(form).code("recorder")
    }

    private static func content(_ kind: Kind, _ fields: FormFields) throws(IntakeError) -> Record.Content {
        switch kind {
        case .visit: .visit(try visit(fields))
        case .need: .need(task: try fields.code("task"), required: try fields.number("required", in: 0...100_000))
        case .fill:
            .fill(
                task: try fields.code("task"), volunteer: try fields.volunteer(),
                try fields.choice("state", or: .filled))
        case .claim:
            .claim(
                task: try fields.code("task"), building: try fields.code("building"),
                volunteer: try fields.volunteer(), try fields.choice("state", or: .claimed))
        case .building: .building(try building(fields))
        case .household:
            .household(
                Record.Household(
                    door: try fields.door("door"), residents: try fields.number("residents", in: 0...200),
                    state: try fields.choice("state"), address: try address(fields)))
        }
    }

    private static func visit(_ fields: FormFields) throws(IntakeError) -> Record.Visit {
        let text = fields["disposition"] ?? ""
        guard let disposition = Disposition(rawValue: text) else {
            throw IntakeError(.dispositionUnknown, field: "disposition", value: text)
        }
        var people: [PeopleClass: Int]?
        if disposition.hasPeople {
            var counts: [PeopleClass: Int] = [:]
            for part in PeopleClass.allCases where fields.has(part.rawValue) {
                counts[part] = try fields.number(part.rawValue, in: 0...200)
            }
            people = counts
        }
        return Record.Visit(
            campaign: try fields.code("campaign"), door: try fields.door("door"), disposition: disposition,
            people: people, evidence: .door)
    }

    /// An address that stands as the page showed it is no statement; one that was emptied says that there is none.
    private static func address(_ fields: FormFields) throws(IntakeError) -> String? {
        guard let before = fields["address_before"] else { return nil }
        let now = try fields.text("address", limit: Record.addressLimit) ?? "-"
        guard now != before else { return nil }
        return now == "-" ? "" : now
    }

    private static func building(_ fields: FormFields) throws(IntakeError) -> Record.Building {
        let code = try fields.code("building")
        guard !code.text.contains("-") else { throw IntakeError(.notACode, field: "building", value: code.text) }
        return Record.Building(
            code: code, label: try fields.text("label", limit: 40),
            stairUnits: try fields.number("stair_units", in: 1...50), floors: try fields.number("floors", in: 1...99),
            doorsPerFloor: try fields.number("doors_per_floor", in: 1...99),
            address: try fields.text("address", limit: Record.addressLimit))
    }
}

/// The fields of a form, each read as what it has to be.
struct FormFields {
    private let form: Form
    init(_ form: Form) { self.form = form }

    subscript(name: String) -> String? { form[name] }
    func has(_ name: String) -> Bool { form[name] != nil }

    func text(_ name: String, limit: Int) throws(IntakeError) -> String? {
        guard let text = form[name] else { return nil }
        guard text.utf8.count <= limit else { throw IntakeError(.fieldOutOfRange, field: name, value: text) }
        return text
    }

    func code(_ name: String) throws(IntakeError) -> Code {
        guard let text = form[name] else { throw IntakeError(.fieldMissing, field: name) }
        guard let code = Code(text) else { throw IntakeError(.notACode, field: name, value: text) }
        return code
    }

    /// A name, or the code of one.
    func volunteer() throws(IntakeError) -> Code {
        let name = form["volunteer"] ?? ""
        guard let code = Code(name) ?? VolunteerName.code(name) else {
            throw IntakeError(.notAName, field: "volunteer", value: name)
        }
        return code
    }

    func door(_ name: String) throws(IntakeError) -> Door {
        guard let door = form[name].flatMap({ Door($0) }) else {
            throw IntakeError(.notACode, field: name, value: form[name] ?? "")
        }
        return door
    }

    func number(_ name: String, in range: ClosedRange<Int>) throws(IntakeError) -> Int {
        guard let text = form[name] else { throw IntakeError(.fieldMissing, field: name) }
        guard let number = Int(text) else { throw IntakeError(.fieldWrongType, field: name, value: text) }
        guard range.contains(number) else { throw IntakeError(.fieldOutOfRange, field: name, value: text) }
        return number
    }

    /// - Parameter fallback: what the form means where it says nothing; nil where it has to say something.
    func choice<Choice: RawRepresentable<String>>(_ name: String, or fallback: Choice? = nil) throws(IntakeError)
        -> Choice
    {
        guard let text = form[name] else {
            if let fallback { return fallback }
            throw IntakeError(.stateUnknown, field: name)
        }
        guard let choice = Choice(rawValue: text) else { throw IntakeError(.stateUnknown, field: name, value: text) }
        return choice
    }
}
