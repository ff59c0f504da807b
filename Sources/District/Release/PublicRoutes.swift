import Daemon
import Federation
import Foundation
import Wire

/// What anybody may read, without a token: releases, and nothing that isn't in one.
struct PublicRoutes: Sendable {
    private let edge: PublicEdge
    /// The latest release, as a page.
    static let page = "/public"

    init(_ edge: PublicEdge) { self.edge = edge }

    var routes: [Route] {
        [
            Route("GET", PublicRoutes.page) { call in try page(call, edge.releases.last { $0.isPublished }?.id) },
            Route("GET", "/public/{name}") { call in try answer(call, call.captures["name"] ?? "") },
        ]
    }

    private func answer(_ call: Call, _ name: String) throws -> Reply {
        if name == "releases.json" { return tagged(try list(), call) }
        if name.hasSuffix(".json") {
            return tagged(try file(name, "application/json; charset=utf-8") { try edge.bytes($0) }, call)
        }
        if name.hasSuffix(".csv") {
            return tagged(
                try file(name, "text/csv; charset=utf-8") { try edge.document($0).map(ReleaseCSV.encoded) }, call)
        }
        return try page(call, name)
    }

    /// Whoever has these bytes already is told so. The tag is a weak one: packed and plain are one answer.
    private func tagged(_ reply: Reply, _ call: Call) -> Reply {
        guard reply.status == 200 else { return reply }
        let tag = "\"\(RegistryDocument.digest(of: reply.body))\""
        var tagged = reply
        if ETag.names(call.headers["if-none-match"], tag) { (tagged.status, tagged.body) = (304, []) }
        tagged.headers.append((name: "etag", value: "W/" + tag))
        return tagged
    }

    /// Every appointment, also those that weren't kept.
    private struct Listed: Encodable {
        var id: String
        var campaign: String
        var appointed: Int64
        var published: Bool
    }

    private func list() throws -> Reply {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let all = edge.releases.map {
            Listed(id: $0.id, campaign: $0.campaign.text, appointed: $0.appointed, published: $0.isPublished)
        }
        return .json(String(decoding: try encoder.encode(all), as: UTF8.self))
    }

    private func file(_ name: String, _ type: String, _ bytes: (String) throws -> [UInt8]?) throws -> Reply {
        let id = String(name[..<(name.lastIndex(of: ".") ?? name.endIndex)])
        guard let bytes = try bytes(id) else {
            return .json(#"{"error":"release_unknown","hint":"see /public/releases.json"}"#, status: 404)
        }
        // A release never changes.
        return Reply(
            status: 200, type: type, body: bytes, headers: [(name: "cache-control", value: "public, max-age=86400")])
    }

    private func page(_ call: Call, _ id: String?) throws -> Reply {
        let text = Messages.of(Language(call))
        let document = try id.flatMap { try edge.document($0) }
        let place = call.query["place"]
        let content: HTML
        var status = 200
        if let document, let found = PublicPage(document, place: place, edge.releases) {
            content = found.html(text)
        } else {
            // Nothing has been published yet, or there is no such release or place.
            let isEarly = id == nil && place == nil
            status = isEarly ? 200 : 404
            content = DashboardShell.empty(isEarly ? "public.none" : "dash.not_found", text)
        }
        var reply = Reply.html(PublicPage.framed(content, call, text).source, status: status)
        reply.headers += [
            (name: "cache-control", value: "public, max-age=60"), (name: "vary", value: "accept-encoding"),
        ]
        return DashboardShell.secured(tagged(reply, call).packed(for: call))
    }
}
