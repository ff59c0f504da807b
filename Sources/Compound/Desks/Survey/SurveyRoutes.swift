import Daemon
import Federation
import GRDB

extension SurveyDesk {
    func routes(_ pages: NodePages) -> [Route] {
        let store = pages.store
        return [
            pages.page("/survey") { _, campaign in
                let (progress, round) = try store.read { try SurveyReader.standing(campaign, now: store.clock(), $0) }
                return NodePages.Body { SurveyPage.overview(progress, round, $0) }
            },
            pages.page("/survey/{building}") { call, campaign in
                let code = call.captures["building"] ?? ""
                let answerer = try Answerer(call, store)
                let (doors, slip) = try store.read { db in
                    (
                        try SurveyReader.doors(of: code, campaign, db),
                        try Undo.offer(call.query[Record.Undo.query], campaign, to: answerer, db)
                    )
                }
                return try doors.isEmpty
                    ? RegistryDesk.absent(code, store)
                    : NodePages.Body { SurveyPage.building(code, doors, slip, campaign: campaign, $0) }
            },
            pages.page("/revisit") { _, campaign in
                let doors = try store.read { try SurveyReader.revisits(campaign, $0) }
                return NodePages.Body { RevisitPage.html(doors, $0) }
            },
            pages.page("/verify") { _, campaign in
                let verification = try store.read { try Verification(campaign, $0) }
                return NodePages.Body { VerificationPage.html(verification, $0) }
            },
            pages.form("/desk/survey/verify") { try SurveyDesk.verify($0, store) },
            pages.page("/survey/{building}/{door}") { try SurveyDesk.door($0, $1, store) },
            pages.page("/sheet/{building}") { call, campaign in
                try SurveyDesk.sheet(call.captures["building"] ?? "", campaign, nil, store)
            },
            pages.pasted("/desk/survey/sheet") { try SurveyDesk.keySheet($0, apply: $1, store) },
        ]
    }

    func documents(_ api: CompoundAPI) -> [Route] {
        [
            api.document("survey") { call in
                guard let campaign = try api.store.campaign(asked: call.query["campaign"]) else {
                    throw CompoundAPI.Unknown("campaign")
                }
                guard let building = call.query["building"] else {
                    return try api.store.read { try SurveyReader.progress(campaign, $0) }
                }
                let doors = try api.store.read { try SurveyReader.doors(of: building, campaign, $0) }
                if doors.isEmpty { throw CompoundAPI.Unknown("building") }
                return doors
            }
        ]
    }

    private static func door(_ call: Call, _ campaign: String, _ store: CompoundStore) throws -> NodePages.Body {
        let (building, code) = (call.captures["building"] ?? "", call.captures["door"] ?? "")
        let answerer = try Answerer(call, store)
        let (door, history, answers) = try store.read { db in
            (
                try SurveyReader.door(code, campaign, db), try DoorHistory(code, campaign, db),
                try DoorAnswers(code, campaign, for: answerer, now: store.clock(), db)
            )
        }
        guard let door else { return try RegistryDesk.absent(code, store) }
        guard door.building == building else { return .notFound }
        let id = Hex.text(UInt128.random(in: 1 ... .max))
        return NodePages.Body {
            DoorPage(door: door, answers: answers, history: history, campaign: campaign, id: id, view: $0).html
        }
    }

    /// A second person's answer: the same as the first, or his own.
    private static func verify(_ form: Form, _ store: CompoundStore) throws -> String {
        guard let who = form["recorder"], let recorder = Clerk(name: who)?.code else {
            throw IntakeError(.notAName, field: "recorder", value: form["recorder"] ?? "")
        }
        var visit: Record.Visit
        if form["same"] == "1" {
            let fields = FormFields(form)
            guard let id = form["checks"].flatMap({ Hex.uint128($0) }),
                let first = try store.read({ try Journal(db: $0, now: 0).statements([id]).first }).flatMap(Told.init),
                let door = Door(first.observation.subject)
            else { throw IntakeError(.itemUnknown, field: "checks", value: form["checks"] ?? "") }
            let people = zip(PeopleClass.allCases, first.people).map { ($0, $1) }
            visit = Record.Visit(
                campaign: try fields.code("campaign"), door: door, disposition: first.disposition,
                people: first.people.isEmpty ? nil : Dictionary(uniqueKeysWithValues: people), evidence: .door)
            visit.checks = id
        } else {
            visit = try Record.Visit(form: FormFields(form))
        }
        try store.record([(visit, [])], by: recorder)
        return "/verify"
    }

    private static func sheet(
        _ code: String, _ campaign: String, _ keyed: SheetPage.Keyed?, _ store: CompoundStore
    ) throws -> NodePages.Body {
        let doors = try store.read { try SurveyReader.doors(of: code, campaign, $0) }
        return try doors.isEmpty
            ? RegistryDesk.absent(code, store)
            : NodePages.Body { SheetPage.html(code, doors, campaign: campaign, keyed, $0.links, $0.text) }
    }

    private static func keySheet(_ form: Form, apply: Bool, _ store: CompoundStore) throws -> NodePages.Shown {
        let fields = FormFields(form)
        let (building, campaign) = (try fields.code("building"), try fields.code("campaign"))
        let (lines, who) = (form["lines"] ?? "", form["recorder"] ?? "")
        guard let recorder = try who.isEmpty ? FormReader.recorder(form) : Clerk(name: who)?.code else {
            throw IntakeError(.notAName, field: "recorder", value: who)
        }
        let sheet = try store.key(lines, of: building, in: campaign, by: recorder, apply: apply)
        return {
            try self.sheet(
                building.text, campaign.text, SheetPage.Keyed(lines: lines, recorder: who, sheet: sheet), store)
        }
    }
}
