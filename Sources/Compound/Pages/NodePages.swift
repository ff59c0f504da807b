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
            Route("GET", "/") { .seeOther(Links($0)("/survey")) },
            Route("GET", "/pin") { call in
                let page = PinPage.html(
                    PinPage.Model(wrong: false, wait: false), Links(call), Messages.of(Language(call)))
                return secured(.html(page.source))
            },
            Route("POST", "/pin") { enter($0) },
            Route("GET", "/assets/style.css") { _ in asset("style.css", "text/css; charset=utf-8") },
            Route("GET", "/assets/page.js") { _ in asset("page.js", "text/javascript; charset=utf-8") },
            page("/survey") { _, campaign in .survey(try store.read { try SurveyReader.progress(campaign, $0) }) },
            page("/survey/{building}") { try building($0, $1) },
            page("/sheet/{building}") { try sheet($0.captures["building"] ?? "", $1, nil) },
            pasted("/desk/survey/sheet") { try keySheet($0, apply: $1) },
            page("/survey/{building}/{door}") { try door($0, $1) },
            page("/volunteers") { _, campaign in
                .volunteers(try store.read { try VolunteerReader.board(campaign, $0) }, nil)
            },
            page("/registry") { _, _ in try registry(nil) },
            page("/conflicts") { _, _ in .conflicts(try store.read(SurveyReader.conflicts)) },
            form("/desk/survey/visit") { try take(.visit, $0) },
            pasted("/desk/volunteers/chain") { try signUps($0, apply: $1) },
            form("/desk/volunteers/need") { try take(.need, $0) },
            form("/desk/volunteers/fill") { try take(.fill, $0) },
            form("/desk/volunteers/sign-up") { try signUpOne($0) },
            form("/desk/volunteers/claim") { try take(.claim, $0) },
            form("/desk/receipts/read") { try readReceipt($0) },
            form("/desk/registry/building") { try take(.building, $0) },
            pasted("/desk/registry/buildings") { try buildLines($0, apply: $1) },
            form("/desk/registry/household") { try take(.household, $0) },
            guarded(
                Route("POST", "/desk/registry/import", bodyLimit: 64 * 1024 * 1024) { call in
                    try await importTable(call)
                }),
        ]
    }

    /// What a page shows below its head.
    enum Body {
        case survey(SurveyProgress)
        case building(String, [SurveyDoor])
        case door(SurveyDoor, campaign: String, id: String)
        case sheet(String, [SurveyDoor], campaign: String, SheetPage.Keyed?)
        case volunteers(VolunteerBoard, VolunteerPage.Pasted?)
        case registry(RegistryOverview, conflicts: Int, RegistryPage.Typed?)
        case conflicts([Conflict])
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
            if gate.check(call, now: now) == .open
                || gate.admits(header: call.headers["authorization"], peer: call.peer, now: now)
            {
                return try await inner(call)
            }
            guard call.path.hasPrefix("/api/") else { return .seeOther(Links(call)("/pin")) }
            return .json(#"{"error":"pin_needed","hint":"send the header authorization: PIN <pin>"}"#, status: 401)
        }
        return route
    }

    private func enter(_ call: Call) -> Reply {
        let now = NodePages.uptime
        let messages = Messages.of(Language(call))
        if let cookie = gate.enter(Form(call.body)?["pin"] ?? "", peer: call.peer, now: now) {
            let value = "\(PinGate.cookie)=\(cookie); HttpOnly; SameSite=Strict; Path=/; Max-Age=43200"
            return .seeOther(Links(call)("/survey"), headers: [(name: "set-cookie", value: value)])
        }
        let model = PinPage.Model(wrong: true, wait: gate.check(call, now: now) == .wait)
        return secured(.html(PinPage.html(model, Links(call), messages).source, status: 403))
    }

    // MARK: Answering

    private func page(_ pattern: String, _ body: @escaping @Sendable (Call, String) throws -> Body) -> Route {
        guarded(
            Route("GET", pattern) { call in
                try await queue.run {
                    guard let campaign = try store.campaign(asked: call.query["campaign"]) else {
                        return try render(call, .notFound)
                    }
                    return try render(call, try body(call, campaign))
                }
            })
    }

    private func form(_ pattern: String, _ act: @escaping @Sendable (Form) throws -> String) -> Route {
        posted(pattern, bodyLimit: 64 * 1024) { call, form in
            let next = try act(form)
            return .seeOther(Links(call)(form["back"] == "conflicts" ? "/conflicts" : next))
        }
    }

    /// What somebody pasted: read, shown and, if he says so, written; the answer is a page.
    private func pasted(_ pattern: String, _ read: @escaping @Sendable (Form, _ apply: Bool) throws -> Body) -> Route {
        posted(pattern, bodyLimit: 256 * 1024) { call, form in
            try render(call, try read(form, form["apply"] == "1"))
        }
    }

    private func posted(
        _ pattern: String, bodyLimit: Int, _ answer: @escaping @Sendable (Call, Form) throws -> Reply
    ) -> Route {
        guarded(
            Route("POST", pattern, bodyLimit: bodyLimit) { call in
                try await queue.run {
                    guard sameOrigin(call) else { return .text("cross-site form refused\n", status: 403) }
                    do {
                        guard let form = Form(call.body) else { throw IntakeError(.notUTF8) }
                        return try answer(call, form)
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
        let html = NodePage.html(
            body, status: try store.status(), path: NodePages.place(of: call.path), Links(call), messages)
        var missing = status
        if case .notFound = body { missing = 404 }
        return secured(.html(html.source, status: missing))
    }

    /// The desk whose page answers a form: what was sent can't be asked for again, in another language either.
    private static func place(of path: String) -> String {
        let parts = path.split(separator: "/")
        guard parts.first == "desk", parts.count > 1 else { return path }
        return parts[1] == "receipts" ? "/registry" : "/\(parts[1])"
    }

    private func secured(_ reply: Reply) -> Reply {
        var reply = reply
        reply.headers += [
            (
                name: "content-security-policy",
                value: "default-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'"
            ),
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

    private func building(_ call: Call, _ campaign: String) throws -> Body {
        let code = call.captures["building"] ?? ""
        let doors = try store.read { try SurveyReader.doors(of: code, campaign, $0) }
        return doors.isEmpty ? .notFound : .building(code, doors)
    }

    private func door(_ call: Call, _ campaign: String) throws -> Body {
        let (building, code) = (call.captures["building"] ?? "", call.captures["door"] ?? "")
        let doors = try store.read { try SurveyReader.doors(of: building, campaign, $0) }
        guard let door = doors.first(where: { $0.code == code }) else { return .notFound }
        return .door(door, campaign: campaign, id: Hex.text(UInt128.random(in: 1 ... .max)))
    }

    private func registry(_ typed: RegistryPage.Typed?) throws -> Body {
        try store.read { db in
            let conflicts = try SurveyReader.conflicts(db).count {
                if case .household? = $0.matter { true } else { false }
            }
            return .registry(try RegistryReader.overview(db), conflicts: conflicts, typed)
        }
    }

    private func buildLines(_ form: Form, apply: Bool) throws -> Body {
        let lines = form["lines"] ?? ""
        return try registry(.lines(lines, try store.build(lines, by: try FormReader.recorder(form), apply: apply)))
    }

    private func sheet(_ code: String, _ campaign: String, _ keyed: SheetPage.Keyed?) throws -> Body {
        let doors = try store.read { try SurveyReader.doors(of: code, campaign, $0) }
        return doors.isEmpty ? .notFound : .sheet(code, doors, campaign: campaign, keyed)
    }

    private func keySheet(_ form: Form, apply: Bool) throws -> Body {
        let fields = FormFields(form)
        let (building, campaign) = (try fields.code("building"), try fields.code("campaign"))
        let (lines, who) = (form["lines"] ?? "", form["recorder"] ?? "")
        guard let recorder = who.isEmpty ? Code(literal: "desk") : VolunteerName.code(who) else {
            throw IntakeError(.notAName, field: "recorder", value: who)
        }
        let sheet = try store.key(lines, of: building, in: campaign, by: recorder, apply: apply)
        return try self.sheet(
            building.text, campaign.text, SheetPage.Keyed(lines: lines, recorder: who, sheet: sheet))
    }

    private func signUps(_ form: Form, apply: Bool) throws -> Body {
        let task = try FormFields(form).code("task")
        let chain = form["chain"] ?? ""
        let read = try store.signUp(chain, for: task, by: try FormReader.recorder(form), apply: apply)
        let board = try store.read { try VolunteerReader.board(task.text, $0) }
        return .volunteers(board, VolunteerPage.Pasted(chain: chain, read: read))
    }

    private func importTable(_ call: Call) async throws -> Reply {
        guard sameOrigin(call) else { return .text("cross-site form refused\n", status: 403) }
        guard let form = Form(call.body), let table = form["table"] else {
            return try await queue.run {
                try render(call, .problem(IntakeError(.fieldMissing, field: "table")), status: 400)
            }
        }
        do {
            let report = try await store.imports.run {
                try RegistryImport.run(Array(table.utf8), into: store, apply: form["apply"] == "1", on: queue)
            }
            return try await queue.run {
                try render(call, try registry(.table(table, report)))
            }
        } catch let error as IntakeError {
            return try await queue.run { try render(call, .problem(error), status: 400) }
        }
    }
}
