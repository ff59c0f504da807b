package import Federation
import GRDB

/// What an outbox holds, as plain values: for the checks of a simulation. Nothing here is on a hot path.
extension RowOutbox {
    // One statement sees one state of the file anyway.
    package func standingPosition() throws -> Position { try database.unsafeRead { try PositionRow.read($0).position } }

    package func incarnation() throws -> Incarnation? {
        try database.unsafeRead { try PositionRow.read($0).incarnation }
    }

    /// Every life that this file remembers of itself, and why it began.
    package func lives() throws -> [(incarnation: Incarnation, reason: ChildLink.MintReason)] {
        try database.readConsistently { db in
            try Row.fetchAll(db, sql: "SELECT incarnation, reason FROM life").compactMap { row in
                ChildLink.MintReason(rawValue: row["reason"]).map {
                    (Incarnation(value: Bytes.uint128(row["incarnation"])), $0)
                }
            }
        }
    }
}
