import Daemon
import Federation

/// What forms record. Each leads to a page.
extension NodePages {
    /// The form of one kind of record, at `/desk/DESK/KIND`.
    func taken(_ kind: any RecordContent.Type, at desk: any Desk) -> Route {
        form("/desk/\(desk.name)/\(kind.kind)") { form in
            let record = try FormReader.record(kind, form, now: store.clock(), draw: UInt128.random(in: 1 ... .max))
            try store.looked { try Settlement.expectWhy(record, isListed: form["back"] == ConflictList.back, $0) }
            try store.record(form: record)
            return record.content.page(recorded: record.id)
        }
    }

    func readReceipt(_ form: Form) throws -> String {
        guard let deposed = form["deposed"], let heir = form["heir"], let at = form["at"].flatMap({ Int64($0) }) else {
            throw IntakeError(.fieldMissing, field: "deposed, heir, at")
        }
        try store.markReceiptRead(deposed: deposed, heir: heir, at: at, reader: try FormReader.recorder(form).text)
        return "/registry"
    }
}
