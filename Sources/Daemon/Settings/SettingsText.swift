import Yams

/// A configuration file as pairs. What is wrong with the text is told by line and key, never by quoting it:
/// it holds credentials, and what a daemon says stands in the journal.
struct SettingsText {
    struct Pair {
        var line: Int
        var key: String
        /// Nil for a list or a group.
        var value: String?
    }
    private let file: String
    private(set) var pairs: [Pair] = []
    private(set) var problems: [SettingsErrors.Problem] = []

    init(_ text: String, file: String) {
        self.file = file
        read(text)
    }

    private mutating func read(_ text: String) {
        do {
            guard let root = try Yams.compose(yaml: text) else { return }
            guard let mapping = root.mapping else {
                return add(root.mark?.line ?? 1, "", "expected lines of the form `key: value`")
            }
            pairs = mapping.map {
                Pair(line: $0.key.mark?.line ?? 0, key: $0.key.string ?? "", value: $0.value.scalar?.string)
            }
        } catch YamlError.duplicatedKeysInMapping(let keys, _) {
            let (rest, repeated) = SettingsText.withoutRepetitions(of: keys, text)
            for (line, key) in repeated { add(line, key, "given twice") }
            guard !repeated.isEmpty else { return add(0, keys.joined(separator: ", "), "given twice") }
            // The other problems of the file are told too.
            read(rest)
        } catch {
            let (line, reason) = SettingsText.place(error)
            add(line, "", "is not YAML: \(reason)")
        }
    }

    private mutating func add(_ line: Int, _ key: String, _ message: String) {
        problems.append(.init(file: file, line: line, key: key, message: message))
    }

    /// Empties the lines that give a key once more, with those that belong to it, so that numbers of lines stand.
    private static func withoutRepetitions(of keys: [String], _ text: String) -> (
        text: String, repeated: [(line: Int, key: String)]
    ) {
        var seen: Set<String> = []
        var repeated: [(line: Int, key: String)] = []
        var isDropping = false
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { index, line in
            let isInside = line.first?.isWhitespace ?? true
            if isInside, isDropping { return Substring() }
            isDropping = false
            guard let key = keys.first(where: { isGiven($0, on: line) }), !seen.insert(key).inserted else {
                return line
            }
            repeated.append((index + 1, key))
            isDropping = true
            return Substring()
        }
        return (lines.joined(separator: "\n"), repeated)
    }

    private static func isGiven(_ key: String, on line: Substring) -> Bool {
        ["", "\"", "'"].contains { quote in
            let name = quote + key + quote
            return line.hasPrefix(name) && line.dropFirst(name.count).drop { $0 == " " }.first == ":"
        }
    }

    /// The parser's own words, without the lines that it shows with them.
    private static func place(_ error: any Error) -> (line: Int, reason: String) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _)?, .parser(_, let problem, let mark, _)?,
            .composer(_, let problem, let mark, _)?:
            (mark.line, problem)
        case .reader(let problem, _, _, _)?: (0, problem)
        default: (0, "it cannot be read")
        }
    }
}
