import Federation
import GRDB
import Wire

extension Record {
    /// Somebody has read a version of a directive (已阅).
    struct Acknowledgement: RecordContent {
        var directive: Code
        var version: Int
        /// When its words were published, as the document says.
        var at: Int64
        /// As he writes his name; it stays here.
        var reader: String
    }
}

extension Record.Acknowledgement {
    static let kind = "acknowledgement"
    /// Bytes of a name.
    private static let readerLimit = 60
    var period: Code? { nil }
    var page: String { "/directives" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(
            directive: try json.code("directive"),
            version: try json.number("version", in: 1...Limits.directiveVersions),
            at: Int64(try json.number("at", in: Clock.moments)),
            reader: try json.text("reader", limit: Record.Acknowledgement.readerLimit))
    }

    init(form: FormFields) throws(IntakeError) {
        guard let reader = try form.text("reader", limit: Record.Acknowledgement.readerLimit) else {
            throw IntakeError(.fieldMissing, field: "reader")
        }
        self.init(
            directive: try form.code("directive"),
            version: try form.number("version", in: 1...Limits.directiveVersions),
            at: Int64(try form.number("at", in: Clock.moments)), reader: reader)
    }

    var statement: Statement {
        Statement(
            subject: directive.text, field: "\(DirectiveDesk.acknowledged)/\(version)/\(at)",
            value: JSONLine.object([("reader", .text(reader))]))
    }

    func check(_ record: Record, _ journal: Journal) throws {
        let isHeld = try Int.fetchOne(
            journal.db.cachedStatement(sql: "SELECT 1 FROM directive WHERE code = ? AND version = ? AND at = ?"),
            arguments: [directive.text, version, at])
        guard isHeld == nil else { return }
        throw IntakeError(.directiveUnknown, field: "directive", value: "\(directive) \(version)")
    }

    var members: [(String, JSONLine.Value)] {
        [
            ("directive", .text(directive.text)), ("version", .number(version)), ("at", .number(Int(at))),
            ("reader", .text(reader)),
        ]
    }
}
