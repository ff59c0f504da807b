import Daemon
import Federation
import GRDB

extension VolunteerDesk {
    func routes(_ pages: NodePages) -> [Route] {
        let store = pages.store
        return [
            pages.page("/volunteers") { _, campaign in
                let board = try store.read { try VolunteerReader.board(campaign, $0) }
                return NodePages.Body { VolunteerPage.html(board, nil, now: $0.now, $0.links, $0.text) }
            },
            pages.pasted("/desk/volunteers/chain") { form, apply in
                let task = try FormFields(form).code("task")
                let chain = form["chain"] ?? ""
                let read = try store.signUp(chain, for: task, by: try FormReader.recorder(form), apply: apply)
                let board = try store.read { try VolunteerReader.board(task.text, $0) }
                return NodePages.Body {
                    VolunteerPage.html(
                        board, VolunteerPage.Pasted(chain: chain, read: read), now: $0.now, $0.links, $0.text)
                }
            },
            pages.form("/desk/volunteers/sign-up") { try VolunteerDesk.signUpOne($0, store) },
        ]
    }

    func documents(_ api: CompoundAPI) -> [Route] {
        [
            api.document("volunteers") { call in
                guard let task = try api.store.campaign(asked: call.query["task"]) else {
                    throw CompoundAPI.Unknown("campaign")
                }
                return try api.store.read { try VolunteerReader.board(task, $0) }
            }
        ]
    }

    /// A line of a chain that a person has read: who it is, and the building if there is one.
    private static func signUpOne(_ form: Form, _ store: CompoundStore) throws(IntakeError) -> String {
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
}
