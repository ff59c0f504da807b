import Daemon
import Federation

/// What the forms of the desks record. Each returns the page to which its form leads.
extension NodePages {
    private func recorder(_ form: Form) throws(IntakeError) -> Code {
        let text = form["recorder"] ?? "desk"
        guard let code = Code(text) else { throw IntakeError(.notACode, field: "recorder", value: text) }
        return code
    }

    private func code(_ form: Form, _ name: String) throws(IntakeError) -> Code {
        guard let text = form[name] else { throw IntakeError(.fieldMissing, field: name) }
        guard let code = Code(text) else { throw IntakeError(.notACode, field: name, value: text) }
        return code
    }

    private func number(_ form: Form, _ name: String, _ range: ClosedRange<Int>) throws(IntakeError) -> Int {
        guard let text = form[name] else { throw IntakeError(.fieldMissing, field: name) }
        guard let number = Int(text) else { throw IntakeError(.fieldWrongType, field: name, value: text) }
        guard range.contains(number) else { throw IntakeError(.fieldOutOfRange, field: name, value: text) }
        return number
    }

    private func take(_ content: Record.Content, _ form: Form) throws(IntakeError) {
        // The page carries a ready-made id, so that a form sent twice is one record.
        let id = form["id"].flatMap { Hex.uint128($0) } ?? UInt128.random(in: 1 ... .max)
        let record = Record(
            id: id, content: content, recorder: try recorder(form), observedAt: store.clock(),
            supersedes: try Supersedes.read(form))
        let outcome = try store.record([(id: Hex.text(id), .success(record))])
        if let refusal = outcome.refused.first { throw refusal.error }
    }

    func visit(_ form: Form) throws -> String {
        guard let door = form["door"].flatMap({ Door($0) }) else {
            throw IntakeError(.notACode, field: "door", value: form["door"] ?? "")
        }
        guard let disposition = Disposition(rawValue: form["disposition"] ?? "") else {
            throw IntakeError(.dispositionUnknown, field: "disposition", value: form["disposition"] ?? "")
        }
        var people: [PeopleClass: Int]?
        if disposition.hasPeople {
            var counts: [PeopleClass: Int] = [:]
            for part in PeopleClass.allCases where form[part.rawValue] != nil {
                counts[part] = try number(form, part.rawValue, 0...200)
            }
            people = counts
        }
        try take(
            .visit(
                Record.Visit(
                    campaign: try code(form, "campaign"), door: door, disposition: disposition, people: people,
                    evidence: .door)),
            form)
        return "/survey/\(door.building)"
    }

    func volunteers(_ form: Form, _ kind: String) throws -> String {
        let task = try code(form, "task")
        switch kind {
        case "need": try take(.need(task: task, required: try number(form, "required", 0...100_000)), form)
        case "fill":
            let state: Record.Fill = form["state"] == "withdrawn" ? .withdrawn : .filled
            try take(.fill(task: task, volunteer: try code(form, "volunteer"), state), form)
        default:
            guard let state = Record.Claim(rawValue: form["state"] ?? "claimed") else {
                throw IntakeError(.stateUnknown, field: "state", value: form["state"] ?? "")
            }
            try take(
                .claim(task: task, building: try code(form, "building"), volunteer: try code(form, "volunteer"), state),
                form)
        }
        return "/volunteers"
    }

    func addBuilding(_ form: Form) throws -> String {
        let building = try code(form, "building")
        guard !building.text.contains("-") else {
            throw IntakeError(.notACode, field: "building", value: building.text)
        }
        try take(
            .building(
                Record.Building(
                    code: building, label: form["label"],
                    stairUnits: try number(form, "stair_units", 1...50),
                    floors: try number(form, "floors", 1...99),
                    doorsPerFloor: try number(form, "doors_per_floor", 1...99), address: form["address"])), form)
        return "/registry"
    }

    func household(_ form: Form) throws -> String {
        guard let door = form["door"].flatMap({ Door($0) }) else {
            throw IntakeError(.notACode, field: "door", value: form["door"] ?? "")
        }
        guard let state = Record.Household.State(rawValue: form["state"] ?? "") else {
            throw IntakeError(.stateUnknown, field: "state", value: form["state"] ?? "")
        }
        let residents = try number(form, "residents", 0...200)
        let household = Record.Household(door: door, residents: residents, state: state, address: try address(form))
        try take(.household(household), form)
        return form["address_before"] == nil ? "/registry" : "/survey/\(door.building)"
    }

    /// An address that stands as the page showed it is no statement; one that was emptied says that there is none.
    private func address(_ form: Form) throws(IntakeError) -> String? {
        guard let before = form["address_before"] else { return nil }
        let now = form["address"] ?? "-"
        guard now != before else { return nil }
        guard now.utf8.count <= Record.addressLimit else {
            throw IntakeError(.fieldOutOfRange, field: "address", value: now)
        }
        return now == "-" ? "" : now
    }

    func readReceipt(_ form: Form) throws -> String {
        guard let deposed = form["deposed"], let heir = form["heir"], let at = form["at"].flatMap({ Int64($0) }) else {
            throw IntakeError(.fieldMissing, field: "deposed, heir, at")
        }
        try store.markReceiptRead(deposed: deposed, heir: heir, at: at, reader: try recorder(form).text)
        return "/registry"
    }
}
