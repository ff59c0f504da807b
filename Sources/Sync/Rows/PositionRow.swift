package import Federation
import Foundation
package import GRDB

/// The one row that says where this child stands.
package struct PositionRow {
    package var incarnation: Incarnation?
    package var position: Position
    package var session: UInt64
    package var acknowledged: Position?
    package var acknowledgedAt: Int64?
    package var floor: UInt64
    package var epoch: Epoch?
    package var parent: Incarnation?
    package var registryDigest: String?

    /// Nil before the first start.
    package var standing: RowTable.Standing? {
        incarnation.map { RowTable.Standing(incarnation: $0, position: position, acknowledged: acknowledged?.seq ?? 0) }
    }

    package static func read(_ db: Database) throws -> PositionRow {
        guard let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM position")) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the position is gone")
        }
        func value(_ column: String) -> UInt128? { (row[column] as Data?).map { Bytes.uint128($0) } }
        func number(_ column: String) -> UInt64? { (row[column] as Int64?).map { UInt64($0) } }
        return PositionRow(
            incarnation: value("incarnation").map { Incarnation(value: $0) },
            position: Position(seq: number("seq") ?? 0, digest: Digest(value: value("digest") ?? 0)),
            session: number("session") ?? 0,
            acknowledged: number("acknowledged_seq").flatMap { seq in
                value("acknowledged_digest").map { Position(seq: seq, digest: Digest(value: $0)) }
            }, acknowledgedAt: row["acknowledged_at"], floor: number("floor") ?? 0,
            epoch: number("epoch").flatMap { number in
                value("epoch_holder").map { Epoch(number: number, holder: Incarnation(value: $0)) }
            }, parent: value("parent").map { Incarnation(value: $0) }, registryDigest: row["registry_digest"])
    }

    package func write(_ db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE position SET incarnation = ?, seq = ?, digest = ?, session = ?, acknowledged_seq = ?,
                acknowledged_digest = ?, acknowledged_at = ?, floor = ?, epoch = ?, epoch_holder = ?, parent = ?,
                registry_digest = ?
                """
        ).execute(arguments: [
            incarnation.map { Bytes.of($0.value) }, Int64(position.seq), Bytes.of(position.digest.value),
            Int64(session),
            acknowledged.map { Int64($0.seq) }, acknowledged.map { Bytes.of($0.digest.value) }, acknowledgedAt,
            Int64(floor),
            epoch.map { Int64($0.number) }, epoch.map { Bytes.of($0.holder.value) }, parent.map { Bytes.of($0.value) },
            registryDigest,
        ])
    }
}
