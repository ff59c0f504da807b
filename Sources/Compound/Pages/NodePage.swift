import Daemon

/// The frame round every page of a node: whose it is, the desks, and what the parent doesn't hold yet.
enum NodePage {
    static func html(
        _ body: NodePages.Body, status: NodeStatus, path: String, _ links: Links, _ text: Messages
    ) -> HTML {
        let content: HTML =
            switch body {
            case .survey(let progress): SurveyPage.overview(progress, links, text)
            case .building(let code, let doors): SurveyPage.building(code, doors, links, text)
            case .door(let door, let campaign, let id):
                DoorPage.html(door, campaign: campaign, id: id, now: status.now, links, text)
            case .sheet(let code, let doors, let campaign, let keyed):
                SheetPage.html(code, doors, campaign: campaign, keyed, links, text)
            case .volunteers(let board, let pasted): VolunteerPage.html(board, pasted, now: status.now, links, text)
            case .registry(let overview, let conflicts, let typed):
                RegistryPage.html(overview, conflicts: conflicts, typed, links, text)
            case .conflicts(let conflicts): ConflictList.html(conflicts, now: status.now, links, text)
            case .problem(let error): problem(error, links, text)
            case .notFound:
                "<h1>\(text("node.not_found"))</h1><p><a class=\"primary\" href=\"\(Links.start(text))\">\(text("node.back"))</a></p>"
            }
        let name = status.name.map { "\($0) \(status.unit)" } ?? status.unit
        return shell(
            name, tabs(path, links, text), StandingLines(status: status, links: links, text: text).html, content, path,
            links, text)
    }

    static func shell(
        _ title: String, _ tabs: HTML, _ standing: HTML, _ content: HTML, _ path: String, _ links: Links,
        _ text: Messages
    ) -> HTML {
        let other: Language = text.language == .en ? .zhHans : .en
        return """
            <!doctype html><html lang="\(text.language.rawValue)"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(title) · \(text("node.title"))</title>
            <link rel="stylesheet" href="/assets/style.css"><script type="module" src="/assets/page.js"></script></head>
            <body><header class="bar"><strong>\(text("node.title")) \(title)</strong>\(tabs)
            <a class="lang" href="\(links.address(path, in: other))" hreflang="\(other.rawValue)">\(Messages.of(other)("lang.name"))</a></header>
            \(standing)<p id="standing-live" role="status" hidden></p><main>\(content)</main>
            <footer class="muted"><p>\(text("node.plain_http"))</p></footer></body></html>
            """
    }

    private static func tabs(_ path: String, _ links: Links, _ text: Messages) -> HTML {
        let links = ["registry", "survey", "volunteers"].map { desk -> HTML in
            // A building's paper sheet belongs to the survey.
            let isHere = path.hasPrefix("/\(desk)") || (desk == "survey" && path.hasPrefix("/sheet"))
            let here: HTML = isHere ? " aria-current=\"page\"" : ""
            return "<a href=\"\(links("/\(desk)"))\"\(here)>\(text("node.tab.\(desk)"))</a>"
        }
        return "<nav class=\"tabs\">\(links)</nav>"
    }

    private static func problem(_ error: IntakeError, _ links: Links, _ text: Messages) -> HTML {
        """
        <h1>\(text("node.problem"))</h1><p class="bad" role="alert">\(error.text(text))</p><p>\(error.hint(text))</p>
        <p><a href="\(links("/survey"))" class="primary">\(text("node.back"))</a></p>
        """
    }
}

/// The page that asks for the PIN.
enum PinPage {
    struct Model {
        var wrong: Bool
        var wait: Bool
    }

    static func html(_ model: Model, _ links: Links, _ text: Messages) -> HTML {
        let notice: HTML =
            model.wait
            ? "<p class=\"bad\" role=\"alert\">\(text("pin.wait"))</p>"
            : model.wrong ? "<p class=\"bad\" role=\"alert\">\(text("pin.wrong"))</p>" : ""
        let form: HTML = """
            <h1>\(text("pin.title"))</h1>\(notice)<form class="form" method="post" action="\(links("/pin"))">
            <label>\(text("pin.label")) <input name="pin" type="password" inputmode="numeric" autocomplete="off" required autofocus></label>
            <button class="primary">\(text("pin.enter"))</button></form><p class="muted">\(text("pin.where"))</p>
            """
        return NodePage.shell("", "", "", form, "/pin", links, text)
    }
}
