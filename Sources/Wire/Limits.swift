internal import Federation

/// Bounds of one request; a parent answers 413 beyond them.
package enum Limits {
    package static let version = 1
    package static let rows = 4096
    /// Bytes of a push as sent, and after inflating.
    package static let inflated = 512 * 1024
    /// A body that inflates further than this is an attack, not rows.
    package static let ratio = 100
    package static let symbols = 8192
    package static let sets = 64
    package static let countsPerRow = Catalogue.mostIndicators
    package static let depth = 8
    /// Room for a reason for every row of a part.
    package static let answer = 512 * 1024
    package static let registry = 8 * 1024 * 1024
    /// Directives in a registry document, the newest that concern the child; bytes of each one's words.
    package static let directives = 50
    package static let directiveCode = 48
    package static let directiveVersions = 999
    package static let directiveTitle = 240
    package static let directiveText = 6000
}

/// The paths of the protocol.
package enum Paths {
    package static let delta = "/v1/units/{unit}/delta"
    package static let snapshot = "/v1/units/{unit}/snapshot"
    package static let registry = "/v1/registry"
    package static let ndjson = "application/x-ndjson"
    package static let answer = "application/vnd.jiayuan+json"

    package static func push(_ unit: String, _ kind: String) -> String { "/v1/units/\(unit)/\(kind)" }
}
