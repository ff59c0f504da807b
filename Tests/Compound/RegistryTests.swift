import Federation
import Testing

@testable import Compound

@Suite struct Registry {
    private func frame(_ records: Record...) throws -> [String: Int64]? {
        try Fixture.withStore { store in
            try store.take(records)
            try expectDigestOfRows(store)
            return try store.counts("frame", "7", period: .now)
        }
    }

    @Test func aBuildingMakesItsDoors() throws {
        #expect(
            try frame(.building(1, units: 2, floors: 11, perFloor: 2)) == [
                "buildings": 1, "dwellings": 44, "households": 44, "residents": 0,
            ])
        try Fixture.withStore { store in
            try store.take(.building(1, units: 1, floors: 11, perFloor: 1))
            #expect(try store.doors("7").map(\.code).filter { $0.hasSuffix("01") }.prefix(2) == ["7-1-101", "7-1-201"])
            #expect(try store.doors("7").last?.code == "7-1-1101")
        }
    }

    @Test func householdsByState() throws {
        let counts = try frame(
            .building(1), .household(2, "7-1-101", 3), .household(3, "7-1-102", 0, .vacant),
            .household(4, "7-1-201", 0, .notDwelling),
            .household(5, "7-1-202", 4, .groupLet))
        #expect(counts == ["buildings": 1, "dwellings": 11, "households": 10, "residents": 7])
    }

    /// Floors were typed as 30; the correction has 3.
    @Test func aBuildingsShapeCanBeCorrected() throws {
        #expect(
            try frame(.building(1, floors: 30), .building(2, floors: 3, at: 60, supersedes: [1]))?["dwellings"] == 12)
        #expect(try frame(.building(1, floors: 30), .building(2, floors: 3, at: 60))?["dwellings"] == 12)
    }

    @Test func aBuildingTakenBackIsNoRow() throws {
        try Fixture.withStore { store in
            try store.take(.building(1), .visit(5, "7-1-101", .refused))
            try store.take(.visit(6, "7-1-101", .absent, supersedes: [5]))
            try store.take(.building(2, "8"), .visit(7, "8-1-101", .absent, supersedes: [6]))
            try store.take(.building(3, "8", at: 60, supersedes: [1]))
            for dataset in ["survey", "volunteers"] { #expect(try store.counts(dataset, "7") == nil) }
            #expect(try store.counts("frame", "7", period: .now) == nil)
            #expect(try store.counts("frame", "8", period: .now)?["dwellings"] == 12)
            try expectDigestOfRows(store)
        }
    }

    @Test func aHouseholdAtTheWrongDoorLeavesThatDoorAsItWas() throws {
        let counts = try frame(
            .building(1), .household(2, "7-1-101", 3), .household(3, "7-1-102", 3, at: 50, supersedes: [2]))
        #expect(counts == ["buildings": 1, "dwellings": 12, "households": 12, "residents": 3])
    }

    @Test func twoPeopleWhoCountResidentsDifferentlyAreAConflict() throws {
        try Fixture.withStore { store in
            try store.take(
                .building(1), .household(2, "7-1-101", 3, by: "s01"), .household(3, "7-1-101", 4, by: "s01", at: 50))
            #expect(try store.conflicts().isEmpty, "one person who counts again corrects himself")
            try store.take(.household(4, "7-1-101", 5, by: "v07", at: 60))
            #expect(try store.conflicts().map(\.subject) == ["7-1-101"])
            #expect(try store.counts("frame", "7", period: .now)?["residents"] == 5)
            try store.take(.household(5, "7-1-101", 4, by: "s01", at: 70, supersedes: [2, 3, 4]))
            #expect(try store.conflicts().isEmpty)
        }
    }

    /// Whoever settles a dispute about residents says nothing of the address, and whoever corrects a shape nothing of the name.
    @Test func whatACorrectionDoesNotSayStays() throws {
        try Fixture.withStore { store in
            try store.take(
                .building(1), .household(2, "7-1-101", 3, address: "青年路9号", by: "s01"),
                .household(3, "7-1-101", 4, by: "v07", at: 60))
            try store.take(.household(4, "7-1-101", 3, by: "desk", at: 70, supersedes: [2, 3]))
            let door = try store.read { try SurveyReader.door("7-1-101", Fixture.campaign.text, $0) }
            #expect(door?.address == "青年路9号" && door?.registered == 3)
            var unnamed = Record.Building(
                code: Code(literal: "7"), label: nil, stairUnits: 1, floors: 2, doorsPerFloor: 2, address: nil)
            try store.record([(unnamed, [1])], by: Code(literal: "s01"))
            let building = try store.read { try RegistryReader.overview($0).buildings.first }
            #expect(building?.doors == 4 && building?.label == "7栋")
            unnamed.label = "枫"
            try store.record([(unnamed, [])], by: Code(literal: "s01"))
            #expect(try store.read { try RegistryReader.overview($0).buildings.first }?.label == "枫")
        }
    }

    // MARK: Tables

    private static let table = """
        building,stair_unit,room,residents,state
        7,1,101,3,occupied
        7,1,102,x,occupied
        7,1,101,2,occupied
        7,1,201,0,vacant
        7,1,202,2,haunted
        7,一,301,2,
        """

    @Test func everyProblemIsNamedByLineAndTheGoodLinesAreOffered() throws {
        try Fixture.withStore { store in
            let preview = try RegistryImport.run(Array(Self.table.utf8), into: store, apply: false)
            #expect((preview.lines, preview.good, preview.applied) == (6, 2, false))
            #expect(preview.problems.map(\.line) == [3, 4, 6, 7])
            #expect(
                preview.problems.map(\.code) == [
                    "residents_invalid", "door_twice", "state_unknown", "not_a_stair_unit",
                ])
            #expect(try store.position() == .origin, "a preview writes nothing")
            #expect(try RegistryImport.run(Array(Self.table.utf8), into: store, apply: true).applied)
            #expect(
                try store.counts("frame", "7", period: .now) == [
                    "buildings": 1, "dwellings": 2, "households": 1, "residents": 3,
                ])
            let again = try RegistryImport.run(Array(Self.table.utf8), into: store, apply: true)
            #expect((again.good, again.unchanged) == (2, 2))
        }
    }

    private static let whole = "building,stair_unit,room,residents,state\n7,1,101,3,occupied\n7,1,201,0,vacant\n"

    /// A line that can't be read may name any door of its building: none goes, whatever the others say.
    @Test func aMistypedLineCostsNoDoor() throws {
        try Fixture.withStore { store in
            try store.take(.building(1), .building(2, "8"))
            let table = Self.whole + "7,1,102,x,occupied\n8,1,101,2,occupied\n"
            let report = try RegistryImport.run(Array(table.utf8), into: store, apply: true)
            #expect(report.problems.count == 1)
            #expect(try store.overview().buildings.map(\.doors) == [12, 1], "building 8 has a list of its own")
        }
    }

    /// A table is a list of the doors there are; a building's shape is only a guess at them.
    @Test func aTableReplacesTheShapeWhicheverComesFirst() throws {
        for shapeFirst in [true, false] {
            try Fixture.withStore { store in
                if shapeFirst { try store.take(.building(1)) }
                _ = try RegistryImport.run(Array(Self.whole.utf8), into: store, apply: true)
                if !shapeFirst { try store.take(.building(1)) }
                #expect(try store.counts("frame", "7", period: .now)?["dwellings"] == 2, "shape first: \(shapeFirst)")
                #expect(try store.overview().buildings.map(\.doors) == [2])
            }
        }
    }

    @Test func aVisitedDoorStaysWhateverTheTableSays() throws {
        try Fixture.withStore { store in
            try store.take(.building(1))
            try store.take(.visit(2, "7-2-302", .completed, [.tested: 2]))
            _ = try RegistryImport.run(Array(Self.whole.utf8), into: store, apply: true)
            #expect(try store.counts("survey", "7")?.households == ["unvisited": 2, "completed": 1])
            // The visit was at another door: nothing speaks for this one any more.
            try store.take(.visit(3, "7-1-101", .completed, [.tested: 2], at: 200, supersedes: [2]))
            #expect(try store.counts("survey", "7")?.households == ["unvisited": 1, "completed": 1])
            #expect(try store.counts("frame", "7", period: .now)?["dwellings"] == 2)
            try expectDigestOfRows(store)
        }
    }
}
