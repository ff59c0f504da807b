/// HTML under construction. Text is escaped unless it is itself `HTML`, so a resident's remark can
/// never become markup, nor turn the words after it around.
package struct HTML: Sendable, ExpressibleByStringInterpolation {
    package var source: String

    package init(source: String = "") { self.source = source }
    package init(stringLiteral value: String) { source = value }
    package init(stringInterpolation: StringInterpolation) { source = stringInterpolation.source }

    package static func += (page: inout HTML, more: HTML) { page.source += more.source }

    package struct StringInterpolation: StringInterpolationProtocol {
        var source = ""
        package init(literalCapacity: Int, interpolationCount: Int) { source.reserveCapacity(literalCapacity) }
        package mutating func appendLiteral(_ literal: String) { source += literal }
        package mutating func appendInterpolation(_ html: HTML) { source += html.source }
        package mutating func appendInterpolation(_ number: some BinaryInteger) { source += String(number) }
        package mutating func appendInterpolation(_ text: some StringProtocol) { HTML.escape(text, into: &source) }
        package mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { source += part.source } }
    }

    static func escape(_ text: some StringProtocol, into source: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": source += "&amp;"
            case "<": source += "&lt;"
            case ">": source += "&gt;"
            case "\"": source += "&quot;"
            case "'": source += "&#39;"
            // Marks that set the direction of writing would turn the rest of a sentence around, figures too: they are shown.
            case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": source += "\u{FFFD}"
            default: source.unicodeScalars.append(scalar)
            }
        }
    }
}

extension DefaultStringInterpolation {
    // A part of a page that gets into plain text would be shown with its markup. Warnings are errors here; an overload that is
    // unavailable wouldn't be chosen, and said nothing.
    @available(*, deprecated, message: "write this text as HTML")
    package mutating func appendInterpolation(_ html: HTML) { appendInterpolation(html.source) }

    @available(*, deprecated, message: "write this text as HTML")
    package mutating func appendInterpolation(_ html: HTML?) { appendInterpolation(html?.source ?? "") }

    @available(*, deprecated, message: "write this text as HTML")
    package mutating func appendInterpolation(_ parts: [HTML]) {
        for part in parts { appendInterpolation(part.source) }
    }
}
