import Daemon
import Federation

@testable import Compound

/// A body of records as a phone's queue or a script posts it.
enum RecordBytes {
    static func run(_ bytes: [UInt8]) {
        guard let items = try? RecordReader.read(bytes) else { return }
        for (_, item) in items {
            if case .success(let record) = item { holds(isValid(record), "a record doesn't survive its own JSON") }
        }
    }

    /// Whether the reader of JSON takes the record too, unchanged: forms must not let in what scripts may not send.
    static func isValid(_ record: Record) -> Bool {
        guard let items = try? RecordReader.read(Array(json(record).utf8)), items.count == 1,
            case .success(let again) = items[0].1
        else { return false }
        return again == record
    }

    private static func json(_ record: Record) -> String {
        var members: [(String, JSONLine.Value)] = [
            ("id", .text(Hex.text(record.id))), ("recorder", .text(record.recorder.text)),
            ("observed_at", .number(Int(record.observedAt))),
        ]
        if let device = record.device { members.append(("device", .text(device.text))) }
        members += content(record.content)
        var text = JSONLine.object(members)
        if !record.supersedes.isEmpty {
            let ids = record.supersedes.map { "\"\(Hex.text($0))\"" }.joined(separator: ",")
            text = text.dropLast() + ",\"supersedes\":[\(ids)]}"
        }
        return text
    }

    private static func content(_ content: Record.Content) -> [(String, JSONLine.Value)] {
        switch content {
        case .building(let building):
            [
                ("kind", .text("building")), ("building", .text(building.code.text)),
                ("stair_units", .number(building.stairUnits)), ("floors", .number(building.floors)),
                ("doors_per_floor", .number(building.doorsPerFloor)),
            ] + text("label", building.label) + text("address", building.address)
        case .household(let household):
            [
                ("kind", .text("household")), ("door", .text(household.door.code.text)),
                ("residents", .number(household.residents)), ("state", .text(household.state.rawValue)),
            ] + text("address", household.address)
        case .visit(let visit): self.visit(visit)
        case .need(let task, let required):
            [("kind", .text("need")), ("task", .text(task.text)), ("required", .number(required))]
        case .fill(let task, let volunteer, let state):
            [
                ("kind", .text("fill")), ("task", .text(task.text)), ("volunteer", .text(volunteer.text)),
                ("state", .text(state.rawValue)),
            ]
        case .claim(let task, let building, let volunteer, let state):
            [
                ("kind", .text("claim")), ("task", .text(task.text)), ("building", .text(building.text)),
                ("volunteer", .text(volunteer.text)), ("state", .text(state.rawValue)),
            ]
        }
    }

    private static func text(_ name: String, _ text: String?) -> [(String, JSONLine.Value)] {
        text.map { [(name, .text($0))] } ?? []
    }

    private static func visit(_ visit: Record.Visit) -> [(String, JSONLine.Value)] {
        let people = visit.people.map { people in
            PeopleClass.sorted.compactMap { part in people[part].map { (part.rawValue, JSONLine.Value.number($0)) } }
        }
        return [
            ("kind", .text("visit")), ("campaign", .text(visit.campaign.text)), ("door", .text(visit.door.code.text)),
            ("disposition", .text(visit.disposition.rawValue)), ("evidence", .text(visit.evidence.rawValue)),
        ] + (people.map { [("people", .object($0))] } ?? [])
    }
}
