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

    static var uptime: Int64 { Int64(ProcessInfo.processInfo.systemUptime) }

    var routes: [Route] {
        [
            Route("GET", "/") { .seeOther(Links($0)("/survey")) },
            Route("GET", "/pin") { call in
                let page = PinPage.html(
                    PinPage.Model(name: Clerk(call)?.name ?? ""), Links(call), Messages.of(Language(call)))
                return secured(.html(page.source))
            },
            Route("POST", "/pin") { enter($0) },
            Route("GET", "/assets/style.css") { _ in asset("style.css", "text/css; charset=utf-8") },
            Route("GET", "/assets/page.js") { _ in asset("page.js", "text/javascript; charset=utf-8") },
            guarded(Route("GET", "/live") { _ in store.bell.answer() }),
            page("/conflicts") { _, _ in
                let (conflicts, settled) = try store.read {
                    (try SurveyReader.conflicts($0), try SettledConflict.latest($0))
                }
                return Body { view in
                    """
                    \(ConflictList.html(conflicts, now: view.now, view.links, view.text))\(SettledList.html(settled, now: view.now, view.text))
                    """
                }
            },
            form("/desk/receipts/read") { try readReceipt($0) },
        ] + clerkRoutes + Desks.all.flatMap { desk in desk.routes(self) + desk.kinds.map { taken($0, at: desk) } }
            + phoneRoutes + carePages + draftRoutes
    }

    /// What a page shows below its head.
    struct Body {
        var status = 200
        let html: (PageView) -> HTML

        init(status: Int = 200, _ html: @escaping (PageView) -> HTML) { (self.status, self.html) = (status, html) }

        static var notFound: Body {
            Body(status: 404) { view in
                """
                <h1>\(view.text("node.not_found"))</h1><p><a class="primary" href="\(Links.start(view.text))">\(view.text("node.back"))</a></p>
                """
            }
        }

        /// - Parameter again: what was sent, where it can be corrected and sent again.
        static func problem(_ error: IntakeError, again: RefusedForm? = nil) -> Body {
            Body(status: 400) { view in
                """
                <h1>\(view.text("node.problem"))</h1><p class="bad" role="alert" id="fault">\(error.text(view.text))</p><p>\(error.advice(view.text))</p>\(again?.html(view) ?? "")
                <p><a href="\(view.links.home)" class="primary">\(view.text("node.back"))</a></p>
                """
            }
        }
    }

    // MARK: Who may look

    /// Names are behind every page: whoever is not on this machine says the PIN first.
    func guarded(_ route: Route) -> Route {
        var route = route
        let inner = route.handler
        route.handler = { [route] call in
            guard call.method == "GET" || call.isOfThisSite else {
                return .text("cross-site form refused\n", status: 403)
            }
            // A link that says itself whose it is goes before the session of whoever holds the phone.
            if let token = InviteToken.header(of: call) {
                return try await invited(token, route, call) ?? refused(.unknown, call)
            }
            if isStaff(call) { return try await inner(call) }
            if let token = InviteToken.cookie(of: call), let reply = try await invited(token, route, call) {
                return reply
            }
            guard call.path.hasPrefix("/api/") else { return .seeOther(Links(call)("/pin")) }
            return .json(#"{"error":"pin_needed","hint":"send the header authorization: PIN <pin>"}"#, status: 401)
        }
        // No invite opens what takes large bodies, so whoever isn't staff is answered without one.
        if route.bodyLimit > NodePages.anybodysLimit {
            route.admit = { [guarded = route.handler] call in isStaff(call) ? nil : try await guarded(call) }
        }
        return route
    }

    /// Bytes of body that are read of somebody who may turn out to be nobody.
    private static let anybodysLimit = 4 * 1024 * 1024

    private func isStaff(_ call: Call) -> Bool {
        let now = NodePages.uptime
        return gate.check(call, now: now) == .open
            || gate.admits(header: call.headers["authorization"], peer: call.peer, now: now)
    }

    private func enter(_ call: Call) -> Reply {
        let now = NodePages.uptime
        let messages = Messages.of(Language(call))
        let form = Form(call.body)
        var model = PinPage.Model(name: form?["clerk"] ?? "")
        if let clerk = Clerk.signedIn(as: form?["clerk"]) {
            if let cookie = gate.enter(form?["pin"] ?? "", peer: call.peer, now: now) {
                let value = "\(PinGate.cookie)=\(cookie); HttpOnly; SameSite=Strict; Path=/; Max-Age=43200"
                return .seeOther(Links(call)("/survey"), headers: [(name: "set-cookie", value: value), clerk.header])
            }
            model.trouble = gate.check(call, now: now) == .wait ? .wait : .wrong
        } else {
            model.trouble = .name
        }
        return secured(.html(PinPage.html(model, Links(call), messages).source, status: 403))
    }

    // MARK: Answering

    /// - Parameter body: gets the round that was asked for, or the current one; empty where none is known.
    func page(_ pattern: String, _ body: @escaping @Sendable (Call, String) throws -> Body) -> Route {
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

    func form(_ pattern: String, _ act: @escaping @Sendable (Form) throws -> String) -> Route {
        posted(pattern, bodyLimit: 64 * 1024) { call, form in
            let next = try act(form)
            return .seeOther(Links(call)(form["back"] == ConflictList.back ? "/conflicts" : next))
        }
    }

    func posted(
        _ pattern: String, bodyLimit: Int, _ answer: @escaping @Sendable (Call, Form) throws -> Reply
    ) -> Route {
        guarded(
            Route("POST", pattern, bodyLimit: bodyLimit) { call in
                try await queue.run {
                    guard let form = NodePages.form(of: call) else {
                        return try render(call, .problem(IntakeError(.notUTF8)))
                    }
                    do { return try answer(call, form) } catch let error as IntakeError {
                        return try render(call, .problem(error, again: try again(call, form, error)))
                    }
                }
            })
    }

    /// With whoever sends it.
    static func form(of call: Call) -> Form? {
        guard var form = Form(call.body) else { return nil }
        form.sender = Clerk(call)?.code.text ?? ""
        return form
    }

    func again(_ call: Call, _ form: Form, _ error: IntakeError) throws -> RefusedForm {
        let buildings = error.field == "buildings" ? try store.read { try RegistryDesk.buildings($0) } : []
        return RefusedForm(
            action: call.path, form: form, error: error,
            buildings: buildings.map(\.text).sorted(by: BuildingOrder.precedes))
    }

    /// - Parameter form: the address of what is answered, where that isn't the one that was asked for.
    func render(_ call: Call, _ body: Body, at form: String? = nil) throws -> Reply {
        let known = Clerk(call)
        let clerk = known ?? Clerk(draw: .random(in: 0 ... .max))
        let path = NodePages.place(of: call.path)
        let html = NodePage.html(
            body, status: try store.status(), clerk: clerk, place: form.map(NodePages.place), path: path, Links(call),
            Messages.of(Language(call)))
        var reply = secured(.html(html.source, status: body.status))
        if known == nil, call.guest.isEmpty { reply.headers.append(clerk.header) }
        return reply
    }

    /// The desk whose page answers a form: what was sent can't be asked for again, in another language either.
    private static func place(of path: String) -> String {
        let parts = path.split(separator: "/")
        guard parts.first == "desk", parts.count > 1 else { return path }
        return Desks.named(String(parts[1]))?.places.first ?? "/registry"
    }

    /// - Parameter cache: pages show names, and aren't kept unless they have to work without this node.
    func secured(_ reply: Reply, cache: String = "no-store") -> Reply {
        var reply = reply
        reply.headers += [
            (
                name: "content-security-policy",
                value: "default-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'"
            ),
            (name: "x-content-type-options", value: "nosniff"), (name: "referrer-policy", value: "same-origin"),
            (name: "cache-control", value: cache),
        ]
        return reply
    }

    private func asset(_ name: String, _ type: String) -> Reply {
        Reply(
            status: 200, type: type, body: Asset.bytes(name) ?? [],
            headers: [(name: "cache-control", value: "max-age=300")])
    }
}
