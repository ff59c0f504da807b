/// HTML under construction. Text is escaped unless it is itself `HTML`, so a resident's remark can
/// never become markup.
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
            default: source.unicodeScalars.append(scalar)
            }
        }
    }
}
