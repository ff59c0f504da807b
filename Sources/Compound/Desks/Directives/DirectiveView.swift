import Daemon
import Federation
import GRDB
import Wire

/// What the district has published for this compound, the newest first: the desk's page and `GET /api/v1/directives`.
struct DirectiveShelf: Sendable, Equatable, Encodable {
    struct Version: Sendable, Equatable, Encodable {
        var version: Int
        var title: String
        var text: String
        @Null var opens: Int64?
        /// By when it is to be done; of a round its deadline.
        @Null var due: Int64?
        /// Of a round: how far it should be by when.
        var targets: [RoundTarget]
        /// Seconds since 1970 by whoever published it.
        var at: Int64
        var officer: String
        var reason: String
        var withdrawn: Bool
        /// Of a round: it is over.
        var closed: Bool
        /// Seconds since 1970 by this node's clock.
        var receivedAt: Int64
        /// Nil while nobody here has read it.
        @Null var reader: String?
        @Null var readAt: Int64?
    }
    struct Item: Sendable, Equatable, Encodable {
        var code: String
        var kind: String
        /// The name of the round that it is about.
        @Null var campaign: String?
        var last: Version
        /// What it took the place of, the newest first.
        var earlier: [Version]
    }
    var items: [Item]
    var unread: Int { items.count { $0.last.reader == nil } }

    init(_ db: Database) throws {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT directive.*, campaign.name AS campaign_name, reader, read_at FROM directive
                LEFT JOIN directive_read USING (code, version, at) LEFT JOIN campaign ON campaign.code = directive.campaign
                ORDER BY directive.code, version DESC
                """)
        items = rows.reduce(into: []) { items, row in
            let version = Version(row)
            if items.last?.code == row["code"] {
                items[items.count - 1].earlier.append(version)
            } else {
                items.append(
                    Item(
                        code: row["code"], kind: row["kind"], campaign: row["campaign_name"], last: version,
                        earlier: []))
            }
        }
        items.sort { ($0.last.at, $0.code) > ($1.last.at, $1.code) }
    }
}

extension DirectiveShelf.Version {
    fileprivate init(_ row: Row) {
        self.init(
            version: row["version"], title: row["title"], text: row["text"], opens: row["opens"], due: row["due"],
            targets: RoundTarget.targets(kept: row["targets"]), at: row["at"], officer: row["officer"],
            reason: row["reason"], withdrawn: row["withdrawn"],
            closed: row["closed"], receivedAt: row["received_at"], reader: row["reader"], readAt: row["read_at"])
    }
}

/// What nobody here has read yet, for the head of every page.
package struct UnreadDirectives: Sendable, Equatable, Encodable {
    package var count: Int
    /// Of the newest.
    package var title: String

    /// - Returns: nil if everything was read.
    static func read(_ db: Database) throws -> UnreadDirectives? {
        let titles = try String.fetchAll(
            db,
            sql: """
                SELECT title FROM directive WHERE NOT EXISTS (SELECT 1 FROM directive AS later
                WHERE later.code = directive.code AND later.version > directive.version)
                AND NOT EXISTS (SELECT 1 FROM directive_read AS read
                WHERE read.code = directive.code AND read.version = directive.version AND read.at = directive.at) ORDER BY at DESC, code DESC
                """)
        return titles.first.map { UnreadDirectives(count: titles.count, title: $0) }
    }
}
