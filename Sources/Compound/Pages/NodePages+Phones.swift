import Crypto
import Daemon
import Federation

/// Phones: invites, what they open, and the page that works without network.
extension NodePages {
    var phoneRoutes: [Route] {
        [
            Route("GET", "/i/{token}") { call in try await queue.run { try welcome(call) } },
            Route("GET", "/assets/{version}/{name}") { walkAsset($0) },
            walk("/walk") { try ownBuildings($0) },
            walk("/walk/{building}") { [$0.captures["building"] ?? ""] },
            guarded(
                Route("GET", "/api/v1/walk/{building}") { call in
                    try await queue.run { try walkedBuilding(call) }
                }),
            page("/invites") { call, _ in try invites(call, made: nil) },
            posted("/invites", bodyLimit: 64 * 1024) { call, form in
                try render(call, try invites(call, made: try makeInvite(form)))
            },
            form("/invites/end") { form in
                try store.end(try FormFields(form).code("invite"))
                return "/invites"
            },
        ]
    }

    // MARK: Who may look with an invite

    /// - Returns: nil where the token is nobody's.
    func invited(_ token: InviteToken, _ route: Route, _ call: Call) async throws -> Reply? {
        let verdict = try await queue.run { () -> Invite.Verdict? in
            guard let invite = try store.invite(token) else { return nil }
            let standing = invite.standing(now: store.clock())
            guard standing == .open else { return .refused(InviteRefusal(standing)) }
            guard invite.opens(route.method, route.pattern, call) else { return .refused(.shut) }
            // When it was last used is no reason to refuse it: a full disk still answers whoever asks.
            try? store.noteUse(of: invite.code)
            return .open(invite)
        }
        switch verdict {
        case nil: return nil
        case .refused(let refusal)?: return refused(refusal, call)
        case .open(let invite)?:
            var call = call
            call.guest = invite.code.text
            // The form of staff is told who recorded by the form itself.
            guard route.method == "POST", route.pattern == "/desk/survey/visit" else {
                return try await route.handler(call)
            }
            return try await queue.run { [call] in try visit(call) }
        }
    }

    func refused(_ refusal: InviteRefusal, _ call: Call) -> Reply {
        let text = Messages.of(Language(call))
        guard !call.path.hasPrefix("/api/") else { return .json(refusal.json(text), status: 403) }
        let page = NodePage.shell("", "", "", refusal.html(Links(call), text), call.path, Links(call), text)
        return secured(.html(page.source, status: 403))
    }

    /// A door's form, sent by whoever was invited.
    private func visit(_ call: Call) throws -> Reply {
        guard let form = Form(call.body) else { return try render(call, .problem(IntakeError(.notUTF8))) }
        do {
            let record = try FormReader.record(
                Record.Visit.self, form, now: store.clock(), draw: UInt128.random(in: 1 ... .max))
            try store.looked { try Settlement.expectWhy(record, isListed: false, $0) }
            let outcome = try store.record(
                try store.signed([(id: Hex.text(record.id), .success(record))], by: call.guest))
            if let refusal = outcome.refused.first { throw refusal.error }
            return .seeOther(Links(call)("/survey/\(record.visit?.door.building.text ?? "")"))
        } catch let error as IntakeError where error.code == .notInvited {
            return refused(.shut, call)
        } catch let error as IntakeError {
            return try render(call, .problem(error, again: again(call, form, error)))
        }
    }

    // MARK: The walk

    /// The link of an invite is the page itself, so that a browser that kept it opens it with this node away.
    private func welcome(_ call: Call) throws -> Reply {
        guard let token = InviteToken(call.captures["token"] ?? ""), let invite = try store.invite(token) else {
            return refused(.unknown, call)
        }
        let now = store.clock()
        let standing = invite.standing(now: now)
        guard standing == .open else { return refused(InviteRefusal(standing), call) }
        try? store.noteUse(of: invite.code)
        var reply = try walkPage(invite.buildings.map(\.text), invite, call)
        // It outlives the invite by a week, so that whoever is late is told so and isn't asked for the PIN.
        let age = max(0, invite.until - now) + 7 * 86400
        reply.headers.append(
            (
                name: "set-cookie",
                value: "\(InviteToken.cookie)=\(token.text); HttpOnly; SameSite=Strict; Path=/; Max-Age=\(age)"
            ))
        return reply
    }

    private func walk(_ pattern: String, _ buildings: @escaping @Sendable (Call) throws -> [String]) -> Route {
        guarded(
            Route("GET", pattern) { call in
                try await queue.run {
                    try walkPage(try buildings(call), try Code(call.guest).flatMap { try store.invite($0) }, call)
                }
            })
    }

    /// An invite's buildings; all of them at the desk.
    private func ownBuildings(_ call: Call) throws -> [String] {
        if let invite = try Code(call.guest).flatMap({ try store.invite($0) }) { return invite.buildings.map(\.text) }
        return try store.read { try RegistryDesk.buildings($0) }.map(\.text).sorted(by: BuildingOrder.precedes)
    }

    private func walkPage(_ buildings: [String], _ invite: Invite?, _ call: Call) throws -> Reply {
        let text = Messages.of(Language(call))
        let now = store.clock()
        let named = try named(text).filter { buildings.contains($0.code) }
        guard !named.isEmpty else { return try render(call, .notFound) }
        let who = invite.map { invite in
            text(
                "node.walk.who",
                ["person": VolunteerName.text(invite.person.text), "until": Clock.text(invite.until, asOf: now)])
        }
        let page = WalkPage.html(
            named, unit: store.unit.text, device: invite?.code.text ?? "", who: who ?? "", version: NodePages.version,
            Links(call), text)
        // For the longest shift, from the last time that the phone was here: its scripts ask anew whenever they can.
        return secured(.html(page.source), cache: "private, max-age=86400, stale-if-error=604800")
    }

