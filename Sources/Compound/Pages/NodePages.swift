import Daemon
import Federation
import Foundation
import GRDB

/// The pages of a compound's desks and the forms they send. Every one says at its head what the parent
/// doesn't hold yet, since when, and why.
struct NodePages: Sendable {
    let store: CompoundStore
    let queue: SerialQueue
    let gate: PinGate

    private static var uptime: Int64 { Int64(ProcessInfo.processInfo.systemUptime) }

    var routes: [Route] {
        [
            Route("GET", "/") { _ in .seeOther("/survey") },
            Route("GET", "/pin") { call in
                await html(call) { PinPage.html(PinPage.Model(wrong: false, wait: false), $0) }
            },
            Route("POST", "/pin") { enter($0) },
            Route("GET", "/assets/style.css") { _ in asset("style.css", "text/css; charset=utf-8") },
            Route("GET", "/assets/page.js") { _ in asset("page.js", "text/javascript; charset=utf-8") },
            page("/survey") { call, _ in .survey(try progress(call)) },
            page("/survey/{building}") { call, _ in try building(call) },
            page("/survey/{building}/{door}") { call, _ in try door(call) },
            page("/volunteers") { _, campaign in .volunteers(try store.read { try VolunteerReader.board(campaign, $0) })
            },
            page("/registry") { _, _ in try registry(report: nil) },
            form("/desk/survey/visit") { try visit($0) },
            form("/desk/volunteers/need") { try volunteers($0, "need") },
            form("/desk/volunteers/fill") { try volunteers($0, "fill") },
            form("/desk/volunteers/claim") { try volunteers($0, "claim") },
            form("/desk/registry/building") { try addBuilding($0) },
            form("/desk/registry/household") { try household($0) },
            guarded(
                Route("POST", "/desk/registry/import", bodyLimit: 64 * 1024 * 1024) { call in
                    try await queue.run { try importTable(call) }
                }),
        ]
    }

    /// What a page shows below its head.
    enum Body {
        case survey(SurveyProgress)
        case building(String, [SurveyDoor], campaign: String)
        case door(SurveyDoor, campaign: String, id: String)
        case volunteers(VolunteerBoard)
        case registry(RegistryOverview, [Conflict], report: RegistryImport.Report?)
        case problem(IntakeError)
        case notFound
    }

    // MARK: Who may look

