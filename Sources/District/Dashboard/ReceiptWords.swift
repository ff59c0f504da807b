import Daemon
import Federation

/// A restore receipt in the words that people read.
enum ReceiptWords {
    /// - Parameter now: the reader's time, seconds since 1970.
    static func text(_ receipt: Receipt, asOf now: Int64, _ text: Messages) -> String {
        var sentences = receipt.deposedAt == nil ? [text("receipt.unknown")] : lost(receipt, text)
        if let since = receipt.since {
            sentences.append(text("receipt.since", ["at": FigureText.time(since, asOf: now)]))
        }
        return sentences.joined(separator: text("receipt.separator"))
    }

    private static func lost(_ receipt: Receipt, _ text: Messages) -> [String] {
        let fewer = receipt.fewer
        guard !fewer.isEmpty else {
            let key = receipt.lines.isEmpty ? "receipt.nothing" : "receipt.none_fewer"
            return [text(key, ["rows": "\(receipt.lines.count)"])]
        }
        return fewer.map { one in
            let places = one.buildings.map { text("receipt.building", ["code": $0.text]) }
                .joined(separator: text("receipt.list_separator"))
            let what = text("receipt.fewer", ["count": "\(one.households)", "places": places])
            return fewer.count > 1 ? text("receipt.of", ["campaign": one.campaign.text, "what": what]) : what
        }
    }
}
