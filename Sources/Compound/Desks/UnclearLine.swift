/// A pasted line that a person has to read, as it stands, and why: a code whose words its desk's page has.
struct UnclearLine: Sendable, Equatable {
    var line: Int
    var text: String
    var doubt: String
}
