import Daemon
import Federation
import GRDB

/// What was suggested in a round, the open ones first: the desk's page and `GET /api/v1/feedback`.
struct FeedbackList: Sendable, Equatable, Encodable {
    struct Item: Sendable, Equatable, Encodable {
        var item: String
        var theme: String
        var text: String
        /// Nil for somebody who wants no name.
        @Null var sender: String?
        /// Seconds since 1970 by the recorder's device.
        var saidAt: Int64
        var state: String
        /// Nil while nobody has answered.
        @Null var answer: String?
    }
    var campaign: String
    var items: [Item]
    var open: Int { items.count { $0.state == Record.FollowUp.State.open.rawValue } }

    init(_ campaign: String, _ db: Database) throws {
        self.campaign = campaign
        items = try Row.fetchAll(
            db,
            sql: "SELECT * FROM feedback WHERE campaign = ? ORDER BY state <> 'open', said_at DESC, item",
            arguments: [campaign]
        ).map { row in
            let (sender, answer): (String, String) = (row["sender"], row["answer"])
            return Item(
                item: row["item"], theme: row["theme"], text: row["said"], sender: sender.isEmpty ? nil : sender,
                saidAt: row["said_at"], state: row["state"], answer: answer.isEmpty ? nil : answer)
        }
    }
}
