/// Why bytes are not a message. Nothing was applied; the sender has to change something.
package struct WireError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        /// Not the format of this page.
        case malformed
        /// A version that this program doesn't speak.
        case version
        /// Past a bound of `Limits`.
        case tooLarge
    }
    package var kind: Kind
    package var message: String
    /// Line of the body, first line 1; 0 where it concerns the whole.
    package var line: Int

    package init(_ kind: Kind, _ message: String, line: Int = 0) {
        self.kind = kind
        self.message = message
        self.line = line
    }

    package var description: String { line > 0 ? "line \(line): \(message)" : message }
}
