import Daemon
import Federation

/// Doors on a phone that may be without network: the page loads once and keeps what it needs, its scripts do the rest.
///
/// Nothing in it changes while it stands, so a browser may keep it and open its link again with the node away; the doors
/// themselves come from `/api/v1/walk/…` and are kept by the scripts.
enum WalkPage {
    struct Building {
        var code: String
        var name: String
    }

    /// What is served under an address that names its bytes.
    static let assets = [
        "style.css": "text/css", "walk.js": "text/javascript", "walk-store.js": "text/javascript",
        "walk-queue.js": "text/javascript", "walk-line.js": "text/javascript", "walk-view.js": "text/javascript",
    ]

    /// - Parameters:
    ///   - unit: the compound; what a phone keeps is kept for it.
    ///   - device: the invite's code; empty at the desk.
    ///   - who: for whom, and until when; empty at the desk.
    ///   - version: the first step in the addresses of its assets.
    static func html(
        _ buildings: [Building], unit: String, device: String, who: String, version: String, _ links: Links,
        _ text: Messages
    ) -> HTML {
        let list = JSONLine.object(buildings.map { ($0.code, .text($0.name)) })
        let words = JSONLine.object(keys.map { ($0, .text(text($0))) })
        let forms = buildings.map { building -> HTML in
            "<li><a href=\"\(links("/survey/\(building.code)"))\">\(building.name)</a></li>"
        }
        return """
            <!doctype html><html lang="\(text.language.rawValue)"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(text("node.walk.title")) · \(text("node.title"))</title>
            <link rel="stylesheet" href="/assets/\(version)/style.css"><script type="module" src="/assets/\(version)/walk.js"></script></head>
            <body class="walk"><header class="bar"><strong>\(text("node.walk.title"))</strong><span class="muted">\(who)</span></header>
            <main id="walk" data-unit="\(unit)" data-device="\(device)" data-buildings="\(list)" data-words="\(words)"><section id="walk-forms"><h1>\(text("node.walk.title"))</h1><p>\(text("node.walk.forms"))</p><ul>\(forms)</ul></section></main>
            <footer class="muted"><p>\(text("node.walk.reload"))</p><p>\(text("node.plain_http"))</p></footer></body></html>
            """
    }

    /// The words that the scripts say.
    static let keys =
        [
            "node.call.copied", "node.call.copy", "node.door.all_tested", "node.door.in_detail",
            "node.door.listed", "node.stair_unit",
        ]
        + ["vacant", "not_dwelling"].flatMap { ["node.door.confirm.\($0)", "node.household.\($0)"] }
        + (["unvisited"] + Disposition.allCases.map(\.rawValue)).map { "node.disposition.\($0)" }
        + PeopleClass.allCases.map { "node.people.\($0.rawValue)" }
        + [
            "again", "again_why", "away", "change", "closed", "copy", "copy_how", "delivered", "earlier", "elsewhere",
            "enter", "gone",
            "here", "kept",
            "left", "loaded", "never_loaded", "no_round", "no_store", "nobody", "not_kept", "not_saved", "others",
            "people",
            "pin",
            "refused", "replaced", "resend", "send", "sending", "tested", "trouble", "undo", "undone", "waiting",
        ].map { "node.walk.\($0)" }
}
