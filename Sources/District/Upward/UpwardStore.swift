import Daemon
package import Federation
package import GRDB
package import Sync
import Synchronization
package import Wire

/// `upward.sqlite`: the rows of an aggregator that has a parent, cut from what it has counted. By the same code as a
/// node's, and like a node's they may be restored, copied or lost.
package final class UpwardStore: RowOutbox {
    package let database: DatabaseQueue
    package let unit: Code
    package let sidecar: String
    package let parentURL: String
    package let surroundings: Surroundings
    private let source: Source
    private let publication: Mutex<Publication>
    private let standing = Mutex(LinkStanding())
    private let isHeldBack = Mutex(false)

    /// Where rows come from, and where orders from above go.
    package struct Source: Sendable {
        /// Nil while there is nothing to read.
        var look: @Sendable () -> Picture?
        /// Milliseconds on the serving clock.
        var clock: @Sendable () -> Int64
        /// Makes what the parent publishes one's own, durably.
        var adopt: @Sendable (RegistryDocument) throws -> Void
    }

    /// - Parameters:
    ///   - folder: holds `upward.sqlite`.
    ///   - sidecar: path of the file that no backup may contain.
    package init(
        folder: String, sidecar: String, unit: Code, parentURL: String, pace: Pace,
        surroundings: Surroundings = Surroundings(), source: Source
    ) throws {
        self.unit = unit
        self.sidecar = sidecar
        self.parentURL = parentURL
        self.surroundings = surroundings
        self.source = source
        publication = Mutex(Publication(pace: pace, startedAt: source.clock()))
        database = try SQLiteFile.open(folder + "/upward.sqlite", migrations: UpwardStore.migrations)
        try awakenRows()
    }

    private static var migrations: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 rows") { try $0.execute(sql: RowSchema.text) }
        // A row of a unit that is silent or ended stands for long, and a parent that lost its own files asks for the
        // text that it was counted under: by then the units here may have lost it too.
        migrator.registerMigration("2 catalogues") {
            try $0.execute(
                sql:
                    "CREATE TABLE catalogue (hash BLOB PRIMARY KEY CHECK (length(hash) = 16), text TEXT NOT NULL) STRICT"
            )
        }
        // An older program took the document without it: it is asked for once more.
        for edition in ["3 directives", "4 targets"] {
            migrator.registerMigration(edition) { try $0.execute(sql: "UPDATE position SET registry_digest = NULL") }
        }
        return migrator
    }

    /// Those of what stands; newer ones come with each edition, before its rows are sent.
    package var catalogueTexts: [Catalogue] {
        get throws {
            try database.unsafeRead { try String.fetchAll($0, sql: "SELECT text FROM catalogue") }
                .compactMap { Catalogue(text: $0) }
        }
    }

    package func durably<Value>(_ body: (Database) throws -> Value) throws -> Value { try database.write(body) }

    /// Cuts the rows from the latest picture, in one transaction.
    package func prepare() throws -> Readiness {
        let now = source.clock()
        let edition = try source.look().flatMap { picture in
            try durably { db -> Publication.Edition? in
                var row = try PositionRow.read(db)
                let table = RowTable(db: db, now: surroundings.clock())
                let edition = try publication.withLock { publication in
                    publication.edition(
                        picture, published: try table.bodies(), isAcknowledged: row.acknowledged != nil, now: now)
                }
                guard let edition, var place = row.standing else { return edition }
                for one in edition.catalogues {
                    try db.cachedStatement(sql: "INSERT OR IGNORE INTO catalogue VALUES (?, ?)")
                        .execute(arguments: [Bytes.of(one.hash.value), one.text])
                }
                for (key, body) in edition.changes { try table.replace(key, by: body, &place) }
                row.position = place.position
                if !edition.changes.isEmpty { try row.write(db) }
                return edition
            }
        }
        isHeldBack.withLock { $0 = edition == nil }
        return edition.map { .ready($0.catalogues) }
            ?? .heldBack(milliseconds: publication.withLock { $0.patience })
    }

    package func quarantine(_ keys: [RowKey], _ refusals: [RowRefusal]) throws {
        let bodies = try database.readConsistently { try RowTable(db: $0, now: 0).bodies() }
        publication.withLock { publication in
            publication.refuse(keys.compactMap { key in bodies[key].map { (key, $0) } })
        }
        try quarantineRows(keys, refusals)
    }

    package func adopt(_ registry: RegistryDocument, digest: String) throws {
        // The registry commits first: a document that is held is one that is in force.
        try source.adopt(registry)
        let text = String(decoding: try registry.encoded(), as: UTF8.self)
        try durably {
            try $0.execute(sql: "UPDATE position SET registry = ?, registry_digest = ?", arguments: [text, digest])
        }
    }

    /// The rounds that the parent publishes.
    package static func campaigns(_ registry: RegistryDocument) -> [RegistryCampaign] {
        registry.campaigns.compactMap { campaign in
            Code(campaign.code).map {
                RegistryCampaign(
                    code: $0, name: campaign.name, opens: campaign.opens, deadline: campaign.deadline,
                    order: campaign.order, closed: campaign.closed, targets: campaign.soundTargets)
            }
        }
    }

    package func report(_ standing: LinkStanding) { self.standing.withLock { $0 = standing } }

    /// What the parent doesn't hold yet, since when, and why.
    package func status() throws -> LinkStatus {
        var status = try linkStatus(standing.withLock { $0 })
        if status.because == nil, isHeldBack.withLock({ $0 }) { status.because = "held_back" }
        return status
    }
}

extension UpwardStore.Source {
    /// For who has the ledger at hand.
    package init(
        ledger: @escaping @Sendable () -> Ledger?, clock: @escaping @Sendable () -> Int64,
        wall: @escaping @Sendable () -> Int64, adopt: @escaping @Sendable (RegistryDocument) throws -> Void
    ) {
        self.init(
            look: { ledger().map { Picture($0.tally, now: clock(), wall: wall(), revision: 0) } }, clock: clock,
            adopt: adopt)
    }
}
