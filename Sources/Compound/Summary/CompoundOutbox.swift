package import Federation
import Foundation
import GRDB
package import Sync
import Synchronization
package import Wire

/// The compound's rows as the link needs them, and the memory that tells a restored copy from the original.
extension CompoundStore: Outbox {
    /// At start, before anything is written: mints where this is the first start, or where the database is
    /// older than the sidecar and so has been restored.
    func awaken() throws {
        let beside = try Sidecar.read(sidecar, surroundings)
        let (row, lives) = try read { db in
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
        try rederiveAll()
    }

    /// A new version of the program may count under a new catalogue: every row is derived anew from the journal.
    private func rederiveAll() throws {
        _ = try durably { db in
            // Whose journal this is, for whoever is asked to take it over.
            try db.execute(
                sql: """
                    INSERT INTO setting VALUES ('unit', ?)
                    ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value
                    """, arguments: [self.unit.text])
            let keys = try Row.fetchAll(
                db, sql: "SELECT dataset, period, subject, catalogue FROM row WHERE counts IS NOT NULL"
            )
            .compactMap { row -> RowKey? in
                guard let dataset = Code(row["dataset"] as String), let period = Code(row["period"] as String),
                    let subject = Code(row["subject"] as String), let catalogue = self.catalogues[dataset],
                    Bytes.uint128(row["catalogue"]) != catalogue.hash.value
                else { return nil }
                return RowKey(dataset: dataset, period: period, subject: subject)
            }
            return try self.derive(Set(keys), db)
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
        guard let incarnation = row.incarnation else { throw IntakeError(.storeFailed, field: "incarnation") }
        try Sidecar(incarnation: incarnation, session: row.session, acknowledged: row.acknowledged?.seq ?? 0).write(
            sidecar, surroundings)
        return LinkMemory(
            unit: unit, incarnation: incarnation,
            session: Session(counter: row.session, tag: surroundings.draw()),
            cursor: row.acknowledged, floor: row.floor, epoch: row.epoch, parent: row.parent,
            catalogues: catalogues.all,
            registry: row.registryDigest)
    }

    package func changes(after seq: UInt64, limit: Int) throws -> (
        changes: [RowChange], reachesEnd: Bool, own: Position
    ) {
        try read { db in
            let (changes, reachesEnd) = try RowTable(db: db, now: self.clock()).changes(after: seq, limit: limit)
            return (changes, reachesEnd, try PositionRow.read(db).position)
        }
    }

    package func acknowledge(_ position: Position, epoch: Epoch?, parent: Incarnation) throws {
        let (row, dropped) = try durably { db in
            var row = try PositionRow.read(db)
            row.acknowledged = position
            row.acknowledgedAt = self.clock()
            row.floor = position.seq
            row.epoch = epoch
            row.parent = parent
            let dropped = try RowTable(db: db, now: self.clock()).dropTombstones(upTo: position.seq)
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
            let standing = try RowTable(db: db, now: self.clock()).renumber(
                under: fresh, acknowledged: row.acknowledged?.seq ?? 0)
            row.incarnation = fresh
            row.position = standing.position
            row.session = max(row.session, beside?.session ?? 0)
            row.acknowledged = nil
            row.floor = 0
            try row.write(db)
            try db.execute(
                sql: "INSERT INTO life VALUES (?, ?, ?)",
                arguments: [Bytes.of(fresh.value), reason.rawValue, self.clock()])
            return row
        }
        try Sidecar(incarnation: fresh, session: row.session, acknowledged: 0).write(sidecar, surroundings)
        return fresh
    }

    package func quarantine(_ keys: [RowKey], _ refusals: [RowRefusal]) throws {
        _ = try durably { db in
            var row = try PositionRow.read(db)
            guard var standing = row.standing else { return }
            try RowTable(db: db, now: self.clock()).quarantine(keys, refusals.map(\.why), &standing)
            row.position = standing.position
            try row.write(db)
        }
    }

    package func adopt(_ registry: RegistryDocument, digest: String) throws {
        let text = String(decoding: try registry.encoded(), as: UTF8.self)
        let endsKey = try durably { db in
            let claims = HouseholdClaims(db: db)
            let round = try claims.frameRound()
            var keys: Set<RowKey> = []
            for campaign in registry.campaigns {
                guard let code = Code(campaign.code) else { continue }
                // Only a new campaign has rows to derive: the words of a known one change no facts.
                if try !CampaignReader.knows(code, db) {
                    for desk in Desks.all { keys.formUnion(try desk.keys(of: code, db)) }
                }
                try db.execute(
                    sql: """
                        INSERT INTO campaign (code, name, opens, deadline, closed) VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT (code) DO UPDATE SET name = excluded.name, opens = excluded.opens,
                        deadline = excluded.deadline, closed = excluded.closed
                        """,
                    arguments: [campaign.code, campaign.name, campaign.opens, campaign.deadline, campaign.closed])
            }
            try db.execute(sql: "UPDATE position SET registry = ?, registry_digest = ?", arguments: [text, digest])
            let endsKey = try claims.adopt(registry, into: &keys)
            if try claims.frameRound() != round { keys.formUnion(try claims.frames()) }
            _ = try self.derive(keys, db)
            return endsKey
        }
        if endsKey { try forgetDeleted() }
    }

    /// Keys and tokens that ended are in no file any more: the log of pages that still has them is emptied.
    private func forgetDeleted() throws {
        try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    }

    package func report(_ standing: LinkStanding) {
        self.standing.withLock { $0 = standing }
        let isInOrder = standing.trouble == nil && standing.role ?? .active == .active
        troubledSince.withLock { $0 = isInOrder ? nil : $0 ?? clock() }
    }
}
