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
                let chain = SignUpLines.chain(form["chain"] ?? "", without: nil)
                let read = try store.signUp(chain, for: task, as: role, by: try FormReader.recorder(form), apply: apply)
                let pasted = VolunteerPage.Pasted(chain: chain, role: role, read: read)
                return {
                    let model = try store.volunteers(task.text, pasted: pasted)
                    return NodePages.Body { VolunteerPage.html(model, $0) }
                }
            },
            pages.posted("/desk/volunteers/sign-up", bodyLimit: 256 * 1024) { call, form in
                if form["state"] != UnclearLines.skip { try VolunteerDesk.signUpOne(form, store) }
                guard form["chain"] != nil else { return .seeOther(Links(call)("/volunteers")) }
                let role = form["chain_role"].flatMap { VolunteerRole(rawValue: $0) } ?? .general
                let rest = try store.chain(form, without: form.number("line"), as: role, apply: false)
                return try pages.render(call, rest)
            },
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
    private static func signUpOne(_ form: Form, _ store: CompoundStore) throws(IntakeError) {
        let fields = FormFields(form)
        let (task, role) = (try fields.code("task"), try fields.role())
        guard let typed = form["volunteer"] else { throw IntakeError(.fieldMissing, field: "volunteer") }
        let names = SignUpLines.names(typed)
        if names.isEmpty { throw IntakeError(.notAName, field: "volunteer", value: typed) }
        for name in names where VolunteerName.code(name) == nil {
            throw IntakeError(.notAName, field: "volunteer", value: name)
        }
        let place = form["building"].flatMap { $0 == UnclearLines.anywhere ? nil : $0 }
        let building = place.flatMap { Code($0) }
        if let place, building == nil { throw IntakeError(.notACode, field: "building", value: place) }
        let reading: SignUpLine.Reading =
            form["state"] == Record.Fill.withdrawn.rawValue
            ? .withdraw(names, building: building) : .join(names, building: building, role: role)
        let done = try store.signUp(reading, for: task, by: try FormReader.recorder(form))
        switch done.unclear.first.flatMap({ SignUpLine.Doubt(rawValue: $0.doubt) }) {
        case nil: return
        case .buildingUnknown?: throw IntakeError(.buildingUnknown, field: "building", value: place ?? "")
        case .restricted?: throw IntakeError(.dutyRestricted, field: "role", value: role.rawValue)
        default: throw IntakeError(.volunteerUnknown, field: "volunteer", value: typed)
        }
    }
}

extension CompoundStore {
    /// A pasted chain, as the page shows it.
    ///
    /// - Parameter line: the one that a person has just read.
    fileprivate func chain(
        _ form: Form, without line: Int? = nil, as role: VolunteerRole, apply: Bool
    ) throws -> NodePages.Body {
        let task = try FormFields(form).code("task")
        let chain = SignUpLines.chain(form["chain"] ?? "", without: line)
        let read = try signUp(chain, for: task, as: role, by: try FormReader.recorder(form), apply: apply)
        let model = try volunteers(task.text, pasted: VolunteerPage.Pasted(chain: chain, role: role, read: read))
        return NodePages.Body { VolunteerPage.html(model, $0) }
    }

    fileprivate func volunteers(_ task: String, pasted: VolunteerPage.Pasted?) throws -> VolunteerPage.Model {
        let (board, survey) = try read { db in
            (try VolunteerReader.board(task, db, now: self.clock()), try SurveyReader.progress(task, db))
        }
        return VolunteerPage.Model(board: board, survey: survey, status: try status(), pasted: pasted)
    }
}
