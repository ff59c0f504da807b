package import Daemon
import Federation
import Foundation

/// The work list as machines read it: `GET /v1/work`.
package struct WorkDocument: Codable, Sendable {
    package struct Item: Codable, Sendable {
        package struct Note: Codable, Sendable, Equatable {
            package var at: Int64
            package var reason: String
            package var officer: String
        }
        package var key: String
        package var kind: String
        /// Null for what belongs to no unit.
        @Null package var unit: String?
        package var name: String
        package var dutyTelephone: String
        @Null package var since: Int64?
        /// Households behind it at most; null where nobody knows.
        @Null package var households: Int64?
        /// Chinese and English.
        package var text: [String]
        /// What may be named with each act, where one needs a name.
        package var choices: [String: [String]]
        /// Null as long as nobody said anything that still answers it.
        @Null package var note: Note?
    }
    package var asOf: Int64
    @Null package var campaign: String?
    package var items: [Item]

    init(_ items: [WorkItem], campaign: String?, asOf: Int64) {
        self.asOf = asOf
        self.campaign = campaign
        self.items = items.map { Item($0, asOf: asOf) }
    }

    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}

extension WorkDocument.Item {
    init(_ item: WorkItem, asOf: Int64) {
        key = item.key
        kind = item.matter.kind.rawValue
        unit = item.unit?.text
        name = item.name
        dutyTelephone = item.telephone
        since = item.since
        households = item.households
        text = [Messages.zhHans, .english].map { WorkWords.text(item, asOf: asOf, $0) }
        choices = WorkItem.Act.allCases.reduce(into: [:]) { choices, act in
            let named = item.choices(act)
            if !named.isEmpty { choices[act.rawValue] = named }
        }
        note = item.note.map { Note(at: $0.at, reason: $0.reason, officer: $0.officer) }
    }
}
