import Daemon

/// The frame round every page of a node: whose it is, the desks, and what the parent doesn't hold yet.
enum NodePage {
    static func html(_ body: NodePages.Body, status: NodeStatus, path: String, _ text: Messages) -> HTML {
        let content: HTML =
            switch body {
            case .survey(let progress): SurveyPage.overview(progress, now: status.now, text)
            case .building(let code, let doors, let campaign): SurveyPage.building(code, doors, campaign, text)
            case .door(let door, let campaign, let id):
                DoorPage.html(door, campaign: campaign, id: id, now: status.now, text)
            case .volunteers(let board): VolunteerPage.html(board, now: status.now, text)
            case .registry(let overview, let conflicts, let report):
                RegistryPage.html(overview, ConflictList.html(conflicts, now: status.now, text), report, text)
            case .problem(let error): problem(error, text)
            case .notFound: "<h1>\(text("node.not_found"))</h1>"
            }
        let name = status.name.map { "\($0) \(status.unit)" } ?? status.unit
        return shell(name, tabs(path, text), Standing(status: status, text: text).html, content, path, text)
    }

    static func shell(
        _ title: String, _ tabs: HTML, _ standing: HTML, _ content: HTML, _ path: String, _ text: Messages
    ) -> HTML {
        let other: Language = text.language == .en ? .zhHans : .en
        return """
            <!doctype html><html lang="\(text.language.rawValue)"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(title) · \(text("node.title"))</title>
            <link rel="stylesheet" href="/assets/style.css"><script type="module" src="/assets/page.js"></script></head>
            <body><header class="bar"><strong>\(text("node.title")) \(title)</strong>\(tabs)
            <a class="lang" href="\(path)?lang=\(other.rawValue)" hreflang="\(other.rawValue)">\(Messages.of(other)("lang.name"))</a></header>
            \(standing)<p id="standing-live" role="status" hidden></p><main>\(content)</main>
            <footer class="muted"><p>\(text("node.plain_http"))</p></footer></body></html>
            """
    }

    private static func tabs(_ path: String, _ text: Messages) -> HTML {
        let links = ["registry", "survey", "volunteers"].map { desk -> HTML in
            let here: HTML = path.hasPrefix("/\(desk)") ? " aria-current=\"page\"" : ""
            return "<a href=\"/\(desk)?lang=\(text.language.rawValue)\"\(here)>\(text("node.tab.\(desk)"))</a>"
        }
        return "<nav class=\"tabs\">\(links)</nav>"
    }

    private static func problem(_ error: IntakeError, _ text: Messages) -> HTML {
        """
        <h1>\(text("node.problem"))</h1><p class="bad" role="alert">\(error.text(text))</p><p>\(error.hint(text))</p>
        <p><a href="/survey" class="primary">\(text("node.back"))</a></p>
        """
    }
}

/// The page that asks for the PIN.
enum PinPage {
    struct Model {
        var wrong: Bool
        var wait: Bool
    }

    static func html(_ model: Model, _ text: Messages) -> HTML {
        let notice: HTML =
            model.wait
            ? "<p class=\"bad\" role=\"alert\">\(text("pin.wait"))</p>"
            : model.wrong ? "<p class=\"bad\" role=\"alert\">\(text("pin.wrong"))</p>" : ""
        let form: HTML = """
            <h1>\(text("pin.title"))</h1>\(notice)<form class="form" method="post" action="/pin">
            <label>\(text("pin.label")) <input name="pin" type="password" inputmode="numeric" autocomplete="off" required autofocus></label>
            <button class="primary">\(text("pin.enter"))</button></form><p class="muted">\(text("pin.where"))</p>
            """
        return NodePage.shell("", "", "", form, "/pin", text)
    }
}
