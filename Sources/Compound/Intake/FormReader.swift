import Daemon
import Federation

/// Stage 1 for pages: a form into a valid record, under the same rules as JSON (`RecordReader`).
enum FormReader {
    /// - Parameters:
    ///   - now: seconds since 1970; a form is sent while it is looked at.
    ///   - draw: 128 random bits, used where the page carried no ready-made id.
    static func record(_ kind: any RecordContent.Type, _ form: Form, now: Int64, draw: UInt128) throws(IntakeError)
        -> Record
    {
        // The page carries a ready-made id, so that a form sent twice is one record.
        let id = form["id"].flatMap { Hex.uint128($0) } ?? draw
        return Record(
            id: id, content: try kind.init(form: FormFields(form)),
            recorder: try recorder(form), observedAt: now, supersedes: try Supersedes.read(form, by: id),
            why: try Settlement.why(form))
    }

    /// Who says it: whoever the form names, else the clerk who sent it.
    static func recorder(_ form: Form) throws(IntakeError) -> Code {
        guard form["recorder"] != nil else { return Code(form.sender) ?? Clerk.desk }
        let named = try FormFields(form).code("recorder")
        guard !Clerk.isReserved(named) else { throw IntakeError(.notAName, field: "recorder", value: named.text) }
        return named
    }
}
