import Federation
import Foundation
import Testing

@testable import Simulator

/// A checker that no mutation can trip is no checker: each way to break the design is caught within a stated number of
/// seeds, in worlds that have the faults against which the broken part stands.
@Suite struct MutationTests {
    /// One way to break the design.
    struct Broken: Sendable, CustomTestStringConvertible {
        var mutation: Mutation
        /// Seeds within which it is caught.
        var within: UInt64
        /// The invariant that has to notice; nil where any may.
        var by: Int?
        var depth: World.Depth
        var faults = Faults.none
        var testDescription: String { mutation.rawValue }

        init(
            _ mutation: Mutation, within: UInt64, by: Int? = nil, depth: World.Depth = .memory,
            _ aim: (inout Faults) -> Void = { _ in }
        ) {
            (self.mutation, self.within, self.by, self.depth) = (mutation, within, by, depth)
            aim(&faults)
        }

        /// - Parameter faults: nil to let the seed draw them.
        func violation(seed: UInt64, _ faults: Faults?) -> Violation? {
            Mutation.$active.withValue(mutation) {
                World(seed: seed, depth: depth, faults: faults, stopsAtViolation: true).run().violations.first {
                    by == nil || by == $0.invariant
                }
            }
        }
    }

    private static let all = [
        Broken(.counterOnlyPositions, within: 10) { ($0.restoresOlder, $0.databasesWithoutSidecar) = (3, 24) },
        Broken(.noSession, within: 5) {
            ($0.clonesWithSidecar, $0.requestsRepeated, $0.compoundCrashes) = (8, 300, 12)
        },
        Broken(.unorderedSession, within: 5) { $0.compoundCrashes = 12 },
        Broken(.sidecarWithIncarnationOnly, within: 5) { $0.restoresOlder = 8 },
        Broken(.singlePartTo, within: 5) { ($0.writesBetweenParts, $0.campaigns) = (800, 2) },
        Broken(.takeoverWithoutLease, within: 5) { ($0.clonesDiverged, $0.restoresOlder) = (3, 3) },
        Broken(.acknowledgedBeforeFsync, within: 5) { $0.districtCrashes = 8 },
        Broken(.nullsAsZeros, within: 5) { $0.absurdRows = 6 },
        Broken(.lastValueAsBound, within: 5) { $0.outages = 6 },
        Broken(.receiptWithoutRows, within: 5) { $0.restoresOlder = 8 },
        Broken(.mintForAForgetfulParent, within: 5) { $0.districtsEmptied = 2 },
        Broken(.doubleClaimsSummed, within: 5) { $0.claimsRaised = 20 },
        Broken(.openClaimsNotWidened, within: 5) { ($0.claimsRaised, $0.claimsDecided) = (30, 12) },
        Broken(.speaksBeforeItsUnits, within: 5) { $0.districtsEmptied = 3 },
        Broken(.suppressionBeforeMerge, within: 5),
        Broken(.wallClockWinner, within: 5) { ($0.clonesDiverged, $0.clocksOff) = (4, 600) },
        Broken(.laterClockStands, within: 5) { $0.clockSteps = 20 },
        Broken(.claimsInTheClear, within: 5, by: 14) { $0.claimsRaised = 6 },
        Broken(.successorsCountedAtOnce, within: 5, by: 12) { ($0.splits, $0.merges) = (2, 2) },
        Broken(.rowsNameDoors, within: 2, by: 14, depth: .disk),
    ]

    init() throws { try SimulatedDisk.install(time: 1_650_000_000_000, seed: 1) }

    @Test(arguments: all) func eachMutationIsCaught(_ broken: Broken) {
        let caught = (1...broken.within).lazy.compactMap { seed in
            broken.violation(seed: seed, broken.faults).map { (seed: seed, violation: $0) }
        }.first
        #expect(caught != nil, "\(broken.mutation.rawValue) was not noticed in \(broken.within) seeds")
        if let caught { print("mutation \(broken.mutation.rawValue): seed \(caught.seed), \(caught.violation)") }
    }

    @Test func everyMutationHasItsLimit() {
        #expect(Set(Self.all.map(\.mutation)) == Set(Mutation.allCases))
    }

    /// How many of twenty seeds notice each, aimed and with the faults that the seeds draw: what the limits above are
    /// chosen from.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["JIAYUAN_LONG"] != nil), arguments: all)
    func howManySeedsNotice(_ broken: Broken) {
        let seeds = broken.depth == .memory ? UInt64(20) : 4
        for (name, faults) in [("aimed", broken.faults), ("drawn", nil)] {
            let found = (1...seeds).compactMap { broken.violation(seed: $0, faults) }
            let by = Set(found.map(\.invariant)).sorted()
            print("\(broken.mutation.rawValue), \(name): \(found.count) of \(seeds) seeds, by \(by)")
            #expect(!found.isEmpty)
        }
    }
}
