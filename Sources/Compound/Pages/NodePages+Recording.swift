import Daemon
import Federation

/// What the forms of the desks record. Each returns the page to which its form leads.
extension NodePages {
    func take(_ kind: FormReader.Kind, _ form: Form) throws(IntakeError) -> String {
        let record = try FormReader.record(kind, form, now: store.clock(), draw: UInt128.random(in: 1 ... .max))
        let outcome = try store.record([(id: Hex.text(record.id), .success(record))])
        if let refusal = outcome.refused.first { throw refusal.error }
        return switch record.content {
        case .visit(let visit): "/survey/\(visit.door.building)"
        case .household(let household) where form["address_before"] != nil: "/survey/\(household.door.building)"
        case .building, .household: "/registry"
        case .need, .fill, .claim: "/volunteers"
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
