import Federation
import Wire

extension RegistryDocument {
    static func make(
        parent: Incarnation, unit: Int, tree: PlaceTree, campaigns: [RegistryCampaign], book: DecisionBook,
        claims: ClaimBoard
    ) -> RegistryDocument {
        let entry = tree.units[unit]
        return RegistryDocument(
            v: 1, parent: "\(parent)",
            unit: Unit(
                code: entry.code.text, name: entry.name,
                expectedHouseholds: entry.registered.households.map { Int($0) },
                expectedResidents: entry.registered.residents.map { Int($0) }, dutyTelephone: entry.dutyTelephone),
            path: tree.path(entry.place).map {
                Place(code: tree.places[$0].code, name: tree.places[$0].name, level: tree.places[$0].level)
            },
            campaigns: campaigns.map {
                Campaign(
                    code: $0.code.text, name: $0.name, opens: $0.opens, deadline: $0.deadline, order: $0.order,
                    closed: $0.closed, claimKey: $0.claimKey.map { Hex.text($0) })
            }, receipts: (book.receipts[entry.code]?.suffix(mostReceipts)).map { $0.map(Receipt.init) },
            notYours: claims.notYours(unit))
    }

    /// Older ones stay at the aggregator.
    private static let mostReceipts = 4
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
