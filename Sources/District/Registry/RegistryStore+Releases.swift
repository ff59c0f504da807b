import Federation
import Foundation
import GRDB
import Wire

/// An appointed time of a round: what was published then, or that nothing could be.
struct KeptRelease: Sendable, Equatable {
    var id: String
    var campaign: Code
    /// Seconds since 1970.
    var appointed: Int64
    /// False where nobody looked at the time, so that there are no figures.
    var isPublished: Bool
}

/// Releases are public for ever, and no child holds them.
extension RegistryStore {
    static let releaseSchema = """
        -- What the public was told, as it was sent: never changed and never deleted.
        CREATE TABLE release (
            id TEXT PRIMARY KEY,
            campaign TEXT NOT NULL,
            -- Seconds since 1970.
            appointed INTEGER NOT NULL,
            -- JSON, gzipped where that can be read again; NULL where nobody looked at the time.
            document BLOB,
            UNIQUE (campaign, appointed)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER release_stays BEFORE UPDATE ON release BEGIN SELECT raise(ABORT, 'a release stays as it is'); END;
        CREATE TRIGGER release_is_kept BEFORE DELETE ON release BEGIN SELECT raise(ABORT, 'a release is kept'); END;
        """

    /// - Parameter document: nil where nobody looked at the time.
    func add(_ release: KeptRelease, _ document: [UInt8]?) throws {
        try database.write { db in
            try db.execute(
                sql: "INSERT INTO release VALUES (?, ?, ?, ?)",
                arguments: [
                    release.id, release.campaign.text, release.appointed,
                    document.map { Blob.of(RegistryStore.packed($0)) },
                ])
        }
    }

    /// Ascending by their times.
    func releases() throws -> [KeptRelease] {
        try database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, campaign, appointed, document IS NOT NULL AS published FROM release
                    ORDER BY appointed, campaign
                    """
            ).compactMap { row in
                Code(row["campaign"] as String).map {
                    KeptRelease(id: row["id"], campaign: $0, appointed: row["appointed"], isPublished: row["published"])
                }
            }
        }
    }

    /// The bytes that were sent.
    func release(_ id: String) throws -> [UInt8]? {
        let kept = try database.read { db in
            try Data.fetchOne(db, sql: "SELECT document FROM release WHERE id = ?", arguments: [id])
        }
        return try Blob.bytes(kept).map { $0.first == UInt8(ascii: "{") ? $0 : try Gzip.inflate($0, limit: 1 << 28) }
    }

    static func rows(ofReleases db: Database) throws -> [Row] {
        try db.tableExists("release") ? Row.fetchAll(db, sql: "SELECT * FROM release") : []
    }

    /// A row of another registry, unless it is here.
    static func take(_ row: Row, _ db: Database) throws {
        try db.execute(
            sql: "INSERT OR IGNORE INTO release VALUES (?, ?, ?, ?)",
            arguments: [row["id"], row["campaign"], row["appointed"], row["document"]])
    }

    private static func packed(_ document: [UInt8]) -> [UInt8] {
        let packed = Gzip.compress(document)
        return packed.count * Limits.ratio >= document.count ? packed : document
    }
}