    private func named(_ text: Messages) throws -> [WalkPage.Building] {
        try store.read { try RegistryReader.overview($0) }.buildings.map {
            WalkPage.Building(code: $0.code, name: $0.label ?? text("node.building", ["code": $0.code]))
        }
    }

    /// What a phone takes along.
    private struct Walked: Encodable {
        var campaign: String
        var building: String
        var doors: [SurveyDoor]
        /// By door: answers that a new one takes the place of, those of whoever walks. What others said isn't among them.
        var own: [String: [String]]
        /// Calls after which nobody is expected to open any more.
        var finalPasses = SurveyDesk.finalPasses
    }

    private func walkedBuilding(_ call: Call) throws -> Reply {
        let building = call.captures["building"] ?? ""
        let campaign = try store.campaign(asked: nil) ?? ""
        let answerer = try Answerer(call, store)
        let (doors, own) = try store.read { db in
            let doors = try SurveyReader.doors(of: building, campaign, db)
            // A phone of the office knows by itself what it has said.
            let walked = call.guest.isEmpty ? [] : doors.filter { $0.disposition != nil }
            let own = try walked.map {
                ($0.code, try DoorAnswers($0.code, campaign, for: answerer, now: store.clock(), db).own)
            }
            return (doors, Dictionary(uniqueKeysWithValues: own.filter { !$0.1.isEmpty }))
        }
        guard !campaign.isEmpty, !doors.isEmpty else {
            let what = campaign.isEmpty ? "campaign" : "building"
            return .json(#"{"error":"\#(what)_unknown","hint":"no such \#(what) here"}"#, status: 404)
        }
        return try CompoundAPI.json(Walked(campaign: campaign, building: building, doors: doors, own: own))
    }

    /// Names the bytes of all assets of the walk: a page that was kept fits only those it was written for.
    private static let version: String = {
        var hash = SHA256()
        for name in WalkPage.assets.keys.sorted() { hash.update(data: Asset.bytes(name) ?? []) }
        return hash.finalize().prefix(6).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }()

    private func walkAsset(_ call: Call) -> Reply {
        guard let name = call.captures["name"], let type = WalkPage.assets[name] else {
            return .text("no such file\n", status: 404)
        }
        let isCurrent = call.captures["version"] == NodePages.version
        let cache = isCurrent ? "public, max-age=31536000, immutable" : "no-store"
        return Reply(
            status: 200, type: type + "; charset=utf-8", body: Asset.bytes(name) ?? [],
            headers: [(name: "cache-control", value: cache)])
    }

    // MARK: Invites

    private func invites(_ call: Call, made: InvitePage.Made?) throws -> Body {
        let text = Messages.of(Language(call))
        let model = InvitePage.Model(
            lines: try store.invites(), buildings: try named(text), made: made,
            token: InviteToken(draw: UInt128.random(in: 1 ... .max)), address: address(call), isLocal: !gate.asks,
            chosen: Set([call.query["building"]].compactMap { $0 }), person: call.query["person"] ?? "",
            now: store.clock())
        return Body { InvitePage.html(model, $0.links, $0.text) }
    }

    /// As the reader reached this node from elsewhere, or else the address that it has itself; empty where it can't tell.
    private func address(_ call: Call) -> String {
        let host = call.headers["host"] ?? ""
        let name = host.prefix { $0 != ":" }
        guard name.isEmpty || name == "localhost" || name.hasPrefix("127.") || host.hasPrefix("[") else { return host }
        let port = host.split(separator: ":").last.flatMap { Int($0) }
        return Addresses.lan().first.map { $0 + (port.map { ":\($0)" } ?? "") } ?? ""
    }

    private func makeInvite(_ form: Form) throws(IntakeError) -> InvitePage.Made {
        let fields = FormFields(form)
        let name = form["person"] ?? ""
        guard let person = Clerk(name: name)?.code else { throw IntakeError(.notAName, field: "person", value: name) }
        let hours = try fields.number("hours", in: 1...Invite.longest)
        let known = try store.looked { try RegistryDesk.buildings($0) }
        let buildings = known.filter { fields.has("b.\($0)") }
        guard !buildings.isEmpty else { throw IntakeError(.fieldMissing, field: "buildings") }
        let address = form["address"] ?? ""
        guard NodePages.isAddress(address) else {
            throw IntakeError(.fieldOutOfRange, field: "address", value: address)
        }
        guard let token = InviteToken(form["token"] ?? ""), let code = Invite.code(draw: .random(in: 0 ... .max)) else {
            throw IntakeError(.idInvalid, field: "token", value: form["token"] ?? "")
        }
        let invite = Invite(
            code: code, person: person, buildings: buildings, until: store.clock() + Int64(hours) * 3600,
            wifi: try fields.text("wifi", limit: 200) ?? "")
        return InvitePage.Made(invite: try store.make(invite, token), link: "http://\(address)/i/\(token.text)")
    }

    /// Host and port: nothing that would lead elsewhere than it looks.
    private static func isAddress(_ text: String) -> Bool {
        text.wholeMatch(of: #/(?:[A-Za-z0-9.-]{1,60}|\[[0-9A-Fa-f:]{2,40}\])(?::[0-9]{1,5})?/#) != nil
    }
}

extension Invite {
    /// What becomes of a request with an invite.
    enum Verdict: Sendable {
        case open(Invite)
        case refused(InviteRefusal)
    }
}
