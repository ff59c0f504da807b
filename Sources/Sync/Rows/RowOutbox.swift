package import Federation
import Foundation
package import GRDB

/// An outbox over a file with the tables of `RowSchema`: a node's journal, or what an aggregator publishes upward.
/// Everything but where rows come from and what a registry document changes is the same for both.
package protocol RowOutbox: Outbox {
    var unit: Code { get }
    var database: DatabaseQueue { get }
    /// Path of the file that no backup may contain.
    var sidecar: String { get }
    /// The parent's address; another one than before forgets whose answers count.
    var parentURL: String { get }
    var surroundings: Surroundings { get }
    /// Texts that the parent may ask for.
    var catalogueTexts: [Catalogue] { get throws }
    /// One transaction; returns after its fsync.
    func durably<Value>(_ body: (Database) throws -> Value) throws -> Value
    /// Deleted rows are gone from the parent too: leaves nothing of them in the file, where they may name a household.
    func forgetDeleted() throws
}

extension RowOutbox {
    /// Rows that name nobody leave nothing behind that matters.
    package func forgetDeleted() throws {}

    /// At start, before anything is written: mints where this is the first start, or where the database is
    /// older than the sidecar and so has been restored.
    package func awakenRows() throws {
        let beside = try Sidecar.read(sidecar, surroundings)
        let (row, lives) = try database.readConsistently { db in
            (
                try PositionRow.read(db),
                try Data.fetchAll(db, sql: "SELECT incarnation FROM life").map {
                    Incarnation(value: Bytes.uint128($0))
                }
            )
        }
        if row.incarnation == nil {
            _ = try mint(.firstStart)
        } else if let beside,
            beside.showsRestore(
                of: row.incarnation, session: row.session, seq: row.position.seq, lives: lives)
        {
            _ = try mint(.olderThanSidecar)
        }
    }

    package func memory() throws -> LinkMemory {
        let beside = try Sidecar.read(sidecar, surroundings)
        let row = try durably { db -> PositionRow in
            var row = try PositionRow.read(db)
            row.session = max(row.session, beside?.session ?? 0) + 1
            let known = try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = 'parent_url'")
            if known != self.parentURL {
                row.parent = nil
                row.acknowledged = nil
                try db.execute(
                    sql: "INSERT OR REPLACE INTO setting VALUES ('parent_url', ?)", arguments: [self.parentURL])
            }
            try row.write(db)
            return row
        }
        guard let incarnation = row.incarnation else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the incarnation is gone")
        }
        try Sidecar(incarnation: incarnation, session: row.session, acknowledged: row.acknowledged?.seq ?? 0).write(
            sidecar, surroundings)
        return LinkMemory(
            unit: unit, incarnation: incarnation,
            session: Session(counter: row.session, tag: surroundings.draw()),
            cursor: row.acknowledged, floor: row.floor, epoch: row.epoch, parent: row.parent,
            catalogues: try catalogueTexts, registry: row.registryDigest)
    }

    package func changes(after seq: UInt64, limit: Int) throws -> (
        changes: [RowChange], reachesEnd: Bool, own: Position
    ) {
        try database.readConsistently { db in
            let (changes, reachesEnd) = try RowTable(db: db, now: self.surroundings.clock()).changes(
                after: seq, limit: limit)
            return (changes, reachesEnd, try PositionRow.read(db).position)
        }
    }

    package func acknowledge(_ position: Position, epoch: Epoch?, parent: Incarnation) throws {
        let (row, dropped) = try durably { db -> (PositionRow, Bool) in
            var row = try PositionRow.read(db)
            row.acknowledged = position
            row.acknowledgedAt = self.surroundings.clock()
            row.floor = position.seq
            row.epoch = epoch
            row.parent = parent
            let dropped = try RowTable(db: db, now: self.surroundings.clock()).dropTombstones(upTo: position.seq)
            try row.write(db)
            return (row, dropped)
        }
        if dropped { try forgetDeleted() }
        guard let incarnation = row.incarnation else { return }
        // After the cursor: a sidecar ahead of its database would look like a restored database.
        try Sidecar(incarnation: incarnation, session: row.session, acknowledged: position.seq).write(
            sidecar, surroundings)
    }

    package func mint(_ reason: ChildLink.MintReason) throws -> Incarnation {
        // Zero names nobody.
        let fresh = Incarnation(value: UInt128(surroundings.draw()) << 64 | UInt128(surroundings.draw() | 1))
        let beside = try Sidecar.read(sidecar, surroundings)
        let row = try durably { db -> PositionRow in
            var row = try PositionRow.read(db)
            let standing = try RowTable(db: db, now: self.surroundings.clock()).renumber(
                under: fresh, acknowledged: row.acknowledged?.seq ?? 0)
            row.incarnation = fresh
            row.position = standing.position
            row.session = max(row.session, beside?.session ?? 0)
            row.acknowledged = nil
            row.floor = 0
            try row.write(db)
            try db.execute(
                sql: "INSERT INTO life VALUES (?, ?, ?)",
                arguments: [Bytes.of(fresh.value), reason.rawValue, self.surroundings.clock()])
            return row
        }
        try Sidecar(incarnation: fresh, session: row.session, acknowledged: 0).write(sidecar, surroundings)
        return fresh
    }

    package func quarantine(_ keys: [RowKey], _ refusals: [RowRefusal]) throws { try quarantineRows(keys, refusals) }

    package func quarantineRows(_ keys: [RowKey], _ refusals: [RowRefusal]) throws {
        _ = try durably { db in
            var row = try PositionRow.read(db)
            guard var standing = row.standing else { return }
            try RowTable(db: db, now: self.surroundings.clock()).quarantine(keys, refusals.map(\.why), &standing)
            row.position = standing.position
            try row.write(db)
        }
    }
}
