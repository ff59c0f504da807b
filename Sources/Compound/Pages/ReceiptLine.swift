import Daemon
import Federation
import Foundation
import GRDB
import Wire

/// A restore receipt at the head of every page, until somebody has read it.
enum ReceiptLine {
    static func html(_ receipt: RegistryDocument.Receipt, now: Int64, _ links: Links, _ text: Messages) -> HTML {
        """
        <form class="standing bad" method="post" action="\(links("/desk/receipts/read"))">◇ \(text("receipt.title")):
        \(words(receipt, now: now, text)) <input type="hidden" name="deposed" value="\(receipt.deposed)">
        <input type="hidden" name="heir" value="\(receipt.heir)"><input type="hidden" name="at" value="\(receipt.at)">
        <button>\(text("receipt.read"))</button></form>
        """
    }

    private static func words(_ receipt: RegistryDocument.Receipt, now: Int64, _ text: Messages) -> String {
        var sentences = receipt.rows.map { lost(receipt.fewer, rows: $0, text) } ?? [text("receipt.unknown")]
        if let since = receipt.since { sentences.append(text("receipt.since", ["at": Clock.text(since, asOf: now)])) }
        return sentences.joined(separator: text("receipt.separator"))
    }

    private static func lost(_ fewer: [RegistryDocument.Receipt.Fewer], rows: Int, _ text: Messages) -> [String] {
        guard !fewer.isEmpty else {
            return [text(rows == 0 ? "receipt.nothing" : "receipt.none_fewer", ["rows": "\(rows)"])]
        }
        return fewer.map { one in
            let places = one.buildings.map { text("receipt.building", ["code": $0]) }
                .joined(separator: text("receipt.list_separator"))
            let what = text("receipt.fewer", ["count": "\(one.households)", "places": places])
            return fewer.count > 1 ? text("receipt.of", ["campaign": one.campaign, "what": what]) : what
        }
    }
}

enum ReceiptReader {
    /// Of the document that is held, what nobody here has marked as read.
    static func unread(_ db: Database) throws -> [RegistryDocument.Receipt] {
        let text = try String.fetchOne(
            db, sql: "SELECT registry FROM position WHERE registry ->> '$.receipts' NOT NULL")
        guard let text, let all = (try? RegistryDocument.decoded(Array(text.utf8)))?.receipts else { return [] }
        return try all.filter { receipt in
            try Int.fetchOne(
                db, sql: "SELECT 1 FROM receipt_read WHERE deposed = ? AND heir = ? AND at = ?",
                arguments: [receipt.deposed, receipt.heir, receipt.at]) == nil
        }
    }
}

extension CompoundStore {
    func markReceiptRead(deposed: String, heir: String, at: Int64, reader: String) throws(IntakeError) {
        try durably { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO receipt_read VALUES (?, ?, ?, ?, ?)",
                arguments: [deposed, heir, at, reader, self.clock()])
        }
    }
}
