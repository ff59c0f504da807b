import Testing

@testable import Simulator

@Suite struct WorldTests {
    @Test func seedsHoldEveryInvariant() {
        for seed in UInt64(1)...8 {
            let report = Simulation.run(seed: seed)
            #expect(report.violations.isEmpty, "replay: jiayuan simulate --seed \(seed) --trace")
            #expect(report.records >= 450)
        }
    }

    /// The real journal and the real rows, over SQLite on disks that forget what wasn't synced.
    @Test func seedsHoldEveryInvariantOnTheRealStore() throws {
        try SimulatedDisk.install(time: 1_650_000_000_000, seed: 1)
        var crashes = 0
        for seed in UInt64(3)...6 {
            let report = World(seed: seed, depth: .disk).run()
            #expect(report.violations.isEmpty, "replay: jiayuan simulate --seed \(seed) --depth disk --trace")
            crashes += report.occurrences[.tornEffect, default: 0] + report.occurrences[.compoundCrash, default: 0]
        }
        #expect(crashes > 0, "these worlds must hold power cuts")
    }

    @Test func oneSeedIsOneRun() {
        let runs = (0..<2).map { _ in World(seed: 7, traces: true).run() }
        #expect(runs[0].signature == runs[1].signature && runs[0].events == runs[1].events)
        #expect(runs[0].trace == runs[1].trace && !runs[0].trace.isEmpty)
        #expect(World(seed: 8).run().signature != runs[0].signature)
    }

    @Test func withoutFaultsNothingIsEverInDoubt() {
        let report = World(seed: 3, faults: Faults.none).run()
        #expect(report.violations.isEmpty)
        for never in [Occurrence.disputed, .takeover, .incarnationFork, .incarnationParentAhead, .answer400] {
            #expect(report.occurrences[never] == nil)
        }
    }

    /// What a city has of a district was counted by the words that officers there had said by then.
    @Test func officersWhoDecideAllEveningPutNoTruthOutsideTheBounds() {
        var faults = Faults.none
        (faults.claimsRaised, faults.claimsDecided) = (60, 400)
        for seed in UInt64(1)...3 {
            let report = World(seed: seed, faults: faults).run()
            #expect(report.violations.isEmpty, "seed \(seed): \(report.violations)")
            #expect(report.occurrences[.claimDecided, default: 0] > 100)
        }
    }

    @Test func happeningsComeInOrderOfTimeAndOfPlanning() {
        var agenda = Agenda()
        var seen: [Int] = []
        for (number, at) in [50, 10, 30, 10, 20].enumerated() { agenda.add(at: Int64(at)) { seen.append(number) } }
        while let next = agenda.next(before: 40) { next.body() }
        #expect(seen == [1, 3, 4, 2])
    }
}
