import Daemon
import Federation
import GRDB

extension VolunteerDesk {
    func routes(_ pages: NodePages) -> [Route] {
        let store = pages.store
        return [
            pages.page("/volunteers") { _, campaign in
                let model = try store.volunteers(campaign, pasted: nil)
                return NodePages.Body { VolunteerPage.html(model, $0) }
            },
            pages.pasted("/desk/volunteers/chain") { form, apply in
                let fields = FormFields(form)
                let (task, role) = (try fields.code("task"), try fields.role())
                let chain = form["chain"] ?? ""
                let read = try store.signUp(chain, for: task, as: role, by: try FormReader.recorder(form), apply: apply)
                let pasted = VolunteerPage.Pasted(chain: chain, role: role, read: read)
                return {
                    let model = try store.volunteers(task.text, pasted: pasted)
                    return NodePages.Body { VolunteerPage.html(model, $0) }
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
                return try api.store.read { try VolunteerReader.board(task, $0, now: api.store.clock()) }
            }
        ]
    }

    /// A line of a chain that a person has read: who it is, what he does, and the building if there is one.
    private static func signUpOne(_ form: Form, _ store: CompoundStore) throws(IntakeError) -> String {
        let fields = FormFields(form)
        let (task, role) = (try fields.code("task"), try fields.role())
        let name = form["volunteer"] ?? ""
        guard VolunteerName.code(name) != nil else { throw IntakeError(.notAName, field: "volunteer", value: name) }
        let place = form["building"].flatMap { $0.isEmpty ? nil : $0 }
        let building = place.flatMap { Code($0) }
        if let place, building == nil { throw IntakeError(.notACode, field: "building", value: place) }
        let reading: SignUpLine.Reading =
            form["state"] == Record.Fill.withdrawn.rawValue
            ? .withdraw([name], building: building) : .join([name], building: building, role: role)
        let done = try store.signUp(reading, for: task, by: try FormReader.recorder(form))
        switch done.unclear.first.flatMap({ SignUpLine.Doubt(rawValue: $0.doubt) }) {
        case nil: return "/volunteers"
        case .buildingUnknown?: throw IntakeError(.buildingUnknown, field: "building", value: place ?? "")
        case .restricted?: throw IntakeError(.dutyRestricted, field: "role", value: role.rawValue)
        default: throw IntakeError(.volunteerUnknown, field: "volunteer", value: name)
        }
    }
}

extension CompoundStore {
    fileprivate func volunteers(_ task: String, pasted: VolunteerPage.Pasted?) throws -> VolunteerPage.Model {
        let (board, survey) = try read { db in
            (try VolunteerReader.board(task, db, now: self.clock()), try SurveyReader.progress(task, db))
        }
        return VolunteerPage.Model(board: board, survey: survey, status: try status(), pasted: pasted)
    }
}
