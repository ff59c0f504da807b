import Federation
import Logging

/// One line for each thing that was decided, once it is durable.
struct DecisionLog {
    private let log: Logger

    init(_ log: Logger) { self.log = log }

    func tell(_ decided: Decided) {
        for decision in decided.decisions {
            log.notice(
                "decided", metadata: ["unit": "\(decision.unit)", "what": "\(decision.action.text)"])
        }
        for receipt in decided.receipts { tell(receipt) }
        for call in decided.phoneIns { log.notice("counts were phoned in", metadata: metadata(call)) }
        for call in decided.returns { tell(ended: call) }
    }

    private func tell(_ receipt: Receipt) {
        log.warning(
            "another incarnation is counted; a restore receipt was written",
            metadata: [
                "unit": "\(receipt.unit)", "deposed": "\(receipt.deposed)", "heir": "\(receipt.heir)",
                "rows": "\(receipt.deposedAt == nil ? "unknown" : "\(receipt.lines.count)")",
                "since": "\(receipt.since.map(String.init) ?? "unknown")",
            ])
    }

    private func tell(ended call: PhoneIn) {
        guard let returned = call.returned else { return }
        var more = metadata(call)
        more["node"] = "\(returned.counts.done)/\(returned.counts.due)"
        more["difference"] = "\(returned.counts.done - call.counts.done)/\(returned.counts.due - call.counts.due)"
        log.notice("the node is back; its rows count instead of the phoned-in counts", metadata: more)
    }

    private func metadata(_ call: PhoneIn) -> Logger.Metadata {
        [
            "unit": "\(call.unit)", "campaign": "\(call.campaign)", "number": "\(call.number)",
            "phoned": "\(call.counts.done)/\(call.counts.due)",
        ]
    }
}
