import Daemon
import Federation
import Foundation
import Sync

/// `GET /v1/upward`: the names are those of a node's status.
struct UpwardDocument: Encodable {
    var unit: String
    @Null var name: String?
    var incarnation: String
    var seq: UInt64
    var digest: String
    @Null var acknowledged_seq: UInt64?
    @Null var acknowledged_at: Int64?
    var unacknowledged: Int
    @Null var unacknowledged_since: Int64?
    @Null var because: String?
    @Null var detail: String?
    @Null var role: String?
    var refused_rows: Int

    init(_ status: LinkStatus, of unit: String) {
        self.unit = unit
        name = status.name
        incarnation = status.incarnation.map { "\($0)" } ?? ""
        seq = status.position.seq
        digest = "\(status.position.digest)"
        acknowledged_seq = status.acknowledged?.seq
        acknowledged_at = status.acknowledgedAt
        unacknowledged = status.unacknowledged
        unacknowledged_since = status.unacknowledgedSince
        because = status.because
        detail = status.detail
        role = status.role?.rawValue
        refused_rows = status.refusedRows
    }

    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}
