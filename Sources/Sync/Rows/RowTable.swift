package import Federation
import Foundation
package import GRDB

/// The rows that may leave, and the position they add up to. Everything here happens inside the transaction of the
/// change that caused it.
package struct RowTable {
    package let db: Database
    package let now: Int64

    /// - Parameter now: seconds since 1970.
    package init(db: Database, now: Int64) {
        self.db = db
        self.now = now
    }

    /// Where this child stands.
    package struct Standing {
        package var incarnation: Incarnation
        package var position: Position
        /// What the parent is known to hold.
        package var acknowledged: UInt64
    }

    // MARK: Changing

    /// Writes a row, or its deletion, under the next number. Equal counts are no change.
    package func replace(_ key: RowKey, by body: RowBody?, refused: String? = nil, _ standing: inout Standing) throws {
        let stored = try stored(key)
        let old = stored?.body
        if let old, let body, refused == nil, old.catalogue == body.catalogue, old.counts == body.counts { return }
        if old == nil, body == nil { return }
        standing.position.seq += 1
        standing.position.digest.replace(key, old, by: body, in: standing.incarnation)
        // A row that changes again before it is acknowledged has waited since its first change.
        let owedSince = stored.flatMap { $0.seq > standing.acknowledged ? $0.owedSince : nil } ?? now
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO row VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                key.dataset.text, key.period.text, key.subject.text, Int64(standing.position.seq),
                body.map { Bytes.of($0.catalogue.value) }, body.map { RowTable.text($0.counts) }, body?.asOf ?? now,
                owedSince, refused,
            ])
    }

    /// What stands under a key; nil for a row that isn't there, or was deleted.
    package func body(of key: RowKey) throws -> RowBody? { try stored(key)?.body }

    /// By place and without a copy of the row: this is read for each record.
    private func stored(_ key: RowKey) throws -> (body: RowBody?, seq: UInt64, owedSince: Int64)? {
        try Row.fetchCursor(
            db.cachedStatement(
                sql:
                    "SELECT seq, changed_at, catalogue, counts, as_of FROM row WHERE dataset = ? AND period = ? AND subject = ?"
            ), arguments: [key.dataset.text, key.period.text, key.subject.text]
        ).map { row in
            let body = RowTable.body(catalogue: row[2], counts: row[3], asOf: row[4])
            return (body: body, seq: UInt64(row[0] as Int64), owedSince: row[1])
        }.next()
    }

    /// The parent can't store these rows: their keys stand, their counts are unknown, and the bounds say so.
    package func quarantine(_ keys: [RowKey], _ why: [String], _ standing: inout Standing) throws {
        for (index, key) in keys.enumerated() {
            guard let old = try stored(key)?.body else { continue }
            try replace(
                key, by: old.emptied(), refused: why.indices.contains(index) ? why[index] : "refused", &standing)
        }
    }

    // MARK: Sending

    /// The changes above a number in ascending order, one more than `limit` being the sign that more follow.
    package func changes(after seq: UInt64, limit: Int) throws -> (changes: [RowChange], reachesEnd: Bool) {
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: RowTable.changesQuery), arguments: [Int64(clamping: seq), limit + 1])
        let changes = rows.prefix(limit).compactMap { row -> RowChange? in
            guard let dataset = Code(row["dataset"] as String), let period = Code(row["period"] as String),
                let subject = Code(row["subject"] as String)
            else { return nil }
            return RowChange(
                seq: UInt64(row["seq"] as Int64), key: RowKey(dataset: dataset, period: period, subject: subject),
                body: RowTable.body(row))
        }
        return (Array(changes), rows.count <= limit)
    }

    /// Every live row.
    package func bodies() throws -> [RowKey: RowBody] {
        try changes(after: 0, limit: .max - 1).changes.reduce(into: [:]) { $0[$1.key] = $1.body }
    }

    package static let changesQuery = "SELECT * FROM row WHERE seq > ? ORDER BY seq LIMIT ?"

    /// - Returns: whether there were any.
    package func dropTombstones(upTo seq: UInt64) throws -> Bool {
        try db.execute(sql: "DELETE FROM row WHERE counts IS NULL AND seq <= ?", arguments: [Int64(seq)])
        return db.changesCount > 0
    }

    /// A new life: every live row numbered anew in the order of keys, tombstones gone, the digest under a new key.
    ///
    /// - Parameter acknowledged: up to where the parent held the life before; what it held is owed since now.
    package func renumber(under incarnation: Incarnation, acknowledged: UInt64) throws -> Standing {
        try db.execute(sql: "DELETE FROM row WHERE counts IS NULL")
        try db.execute(sql: "UPDATE row SET changed_at = ? WHERE seq <= ?", arguments: [now, Int64(acknowledged)])
        let rows = try Row.fetchAll(db, sql: "SELECT * FROM row ORDER BY dataset, period, subject")
        var standing = Standing(incarnation: incarnation, position: .origin, acknowledged: 0)
        // Numbers are unique: out of the way first, then in.
        try db.execute(sql: "UPDATE row SET seq = seq + (SELECT max(seq) FROM row)")
        for row in rows {
            guard let dataset = Code(row["dataset"] as String), let period = Code(row["period"] as String),
                let subject = Code(row["subject"] as String), let body = RowTable.body(row)
            else { continue }
            let key = RowKey(dataset: dataset, period: period, subject: subject)
            standing.position.seq += 1
            standing.position.digest.replace(key, nil, by: body, in: incarnation)
            try db.execute(
                sql: "UPDATE row SET seq = ? WHERE dataset = ? AND period = ? AND subject = ?",
                arguments: [Int64(standing.position.seq), dataset.text, period.text, subject.text])
        }
        return standing
    }

    /// The digest computed anew from the rows; differs from the stored one only if something is broken.
    package func recomputedDigest(in incarnation: Incarnation) throws -> Digest {
        var digest = Digest.empty
        for change in try changes(after: 0, limit: .max - 1).changes {
            digest.replace(change.key, nil, by: change.body, in: incarnation)
        }
        return digest
    }

    // MARK: Columns

    private static func body(_ row: Row) -> RowBody? {
        body(catalogue: row["catalogue"], counts: row["counts"], asOf: row["as_of"])
    }

    private static func body(catalogue: Data?, counts: String?, asOf: Int64) -> RowBody? {
        guard let catalogue, let counts else { return nil }
        return RowBody(
            catalogue: CatalogueHash(value: Bytes.uint128(catalogue)),
            counts: counts.split(separator: ",").map { Count(unchecked: Int64($0) ?? -1) }, asOf: asOf)
    }

    private static func text(_ counts: [Count]) -> String { counts.map { String($0.raw) }.joined(separator: ",") }
}
