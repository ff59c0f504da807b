import Yams

/// YAML as plain values, for files that ship with the program.
package indirect enum YAMLTree: Sendable, Equatable {
    case scalar(String)
    case list([YAMLTree])
    case mapping([String: YAMLTree])

    /// - Returns: nil if the text is not YAML or is empty.
    package init?(_ text: String) {
        guard let node = try? Yams.compose(yaml: text) else { return nil }
        self.init(node)
    }

    private init(_ node: Node) {
        switch node {
        case .sequence(let nodes): self = .list(nodes.map { YAMLTree($0) })
        case .mapping(let pairs):
            self = .mapping(pairs.reduce(into: [:]) { $0[$1.key.string ?? ""] = YAMLTree($1.value) })
        default: self = .scalar(node.scalar?.string ?? "")
        }
    }

    package var text: String? { if case .scalar(let text) = self { text } else { nil } }
    package var items: [YAMLTree] { if case .list(let items) = self { items } else { [] } }
    package subscript(key: String) -> YAMLTree? { if case .mapping(let pairs) = self { pairs[key] } else { nil } }
}
