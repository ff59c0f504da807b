package import Daemon
import Federation
import GRDB
import Sync
import Synchronization
package import Wire

/// How this node stands: the header of every page and `GET /api/v1/status`.
package struct NodeStatus: Sendable, Equatable, Encodable {
    package var unit: String
    /// The compound's name as the parent's registry has it; nil until that was heard.
    @Null package var name: String?
    package var incarnation: String
    package var seq: UInt64
    package var digest: String
    @Null package var acknowledgedSeq: UInt64?
    @Null package var acknowledgedAt: Int64?
    /// Rows that the parent isn't known to hold.
    package var unacknowledged: Int
    /// Seconds since 1970 of the oldest change among them.
    @Null package var unacknowledgedSince: Int64?
    /// Why, as a code: `unreachable`, `not_the_parent`, `token_unknown` …; nil while nothing is wrong.
    @Null package var because: String?
    @Null package var detail: String?
    /// Since when the reports fail or aren't counted, as far as this run of the node has seen it.
    @Null package var becauseSince: Int64?
    /// `active`, `shadow`, `disputed`; nil before the parent has said.
    @Null package var role: String?
    package var conflicts: Int
    /// Restore receipts that nobody here has marked as read.
    package var receipts: [RegistryDocument.Receipt]
    /// The latest time of any record, where it lies after now: this node's own clock ran ahead once. Seconds since 1970.
    @Null package var recordsAhead: Int64?
    /// Rows that the parent refused.
    package var refusedRows: Int
    /// The change that this unit ends or begins with, as the parent says.
    @Null package var lineage: RegistryDocument.Lineage?
    /// Orders and notices that nobody here has read.
    @Null package var directives: UnreadDirectives?
    /// Why the disk refused the last record.
    @Null package var disk: String?
    @Null package var campaign: String?
    package var now: Int64
}

extension CompoundStore {
    package func status() throws -> NodeStatus {
        let link = standing.withLock { $0 }
        var status = try read { try NodeStatus.read($0, unit: unit, now: self.clock()) }
        let trouble = link.trouble?.words
        (status.because, status.detail) = (trouble?.code, trouble?.detail)
        status.becauseSince = troubledSince.withLock { $0 }
        status.role = link.role?.rawValue
        status.disk = diskTrouble.withLock { $0?.rawValue }
        return status
    }
}

extension NodeStatus {
    /// What the file says; the link and the disk are known only to a running node.
    static func read(_ db: Database, unit: Code, now: Int64) throws -> NodeStatus {
        let link = try LinkStatus.read(db)
        return NodeStatus(
            unit: unit.text, name: link.name, incarnation: link.incarnation.map { "\($0)" } ?? "",
            seq: link.position.seq, digest: "\(link.position.digest)", acknowledgedSeq: link.acknowledged?.seq,
            acknowledgedAt: link.acknowledgedAt, unacknowledged: link.unacknowledged,
            unacknowledgedSince: link.unacknowledgedSince, because: nil, detail: nil, becauseSince: nil, role: nil,
            conflicts: try SurveyReader.openConflicts(db),
            receipts: try ReceiptReader.unread(db),
            recordsAhead: try HybridClock.ahead(of: now, db), refusedRows: link.refusedRows,
            lineage: try LineageReader.lineage(db),
            directives: try UnreadDirectives.read(db), disk: nil,
            campaign: try CampaignReader.current(db, now: now), now: now)
    }

    /// - Parameter path: a copy of the journal; it is brought up to this version, and nothing is minted or derived.
    static func read(journal path: String, unit: Code) throws -> NodeStatus {
        let database = try SQLiteFile.open(path, migrations: JournalSchema.migrations, ifDamaged: JournalSchema.remedy)
        return try database.readConsistently { try read($0, unit: unit, now: Surroundings.now()) }
    }
}