    /// Names are behind every page: whoever is not on this machine says the PIN first.
    func guarded(_ route: Route) -> Route {
        var route = route
        let inner = route.handler
        route.handler = { call in
            let now = NodePages.uptime
            if gate.check(call, now: now) == .open || gate.admits(header: call.headers["authorization"], now: now) {
                return try await inner(call)
            }
            guard call.path.hasPrefix("/api/") else { return .seeOther("/pin") }
            return .json(#"{"error":"pin_needed","hint":"send the header authorization: PIN <pin>"}"#, status: 401)
        }
        return route
    }

    private func enter(_ call: Call) -> Reply {
        let now = NodePages.uptime
        let messages = Messages.of(Language(call))
        if let cookie = gate.enter(Form(call.body)?["pin"] ?? "", now: now) {
            let value = "\(PinGate.cookie)=\(cookie); HttpOnly; SameSite=Strict; Path=/; Max-Age=43200"
            return .seeOther("/survey", headers: [(name: "set-cookie", value: value)])
        }
        let model = PinPage.Model(wrong: true, wait: gate.check(call, now: now) == .wait)
        return secured(.html(PinPage.html(model, messages).source, status: 403))
    }

    // MARK: Answering

    private func page(_ pattern: String, _ body: @escaping @Sendable (Call, String) throws -> Body) -> Route {
        guarded(
            Route("GET", pattern) { call in
                try await queue.run {
                    let campaign = try store.read(CampaignReader.current) ?? ""
                    return try render(call, try body(call, campaign))
                }
            })
    }

    private func form(_ pattern: String, _ act: @escaping @Sendable (Form) throws -> String) -> Route {
        guarded(
            Route("POST", pattern, bodyLimit: 64 * 1024) { call in
                try await queue.run {
                    guard sameOrigin(call) else { return .text("cross-site form refused\n", status: 403) }
                    do {
                        guard let form = Form(call.body) else { throw IntakeError(.notUTF8) }
                        return .seeOther(try act(form))
                    } catch let error as IntakeError {
                        return try render(call, .problem(error), status: 400)
                    }
                }
            })
    }

    /// A page elsewhere must not be able to record in the name of whoever is signed in here.
    private func sameOrigin(_ call: Call) -> Bool {
        // A script sends no origin; a browser always does, and `null` is one that hides where it comes from.
        guard let origin = call.headers["origin"] else { return true }
        return origin.hasSuffix("://" + (call.headers["host"] ?? "?"))
    }

    private func render(_ call: Call, _ body: Body, status: Int = 200) throws -> Reply {
        let messages = Messages.of(Language(call))
        let html = NodePage.html(body, status: try store.status(), path: call.path, messages)
        var missing = status
        if case .notFound = body { missing = 404 }
        return secured(.html(html.source, status: missing))
    }

    private func html(_ call: Call, _ page: (Messages) -> HTML) async -> Reply {
        secured(.html(page(Messages.of(Language(call))).source))
    }

    private func secured(_ reply: Reply) -> Reply {
        var reply = reply
        reply.headers += [
            (name: "content-security-policy", value: "default-src 'self'; form-action 'self'; frame-ancestors 'none'"),
            (name: "x-content-type-options", value: "nosniff"), (name: "referrer-policy", value: "same-origin"),
            (name: "cache-control", value: "no-store"),
        ]
        return reply
    }

    private func asset(_ name: String, _ type: String) -> Reply {
        Reply(
            status: 200, type: type, body: Asset.bytes(name) ?? [],
            headers: [(name: "cache-control", value: "max-age=300")])
    }

    // MARK: Reading

    private func progress(_ call: Call) throws -> SurveyProgress {
        let campaign = try store.read(CampaignReader.current) ?? ""
        return try store.read { try SurveyReader.progress(call.query["campaign"] ?? campaign, $0) }
    }

    private func building(_ call: Call) throws -> Body {
        let campaign = try store.read(CampaignReader.current) ?? ""
        let code = call.captures["building"] ?? ""
        let doors = try store.read { try SurveyReader.doors(of: code, campaign, $0) }
        return doors.isEmpty ? .notFound : .building(code, doors, campaign: campaign)
    }

    private func door(_ call: Call) throws -> Body {
        let campaign = try store.read(CampaignReader.current) ?? ""
        let (building, code) = (call.captures["building"] ?? "", call.captures["door"] ?? "")
        let doors = try store.read { try SurveyReader.doors(of: building, campaign, $0) }
        guard let door = doors.first(where: { $0.code == code }) else { return .notFound }
        return .door(door, campaign: campaign, id: Hex.text(UInt128.random(in: 1 ... .max)))
    }

    private func registry(report: RegistryImport.Report?) throws -> Body {
        try store.read { db in
            let conflicts = try SurveyReader.conflicts(db).filter {
                if case .household? = $0.matter { true } else { false }
            }
            return .registry(try RegistryReader.overview(db), conflicts, report: report)
        }
    }

    // MARK: Recording

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

    private func visit(_ form: Form) throws -> String {
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

    private func volunteers(_ form: Form, _ kind: String) throws -> String {
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

    private func addBuilding(_ form: Form) throws -> String {
        let building = try code(form, "building")
        guard !building.text.contains("-") else {
            throw IntakeError(.notACode, field: "building", value: building.text)
        }
        try take(
            .building(
                Record.Building(
                    code: building, label: form["label"] ?? Record.Building.label(building),
                    stairUnits: try number(form, "stair_units", 1...50),
                    floors: try number(form, "floors", 1...99),
                    doorsPerFloor: try number(form, "doors_per_floor", 1...99))), form)
        return "/registry"
    }

    private func household(_ form: Form) throws -> String {
        guard let door = form["door"].flatMap({ Door($0) }) else {
            throw IntakeError(.notACode, field: "door", value: form["door"] ?? "")
        }
        guard let state = Record.Household.State(rawValue: form["state"] ?? "") else {
            throw IntakeError(.stateUnknown, field: "state", value: form["state"] ?? "")
        }
        let residents = try number(form, "residents", 0...200)
        try take(.household(Record.Household(door: door, residents: residents, state: state)), form)
        return "/registry"
    }

    private func importTable(_ call: Call) throws -> Reply {
        guard sameOrigin(call) else { return .text("cross-site form refused\n", status: 403) }
        guard let form = Form(call.body), let table = form["table"] else {
            return try render(call, .problem(IntakeError(.fieldMissing, field: "table")), status: 400)
        }
        let report = try RegistryImport.run(Array(table.utf8), into: store, apply: form["apply"] == "1")
        return try render(call, try registry(report: report))
    }
}
