package import Daemon
import Federation
import Foundation

/// Receipts and calls as machines read them: `GET /v1/receipts` and `/v1/phone-ins`, of one `unit=`, of
/// all below a `division=` or of all.
package struct BookRoutes: Sendable {
    private let aggregator: Aggregator
    private let guarding: ReadGuard

    package init(_ aggregator: Aggregator, guarding: ReadGuard) {
        self.aggregator = aggregator
        self.guarding = guarding
    }

    package var routes: [Route] {
        [
            guarding.route("GET", "/v1/receipts", about: BookRoutes.naming) { call, _ in
                try list(call) { book in { (book.receipts[$0] ?? []).map(ReceiptJSON.init) } }
            },
            guarding.route("GET", "/v1/phone-ins", about: BookRoutes.naming) { call, _ in
                try list(call) { book in { (book.phoneIns[$0] ?? []).map(PhoneInJSON.init) } }
            },
        ]
    }

    private static let naming = About.affairs(.query(["unit", "division"]))

    private func list<Item: Encodable>(_ call: Call, _ items: (DecisionBook) -> (Code) -> [Item]) throws -> Reply {
        try StatsSelection.refuseOthers(than: ["unit", "division"], call)
        let picture = aggregator.look()
        let book = picture.book
        let asked = try call.query["unit"].map { said throws(StatsProblem) in
            guard let unit = Code(said) else {
                throw .wrong("unit", "unit= takes the code of a unit, as in GET /v1/units")
            }
            return unit
        }
        let below = try picture.isBelow(call.query["division"])
        let units = (asked.map { [$0] } ?? Set(book.receipts.keys).union(book.phoneIns.keys).sorted())
            .filter { below($0.text) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Reply(
            status: 200, type: "application/json; charset=utf-8",
            body: Array(try encoder.encode(units.flatMap(items(book)))))
    }
}

private struct ReceiptJSON: Encodable {
    struct Fewer: Encodable {
        var campaign: String
        var households: Int64
        var buildings: [String]
    }
    /// `new` is null where the heir says unknown and absent where it has no such row.
    struct Difference: Encodable, Equatable {
        var indicator: String
        var old: Int64?
        var new: Int64??

        enum Keys: String, CodingKey { case indicator, old, new }
        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: Keys.self)
            try members.encode(indicator, forKey: .indicator)
            try members.encode(old, forKey: .old)
            if let new { try members.encode(new, forKey: .new) }
        }
    }
    struct Line: Encodable, Equatable {
        var dataset: String
        var period: String
        var subject: String
        var counts: [Difference]
    }
    var unit: String
    var deposed: String
    var heir: String
    var at: Int64
    @Null var since: Int64?
    /// Null if the rows were no longer held, so that nothing could be compared.
    @Null var rows: [Line]?
    var fewer: [Fewer]
    /// What a person reads, Chinese and English.
    var text: [String]

    init(_ receipt: Receipt) {
        unit = receipt.unit.text
        deposed = "\(receipt.deposed)"
        heir = "\(receipt.heir)"
        at = receipt.at
        since = receipt.since
        rows =
            receipt.deposedAt == nil
            ? nil
            : receipt.lines.map { line in
                Line(
                    dataset: line.key.dataset.text, period: line.key.period.text, subject: line.key.subject.text,
                    counts: line.counts.map {
                        Difference(indicator: $0.indicator.text, old: $0.old.known, new: $0.new.map(\.known))
                    })
            }
        fewer = receipt.fewer.map {
            Fewer(campaign: $0.campaign.text, households: $0.households, buildings: $0.buildings.map(\.text))
        }
        text = [Messages.zhHans, .english].map { ReceiptWords.text(receipt, asOf: receipt.at, $0) }
    }
}

private struct PhoneInJSON: Encodable {
    struct Counts: Encodable, Equatable {
        var done: Int64
        var due: Int64
        @Null var tested: Int64?
        @Null var residents: Int64?

        init(_ counts: PhoneIn.Counts) {
            (done, due, tested, residents) = (counts.done, counts.due, counts.tested, counts.residents)
        }
    }
    struct Returned: Encodable, Equatable {
        var at: Int64
        var node: Counts
        /// The node's minus what was phoned in.
        var difference: Counts
    }
    var number: Int64
    var unit: String
    var campaign: String
    var at: Int64
    var counts: Counts
    var caller: String
    var officer: String
    /// Why the node didn't say it itself; empty where nobody asked.
    var reason: String
    /// Null as long as the unit's own rows don't count again.
    @Null var superseded: Returned?

    init(_ call: PhoneIn) {
        (number, unit, campaign, at) = (call.number, call.unit.text, call.campaign.text, call.at)
        (counts, caller, officer, reason) = (Counts(call.counts), call.caller, call.officer, call.reason)
        superseded = call.returned.map {
            Returned(at: $0.at, node: Counts($0.counts), difference: Counts($0.counts - call.counts))
        }
    }
}

extension PhoneIn.Counts {
    /// Nil where either side doesn't say.
    static func - (a: PhoneIn.Counts, b: PhoneIn.Counts) -> PhoneIn.Counts {
        func less(_ a: Int64?, _ b: Int64?) -> Int64? { a.flatMap { a in b.map { a - $0 } } }
        return PhoneIn.Counts(
            done: a.done - b.done, due: a.due - b.due, tested: less(a.tested, b.tested),
            residents: less(a.residents, b.residents))
    }
}
