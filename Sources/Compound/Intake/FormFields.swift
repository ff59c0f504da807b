import Daemon
import Federation

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
        if let code = Code(name) { return code }
        guard SignUpLines.names(name)?.count ?? 2 < 2 else {
            throw IntakeError(.namesUnclear, field: "volunteer", value: name)
        }
        guard let code = VolunteerName.code(name) else {
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
        guard let number = Int(text) else { throw IntakeError(.notANumber, field: name, value: text) }
        guard range.contains(number) else { throw IntakeError(.fieldOutOfRange, field: name, value: text) }
        return number
    }

    /// Nil where nobody typed a time. The form says which evening is meant: the time is `near` a moment, or of the day
    /// `since` one.
    func moment(_ name: String) throws(IntakeError) -> Int64? {
        guard let text = self[name] else { return nil }
        let moment =
            if let since = self["since"].flatMap({ Int64($0) }) {
                Clock.moment(text, since: since)
            } else {
                self["near"].flatMap { Int64($0) }.flatMap { Clock.moment(text, near: $0) }
            }
        guard let moment else { throw IntakeError(.notATime, field: name, value: text) }
        return moment
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
