import Testing

@testable import Compound

/// What must hold of any counts: each law is broken once.
@Suite struct MustHoldTests {
    static let sound = Figures(
        campaign: "c",
        buildings: [
            Figures.Building(
                code: "7", frame: ["dwellings": 6, "households": 5, "residents": 9],
                survey: ["unvisited": 4, "completed": 2, "p_unsurveyed": 5, "p_tested": 3, "p_absent": 1],
                volunteers: ["buildings": 1, "claimed": 1, "done": 0], doors: 6, people: 9),
            Figures.Building(
                code: "8", frame: ["dwellings": 2, "households": 2], survey: ["postponed": 1, "refused": 1],
                volunteers: ["buildings": 1, "claimed": 0, "done": 0], doors: 2, people: 0),
        ], call: ["need": 48, "filled": 30, "short": 18], volunteers: 30, short: 18, doors: 8, due: 8, left: 5)

    @Test func soundFiguresBreakNothing() {
        #expect(MustHold.broken(Self.sound) == [])
    }

    /// A change of sound figures that breaks one law.
    struct Change: Sendable {
        var law: MustHold.Law
        var subject: String
        var breaking: @Sendable (inout Figures) -> Void
        init(_ law: MustHold.Law, _ subject: String, _ breaking: @escaping @Sendable (inout Figures) -> Void) {
            (self.law, self.subject, self.breaking) = (law, subject, breaking)
        }
    }

    static let changes = [
        Change(.doorsPartition, "c 7") { $0.buildings[0].doors = 7 },
        Change(.residentsPartition, "c 7") { $0.buildings[0].people = 8 },
        Change(.dueAndTheRest, "c 7") { figures in
            figures.buildings[0].survey?["p_hospital"] = 1
            figures.buildings[0].people = 10
        },
        Change(.householdsWithinDwellings, "c 7") { $0.buildings[0].frame?["households"] = 7 },
        Change(.claimedWithinBuildings, "c 8") { $0.buildings[1].volunteers?["claimed"] = 2 },
        Change(.doneWithinClaimed, "c 8") { $0.buildings[1].volunteers?["done"] = 1 },
        Change(.shortIsTheGap, "c") { $0.call?["short"] = 17 },
        Change(.shortIsTheGap, "c") { $0.short = 19 },
        Change(.filledIsPeople, "c") { $0.volunteers = 29 },
        Change(.buildingsAddUp, "c") { $0.doors = 9 },
        Change(.buildingsAddUp, "c") { $0.due = 7 },
        Change(.buildingsAddUp, "c") { $0.left = 4 },
        Change(.buildingsAddUp, "c") { $0.buildings[1].volunteers?["buildings"] = 0 },
    ]

    @Test(arguments: changes.indices) func aBrokenLawIsNamed(_ number: Int) {
        let change = Self.changes[number]
        var figures = Self.sound
        change.breaking(&figures)
        let broken = MustHold.broken(figures)
        #expect(broken.map(\.law) == [change.law] && broken.map(\.subject) == [change.subject], "\(broken)")
    }

    @Test func everyLawIsBrokenAbove() {
        #expect(Set(Self.changes.map(\.law)) == Set(MustHold.Law.allCases))
    }

    @Test func whatIsUnknownBreaksNoLaw() {
        var figures = Self.sound
        figures.buildings[0].survey = nil
        figures.buildings[1].volunteers = nil
        figures.call = nil
        #expect(MustHold.broken(figures) == [])
    }

    /// The shortage may rise: more are needed, or somebody withdraws.
    @Test func aShortageMayRise() throws {
        try Fixture.withStore { store in
            try store.take(.building(1), .need(2, 3), .fill(3, "v01"))
            for (step, need) in [3, 9, 1, 2].enumerated() {
                try store.take(.need(UInt128(10 + step), need, at: 30 + Int64(step)))
                #expect(try store.counts("volunteers", "-")?["short"] == Int64(need) - 1)
                #expect(try store.verify().found == [])
            }
        }
    }
}
