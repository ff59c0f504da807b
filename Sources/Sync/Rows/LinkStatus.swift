package import Federation
package import GRDB

/// What the parent doesn't hold yet, since when, and why.
package struct LinkStatus: Sendable, Equatable {
    /// As the parent's registry has it; nil before its first document.
    package var name: String?
    package var incarnation: Incarnation?
    package var position: Position
    package var acknowledged: Position?
    /// Seconds since 1970.
    package var acknowledgedAt: Int64?
    /// Rows that the parent isn't known to hold.
    package var unacknowledged: Int
    /// Seconds since 1970 of the oldest change among them.
    package var unacknowledgedSince: Int64?
    /// Why, as a code: `unreachable`, `not_the_parent`, `token_unknown` …; nil while nothing is wrong.
    package var because: String?
    package var detail: String?
    /// Nil before the parent has said.
    package var role: Role?
    /// Rows that the parent refused.
    package var refusedRows: Int
}

extension LinkStatus {
    /// What the file says; trouble and role are known only to a running link.
    package static func read(_ db: Database) throws -> LinkStatus {
        let row = try PositionRow.read(db)
        let open = try Row.fetchOne(
            db, sql: "SELECT count(*) AS number, min(changed_at) AS since FROM row WHERE seq > ?",
            arguments: [Int64(row.acknowledged?.seq ?? 0)])
        return LinkStatus(
            name: try String.fetchOne(db, sql: "SELECT registry ->> '$.unit.name' FROM position"),
            incarnation: row.incarnation, position: row.position, acknowledged: row.acknowledged,
            acknowledgedAt: row.acknowledgedAt, unacknowledged: open?["number"] ?? 0,
            unacknowledgedSince: open?["since"],
            refusedRows: try Int.fetchOne(db, sql: "SELECT count(*) FROM row WHERE refused IS NOT NULL") ?? 0)
    }
}

extension RowOutbox {
    package func linkStatus(_ standing: LinkStanding) throws -> LinkStatus {
        var status = try database.readConsistently { try LinkStatus.read($0) }
        (status.because, status.detail) = (standing.trouble?.words.code, standing.trouble?.words.detail)
        status.role = standing.role
        return status
    }
}

extension ChildLink.Trouble {
    /// As pages and programs name it.
    package var words: (code: String, detail: String) {
        switch self {
        case .unreachable(let why): ("unreachable", why)
        case .notTheParent(let what): ("not_the_parent", what)
        case .unauthorized(let code): (code, "")
        case .unsupported(let why): ("unsupported", why)
        case .busy: ("busy", "")
        case .invalid(let why): ("invalid", why)
        case .unverifiable(let mine, let theirs):
            ("unverifiable", "\(mine.digest) here, \(theirs.map { "\($0.digest)" } ?? "nothing") there")
        }
    }
}
