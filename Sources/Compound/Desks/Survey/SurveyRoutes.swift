import Daemon
import Federation
import GRDB

extension SurveyDesk {
    func routes(_ pages: NodePages) -> [Route] {
        let store = pages.store
        return [
            pages.page("/survey") { _, campaign in
                let progress = try store.read { try SurveyReader.progress(campaign, $0) }
                return NodePages.Body { SurveyPage.overview(progress, $0.links, $0.text) }
            },
            pages.page("/survey/{building}") { call, campaign in
                let code = call.captures["building"] ?? ""
                let doors = try store.read { try SurveyReader.doors(of: code, campaign, $0) }
                return doors.isEmpty
                    ? .notFound : NodePages.Body { SurveyPage.building(code, doors, $0.links, $0.text) }
            },
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
        let doors = try store.read { try SurveyReader.doors(of: building, campaign, $0) }
        guard let door = doors.first(where: { $0.code == code }) else { return .notFound }
        let id = Hex.text(UInt128.random(in: 1 ... .max))
        return NodePages.Body { DoorPage.html(door, campaign: campaign, id: id, now: $0.now, $0.links, $0.text) }
    }

    private static func sheet(
        _ code: String, _ campaign: String, _ keyed: SheetPage.Keyed?, _ store: CompoundStore
    ) throws -> NodePages.Body {
        let doors = try store.read { try SurveyReader.doors(of: code, campaign, $0) }
        return doors.isEmpty
            ? .notFound
            : NodePages.Body { SheetPage.html(code, doors, campaign: campaign, keyed, $0.links, $0.text) }
    }

    private static func keySheet(_ form: Form, apply: Bool, _ store: CompoundStore) throws -> NodePages.Body {
        let fields = FormFields(form)
        let (building, campaign) = (try fields.code("building"), try fields.code("campaign"))
        let (lines, who) = (form["lines"] ?? "", form["recorder"] ?? "")
        guard let recorder = who.isEmpty ? Code(literal: "desk") : VolunteerName.code(who) else {
            throw IntakeError(.notAName, field: "recorder", value: who)
        }
        let sheet = try store.key(lines, of: building, in: campaign, by: recorder, apply: apply)
        return try self.sheet(
            building.text, campaign.text, SheetPage.Keyed(lines: lines, recorder: who, sheet: sheet), store)
    }
}
