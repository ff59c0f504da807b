import Yams

/// A language that pages are written in. Chinese comes first.
package enum Language: String, CaseIterable, Sendable {
    case zhHans = "zh-Hans"
    case en

    /// `?lang=` first, then the browser's preference, then Chinese.
    package init(_ call: Call) {
        if let asked = call.query["lang"].flatMap(Language.init(rawValue:)) {
            self = asked
        } else {
            let accepted = call.headers["accept-language"] ?? "zh"
            let english = accepted.utf8.prefix(2).elementsEqual("en".utf8)
            self = english ? .en : .zhHans
        }
    }
}

/// The words people read, by key, from the catalogue of one language.
package struct Messages: Sendable {
    package let language: Language
    private let texts: [String: String]

    package static let zhHans = Messages(.zhHans)
    package static let english = Messages(.en)
    package static func of(_ language: Language) -> Messages { language == .en ? english : zhHans }

    private init(_ language: Language) {
        self.language = language
        let catalogue = Asset.text("\(language.rawValue).yaml") ?? ""
        let node = (try? Yams.compose(yaml: catalogue)) ?? nil
        texts = (node?.mapping ?? [:]).reduce(into: [:]) { $0[$1.key.string ?? ""] = $1.value.string ?? "" }
    }

    package var keys: Set<String> { Set(texts.keys) }

    /// The text under `key`, with `{name}` replaced by `values[name]`. A missing key shows itself.
    ///
    /// What a person typed is never read as a place of the text, even where it looks like one.
    package func callAsFunction(_ key: String, _ values: [String: String] = [:]) -> String {
        guard let text = texts[key] else { return "⟦\(key)⟧" }
        guard !values.isEmpty else { return text }
        var (said, rest) = ("", text[...])
        while let opening = rest.firstIndex(of: "{"), let closing = rest[opening...].firstIndex(of: "}") {
            let name = rest[rest.index(after: opening)..<closing]
            said += rest[..<opening] + (values[String(name)].map { $0[...] } ?? rest[opening...closing])
            rest = rest[rest.index(after: closing)...]
        }
        return said + rest
    }
}
