import Foundation

/// One option of a configuration file: the single place that knows its default, its check and its comment.
package struct Setting: Sendable {
    package var key: String
    /// Nil if it must be given.
    package var fallback: String?
    /// Chinese, then English; written above the option by `jiayuan init`.
    package var comment: (String, String)
    /// - Returns: what is wrong with a value and what to write instead; nil if it is right.
    package var check: @Sendable (String) -> String?

    package init(
        _ key: String, fallback: String?, comment: (String, String), check: @escaping @Sendable (String) -> String?
    ) {
        self.key = key
        self.fallback = fallback
        self.comment = comment
        self.check = check
    }
}

/// Every problem of a configuration file at once: nobody should have to start a daemon six times.
package struct SettingsErrors: Error, CustomStringConvertible, Sendable {
    package struct Problem: Sendable, Equatable {
        package var file: String
        /// 0 where the option is missing.
        package var line: Int
        package var key: String
        package var message: String

        package init(file: String, line: Int, key: String, message: String) {
            self.file = file
            self.line = line
            self.key = key
            self.message = message
        }

        package var description: String {
            "\(file)\(line > 0 ? ":\(line)" : ""): \(key.isEmpty ? "" : "\(key): ")\(message)"
        }
    }
    package var problems: [Problem]

    package init(problems: [Problem]) { self.problems = problems }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

package enum SettingsFile {
    package static func read(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsErrors(problems: [
                .init(
                    file: path, line: 0, key: "",
                    message:
                        "cannot be read: it isn't there, or this user may not read it (then: sudo -u _jiayuan jiayuan …); "
                        + "`jiayuan init` writes one, --config names another")
            ])
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// What is wrong with options only in view of others.
    ///
    /// It is asked even where other problems were found, so that all of them are told at once.
    package typealias Together = @Sendable (_ values: [String: String]) -> (key: String, message: String)?

    /// - Returns: a value for every option, from the text or its default.
    package static func parse(
        _ text: String, file: String, _ options: [Setting], together: Together = { _ in nil }
    ) throws -> [String: String] {
        let given = SettingsText(text, file: file)
        var problems = given.problems
        var values: [String: String] = [:]
        for pair in given.pairs {
            let (line, name) = (pair.line, pair.key)
            guard let option = options.first(where: { $0.key == name }) else {
                let known = options.map(\.key).joined(separator: ", ")
                problems.append(
                    .init(file: file, line: line, key: name, message: "unknown option; known are: \(known)"))
                continue
            }
            guard let scalar = pair.value else {
                problems.append(
                    .init(file: file, line: line, key: name, message: "expected one value, not a list or a group"))
                continue
            }
            if let wrong = option.check(scalar) {
                problems.append(.init(file: file, line: line, key: name, message: wrong))
            }
            values[name] = scalar
        }
        // Of a text that can't be read nobody knows what is missing.
        guard !given.pairs.isEmpty || problems.isEmpty else { throw SettingsErrors(problems: problems) }
        let named = Set(given.pairs.map(\.key))
        for option in options where values[option.key] == nil && (option.fallback != nil || !named.contains(option.key))
        {
            guard let fallback = option.fallback else {
                problems.append(.init(file: file, line: 0, key: option.key, message: "is missing and has no default"))
                continue
            }
            values[option.key] = fallback
        }
        if let (key, message) = together(values) {
            problems.append(.init(file: file, line: 0, key: key, message: message))
        }
        guard problems.isEmpty else { throw SettingsErrors(problems: problems) }
        return values
    }

    /// A commented file with `values` filled in and every other option at its default.
    package static func template(_ options: [Setting], _ values: [String: String]) -> String {
        options.map { option in
            let value = values[option.key] ?? option.fallback ?? ""
            let quoted = "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
            return "# \(option.comment.0)\n# \(option.comment.1)\n\(option.key): \(quoted)\n"
        }.joined(separator: "\n")
    }
}

/// Checks that several options share.
package enum Check {
    package static func path(_ text: String) -> String? {
        guard ["/", "./", "../"].contains(where: text.hasPrefix) else {
            return "expected a path, such as /var/lib/jiayuan/node or ./node, not \"\(text)\""
        }
        return text.contains("\0") ? "must not contain a zero byte" : nil
    }

    /// A file that has to be there already.
    package static func file(_ text: String) -> String? {
        if let wrong = path(text) { return wrong }
        return FileManager.default.isReadableFile(atPath: text)
            ? nil : "\(text) is not there, or this user may not read it"
    }

    package static func optional(_ check: @escaping @Sendable (String) -> String?) -> @Sendable (String) -> String? {
        { $0.isEmpty ? nil : check($0) }
    }

    package static func number(_ range: ClosedRange<Int>) -> @Sendable (String) -> String? {
        { text in
            guard let number = Int(text) else {
                return "expected a whole number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\""
            }
            return range.contains(number) ? nil : "\(number) is outside \(range.lowerBound) to \(range.upperBound)"
        }
    }

    package static func listen(_ text: String) -> String? {
        Listen(text) == nil ? "expected address:port, such as 127.0.0.1:8080, not \"\(text)\"" : nil
    }

    package static func token(_ text: String) -> String? {
        text.utf8.count >= 16 && text.utf8.allSatisfy { (33...126).contains($0) }
            ? nil : "expected the token as it is printed on the slip"
    }

    package static func url(_ text: String) -> String? {
        guard let parts = URLComponents(string: text), ["http", "https"].contains(parts.scheme), !text.contains(" "),
            let host = parts.host, !host.isEmpty
        else { return "expected an address such as http://10.0.0.2:8470, not \"\(text)\"" }
        guard let port = parts.port else { return nil }
        return (1...65535).contains(port) ? nil : "\(port) is no port; write 1 to 65535"
    }
}

extension Listen {
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { return nil }
        self = .tcp(host: host, port: port)
    }

    package var isLoopback: Bool {
        switch self {
        case .socket: true
        case .tcp(let host, _): host == "localhost" || host == "::1" || host.hasPrefix("127.")
        }
    }
}
