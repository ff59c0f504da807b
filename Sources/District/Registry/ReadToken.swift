import Federation

/// Who may read figures, and of what place. The token itself is only with whoever reads; here is its hash.
package struct ReadToken: Sendable, Equatable {
    package var number: Int64 = 0
    /// Whose it is, for people.
    package var name: String
    /// Code of the division or unit that it opens, with all that lies below; nil for everything that is held here.
    package var scope: String?
    /// Beside reading.
    package var rights: Set<Right> = []
    /// Seconds since 1970.
    package var madeAt: Int64
    /// First day on which it opens nothing, `YYYY-MM-DD`; nil where none is set.
    package var until: String?
    /// Seconds since 1970 at which somebody ended it.
    package var endedAt: Int64?

    /// - Parameter wall: seconds since 1970.
    func hasEnded(at wall: Int64) -> Bool { endedAt != nil || until.map { $0 <= Day.of(wall) } ?? false }
}

/// What a token's holder may do beside reading, as commands spell it.
package enum Right: String, Sendable, CaseIterable {
    /// Write down counts that were rung up.
    case phoneIn = "phone-in"
    /// Settle items of the work list.
    case settle
    /// Publish orders, notices, rules and rounds.
    case publish
}

/// Whoever asks, once it is known who that is.
struct Reader: Sendable {
    /// What it sees with all that lies below; nil for everything.
    var scope: String?
    var rights: Set<Right> = []
    /// Of the registry's list; nil for the configured token, and on this machine.
    var number: Int64?

    /// On this machine, and with the token of the configuration.
    static let everything = Reader()

    /// Whether a place, a unit or a relay is the reader's own or lies below it.
    func sees(_ code: String, in tree: @autoclosure () throws -> PlaceTree) rethrows -> Bool {
        guard let scope, code != scope else { return true }
        return try tree().divisions(above: code).contains(scope)
    }

    /// Part of a page's tag: what one reader is shown isn't another's.
    var word: String { ([scope ?? ""] + rights.map(\.rawValue).sorted()).joined(separator: "+") }

    func may(_ right: Right) -> Bool { rights.contains(right) }
}

extension Reader {
    init(_ token: ReadToken) {
        (scope, rights, number) = (token.scope, token.rights, token.number)
    }
}

extension PlaceTree {
    /// Codes of what stands above a place, a unit or a relay, itself included where it is a place; nothing where
    /// there is no such thing.
    func divisions(above code: String) -> [String] {
        if let place = place(code) { return path(place).map { places[$0].code } }
        guard let speaker = Code(code).flatMap({ speaker($0) }) else { return [] }
        if let relay = relay(speaker) { return relays[relay].path.map(\.code) }
        return divisions(above: speaker).map(\.code)
    }
}
