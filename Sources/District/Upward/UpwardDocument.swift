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
    @Null var acknowledgedSeq: UInt64?
    @Null var acknowledgedAt: Int64?
    var unacknowledged: Int
    @Null var unacknowledgedSince: Int64?
    @Null var because: String?
    @Null var detail: String?
    @Null var role: String?
    var refusedRows: Int

    init(_ status: LinkStatus, of unit: String) {
        self.unit = unit
        name = status.name
        incarnation = status.incarnation.map { "\($0)" } ?? ""
        seq = status.position.seq
        digest = "\(status.position.digest)"
        acknowledgedSeq = status.acknowledged?.seq
        acknowledgedAt = status.acknowledgedAt
        unacknowledged = status.unacknowledged
        unacknowledgedSince = status.unacknowledgedSince
        because = status.because
        detail = status.detail
        role = status.role?.rawValue
        refusedRows = status.refusedRows
    }

    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}
