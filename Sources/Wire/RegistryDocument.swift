import Foundation
import Federation

/// What a parent tells a child downward: the whole of what concerns the asker. The answer replaces
/// what the child held; there is no cursor that could point into the wrong history.
package struct RegistryDocument: Codable, Sendable, Equatable {
    package struct Place: Codable, Sendable, Equatable {
        package var code: String
        package var name: String
        package var level: String

        package init(code: String, name: String, level: String) {
            self.code = code
            self.name = name
            self.level = level
        }
    }

    package struct Unit: Codable, Sendable, Equatable {
        package var code: String
        package var name: String
        /// As registered; nil where nobody knows.
        package var expectedHouseholds: Int?
        package var expectedResidents: Int?
        package var dutyTelephone: String

        package init(
            code: String, name: String, expectedHouseholds: Int?, expectedResidents: Int?, dutyTelephone: String
        ) {
            self.code = code
            self.name = name
            self.expectedHouseholds = expectedHouseholds
            self.expectedResidents = expectedResidents
            self.dutyTelephone = dutyTelephone
        }
    }

    /// One round of work that every unit owes: its rows carry `code` as their period.
    package struct Campaign: Codable, Sendable, Equatable {
        package var code: String
        package var name: String
        /// Seconds since 1970.
        package var opens: Int64
        package var deadline: Int64
        package var order: String
        package var closed: Bool
        /// How far it should be by when, in the order of times; nil for none.
        package var targets: [RoundTarget]?
        /// 32 hexadecimal digits while households are claimed by token (PROTOCOL.md §13); nil once the round is closed.
        package var claimKey: String?

        package init(
            code: String, name: String, opens: Int64, deadline: Int64, order: String, closed: Bool,
            targets: [RoundTarget] = [], claimKey: String? = nil
        ) {
            self.code = code
            self.name = name
            self.opens = opens
            self.deadline = deadline
            self.order = order
            self.closed = closed
            self.targets = targets.isEmpty ? nil : targets
            self.claimKey = claimKey
        }

        /// Those that a child may keep: where they don't fit each other, none.
        package var soundTargets: [RoundTarget] {
            targets.flatMap { RoundTarget.fault($0) == nil ? $0 : nil } ?? []
        }

        private enum CodingKeys: String, CodingKey {
            case code, name, opens, deadline, order, closed, targets
            case claimKey = "claim_key"
        }
    }

    /// What a takeover took back of the unit's acknowledged rows, in short; row by row it is kept at the parent.
    package struct Receipt: Codable, Sendable, Equatable {
        package struct Fewer: Codable, Sendable, Equatable {
            package var campaign: String
            /// Households that had a final result and have none any more.
            package var households: Int64
            package var buildings: [String]

            package init(campaign: String, households: Int64, buildings: [String]) {
                self.campaign = campaign
                self.households = households
                self.buildings = buildings
            }
        }
        /// Incarnations, 32 hexadecimal digits.
        package var deposed: String
        package var heir: String
        /// Seconds since 1970 by the parent.
        package var at: Int64
        /// Seconds since 1970: what the deposed copy recorded later never arrived. Absent if not known.
        package var since: Int64?
        /// Acknowledged rows that differ. Absent if the parent had lost them and could not compare.
        package var rows: Int?
        package var fewer: [Fewer]

        package init(deposed: String, heir: String, at: Int64, since: Int64?, rows: Int?, fewer: [Fewer]) {
            self.deposed = deposed
            self.heir = heir
            self.at = at
            self.since = since
            self.rows = rows
            self.fewer = fewer
        }
    }

    /// A change that this unit ends or begins with.
    package struct Lineage: Codable, Sendable, Equatable {
        /// `split`, `merge` or `close`.
        package var kind: String
        /// `YYYY-MM-DD`: the first day on which it holds.
        package var on: String
        /// Codes of the units that end, and of those that begin.
        package var before: [String]
        package var after: [String]
        /// False while the rows of those before stand.
        package var settled: Bool

        package init(kind: String, on: String, before: [String], after: [String], settled: Bool) {
            self.kind = kind
            self.on = on
            self.before = before
            self.after = after
            self.settled = settled
        }
    }

    package var v: Int
    /// The parent's identity, 32 hexadecimal digits.
    package var parent: String
    package var unit: Unit
    /// The divisions above the unit, the root first.
    package var path: [Place]
    package var campaigns: [Campaign]
    /// The latest ones, the newest last; absent if there is none.
    package var receipts: [Receipt]?
    /// By campaign, the tokens of households that are counted at another unit, in ascending order; nil for none.
    package var notYours: [String: [String]]?
    /// Nil for a unit that no change is about.
    package var lineage: Lineage?
    /// The newest ones that concern the child, each in its last version, the newest last; nil for none.
    package var directives: [Directive]?
    /// Help that the child could give or take; nil for none.
    package var help: [HelpOffer]?

    package init(
        v: Int, parent: String, unit: Unit, path: [Place], campaigns: [Campaign], receipts: [Receipt]? = nil,
        notYours: [String: [String]]? = nil, lineage: Lineage? = nil, directives: [Directive]? = nil,
        help: [HelpOffer]? = nil
    ) {
        self.v = v
        self.parent = parent
        self.unit = unit
        self.path = path
        self.campaigns = campaigns
        self.receipts = receipts
        self.notYours = notYours
        self.lineage = lineage
        self.directives = directives
        self.help = help
    }

    private enum CodingKeys: String, CodingKey {
        case v, parent, unit, path, campaigns, receipts, lineage, directives, help
        case notYours = "not_yours"
    }

    /// UTF-8 JSON with sorted keys: the bytes that are sent and whose digest is the ETag.
    package func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    package static func decoded(_ bytes: [UInt8]) throws -> RegistryDocument {
        try JSONDecoder().decode(RegistryDocument.self, from: Data(bytes))
    }

    /// The ETag without its quotes: the first 16 hexadecimal digits. It only tells change from no change.
    package static func digest(of bytes: [UInt8]) -> String {
        var hasher = SipHash128(key: 0)
        hasher.combine(bytes: bytes)
        return String(Hex.text(hasher.finish()).prefix(16))
    }
}
