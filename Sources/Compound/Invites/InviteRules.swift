import Daemon
import Federation

/// What an invite opens. It is a list of what is open: a page or form that is added later is shut until it stands here.
extension Invite {
    /// Which part of a request names the building; nowhere: the page is about the invite, or the records speak for themselves.
    private enum Place { case path, query, nowhere }

    private static let opened: [String: Place] = [
        "GET /walk": .nowhere,
        "GET /walk/{building}": .path,
        "GET /api/v1/walk/{building}": .path,
        "GET /survey/{building}": .path,
        "GET /survey/{building}/{door}": .path,
        "GET /api/v1/survey": .query,
        // Each record is looked at: `signed`.
        "POST /desk/survey/visit": .nowhere,
        "POST /api/v1/records": .nowhere,
    ]

    /// - Returns: whether this invite's person may ask for that, while the invite stands.
    func opens(_ method: String, _ pattern: String, _ call: Call) -> Bool {
        switch Invite.opened["\(method) \(pattern)"] {
        case nil: false
        case .path?: names(call.captures["building"])
        case .query?: names(call.query["building"])
        case .nowhere?: true
        }
    }

    private func names(_ building: String?) -> Bool { building.flatMap { Code($0) }.map(buildings.contains) ?? false }

    /// The record as this invite's person made it, whoever it says made it.
    ///
    /// A record that is in the journal already keeps whose it is: a phone that was given a second invite sends again
    /// what was never acknowledged under the first.
    ///
    /// - Throws: `IntakeError.notInvited` for anything but a visit to a door of its buildings, in a round that is known.
    func signed(_ record: Record, _ journal: Journal) throws -> Record {
        guard let visit = record.visit else { throw IntakeError(.notInvited, field: "kind", value: "") }
        guard buildings.contains(visit.door.building) else {
            throw IntakeError(.notInvited, field: "door", value: visit.door.code.text)
        }
        guard try CampaignReader.knows(visit.campaign, journal.db) else {
            throw IntakeError(.notInvited, field: "campaign", value: visit.campaign.text)
        }
        for statement in try journal.statements(record.supersedes) where !statement.isVisit(in: buildings) {
            throw IntakeError(.notInvited, field: "supersedes", value: Hex.text(statement.id))
        }
        let known = try journal.statements([record.id]).first
        var record = record
        record.recorder = known.flatMap { Code($0.recorder) } ?? person
        record.device = known.map { Code($0.device) } ?? code
        return record
    }
}

extension Record {
    var visit: Visit? { content as? Visit }
}
