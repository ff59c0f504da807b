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

    /// A line of a chain that a person has read: who it is, and the building if there is one.
    func signUpOne(_ form: Form) throws(IntakeError) -> String {
        let task = try FormFields(form).code("task")
        let name = form["volunteer"] ?? ""
        guard VolunteerName.code(name) != nil else { throw IntakeError(.notAName, field: "volunteer", value: name) }
        let place = form["building"].flatMap { $0.isEmpty ? nil : $0 }
        let building = place.flatMap { Code($0) }
        if let place, building == nil { throw IntakeError(.notACode, field: "building", value: place) }
        let reading: SignUpLine.Reading =
            form["state"] == Record.Fill.withdrawn.rawValue
            ? .withdraw([name], building: building) : .join([name], building: building)
        let done = try store.signUp(reading, for: task, by: try FormReader.recorder(form))
        if let doubt = done.unclear.first?.doubt {
            throw doubt == SignUpLine.Doubt.buildingUnknown.rawValue
                ? IntakeError(.buildingUnknown, field: "building", value: place ?? "")
                : IntakeError(.volunteerUnknown, field: "volunteer", value: name)
        }
        return "/volunteers"
    }

    func readReceipt(_ form: Form) throws -> String {
        guard let deposed = form["deposed"], let heir = form["heir"], let at = form["at"].flatMap({ Int64($0) }) else {
            throw IntakeError(.fieldMissing, field: "deposed, heir, at")
        }
        try store.markReceiptRead(deposed: deposed, heir: heir, at: at, reader: try FormReader.recorder(form).text)
        return "/registry"
    }
}
