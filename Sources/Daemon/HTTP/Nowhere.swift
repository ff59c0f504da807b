import HTTPTypes
import Hummingbird

/// The answer where no route is: a small page with a way back, or JSON for programs.
enum Nowhere {
    static func reply(to call: Call) -> Reply {
        guard call.headers["accept"]?.contains("text/html") == true else {
            return .json(#"{"error":"not_found","hint":"see / for the pages"}"#, status: 404)
        }
        let language = Language(call)
        let text = Messages.of(language)
        let page: HTML = """
            <!doctype html><html lang="\(language.rawValue)"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(text("page.not_found"))</title>
            <link rel="stylesheet" href="/assets/style.css"></head><body><main><h1>\(text("page.not_found"))</h1>
            <p><a class="primary" href="/?lang=\(language.rawValue)">\(text("page.start"))</a></p></main></body></html>
            """
        return .html(page.source, status: 404)
    }
}
