import Daemon
import Federation
import Wire

extension DirectiveDesk {
    func routes(_ pages: NodePages) -> [Route] {
        let path = places[0]
        return [
            pages.guarded(
                Route("GET", path) { call in
                    try await pages.queue.run {
                        let look = LastLook(call, now: pages.store.clock(), cookie: "jiayuan_directives")
                        let shelf = try pages.store.read { try DirectiveShelf($0) }
                        let (reader, since) = (Clerk(call)?.name ?? "", look.isFirst ? 0 : look.base)
                        var reply = try pages.render(
                            call, NodePages.Body { DirectiveShelfPage.html(shelf, since: since, by: reader, $0) })
                        reply.headers.append((name: "set-cookie", value: look.cookie))
                        return reply
                    }
                })
        ]
    }

    func documents(_ api: CompoundAPI) -> [Route] {
        [api.document("directives") { _ in try api.store.read { try DirectiveShelf($0) } }]
    }
}

/// The orders and notices, what is new since the reader's last look marked, each with the button that says it was read.
enum DirectiveShelfPage {
    /// - Parameter since: when the reader last looked, seconds since 1970.
    static func html(_ shelf: DirectiveShelf, since: Int64, by reader: String, _ view: PageView) -> HTML {
        let text = view.text
        let head: HTML = "<h1>\(text("node.tab.directives"))</h1>"
        guard !shelf.items.isEmpty else { return "\(head)<p class=\"quiet\">\(text("directive.none"))</p>" }
        let count: HTML =
            shelf.unread == 0
            ? "<p class=\"ok\">● \(text("node.directive.all_read"))</p>"
            : "<p class=\"warn\">◆ \(text("node.directive.unread", ["count": "\(shelf.unread)"]))</p>"
        return "\(head)\(count)<ul class=\"items\">\(shelf.items.map { item($0, since, reader, view) })</ul>"
    }

    private static func item(_ item: DirectiveShelf.Item, _ since: Int64, _ reader: String, _ view: PageView) -> HTML {
        let (text, last) = (view.text, item.last)
        let isNew = last.receivedAt > since
        let new: HTML = isNew ? " <strong class=\"warn\">\(text("node.directive.new"))</strong>" : ""
        return """
            <li><p>\(kind(item, text)) <strong>\(last.title)</strong>\(new)</p>
            <p class="muted">\(head(item, last, view))</p>\(words(last, text))\(due(last, item, view))\(read(item, reader, view))\(earlier(item, view))</li>
            """
    }

    private static func kind(_ item: DirectiveShelf.Item, _ text: Messages) -> HTML {
        let known = Directive.Kind(rawValue: item.kind) ?? .notice
        let name = text("directive.kind.\(known.rawValue)")
        if item.last.withdrawn { return "<span class=\"bad\">✕ \(name) · \(text("directive.withdrawn"))</span>" }
        if item.last.closed { return "<span class=\"muted\">■ \(name) · \(text("directive.over"))</span>" }
        return "<span>◆ \(name)</span>"
    }

    private static func head(
        _ item: DirectiveShelf.Item, _ version: DirectiveShelf.Version, _ view: PageView
    ) -> String {
        let at = Clock.text(version.at, asOf: view.now)
        let parts = [
            item.code, view.text("directive.version", ["number": "\(version.version)"]),
            version.officer.isEmpty ? at : "\(at) \(version.officer)",
            item.kind == Directive.Kind.round.rawValue ? "" : item.campaign ?? "",
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: " · ")
    }

    private static func words(_ version: DirectiveShelf.Version, _ text: Messages) -> HTML {
        let why: HTML =
            version.reason.isEmpty
            ? "" : "<p class=\"muted\">\(text("directive.why", ["reason": version.reason]))</p>"
        return version.text.isEmpty ? why : "<p class=\"words\">\(version.text)</p>\(why)"
    }

    /// A deadline that was moved says from when.
    private static func due(
        _ version: DirectiveShelf.Version, _ item: DirectiveShelf.Item, _ view: PageView
    ) -> HTML {
        guard let due = version.due, !version.withdrawn, !version.closed else { return "" }
        let key = due > view.now ? "node.round.deadline" : "node.round.deadline_passed"
        let values = ["at": Clock.text(due, asOf: view.now), "left": Clock.span(abs(due - view.now), view.text)]
        let before = item.earlier.first?.due.flatMap { $0 == due ? nil : $0 }.map {
            view.text("node.directive.due_before", ["at": Clock.text($0, asOf: view.now)])
        }
        let targets: HTML = version.targets.isEmpty ? "" : "<p>\(targets(version, view))</p>"
        return "<p>\(view.text(key, values))\(before.map { " · \($0)" } ?? "")</p>\(targets)"
    }

    private static func targets(_ version: DirectiveShelf.Version, _ view: PageView) -> String {
        let written = RoundTarget.written(version.targets, near: view.now)
        return view.text("directive.targets", ["targets": written])
    }

    private static func read(_ item: DirectiveShelf.Item, _ reader: String, _ view: PageView) -> HTML {
        let (text, last) = (view.text, item.last)
        if let name = last.reader {
            let values = ["who": name, "at": last.readAt.map { Clock.text($0, asOf: view.now) } ?? ""]
            return "<p class=\"ok\">● \(text("node.directive.read_by", values))</p>"
        }
        return """
            <form class="form" method="post" action="\(view.links("/desk/directives/\(Record.Acknowledgement.kind)"))">
            <input type="hidden" name="id" value="\(Hex.text(UInt128.random(in: 1 ... .max)))"><input type="hidden" name="directive" value="\(item.code)">
            <input type="hidden" name="version" value="\(last.version)"><input type="hidden" name="at" value="\(last.at)"><label>\(text("node.directive.reader")) <input name="reader" value="\(reader)" maxlength="20" required autocomplete="off"></label>
            <button class="primary">\(text("node.directive.read"))</button></form>
            """
    }

    private static func earlier(_ item: DirectiveShelf.Item, _ view: PageView) -> HTML {
        guard !item.earlier.isEmpty else { return "" }
        let items = item.earlier.map { version -> HTML in
            """
            <li><p><strong>\(version.title)</strong> <span class="muted">\(head(item, version, view))\(version.closed ? " · \(view.text("directive.over"))" : "")</span></p>\(words(version, view.text))\(version.due.map {
                "<p class=\"muted\">\(view.text("directive.due", ["at": Clock.text($0, asOf: view.now)]))</p>" as HTML } ?? "")</li>
            """
        }
        return """
            <details id="earlier-\(item.code)"><summary>\(view.text("directive.versions", ["count": "\(item.earlier.count)"]))</summary><ul class="items">\(items)</ul></details>
            """
    }
}
