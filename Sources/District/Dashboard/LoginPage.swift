import Daemon

/// What whoever may not look sees instead of a page.
extension DashboardShell {
    /// - Parameter isTry: somebody entered a token just now.
    static func refused(_ call: Call, _ problem: StatsProblem, isTry: Bool = false) -> Reply {
        let text = Messages.of(Language(call))
        let page =
            switch problem.error {
            case StatsProblem.tokenNotConfigured.error: login(text, .closed)
            case StatsProblem.tokenEnded.error: login(text, .ended)
            case StatsProblem.tokenWrong.error: login(text, isTry ? .wrong : .asked)
            default: shut(problem, path: call.method == "GET" ? call.path : "/", text)
            }
        return secured(.html(page.source, status: problem.status))
    }

    /// What a token doesn't open, and where it leads.
    private static func shut(_ problem: StatsProblem, path: String, _ text: Messages) -> HTML {
        let sentence =
            problem.scope.map { text("read.scoped", ["scope": $0]) } ?? text("read.reads_only")
        let content: HTML = """
            <section class="quiet" role="alert"><h1>\(sentence)</h1>
            <p><a href="\(link("/", text.language, nil))">\(text("read.home"))</a></p></section>
            """
        // Whoever may see one place only isn't shown the way to pages of everything.
        return html(content, "", path: path, theme: nil, round: nil, polls: problem.scope != nil, text)
    }

    private enum Login { case asked, wrong, ended, closed }

    private static func login(_ text: Messages, _ state: Login) -> HTML {
        let notice: HTML =
            switch state {
            case .asked: ""
            case .wrong: "<p class=\"bad\" role=\"alert\">\(text("dash.login.wrong"))</p>"
            case .ended: "<p class=\"bad\" role=\"alert\">\(text("read.ended"))</p>"
            case .closed: "<p class=\"bad\" role=\"alert\">\(text("dash.login.closed"))</p>"
            }
        let form: HTML = """
            <form class="form" method="get" action="/login"><label>\(text("dash.token"))
            <input name="token" type="password" autocomplete="off" required autofocus></label>
            <button class="primary">\(text("dash.enter"))</button></form>
            """
        return """
            <!doctype html><html lang="\(text.language.rawValue)"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(text("dash.title"))</title>
            <link rel="stylesheet" href="/assets/style.css"></head><body><main><h1>\(text(state == .closed ? "dash.title" : "dash.login"))</h1>
            \(notice)\(state == .closed ? "" : form)</main></body></html>
            """
    }
}
