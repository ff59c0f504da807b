import Federation
import Wire

extension RegistryDocument {
    static func make(
        parent: Incarnation, speaker: Int, tree: PlaceTree, campaigns: [RegistryCampaign], book: DecisionBook,
        claims: ClaimBoard, lineage: District.Lineage, directives: DirectiveBook,
        help: Help
    ) -> RegistryDocument {
        let (unit, path) = tree.relay(speaker).map { about($0, tree) } ?? about(unit: speaker, tree)
        let isRelay = tree.relay(speaker) != nil
        let receipts = book.receipts[tree.code(ofSpeaker: speaker)]
        let told = directives.concerning(speaker, tree)
        return RegistryDocument(
            v: 1, parent: "\(parent)", unit: unit, path: path,
            campaigns: campaigns.map {
                Campaign(
                    code: $0.code.text, name: $0.name, opens: $0.opens, deadline: $0.deadline, order: $0.order,
                    // Whoever has the key can guess households: it stays where they are claimed.
                    closed: $0.closed, targets: $0.targets, claimKey: isRelay ? nil : $0.claimKey.map { Hex.text($0) })
            }, receipts: (receipts?.suffix(mostReceipts)).map { $0.map(Receipt.init) },
            notYours: isRelay ? nil : claims.notYours(speaker),
            lineage: lineage.change(of: tree.code(ofSpeaker: speaker)).map(Lineage.init),
            directives: told.isEmpty ? nil : told, help: help.told(speaker, tree))
    }

    /// Older ones stay at the aggregator.
    private static let mostReceipts = 4

    private static func about(unit: Int, _ tree: PlaceTree) -> (Unit, [Place]) {
        let entry = tree.units[unit]
        return (
            Unit(
                code: entry.code.text, name: entry.name,
                expectedHouseholds: entry.registered.households.map { Int($0) },
                expectedResidents: entry.registered.residents.map { Int($0) }, dutyTelephone: entry.dutyTelephone),
            tree.divisions(above: unit).map { Place(code: $0.code, name: $0.name, level: $0.level) }
        )
    }

    /// A relay is told what its units have together, where each of them has a number.
    private static func about(_ relay: Int, _ tree: PlaceTree) -> (Unit, [Place]) {
        let entry = tree.relays[relay]
        func sum(_ numbers: [Int64?]) -> Int? {
            numbers.contains(nil) ? nil : Int(numbers.reduce(0) { $0 + ($1 ?? 0) })
        }
        let registered = entry.units.map { tree.units[$0].registered }
        return (
            Unit(
                code: entry.code.text, name: entry.name, expectedHouseholds: sum(registered.map(\.households)),
                expectedResidents: sum(registered.map(\.residents)), dutyTelephone: entry.dutyTelephone),
            entry.path.map { Place(code: $0.code, name: $0.name, level: $0.level) }
        )
    }
}

extension RegistryDocument.Lineage {
    init(_ change: UnitChange) {
        self.init(
            kind: change.kind.rawValue, on: change.day, before: change.before.map(\.text),
            after: change.after.map(\.text), settled: change.settledAt != nil)
    }
}

extension RegistryDocument.Receipt {
    init(_ receipt: Receipt) {
        self.init(
            deposed: "\(receipt.deposed)", heir: "\(receipt.heir)", at: receipt.at, since: receipt.since,
            rows: receipt.deposedAt == nil ? nil : receipt.lines.count,
            fewer: receipt.fewer.map {
                Fewer(
                    campaign: $0.campaign.text, households: $0.households,
                    buildings: $0.buildings.prefix(RegistryDocument.Receipt.mostBuildings).map(\.text))
            })
    }

    /// Of each campaign by name; the number of households is of all.
    private static let mostBuildings = 100
}
