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
            pages.form("/desk/volunteers/sign-up") { form in
                try VolunteerDesk.signUpOne(form, store)
                return "/volunteers"
            },
            pages.decided("/desk/volunteers/line") { try VolunteerDesk.line($0, store) },
        ]
    }

    /// One line of a chain: what a person made of it is done once, and the rest is read anew with every look. A form that is
    /// refused stands where it stood, among the others.
    private static func line(_ form: Form, _ store: CompoundStore) throws -> NodePages.Shown {
        let (task, recorder) = (try FormFields(form).code("task"), try FormReader.recorder(form))
        let role = form["chain_role"].flatMap { VolunteerRole(rawValue: $0) } ?? .general
        let line = form.number("line")
        var fault: VolunteerPage.Fault?
        if form["state"] != UnclearLines.Act.skip.rawValue {
            do { try signUpOne(form, store) } catch { fault = .init(line: line ?? 0, form: form, error: error) }
        }
        let left = SignUpLines.chain(form["chain"] ?? "", without: fault == nil ? line : nil)
        return { [fault] in
            let read = try store.signUp(left, for: task, as: role, by: recorder, apply: false)
            let pasted = VolunteerPage.Pasted(chain: left, role: role, read: read, fault: fault)
            let model = try store.volunteers(task.text, pasted: pasted)
            return NodePages.Body { VolunteerPage.html(model, $0) }
        }
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
        guard var names = SignUpLines.names(typed) else {
            throw IntakeError(.namesUnclear, field: "volunteer", value: typed)
        }
        if names.isEmpty { throw IntakeError(.notAName, field: "volunteer", value: typed) }
        for name in names where VolunteerName.code(name) == nil {
            throw IntakeError(.notAName, field: "volunteer", value: name)
        }
        let act = form["state"].flatMap { UnclearLines.Act(rawValue: $0) } ?? .filled
        let place = form["building"].flatMap { $0 == UnclearLines.anywhere ? nil : $0 }
        let building = place.flatMap { Code($0) }
        if let place, building == nil { throw IntakeError(.notACode, field: "building", value: place) }
        if building == nil, act == .moved || act == .another { throw IntakeError(.fieldMissing, field: "building") }
        if let building, act == .another { names = names.map { VolunteerName.at(building, $0) } }
        let reading: SignUpLine.Reading =
            switch (act, building) {
            case (.withdrawn, _): .withdraw(names, building: building)
            case (.moved, let building?): .move(names, building: building, role: role)
            default: .join(names, building: building, role: role)
            }
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
    fileprivate func volunteers(_ task: String, pasted: VolunteerPage.Pasted?) throws -> VolunteerPage.Model {
        let (board, survey, help) = try read { db in
            (
                try VolunteerReader.board(task, db, now: self.clock()), try SurveyReader.progress(task, db),
                try HelpView(task, db)
            )
        }
        return VolunteerPage.Model(board: board, survey: survey, status: try status(), pasted: pasted, help: help)
    }
}
