import Daemon
import Federation
import Testing

@testable import Compound

/// Two households behind one door are two homes, and the door itself is no third.
@Suite struct SharedDoorTests {
    private static let whole = "楼栋,单元,房号,人数,状态\n5,1,1101,3,自住\n5,1,1102,2,自住\n"
    private static let split = "楼栋,单元,房号,人数,状态\n5,1,1101甲,2,自住\n5,1,1101乙,1,群租\n"
    private static let both = UnnamedDoors.Part(count: 1, first: ["5-1-1101"])

    private func run(_ table: String, _ store: CompoundStore, apply: Bool = true) throws -> ImportReport {
        try RegistryImport.run(Array(table.utf8), into: store, apply: apply)
    }

    private func doors(_ store: CompoundStore) throws -> [String] { try store.doors("5").map(\.code) }

    @Test func theyReplaceTheirDoor() throws {
        try Fixture.withStore { store in
            _ = try run(Self.whole, store)
            for apply in [false, true] {
                let report = try run(Self.split, store, apply: apply)
                #expect(report.shared.going == Self.both && report.shared.staying.count == 0)
                #expect(report.unnamed.staying.first == ["5-1-1102"], "it isn't said twice")
                #expect(try store.overview().households == (apply ? 3 : 2))
            }
            #expect(try doors(store) == ["5-1-1102", "5-1-1101.1", "5-1-1101.2"])
            #expect(try store.overview().residents == 5 && store.conflicts().isEmpty)
            let position = try store.position()
            let again = try run(Self.split, store)
            #expect(again.listing == Listing(unchanged: 2) && again.shared == SharedDoors())
            #expect(try store.position() == position && store.verify().found == [])
        }
    }

    /// An older build left the door where it was: the same table again takes it out, once.
    @Test func aDoorThatWasLeftIsReplacedLater() throws {
        try Fixture.withStore { store in
            try store.take(.building(1, "5", floors: 11))
            _ = try run(Self.whole, store)
            try store.take(
                .household(2, "5-1-1101.1", 2, by: "import", at: 20_000),
                .household(3, "5-1-1101.2", 1, .groupLet, by: "import", at: 20_000))
            #expect(try store.overview().households == 4)
            let seen = try run(Self.split, store, apply: false)
            #expect(seen.isOpen && seen.shared.going == Self.both)
            _ = try run(Self.split, store)
            #expect(try store.overview().households == 3 && store.verify().found == [])
        }
    }

    /// A door of the shape, beside a line that says nothing of another: the table is no list of the building's doors.
    @Test func aDoorOfAShapeIsReplacedToo() throws {
        try Fixture.withStore { store in
            try store.take(.building(1, "5", units: 1, floors: 11))
            let report = try run(Self.split + "5,1,1102,,\n", store)
            #expect(report.shared.going == Self.both && report.unnamed.going.count == 0)
            #expect(try store.overview().doors == 23 && !doors(store).contains("5-1-1101"))
            try store.take(.building(2, "5", units: 1, floors: 12, at: 30_000))
            #expect(try store.overview().doors == 25, "a new shape doesn't bring it back")
            #expect(try store.verify().found == [])
        }
    }

    /// One household may be the second of the door; what a person said, or found, stands over a table.
    @Test(arguments: [
        ("5,1,1101甲,2,自住\n", []), ("5,1,1101,1,自住\n5,1,1101甲,2,自住\n5,1,1101乙,1,自住\n", []),
        ("5,1,1101甲,2,自住\n5,1,1101乙,1,自住\n", [Record.household(9, "5-1-1101", 4, by: "desk", at: 20_000)]),
        ("5,1,1101甲,2,自住\n5,1,1101乙,1,自住\n", [Record.visit(9, "5-1-1101", .refused)]),
    ])
    func whoeverKnowsMoreIsAsked(_ lines: String, _ said: [Record]) throws {
        try Fixture.withStore { store in
            _ = try run(Self.whole, store)
            try store.take(said)
            let report = try run("楼栋,单元,房号,人数,状态\n" + lines, store)
            #expect(report.shared.staying == Self.both && report.shared.replaced.isEmpty)
            #expect(try doors(store).contains("5-1-1101"))
        }
    }

    /// A household that somebody took out stays out, and then one alone replaces nothing.
    @Test func aHouseholdThatWasTakenOutReplacesNothing() throws {
        try Fixture.withStore { store in
            try store.take(.household(1, "5-1-1101.2", 1))
            _ = try run(Self.whole, store)
            try store.take(.withdrawal(2, "5-1-1101.2", at: 20_000))
            let report = try run(Self.split, store)
            #expect(report.listing.kept == 1 && report.shared.staying == Self.both)
            #expect(try doors(store) == ["5-1-1101", "5-1-1102", "5-1-1101.1"])
        }
    }

    /// It can be put back, and then a person has spoken; an older list that names it doesn't bring it back in silence.
    @Test func whoPutsItBackHasTheLastWord() async throws {
        try await CaseDesk.with { desk in
            let store = desk.store
            _ = try run(Self.whole, store)
            let form = "table=" + Self.split.replacing("\n", with: "%0A") + "&apply="
            let seen = try await desk.post(form: form + "0", to: "/desk/registry/import?lang=zh-Hans")
            #expect(seen.contains("原来的 1 户由它们代替，导入后不再计入：5-1-1101</p>"), "\(seen)")
            let taken = try await desk.post(form: form + "1", to: "/desk/registry/import?lang=zh-Hans")
            #expect(taken.contains("原来的 1 户已由 甲、乙 代替，不再计入：5-1-1101</p>"))
            #expect(try await desk.page("/registry", .zhHans).contains("由 住户表 撤销"))
            let old = try run(Self.whole, store)
            #expect(old.listing.kept == 1 && old.listing.corrections.map(\.standing) == [.withdrawn])
            try await desk.press("恢复此户", on: "/registry/place/5-1-1101")
            let again = try await desk.post(form: form + "1", to: "/desk/registry/import?lang=zh-Hans")
            #expect(again.contains("一门两户：5-1-1101 这 1 户在 甲、乙 之外仍各算一户"), "\(again)")
            #expect(try store.overview().households == 4 && store.verify().found == [])
        }
    }
}
