import Daemon
package import Federation
import Foundation
import GRDB
import Logging
package import Sync
import Synchronization
package import Wire

/// The compound's rows as the link needs them; what tells a restored copy from the original is `RowOutbox`'s.
extension CompoundStore: RowOutbox {
    package var catalogueTexts: [Catalogue] { catalogues.all }

    /// At start, before anything else is written.
    func awaken() throws {
        try awakenRows()
        try rederiveAll()
    }

    /// How the survey's doors are put into their classes. 2: what the registry calls no dwelling is none before a visit too.
    /// 3: a withdrawal that says why withdraws.
    private static let counting = "3"

    /// A new version of the program may count under a new catalogue, or put doors into other classes of the same: such rows
    /// are derived anew from the journal.
    private func rederiveAll() throws {
        _ = try durably { db in
            // Whose journal this is, for whoever is asked to take it over.
            try db.execute(
                sql: """
                    INSERT INTO setting VALUES ('unit', ?)
                    ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value
                    """, arguments: [self.unit.text])
            let isCounted = try self.isCounted(db)
            let keys = try Row.fetchAll(
                db, sql: "SELECT dataset, period, subject, catalogue FROM row WHERE counts IS NOT NULL"
            )
            .compactMap { row -> RowKey? in
                guard let dataset = Code(row["dataset"] as String), let period = Code(row["period"] as String),
                    let subject = Code(row["subject"] as String), let catalogue = self.catalogues[dataset],
                    Bytes.uint128(row["catalogue"]) != catalogue.hash.value
                        || dataset == SurveyDesk.dataset && !isCounted
                else { return nil }
                return RowKey(dataset: dataset, period: period, subject: subject)
            }
            if !keys.isEmpty {
                self.surroundings.log("summary").notice(
                    "rows are derived anew by a newer version", metadata: ["rows": "\(keys.count)"])
            }
            let refolded = isCounted ? [] : try self.refoldWithdrawals(db)
            return try self.derive(Set(keys).union(self.rowsOfNewDesks(db)).union(refolded), db)
        }
    }

    /// A withdrawal that says why was taken for a household once: what it took back is folded anew.
    private func refoldWithdrawals(_ db: Database) throws -> Set<RowKey> {
        let journal = Journal(db: db, now: clock())
        let withdrawals = try journal.observations("WHERE value \(Record.Withdrawal.isSaid)", [])
        let touched = try withdrawals + journal.statements(takenBackBy: withdrawals.map(\.id))
        return try Set(touched.map(\.fact)).sorted().reduce(into: []) { keys, fact in
            keys.formUnion(try Desks.named(fact.desk)?.fold(fact.subject, fact.field, journal).all ?? [])
        }
    }

    /// Whether this version, or one that counts alike, was here before; from now on it was.
    private func isCounted(_ db: Database) throws -> Bool {
        let before = try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = 'counting'")
        guard before != CompoundStore.counting else { return true }
        try db.execute(
            sql: "INSERT OR REPLACE INTO setting VALUES ('counting', ?)", arguments: [CompoundStore.counting])
        return false
    }

    /// A desk that came with this version has no row in the rounds that are known already.
    private func rowsOfNewDesks(_ db: Database) throws -> Set<RowKey> {
        let known = try Set(
            Row.fetchAll(db, sql: "SELECT DISTINCT dataset, period FROM row").map {
                [$0["dataset"], $0["period"]] as [String]
            })
        return try String.fetchAll(db, sql: "SELECT code FROM campaign").compactMap { Code($0) }.reduce(into: []) {
            (keys, campaign) in
            keys.formUnion(
                try Desks.all.flatMap { try $0.keys(of: campaign, db) }.filter {
                    !known.contains([$0.dataset.text, $0.period.text])
                })
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
                    self.surroundings.log("summary").notice(
                        "a new round: its rows are derived",
                        metadata: ["round": "\(code)", "name": "\(campaign.name)", "rows": "\(keys.count)"])
                }
                try db.execute(
                    sql: """
                        INSERT INTO campaign (code, name, opens, deadline, closed, order_number, targets)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (code) DO UPDATE SET name = excluded.name, opens = excluded.opens,
                        deadline = excluded.deadline, closed = excluded.closed, order_number = excluded.order_number,
                        targets = excluded.targets
                        """,
                    arguments: [
                        campaign.code, campaign.name, campaign.opens, campaign.deadline, campaign.closed,
                        campaign.order, RoundTarget.kept(campaign.soundTargets),
                    ])
            }
            try db.execute(sql: "UPDATE position SET registry = ?, registry_digest = ?", arguments: [text, digest])
            keys.formUnion(try DirectiveDesk.take(registry.directives ?? [], db, now: self.clock()))
            let endsKey = try claims.adopt(registry, into: &keys)
            if try claims.frameRound() != round { keys.formUnion(try claims.frames()) }
            _ = try self.derive(keys, db)
            return endsKey
        }
        if endsKey { try forgetDeleted() }
    }

    /// Keys and tokens that ended are in no file any more: the log of pages that still has them is emptied.
    package func forgetDeleted() throws {
        try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    }

    package func report(_ standing: LinkStanding) {
        self.standing.withLock { $0 = standing }
        let isInOrder = standing.trouble == nil && standing.role ?? .active == .active
        troubledSince.withLock { $0 = isInOrder ? nil : $0 ?? clock() }
        bell.ring()
    }
}
