import Daemon
import Federation
import Foundation
import Testing

@testable import District

/// Which table of divisions places the units on a day.
@Suite struct EditionTests {
    private static func with(_ body: (RegistryStore) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/editions-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(try RegistryStore(folder + "/registry.sqlite"))
    }

    private static func tree(_ community: String, street: String) -> [RegistryDivision] {
        [
            RegistryDivision(code: "421300000000", name: "city", level: "city", parent: ""),
            RegistryDivision(code: street, name: "street", level: "street", parent: "421300000000"),
            RegistryDivision(code: community, name: "community", level: "community", parent: street),
        ]
    }

    private static func put(
        _ store: RegistryStore, _ name: String, _ from: String, until: String? = nil, street: String
    )
        throws
    {
        let edition = try #require(DivisionEdition(name: name, validFrom: from, validUntil: until))
        try store.put(edition, tree("421303587002", street: street))
    }

    @Test func theEditionInForceIsTheLastThatBegan() throws {
        try Self.with { store in
            #expect(try store.edition(on: "2026-11-24") == nil)
            try Self.put(store, "2099", "2099-01-01", street: "421303900000")
            #expect(try store.edition(on: "2026-11-24") == "2099", "the only one there is")
            try Self.put(store, "2023", "2023-01-01", street: "421303587000")
            try Self.put(store, "2025", "2025-01-01", until: "2026-01-01", street: "421303588000")
            for (day, name) in [
                ("2022-04-06", "2023"), ("2023-01-01", "2023"), ("2025-06-01", "2025"), ("2025-12-31", "2025"),
                ("2026-01-01", "2023"), ("2098-12-31", "2023"), ("2099-01-01", "2099"),
            ] {
                #expect(try store.edition(on: day) == name, "\(day)")
            }
            #expect(try store.path(to: "421303587002", on: "2025-06-01").map(\.code)[1] == "421303588000")
            #expect(try store.path(to: "421303587002", on: "2026-11-24").map(\.code)[1] == "421303587000")
        }
    }

    @Test func anEditionOfTheSameNameIsReplacedWhole() throws {
        try Self.with { store in
            try Self.put(store, "2023", "2023-01-01", street: "421303587000")
            let edition = try #require(DivisionEdition(name: "2023", validFrom: "2023-01-01"))
            try store.put(edition, Self.tree("421303499205", street: "421303499000"))
            #expect(try store.path(to: "421303587002", on: "2024-01-01").isEmpty, "withdrawn, and in no other edition")
            #expect(try store.path(to: "421303499205", on: "2024-01-01").count == 3)
        }
    }

    @Test func aUnitOfAWithdrawnDivisionKeepsItsPlaceAndIsNamed() throws {
        try Self.with { store in
            try Self.put(store, "2023", "2023-01-01", street: "421303587000")
            let unit = RegistryUnit(
                code: Code(literal: "421303587002-001"), name: "u", community: "421303587002", expectedHouseholds: 1,
                expectedResidents: 1, dutyTelephone: "", ceilingPercent: 100)
            try store.put(unit, tokenHash: [UInt8](repeating: 7, count: 32))
            let next = try #require(DivisionEdition(name: "2024", validFrom: "2024-01-01"))
            try store.put(next, Self.tree("421303499205", street: "421303499000"))
            #expect(try store.withdrawn(on: "2023-12-31").isEmpty)
            #expect(try store.withdrawn(on: "2024-01-01") == ["421303587002-001 in 421303587002"])
            let content = try RegistryContent(store, on: "2024-01-01")
            #expect(content.edition == "2024" && content.divisions["421303587002"]?.parent == "421303587000")
        }
    }

    /// A round that is over is added up along the divisions of its day, and says which these are.
    @Test func figuresNameTheEditionThatTheyAreAddedUpAlong() throws {
        try Self.with { store in
            try Self.put(store, "2023", "2023-01-01", until: "2023-12-31", street: "421303587000")
            try Self.put(store, "2024", "2024-01-01", street: "421303499000")
            try store.put(
                RegistryUnit(
                    code: Code(literal: "421303587002-001"), name: "u", community: "421303587002",
                    expectedHouseholds: 1,
                    expectedResidents: 1, dutyTelephone: "", ceilingPercent: 100),
                tokenHash: [UInt8](repeating: 7, count: 32))
            // 1 June 2023 and 1 June 2024, in China.
            for (code, closedAt) in [("then", 1_685_548_800), ("now", 1_717_171_200), ("open", nil)]
                as [(String, Int64?)]
            {
                let round = RegistryCampaign(
                    code: try #require(Code(code)), name: code, opens: 0, deadline: 1, order: "",
                    closed: closedAt != nil)
                try store.publish(round, withClaims: false, at: closedAt ?? 0, draw: { 1 }, open: [:])
            }
            let registered = Tally.Registered(try RegistryContent(store, on: "2024-07-01"))
            let speakers = Paged([UnitCopies()])
            let picture = Picture(
                rollup: Rollup.recomputed(registered.hierarchy, shelf: CatalogueShelf([]), speakers: speakers, now: 0),
                speakers: speakers, campaigns: registered.campaigns, edition: registered.edition, now: 0, wall: 0,
                revision: 0, tokens: [:])
            for (code, edition, street) in [
                ("then", "2023", "421303587000"), ("now", "2024", "421303499000"), ("open", "2024", "421303499000"),
            ] {
                let along = picture.along(try #require(Code(code)))
                #expect(along.cutWords == .divisions(edition), "\(code)")
                #expect(along.rollup.tree.place(street) != nil, "\(code)")
            }
        }
    }

    /// Beijing beside Suizhou, or two districts without their city: nobody may be on no page.
    @Test func severalTreesStandUnderOneTop() throws {
        let divisions = [
            "4213": RegistryDivision(code: "4213", name: "随州市", level: "city", parent: ""),
            "1101": RegistryDivision(code: "1101", name: "北京市", level: "city", parent: ""),
        ]
        let units = ["1101-1", "4213-1", "4213-2"].compactMap { Code($0) }.map {
            RegistryUnit(
                code: $0, name: $0.text, community: String($0.text.prefix(4)), expectedHouseholds: 10,
                expectedResidents: nil, dutyTelephone: "", ceilingPercent: 100)
        }
        let tree = PlaceTree(units: units) { divisions[$0].map { [$0] } ?? [] }
        let root = try #require(tree.root)
        #expect(tree.places[root].name == "北京市、随州市" && tree.expected[root].units == 3)
        #expect(tree.places[root].children.map { tree.places[$0].code } == ["1101", "4213"])
        let one = PlaceTree(units: Array(units.dropFirst())) { divisions[$0].map { [$0] } ?? [] }
        #expect(one.root.map { one.places[$0].code } == "4213", "one tree needs no top of its own")
    }
}
