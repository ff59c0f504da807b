import Federation
import GRDB
import Sync
import Testing

@testable import Compound

@Suite struct CataloguesAndDesks {
    /// A count that the list doesn't name would be lost, a name that no desk counts would be a false zero.
    @Test func theListNamesWhatTheDesksCount() throws {
        let catalogues = Catalogues()
        let people = ["unsurveyed"] + PeopleClass.allCases.map(\.rawValue)
        let households = ["unvisited", "nobody_home_final"] + Disposition.allCases.map(\.rawValue)
        let expected: [String: Set<String>] = [
            "frame": ["buildings", "dwellings", "households", "residents"],
            "survey": Set(households + people.map { "p_" + $0 } + ["unlisted"]),
            "claim": ["claimed", "counted"],
            "report": ["final"],
            "feedback": ["received", "open", "answered"],
            "directive": ["received", "acknowledged"],
            "help": Set(VolunteerRole.allCases.flatMap { ["short_\($0.rawValue)", "spare_\($0.rawValue)"] }),
            "help_answer": ["yes", "no", "people"],
            "volunteers": ["need", "filled", "short", "buildings", "claimed", "done"],
        ]
        #expect(Set(Desks.all.flatMap(\.datasets)) == Set(expected.keys))
        for (dataset, codes) in expected {
            let code = try #require(Code(dataset))
            let catalogue = try #require(catalogues[code])
            #expect(Set(catalogue.indicators.map(\.code.text)) == codes)
            #expect(catalogue.indicators.count == codes.count, "no code twice")
        }
    }

    @Test func everyCountOfADeskHasItsPlace() throws {
        try Fixture.withStore { store in
            try store.take([.building(900), .need(901, 3), .fill(902, "v01"), .claim(903, "7", "v01", .done)])
            for (index, disposition) in Disposition.allCases.enumerated() {
                let door = try store.doors("7")[index % 12].code
                try store.take(.visit(UInt128(index + 1), door, disposition, at: Int64(index)))
            }
            try store.read { db in
                for key in try store.keys(db) {
                    let desk = try #require(Desks.all.first { $0.datasets.contains(key.dataset.text) })
                    let places = Set(try #require(store.catalogues[key.dataset]).indicators.map(\.code.text))
                    let counts = try #require(try desk.counts(of: key, db))
                    #expect(Set(counts.keys).isSubset(of: places))
                }
            }
        }
    }

    /// A newer list gives every row anew: rows of two lists are never added up.
    @Test func aNewListDerivesEveryRowAnew() throws {
        try Fixture.with { fixture in
            try fixture.open().take(.building(900))
            let text = """
                - dataset: frame
                  indicators: [[dwellings, doors, open], [buildings, buildings, open]]
                """
            let store = try CompoundStore(
                folder: fixture.folder, sidecar: fixture.sidecar, unit: Fixture.unit, parentURL: "u", catalogues: text)
            #expect(try store.body("frame", "7", period: .now)?.counts == [12, 1])
            try expectDigestOfRows(store)
        }
    }
}

extension CompoundStore {
    fileprivate func keys(_ db: Database) throws -> [RowKey] {
        try RowTable(db: db, now: 0).changes(after: 0, limit: 10_000).changes.map(\.key)
    }
}
