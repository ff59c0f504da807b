import Wire

extension RegistryDocument {
    /// A document of the parent that names campaigns.
    static func naming(
        _ campaigns: [String], closed: Bool = false, claimKey: String? = nil, notYours: [String]? = nil
    ) -> RegistryDocument {
        RegistryDocument(
            v: 1, parent: String(repeating: "a", count: 32),
            unit: .init(
                code: Fixture.unit, name: "吴家老湾小区", expectedHouseholds: 1280, expectedResidents: 3200,
                dutyTelephone: "0722"),
            path: [],
            campaigns: campaigns.map {
                .init(
                    code: $0, name: $0, opens: Fixture.evening, deadline: Fixture.evening + 16_200, order: "1",
                    closed: closed, claimKey: claimKey)
            }, notYours: notYours.map { [campaigns[0]: $0] })
    }
}
